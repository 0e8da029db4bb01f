"""The registry of one region: ours, with the columns of the user's tables and the words of the user's sectors."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from comarca.plan.layers import template_fields
from comarca.registry.columns import LANGUAGES, Column, Family, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        With a last family ``attributes`` if the region has such tables, and with the terms ``employment_sector`` and
        ``period``.

    Raises
    ------
    InputError
        If the user's columns bear wrong or taken names, or the sectors cannot be read.
    """
    terms = {"employment_sector": _sectors(region), "period": _periods(region)}
    extended = Registry(registry.families, {**registry.terms, **terms})
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
    own = {name: list(registry.terms[name]) for name in ("employment_sector", "period")}
    return {**template_fields(region), **own}


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


def _periods(region: Region) -> dict[str, dict[str, str]]:
    """Pairs of dates of the outcomes, each year with the next: such as ``1991_2000``, in words ``1991-2000``."""
    source = region.outcomes
    if source.path is None:
        return {}
    years: Sequence[int] | None = source.years
    if years is None:
        from comarca.sources.tables.outcomes import read_years
        from comarca.sources.tables.read import layout_of

        years = read_years(source.path, columns=source.columns, **layout_of(source.model_dump()))
    pairs = itertools.pairwise(years)
    return {f"{first}_{last}": dict.fromkeys(LANGUAGES, f"{first}\u2013{last}") for first, last in pairs}


def _attributes(region: Region, taken: list[str]) -> tuple[Column, ...]:
    if not region.attributes:
        return ()
    from comarca.sources.tables.attributes import attribute_columns

    found: list[Column] = []
    for table in region.attributes:
        names = [*taken, *(column.name for column in found)]
        found += attribute_columns(described(table.columns), path=table.path, taken=names)
    return tuple(found)
