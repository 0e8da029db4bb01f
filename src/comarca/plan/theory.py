"""Which columns of the theory a region has, and the key that gives each other one. Run, it prints docs/theory.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from comarca.plan.layers import available_layers, layer_keys, missing_key
from comarca.registry.columns import load_registry
from comarca.registry.theory import load_theory, theory_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.config.region import Region
    from comarca.registry.columns import Column, Registry

#: Layers that every region has.
_ALWAYS = frozenset({"territories", "demand"})


def column_layers(registry: Registry) -> dict[str, tuple[str, ...]]:
    """Name the layers that each column of the registry cannot do without.

    Parameters
    ----------
    registry : Registry
        The families.

    Returns
    -------
    dict
        Name of the registry -> layers, those of its family first.
    """
    return {
        column.template: (*family.layers, *column.layers)
        for family in registry.families.values()
        for column in family.columns
    }


def factor_columns(
    region: Region, registry: Registry, published: Sequence[Column], lacking: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """List what the theory says, with the columns that a region has for it and the keys that give the others.

    Parameters
    ----------
    region : Region
        The region's configuration.
    registry : Registry
        Families with all columns, their names with fields.
    published : sequence of Column
        The region's columns.
    lacking : sequence of mapping
        Columns that the configuration leaves out: ``template`` and ``config_key``.

    Returns
    -------
    list of dict
        One per statement that has columns: ``factor``, ``title``, ``missing`` and ``says`` (per language), ``columns``
        (name of the registry -> columns of the region) and ``config_keys`` (name of the registry -> key, of those that
        the region has none of).
    """
    names: dict[str, list[str]] = {}
    for column in published:
        names.setdefault(column.template, []).append(column.name)
    keys = {str(row["template"]): str(row["config_key"]) for row in lacking}
    layers = column_layers(registry)
    rows = []
    for factor in load_theory(registry=registry):
        for each in (statement for statement in factor.statements if statement.columns):
            missing = [template for template in each.columns if template not in names]
            rows.append(
                {
                    "factor": factor.name,
                    "title": dict(factor.title),
                    "missing": dict(factor.missing),
                    "says": dict(each.says),
                    "columns": {template: names.get(template, []) for template in each.columns},
                    "config_keys": {name: keys.get(name) or _key(region, layers[name]) for name in missing},
                }
            )
    return rows


def _key(region: Region, layers: Sequence[str]) -> str:
    """Name the key for a column whose name has a field without any value in the region."""
    lacking = [layer for layer in layers if layer not in available_layers(region)]
    return missing_key(region, lacking[0]) if lacking else next(iter(_keys(layers)), "indicators")


def _keys(layers: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({key for layer in layers if layer not in _ALWAYS for key in layer_keys(layer)}))


def main() -> None:
    """Print the page."""
    registry = load_registry()
    keys = {name: _keys(layers) for name, layers in column_layers(registry).items()}
    sys.stdout.write(theory_page(load_theory(registry=registry), keys))


if __name__ == "__main__":
    main()
