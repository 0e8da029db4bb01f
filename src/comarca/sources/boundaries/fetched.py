"""Layers from the files of whichever provider answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.errors import InputError
from comarca.sources.boundaries.read import cod as cod_units
from comarca.sources.boundaries.read import gadm as gadm_units
from comarca.sources.boundaries.read import geoboundaries as geoboundaries_units
from comarca.sources.cities import geonames as geonames_cities
from comarca.sources.cities import ucdb as ucdb_cities
from comarca.sources.cities.merge import without_sections

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


def cities(
    paths: Sequence[Path], territories: gpd.GeoDataFrame, *, provider: str, abroad_buffer_km: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the cities from what a provider gave.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files of the layer.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    provider : str
        ``geonames_dump`` or ``ucdb``.
    abroad_buffer_km : float
        Cities outside the territories count up to this distance.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`; sections of cities merged into them.
    checks : list of Check
        ``cities_merged``, for GeoNames.
    """
    if provider == "ucdb":
        return ucdb_cities.cities(paths[0], territories, abroad_buffer_km=abroad_buffer_km), []
    return without_sections(geonames_cities.cities(paths[0], territories, abroad_buffer_km=abroad_buffer_km))
