"""Write the reference of all configuration keys from the models: ``python -m comarca.config.reference``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from comarca.config.base import ProviderOf
from comarca.config.region import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

INTRODUCTION = """# Configuration

<!-- Written by `python -m comarca.config.reference > config/README.md`; a test compares the two. -->

`config/config.yaml` is what `snakemake` reads by default. Three ways to say something else:

- `--config country=NIC` (or `country=NIC,SLV`): the main job for these countries, with all defaults;
- `--configfile my.yaml`: regions that you describe yourself; the defaults below fill in what you leave out;
- `--config offline=true`: nothing touches the network.

A key that is not in this list, a value of the wrong kind, a file, column or country code that does not exist: each is
refused before any job runs, in one message with the nearest right spelling.

A `provider` is one name or a list of names that are tried in order, such as `[worldpop, ghspop]`. Instead of
`roads: {provider: none}` you may write `roads: none`. Paths are taken from the folder in which snakemake runs.

| key | kind | default | meaning |
|---|---|---|---|
"""


def config_reference() -> str:
    """Describe every key of the configuration.

    Returns
    -------
    str
        Markdown, as it stands in `config/README.md`.
    """
    rows = [f"| `{key}` | {kind} | {default} | {text} |" for key, kind, default, text in _rows(Config, "")]
    return INTRODUCTION + "\n".join(rows) + "\n"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inner = _model_of(field.annotation)
        yield key, _kind(field.annotation), _default(field), _text(field, inner)
        if inner is not None:
            step = ".<name>." if get_origin(field.annotation) is dict else "."
            yield from _rows(inner, key + step)


def _text(field: FieldInfo, inner: type[BaseModel] | None) -> str:
    text = field.description or (inner.__doc__ if inner else "") or ""
    return " ".join(text.split()).replace("|", "\\|")


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_of(part))), None)


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        inner, *constraints = get_args(annotation)
        names = [name for item in constraints if isinstance(item, ProviderOf) for name in item.names]
        return ", ".join(f"`{name}`" for name in names) or _kind(inner)
    if model := _model_of(annotation):
        many = get_origin(annotation) in {dict, tuple}
        return "sections" if many else "section or `false`" if model is not annotation else "section"
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"list of {_kind(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        return "mapping"
    if parts := [part for part in get_args(annotation) if part is not type(None)]:
        return _kind(parts[0])
    return {int: "whole number", float: "number", str: "text", bool: "true or false"}[annotation]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        return ""
    if isinstance(value, dict):
        return "`" + ", ".join(f"{key}: {_plain(item)}" for key, item in value.items()) + "`" if value else "none"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    """Write a value as it is typed in YAML."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    sys.stdout.write(config_reference())
