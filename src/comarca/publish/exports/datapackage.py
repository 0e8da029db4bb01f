"""Frictionless Data Package over the CSV files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from comarca.io import write_json
from comarca.publish.codebook import FIELDS
from comarca.publish.provenance import inputs_from_table
from comarca.publish.rounding import decimals
from comarca.registry.columns import LIST_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comarca.publish.assembled import Assembled
    from comarca.publish.inputs import InputFile
    from comarca.registry.columns import Column


_LONG_TYPES: Final = {
    "territory_id": "string", "column": "string", "indicator": "string", "year": "integer", "value": "number",
    "text": "string", "unit": "string", "flag": "string",
}  # fmt: skip


_CODEBOOK_NUMBERS: Final = ("min", "max", "range_min", "range_max")


_CODEBOOK_INTEGERS: Final = ("year", "n_valid")


def write(data: Assembled, path: Path) -> None:
    """Write ``datapackage.json``."""
    inputs = inputs_from_table(data.sources)
    package = datapackage(data.columns, inputs, region=data.region, title=data.titles["en"], years=data.years)
    write_json(package, path)


def datapackage(
    columns: Sequence[Column],
    inputs: Sequence[InputFile],
    *,
    region: str,
    title: str,
    years: Mapping[str, int | None] | None = None,
) -> dict[str, Any]:
    """Describe the CSV files as a Frictionless Data Package.

    Parameters
    ----------
    columns : sequence of Column
        The columns of ``indicators.csv``, in its order.
    inputs : sequence of InputFile
        Where the data come from.
    region, title : str
        Name of the region in the configuration; its name for readers.
    years : mapping, optional
        Column name -> year of its data.

    Returns
    -------
    dict
        Content of ``datapackage.json``, to stand beside ``indicators.csv``, ``indicators_long.csv`` and
        ``codebook.csv``.
    """
    key = {"fields": "territory_id", "reference": {"resource": "indicators", "fields": "territory_id"}}
    indicators = [_field(column, (years or {}).get(column.name)) for column in columns]
    long = [{"name": name, "type": kind} for name, kind in _LONG_TYPES.items()]
    book = [{"name": name, "type": _codebook_type(name)} for name in FIELDS]
    return {
        "name": re.sub(r"[^a-z0-9._-]+", "-", f"comarca-{region}".lower()),
        "title": title,
        "profile": "tabular-data-package",
        "resources": [
            _resource("indicators", indicators, primaryKey="territory_id"),
            _resource("indicators_long", long, primaryKey=["territory_id", "column"], foreignKeys=[key]),
            _resource("codebook", book, primaryKey="column"),
        ],
        "sources": [
            {"title": text} | ({"path": url} if url else {})
            for text, url in dict.fromkeys(
                (f"{entry.layer}: {entry.provider} {entry.version}", entry.url) for entry in inputs
            )
        ],
        "licenses": [_licence(name) for name in sorted({entry.licence for entry in inputs if entry.licence})]
        or [_licence("not stated")],
    }


def _resource(name: str, fields: list[dict[str, Any]], **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""], **schema},
    }


def _licence(title: str) -> dict[str, str]:
    return {"name": re.sub(r"[^\w.-]+", "-", title), "title": title}


def _field(column: Column, year: int | None) -> dict[str, Any]:
    kinds = {"class": "string", "text": "string", "boolean": "boolean", "number": "number"}
    low, high = column.range
    constraints: dict[str, Any] = {}
    if column.kind == "number":
        constraints = {key: limit for key, limit in (("minimum", low), ("maximum", high)) if limit is not None}
    if column.categories and column.kind == "text":
        code = f"({'|'.join(map(re.escape, column.categories))})"
        constraints["pattern"] = f"{code}({LIST_SEPARATOR}{code})*"
    elif column.categories:
        constraints["enum"] = list(column.categories)
    if column.name == "territory_id":
        constraints = {"required": True, "unique": True}
    field: dict[str, Any] = {
        "name": column.name,
        "type": "integer" if column.kind == "number" and decimals(column) == 0 else kinds[column.kind],
        "title": column.title["en"],
        "description": column.definition,
        "unit": column.unit,
    }
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if year is not None:
        field["year"] = year
    return field | ({"constraints": constraints} if constraints else {})


def _codebook_type(name: str) -> str:
    return "number" if name in _CODEBOOK_NUMBERS else "integer" if name in _CODEBOOK_INTEGERS else "string"
