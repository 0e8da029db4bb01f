"""Cities from the files of whichever provider of cities answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from comarca.sources.cities import geonames, ucdb
from comarca.sources.cities.merge import without_sections

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.results import Check


class Reader(Protocol):
    """Makes cities of a provider's file."""

    def __call__(self, path: Path, territories: gpd.GeoDataFrame, *, abroad_buffer_km: float) -> gpd.GeoDataFrame:
        """Read the cities in and around the territories.

        Parameters
        ----------
        path : pathlib.Path
            The file.
        territories : geopandas.GeoDataFrame
            Schema `TERRITORIES`.
        abroad_buffer_km : float
            Cities outside the territories, also those abroad, count up to this distance.

        Returns
        -------
        geopandas.GeoDataFrame
            Schema `CITIES`, points or polygons.

        Raises
        ------
        InputError
            If the file has another form than the provider gives it.
        """
        ...


#: Provider -> reader.
READERS: Final[Mapping[str, Reader]] = {"geonames_dump": geonames.cities, "ucdb": ucdb.cities}
#: Providers that list sections of cities as cities of their own.
_WITH_SECTIONS: Final = frozenset({"geonames_dump"})


def cities(
    paths: Sequence[Path], territories: gpd.GeoDataFrame, *, provider: str, abroad_buffer_km: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the cities from what a provider gave.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files of the layer: one.
    territories, abroad_buffer_km
        As in `Reader`.
    provider : str
        Key of `READERS`.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`; sections of cities merged into them.
    checks : list of Check
        ``cities_merged``, for GeoNames.
    """
    layer = READERS[provider](paths[0], territories, abroad_buffer_km=abroad_buffer_km)
    return without_sections(layer) if provider in _WITH_SECTIONS else (layer, [])
