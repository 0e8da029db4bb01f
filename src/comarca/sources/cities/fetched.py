"""Cities as they were fetched, whichever provider gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.sources.cities import geonames as geonames_cities
from comarca.sources.cities import ucdb as ucdb_cities
from comarca.sources.cities.merge import without_sections

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.results import Check


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
