"""Layers from the files of whichever provider answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.errors import InputError
from comarca.sources.boundaries import cod as cod_units
from comarca.sources.boundaries import gadm as gadm_units
from comarca.sources.boundaries import geoboundaries as geoboundaries_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.registry.countries import Country
    from comarca.results import Check

_WITH_LEVEL: Any = {"cod": cod_units.territories, "gadm": gadm_units.territories}


def territories(
    paths: Sequence[Path], *, provider: str, country: Country, level: int | None
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the territories from what a provider of boundaries gave.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files of the layer, in the receipt's order.
    provider : str
        ``geoboundaries``, ``cod`` or ``gadm``.
    country : Country
        The country.
    level : int or None
        Level that the configuration asks for; None for the catalogue's.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    checks : list of Check
        Those of the provider's reader, and the number of units against the catalogue's.

    Raises
    ------
    InputError
        If the provider is known not to have the units.
    """
    if provider == "geoboundaries":
        layer, checks = geoboundaries_units.territories(paths, country=country)
    else:
        wanted = country.level(provider, asked=level)
        if wanted is None:
            raise InputError("territories.provider", got=provider, expected=f"one that has the units of {country.iso3}")
        layer, checks = _WITH_LEVEL[provider](paths[0], country=country, level=wanted)
    return layer, checks
