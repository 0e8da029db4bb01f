"""Write the JSON schema of the configuration, which editors complete from: ``python -m comarca.config.schema``."""

from __future__ import annotations

import json
import sys
from typing import Any

from comarca.config.region import Config


def config_schema() -> dict[str, Any]:
    """Describe what a configuration file may hold, as JSON schema (draft 2020-12).

    Returns
    -------
    dict
        The schema of the models, with the short forms that `comarca.config.read.read_config` accepts too: ``country``
        at the top, a provider that is not in a list, and a provider in place of its section.
    """
    schema = Config.model_json_schema()
    short = {"country": {"type": "string", "description": "ISO codes, separated by commas: regions with all defaults."}}
    definitions = {name: _with_short_forms(model) for name, model in schema["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: value for key, value in schema.items() if key != "required"},
        "properties": {**short, **schema["properties"]},
        "$defs": definitions,
    }


def _with_short_forms(model: dict[str, Any]) -> dict[str, Any]:
    """Let the section of a layer be its provider or list of providers, and its provider a single name."""
    if "provider" not in model.get("properties", {}):
        return model
    many = model["properties"]["provider"]
    one, several = many["items"], {"type": "array", "items": many["items"], "minItems": 1}
    provider = {**{key: many[key] for key in ("default", "description") if key in many}, "anyOf": [one, several]}
    section = {**model, "properties": {**model["properties"], "provider": provider}}
    return {"description": model["description"], "anyOf": [section, one, several]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(config_schema(), indent=1, ensure_ascii=False) + "\n")
