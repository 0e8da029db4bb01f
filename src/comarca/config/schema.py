"""Write the JSON schema of the configuration, which editors complete from: ``python -m comarca.config.schema``."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from comarca.config.region import Config

_LINE: Final = 160


def config_schema() -> dict[str, Any]:
    """Describe what a configuration file may hold, as JSON schema (draft 2020-12).

    Returns
    -------
    dict
        The schema of the models, with the short forms that `comarca.config.read.read_config` accepts too: ``country``
        at the top, a provider that is not in a list, and a provider in place of its section.
    """
    schema = _without_titles(Config.model_json_schema())
    short = {"country": {"type": "string", "description": "ISO codes, separated by commas: regions with all defaults."}}
    definitions = {name: _with_short_forms(model) for name, model in schema["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: value for key, value in schema.items() if key != "required"},
        "properties": {**short, **schema["properties"]},
        "$defs": definitions,
    }


def schema_text() -> str:
    """Write the schema as it stands in ``config/schema.json``.

    Returns
    -------
    str
        JSON, what fits into a line on one line.
    """
    return _text(config_schema()) + "\n"


def _with_short_forms(model: dict[str, Any]) -> dict[str, Any]:
    """Let the section of a layer be its provider or list of providers, and its provider a single name."""
    if "provider" not in model.get("properties", {}):
        return model
    many = model["properties"]["provider"]
    one, several = many["items"], {"type": "array", "items": many["items"], "minItems": 1}
    provider = {**{key: many[key] for key in ("default", "description") if key in many}, "anyOf": [one, several]}
    section = {**model, "properties": {**model["properties"], "provider": provider}}
    return {"description": model["description"], "anyOf": [section, one, several]}


def _without_titles(part: Any) -> Any:
    """Drop the titles that pydantic makes of the names of keys and models; a key may itself be called title."""
    if isinstance(part, list):
        return [_without_titles(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {key: _without_titles(value) for key, value in part.items() if key != "title" or isinstance(value, dict)}


def _text(part: Any, indent: str = "") -> str:
    """Write JSON with what fits into a line on one line."""
    line = json.dumps(part, ensure_ascii=False)
    if len(indent) + len(line) <= _LINE or not part or not isinstance(part, dict | list):
        return line
    inner = indent + " "
    if isinstance(part, list):
        return "[\n" + ",\n".join(inner + _text(each, inner) for each in part) + f"\n{indent}]"
    rows = [f"{inner}{json.dumps(key)}: {_text(value, inner)}" for key, value in part.items()]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
