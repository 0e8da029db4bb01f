"""Sums, means and class areas of rasters by territory, with the exact share of each cell that lies inside."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
import shapely

from comarca.errors import InputError
from comarca.rasters.bands import Raster, open_raster, zones_on
from comarca.rasters.by_centre import centre_class_km2, centre_statistics
from comarca.rasters.engines import engines_check
from comarca.rasters.exactextract import Band, CellAreas, ZonalStatistic, extract
from comarca.results import Check
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike

    from comarca.rasters.bands import Raster


Engine = Literal["exactextract", "rasterstats"]

Statistic = Literal["sum", "mean", "count", "min", "max"]


_BALANCE: Final = 1e-6
_LEAST_DATA: Final = 0.9


def zonal(
    rasters: Mapping[str, Raster],
    territories: gpd.GeoDataFrame,
    *,
    statistics: Sequence[Statistic] = ("sum",),
    engine: Engine = "exactextract",
) -> pd.DataFrame:
    """Statistics of rasters by territory.

    Parameters
    ----------
    rasters : mapping of str to Raster
        Rasters by name. Those on one grid are read in one pass.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS; they are brought to the CRS of each raster.
    statistics : sequence of str, optional
        ``sum``, ``mean``, ``count`` (cells with data), ``min``, ``max``.
    engine : str, optional
        ``exactextract``: each cell counts by the exact share of it that lies in the territory, so a territory smaller
        than a cell gets its part, and sums over territories equal that over their union. ``rasterstats``: each cell
        counts in full for the territory that holds its centre; the cross-check.

    Returns
    -------
    pandas.DataFrame
        Columns ``<raster>_<statistic>``, indexed by ``territory_id`` in the order given; float64. NaN where no cell
        with data counts, also for sums; counts are 0 there.

    Raises
    ------
    InputError, CRSError
        If a raster cannot be measured, see `comarca.rasters.bands.open_raster`.
    """
    index = pd.Index(territories["territory_id"], name="territory_id")
    groups: dict[Any, dict[str, Raster]] = {}
    for name, raster in rasters.items():
        with open_raster(raster) as grid:
            key = (grid.crs.to_wkt(), grid.bounds, grid.height, grid.width)
        groups.setdefault(key, {})[name] = raster
    measure = {"exactextract": _exact_statistics, "rasterstats": _centre_statistics}[engine]
    tables = [measure(group, territories, statistics) for group in groups.values()]
    columns = [f"{name}_{statistic}" for name in rasters for statistic in statistics]
    return pd.concat([pd.DataFrame(index=index), *tables], axis=1)[columns]


def class_areas_ha(raster: Raster, territories: gpd.GeoDataFrame, *, engine: Engine = "exactextract") -> pd.DataFrame:
    """Area of each class of a raster by territory.

    Parameters
    ----------
    raster : Raster
        Classes as whole numbers.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    engine : str, optional
        As in `zonal`. ``rasterstats`` takes the area of all cells of a territory as that of the cell at its middle.

    Returns
    -------
    pandas.DataFrame
        Hectares on the ellipsoid: one column per class that occurs, sorted, one row per territory in the order given.
        Cells without data are in no column.

    Raises
    ------
    InputError
        If a value is no whole number.
    """
    index = pd.Index(territories["territory_id"], name="territory_id")
    with open_raster(raster) as grid:
        zones = zones_on(grid, territories)
        if engine == "rasterstats":
            areas = centre_class_km2(grid, zones.geometry.to_numpy())
        else:
            values, cells = Band(grid, "class"), CellAreas(grid, "area")
            table = extract(
                zones,
                [
                    ZonalStatistic("unique", "class", values),
                    ZonalStatistic("weighted_frac", "share", values, cells),
                    ZonalStatistic("sum", "km2", cells),
                ],
            )
            _require_whole(raster, table["class"])
            areas = [
                pd.Series(share * km2, pd.Index(np.asarray(classes).astype(int)))
                for classes, share, km2 in zip(table["class"], table["share"], table["km2"], strict=True)
            ]
    frame = pd.DataFrame(areas).set_axis(index) if any(len(row) for row in areas) else pd.DataFrame(index=index)
    return HA_PER_KM2 * frame.fillna(0.0).sort_index(axis=1)


def _require_whole(raster: Raster, classes: Iterable[ArrayLike]) -> None:
    """Refuse fractions, which would be cut to whole numbers."""
    for each in classes:
        values = np.asarray(each)
        if (part := values % 1 != 0).any():
            raise InputError(f"{raster.path}, values", got=float(values[part][0]), expected="whole numbers")


def balance_check(raster: Raster, territories: gpd.GeoDataFrame, total: float, *, name: str) -> Check:
    """Hold a sum over territories against the sum inside their union.

    Parameters
    ----------
    raster : Raster
        The raster that was summed.
    territories : geopandas.GeoDataFrame
        The territories it was summed over.
    total : float
        The sum over territories, in the raster's unit.
    name : str
        What is summed, in snake_case, such as ``population``.

    Returns
    -------
    Check
        ``fail`` if the two differ by more than 1e-6 of the greater, as they do where territories overlap.
    """
    union = territories.dissolve().assign(territory_id="all")
    inside = float(np.nan_to_num(zonal({"all": raster}, union)["all_sum"].iloc[0]))
    error = abs(total - inside) / max(abs(total), abs(inside), np.finfo(float).tiny)
    return Check(
        name=f"{name}_raster_balance",
        status="pass" if error <= _BALANCE else "fail",
        value=error,
        threshold=f"relative difference at most {_BALANCE:g}",
        message=f"The territories hold {total:,.6g} of {name} together; {inside:,.6g} lie inside their union.",
    )


def cover_check(raster: Raster, territories: gpd.GeoDataFrame, *, name: str) -> Check:
    """Look for territories that reach beyond the edge of a raster.

    Parameters
    ----------
    raster : Raster
        The raster.
    territories : geopandas.GeoDataFrame
        The territories.
    name : str
        What the raster holds, in snake_case.

    Returns
    -------
    Check
        ``warn`` with the territories of which more than 0.1 % lies outside.
    """
    with open_raster(raster) as grid:
        zones = zones_on(grid, territories)
        inside = shapely.area(shapely.intersection(zones.geometry.to_numpy(), shapely.box(*grid.bounds)))
    share = pd.Series(inside / shapely.area(zones.geometry.to_numpy()), zones["territory_id"])
    beyond = share[share < 0.999]
    return Check(
        name=f"{name}_raster_cover",
        status="warn" if len(beyond) else "pass",
        value=len(beyond),
        threshold="every territory lies inside the raster",
        message=f"{len(beyond)} of {len(share)} territories reach beyond the edge of the {name} raster.",
        rows=[{"territory_id": key, "share_inside": float(value)} for key, value in beyond.items()],
    )


def data_check(share: pd.Series, *, name: str) -> Check:
    """Look for territories in which many cells of a raster have no data.

    Parameters
    ----------
    share : pandas.Series
        Share of each territory's area in cells with data, indexed by ``territory_id``.
    name : str
        What the raster holds, in snake_case.

    Returns
    -------
    Check
        ``warn`` with the territories of which less than 90 % has data; where that holds for most territories, as it
        does for rasters that leave out all cells without buildings, ``info``.
    """
    lacking = share[share < _LEAST_DATA]
    is_common = len(share) > 1 and len(lacking) > len(share) / 2
    remark = (
        " As that holds for most of them, the raster seems to leave cells out on purpose."
        if is_common
        else " What is summed or shared there rests on the other cells."
    )
    return Check(
        name=f"{name}_raster_data",
        status="pass" if lacking.empty else "info" if is_common else "warn",
        value=float(share.min()) if len(share) else None,
        threshold=f"{_LEAST_DATA:.0%} of each territory's area has data",
        message=f"{len(lacking)} of {len(share)} territories have cells without data in the {name} raster on more than"
        f" {1 - _LEAST_DATA:.0%} of their area." + (remark if len(lacking) else ""),
        rows=[{"territory_id": key, "share_with_data": float(value)} for key, value in lacking.sort_values().items()],
    )


def _exact_statistics(
    rasters: Mapping[str, Raster], territories: gpd.GeoDataFrame, statistics: Sequence[Statistic]
) -> pd.DataFrame:
    with ExitStack() as stack:
        grids = {name: stack.enter_context(open_raster(raster)) for name, raster in rasters.items()}
        zones = zones_on(next(iter(grids.values())), territories)
        sources = {name: Band(grid, name) for name, grid in grids.items()}
        wanted = {*statistics, "count"}
        table = extract(
            zones,
            [ZonalStatistic(stat, f"{name}_{stat}", sources[name]) for name in sources for stat in sorted(wanted)],
        )
    for name in rasters:
        if "sum" in wanted:
            table[f"{name}_sum"] = table[f"{name}_sum"].where(table[f"{name}_count"] > 0)
    return table.astype(float).set_axis(pd.Index(zones["territory_id"]))


def _centre_statistics(
    rasters: Mapping[str, Raster], territories: gpd.GeoDataFrame, statistics: Sequence[Statistic]
) -> pd.DataFrame:
    columns = {}
    for name, raster in rasters.items():
        with open_raster(raster) as grid:
            zones = zones_on(grid, territories)
            table = centre_statistics(grid, zones.geometry.to_numpy())
        for stat in statistics:
            columns[f"{name}_{stat}"] = table[stat].to_numpy()
    return pd.DataFrame(columns, pd.Index(territories["territory_id"], name="territory_id"))


def sums_by_year(
    rasters: Mapping[int, Raster], territories: gpd.GeoDataFrame, *, name: str, engine: Engine = "exactextract"
) -> tuple[pd.DataFrame, list[Check]]:
    """Sum rasters of several years by territory.

    Parameters
    ----------
    rasters : mapping of int to Raster
        Year -> raster of amounts per cell; each on a grid of its own, if need be.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    name : str
        What is summed, in snake_case.
    engine : str, optional
        As in `zonal`.

    Returns
    -------
    sums : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``sum``; NaN where a raster has no data in a territory.
    checks : list of Check
        Per year: sums against the sum inside the union and against a second engine, and territories that the raster
        does not cover.
    """
    by_year = zonal({str(year): raster for year, raster in rasters.items()}, territories, engine=engine)
    tables = [
        pd.DataFrame({"territory_id": by_year.index, "year": year, "sum": by_year[f"{year}_sum"].to_numpy()})
        for year in sorted(rasters)
    ]
    checks = []
    for year in sorted(rasters):
        total = float(np.nansum(by_year[f"{year}_sum"]))
        checks.append(balance_check(rasters[year], territories, total, name=f"{name}_{year}"))
        checks.append(cover_check(rasters[year], territories, name=f"{name}_{year}"))
        checks.append(engines_check(rasters[year], territories, by_year[f"{year}_sum"], name=f"{name}_{year}"))
    return pd.concat(tables, ignore_index=True), checks
