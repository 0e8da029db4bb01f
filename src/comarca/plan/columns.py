"""The registry of one region: ours, with the columns of the user's tables and the words of the user's sectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.plan.layers import template_fields
from comarca.registry.columns import LANGUAGES, Column, Family, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.config.region import Region
    from comarca.config.tables import ConfiguredColumn
    from comarca.sources.tables.attributes import AttributeColumn


def regional_registry(registry: Registry, region: Region) -> Registry:
    """Extend the registry by what a region's own tables bring.

    Parameters
    ----------
    registry : Registry
        The families that come with the project.
    region : Region
        The region's configuration.

    Returns
    -------
    Registry
        With a last family ``attributes`` if the region has such tables, and with the term ``employment_sector``.

    Raises
    ------
    InputError
        If the user's columns bear wrong or taken names, or the sectors cannot be read.
    """
    extended = Registry(registry.families, {**registry.terms, "employment_sector": _sectors(region)})
    if not region.attributes:
        return extended
    from comarca.sources.tables.attributes import FAMILY, TITLE

    fields = regional_fields(extended, region)
    expanded = [part for name in registry.families for part in extended.columns(name, fields=fields, layers=())]
    taken = [column.name for part in expanded for column in part]
    own = Family(FAMILY, TITLE, layers=(), optional_layers=(), columns=_attributes(region, taken))
    return Registry({**registry.families, FAMILY: own}, extended.terms)


def regional_fields(registry: Registry, region: Region) -> dict[str, list[str]]:
    """Values of the fields that a region's registry is expanded over.

    Parameters
    ----------
    registry : Registry
        The region's own, see `regional_registry`.
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Field -> values as text.
    """
    return {**template_fields(region), "employment_sector": list(registry.terms["employment_sector"])}


def described(columns: Mapping[str, ConfiguredColumn]) -> dict[str, AttributeColumn]:
    """Turn what the configuration says of a user's columns into what reading them needs.

    Parameters
    ----------
    columns : mapping
        Name -> section of the configuration.

    Returns
    -------
    dict
        Name -> description.
    """
    from comarca.sources.tables.attributes import AttributeColumn

    return {name: AttributeColumn(**entry.model_dump()) for name, entry in columns.items()}


def _sectors(region: Region) -> dict[str, dict[str, str]]:
    source = region.employment
    if source.path is None:
        return {}
    from comarca.sources.tables.employment import read_sectors
    from comarca.sources.tables.read import layout_of

    found = read_sectors(source.path, columns=source.columns, **layout_of(source.model_dump()))
    return {key: dict.fromkeys(LANGUAGES, name) for key, name in found.items()}


def _attributes(region: Region, taken: list[str]) -> tuple[Column, ...]:
    if not region.attributes:
        return ()
    from comarca.sources.tables.attributes import attribute_columns

    found: list[Column] = []
    for table in region.attributes:
        names = [*taken, *(column.name for column in found)]
        found += attribute_columns(described(table.columns), path=table.path, taken=names)
    return tuple(found)
