"""Territories from the files of whichever provider of boundaries answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from comarca.errors import InputError
from comarca.sources.boundaries import cod, gadm, geoboundaries, parquet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.registry.countries import Country, Level
    from comarca.results import Check


class Reader(Protocol):
    """Makes territories of a provider's files."""

    def __call__(
        self, paths: Sequence[Path], *, country: Country, level: Level
    ) -> tuple[gpd.GeoDataFrame, list[Check]]:
        """Read the units of a country.

        Parameters
        ----------
        paths : sequence of pathlib.Path
            Files of the layer, in the order in which the provider named them.
        country : Country
            The country.
        level : Level
            Level of the units; if it is not exact, the next coarser one that there is.

        Returns
        -------
        territories : geopandas.GeoDataFrame
            Schema `TERRITORIES`.
        checks : list of Check
            What was left out and why, the number of units against the catalogue, repairs, gaps and overlaps.

        Raises
        ------
        InputError
            If the files lack the level, or their fields follow no known pattern.
        """
        ...


#: Provider -> reader.
READERS: Final[Mapping[str, Reader]] = {
    "cod": cod.territories,
    "geoboundaries": geoboundaries.territories,
    "gadm": gadm.territories,
    "cod_parquet": parquet.cod_units,
    "fieldmaps": parquet.fieldmaps_units,
    "overture": parquet.overture_units,
}


def territories(
    paths: Sequence[Path], *, provider: str, country: Country, level: int | None
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the territories from what a provider of boundaries gave.

    Parameters
    ----------
    paths, country
        As in `Reader`.
    provider : str
        Key of `READERS`.
    level : int or None
        Level that the configuration asks for; None for the catalogue's.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    checks : list of Check
        As in `Reader`.

    Raises
    ------
    InputError
        If the provider is known not to have the units, or its files cannot be read.
    """
    units_level = country.level(provider, asked=level)
    if units_level is None:
        raise InputError("territories.provider", got=provider, expected=f"one that has the units of {country.iso3}")
    return READERS[provider](paths, country=country, level=units_level)
