"""Units of a provider's boundary file, brought to the shape that every boundary file goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from comarca.crs import to_storage_crs
from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.boundaries.read import territories_from_rows
from comarca.sources.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from comarca.registry.countries import Country, Level


def as_territories(
    units: gpd.GeoDataFrame,
    *,
    where: str,
    country: Country,
    id: str,  # noqa: A002 - the word of territories_from_rows
    name: str,
    parent: str | None,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Make territories of a provider's units.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        The provider's rows, with a CRS.
    where : str
        The file, for messages.
    country : Country
        Which names are no units, and how many units there should be.
    id, name, parent : str
        Columns with code, name, and name of the unit one level up.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    checks : list of Check
        What was left out and why, the number of units against the catalogue, and those of `territories_from_rows`.
    """
    not_units = {fold_name(text) for text in country.not_units}
    is_no_unit = units[name].map(lambda text: isinstance(text, str) and fold_name(text) in not_units)
    is_repeated = _is_repeated(units, name)
    territories, checks = territories_from_rows(
        to_storage_crs(units[~is_no_unit & ~is_repeated], name=where),
        where=where, country=country.iso3, id=id, name=name, parent=parent, dissolve=True,
    )  # fmt: skip
    left_out = _left_out(units, name, {"no unit of the country": is_no_unit, "stands there twice": is_repeated})
    return territories, [left_out, country.check_units(len(territories)), *checks]


def choose_level(offered: Iterable[int], wanted: Level, *, where: str) -> int:
    """Choose the level of the units among those that a file has.

    Parameters
    ----------
    offered : iterable of int
        Levels in the file.
    wanted : Level
        Level of the units; if it is not exact, the next coarser one that there is.
    where : str
        The file, for the message.

    Returns
    -------
    int
        The level.

    Raises
    ------
    InputError
        If the file does not have it.
    """
    numbers = sorted(offered)
    fitting = [number for number in numbers if number == wanted.number or (number < wanted.number and not wanted.exact)]
    if not fitting:
        raise InputError(
            where, got=f"levels {numbers}", expected=f"level {wanted.number}", remedy="Set territories.level."
        )
    return fitting[-1]


def parents_by_place(units: gpd.GeoDataFrame, above: gpd.GeoDataFrame, *, name: str) -> pd.Series:
    """Name of the unit above each unit, by where a point inside the unit lies.

    Parameters
    ----------
    units, above : geopandas.GeoDataFrame
        Units, and those one level up, in one CRS.
    name : str
        Column of `above` with the name.

    Returns
    -------
    pandas.Series
        Names on the index of `units`; null where the point lies in none.
    """
    points = units.geometry.representative_point()
    hit, holder = shapely.STRtree(above.geometry.to_numpy()).query(points.to_numpy(), predicate="intersects")
    parent = pd.Series(above[name].to_numpy()[holder], index=units.index[hit], dtype="str")
    return parent[~parent.index.duplicated()].reindex(units.index)


def _is_repeated(units: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Rows whose name and shape both stand in an earlier row."""
    shape: NDArray[np.object_] = shapely.normalize(units.geometry.to_numpy())
    return pd.DataFrame({"name": units[name], "shape": shapely.to_wkb(shape)}, index=units.index).duplicated()


def _left_out(units: gpd.GeoDataFrame, name: str, reasons: dict[str, pd.Series]) -> Check:
    rows = [{"name": str(text), "reason": reason} for reason, mask in reasons.items() for text in units.loc[mask, name]]
    message = f"{len(rows)} rows of the boundary file are no units or stand there twice, and were left out."
    return Check("territories_not_units", "info", len(rows), "", message, rows)
