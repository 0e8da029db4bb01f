"""People of a census: totals per territory spread over where people live, so that each total comes back exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize

from comarca.crs import STORAGE, mollweide, region_bounds
from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.polygons import territory_of
from comarca.rasters.grids import anchored_grid, cell_middles
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_CELL_M: Final = 1_000.0
_BALANCE: Final = 1e-9


def spread_totals(
    totals: pd.Series, *, territories: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame | None = None
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Spread the people of a census over settlements and land.

    Parameters
    ----------
    totals : pandas.Series
        Persons, indexed by ``territory_id``; NaN or no entry where the census has no figure.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    settlements : geopandas.GeoDataFrame, optional
        Schema `SETTLEMENTS`: people at homes or settlements, as from `settlement_population`.

    Returns
    -------
    population : geopandas.GeoDataFrame
        Schema `SETTLEMENTS`. People of the settlements, scaled down where they are more than the total of their
        territory; the rest of the total evenly over the land, at the middles of the 1 km cells of GHSL's grid that lie
        in the territory (at a point inside it if there is none).
    checks : list of Check
        ``population_totals_balance``, ``population_pattern``, ``territories_without_total``.

    Notes
    -----
    Bias: where a settlement's figure is the municipality's, nobody is left for the land, and its people seem nearer to
    roads and cities than they are; where settlements are not known, people seem more dispersed.
    """
    total = _on_territories(totals, territories)
    inside, scaled, settled = _scaled(settlements, total, territories)
    rest = np.nan_to_num(np.maximum(total - settled, 0.0))
    spread = ~np.isnan(total) & ((rest > 0) | (settled == 0))
    land, owner = _land_points(territories, spread)
    count = np.bincount(owner, minlength=len(territories))
    on_land = gpd.GeoDataFrame(
        {
            "population_id": [f"land:{number}" for number in range(len(land))],
            "population_persons": rest[owner] / count[owner],
        },
        geometry=land,
        crs=STORAGE,
    )
    parts = [layer for layer in (scaled, on_land) if layer is not None and len(layer)]
    population = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True) if parts else on_land, crs=STORAGE)
    where = np.concatenate([inside, owner])
    sums = np.bincount(where, weights=population["population_persons"], minlength=len(territories)).astype(float)
    checks = [
        _balance(total, sums, territories),
        _pattern(float(np.nansum(total)), float(rest.sum()), settlements is not None),
        _without_total(total, territories),
    ]
    return validate_layer(population, "settlements"), checks


def scale_to_totals(
    demand: gpd.GeoDataFrame, totals: pd.Series, *, territories: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.Series, list[Check]]:
    """Scale the people of a raster to the totals of a census.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Schema `DEMAND`, with persons.
    totals : pandas.Series
        Persons, indexed by ``territory_id``; where there is none, the raster's figure is kept.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.

    Returns
    -------
    demand : geopandas.GeoDataFrame
        The same points, their persons scaled; a territory with a total in which the raster has nobody gets it evenly
        over its land.
    factor : pandas.Series
        What people of each territory were multiplied by, indexed by ``territory_id``; 1 where there is no total.
    checks : list of Check
        ``population_totals_balance``, ``population_totals_factor``, ``territories_without_total``.
    """
    total = _on_territories(totals, territories)
    index = pd.Index(territories["territory_id"])
    row = index.get_indexer(demand["territory_id"])
    before = np.bincount(row, weights=demand["population_persons"], minlength=len(index))
    factor = np.divide(total, before, out=np.ones(len(index)), where=(before > 0) & ~np.isnan(total))
    is_bare = (before == 0) & (total > 0)
    land, owner = _land_points(territories, is_bare)
    count = np.bincount(owner, minlength=len(index))
    added = gpd.GeoDataFrame(
        {
            "demand_id": [f"land:{number}" for number in range(len(land))],
            "territory_id": index[owner],
            "population_persons": total[owner] / count[owner],
            "area_km2": np.nan,
        },
        geometry=land,
        crs=STORAGE,
    )
    kept = demand.assign(population_persons=demand["population_persons"] * factor[row])[~is_bare[row]]
    layer = gpd.GeoDataFrame(pd.concat([kept, added], ignore_index=True) if len(added) else kept, crs=STORAGE)
    sums = layer["population_persons"].groupby(layer["territory_id"]).sum().reindex(index).to_numpy()
    checks = [
        _balance(total, np.nan_to_num(sums), territories),
        _factors(factor, total, is_bare, territories),
        _without_total(total, territories),
    ]
    return validate_layer(layer, "demand"), pd.Series(factor, index), checks


def factor_at(factor: pd.Series, territories: gpd.GeoDataFrame) -> Callable[[Floats, Floats], Floats]:
    """Make a function of place of factors by territory.

    Parameters
    ----------
    factor : pandas.Series
        Factor by ``territory_id``.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.

    Returns
    -------
    callable
        Longitudes and latitudes, degrees -> factors; 1 outside the territories.
    """
    factors = np.append(factor.reindex(territories["territory_id"]).to_numpy(dtype=float), 1.0)

    def at(longitude: Floats, latitude: Floats) -> Floats:
        points = np.asarray(shapely.points(longitude, latitude), dtype=object)
        return factors[territory_of(points, territories)]

    return at


def _on_territories(totals: pd.Series, territories: gpd.GeoDataFrame) -> Floats:
    total = totals.reindex(territories["territory_id"]).to_numpy(dtype=float)
    if (total < 0).any():
        place = territories["territory_id"].to_numpy()[int(np.nanargmin(total))]
        raise InputError(
            f"population totals, territory {place}",
            got=float(np.nanmin(total)),
            expected="a number of persons, 0 or more",
            remedy="If it marks a missing figure, leave the cell empty.",
        )
    return total


def _scaled(
    settlements: gpd.GeoDataFrame | None, total: Floats, territories: gpd.GeoDataFrame
) -> tuple[NDArray[np.int64], gpd.GeoDataFrame | None, Floats]:
    """Territory of each settlement kept, the settlements, and their people by territory before they are scaled."""
    if settlements is None or settlements.empty:
        return np.empty(0, dtype=np.int64), None, np.zeros(len(total))
    owner = territory_of(settlements.geometry.to_numpy(), territories).astype(np.int64)
    is_used = (owner >= 0) & ~np.isnan(total[owner])
    owner, used = owner[is_used], settlements[is_used].reset_index(drop=True)
    settled = np.bincount(owner, weights=used["population_persons"], minlength=len(total)).astype(float)
    share = np.divide(total, settled, out=np.ones(len(total)), where=settled > 0)
    persons = used["population_persons"] * np.minimum(np.nan_to_num(share, nan=1.0), 1.0)[owner]
    return owner, used.assign(population_persons=persons), settled


def _land_points(
    territories: gpd.GeoDataFrame, wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Middles of GHSL's 1 km cells in the territories wanted, one point at least in each, and their territory."""
    if not wanted.any():
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    chosen = territories[wanted]
    bounds = region_bounds(chosen.geometry)
    grid = anchored_grid(bounds, crs=mollweide(bounds), cell_m=_CELL_M)
    touched = rasterize(
        chosen.geometry.to_crs(grid.crs),
        out_shape=grid.shape,
        transform=grid.transform,
        all_touched=True,
        dtype="uint8",
    )
    lon, lat = cell_middles(grid)
    middles = np.asarray(shapely.points(lon[touched.ravel() > 0], lat[touched.ravel() > 0]), dtype=object)
    owner = territory_of(middles, territories)
    is_used = (owner >= 0) & wanted[owner]
    points, owner = middles[is_used], owner[is_used]
    bare = np.setdiff1d(np.flatnonzero(wanted), owner)
    inner = shapely.point_on_surface(territories.geometry.to_numpy()[bare])
    return np.concatenate([points, inner]), np.concatenate([owner, bare])


def _balance(total: Floats, sums: Floats, territories: gpd.GeoDataFrame) -> Check:
    is_given = ~np.isnan(total)
    error = np.abs(sums - total)[is_given] / np.maximum(total[is_given], 1.0)
    rows = [
        {"territory_id": key, "total": float(wanted), "spread": float(got)}
        for key, wanted, got, off in zip(
            territories["territory_id"].to_numpy()[is_given], total[is_given], sums[is_given], error, strict=True
        )
        if off > _BALANCE
    ]
    return Check(
        name="population_totals_balance",
        status="fail" if rows else "pass",
        value=float(error.max()) if len(error) else None,
        threshold=f"each territory's total within {_BALANCE:g}",
        message=f"{is_given.sum()} territories have totals of {np.nansum(total):,.0f} persons together; {len(rows)} do "
        "not come back exactly.",
        rows=rows,
    )


def _pattern(total: float, rest: float, has_settlements: bool) -> Check:
    source = "homes and settlements" if has_settlements else "no settlements, as none are known,"
    return Check(
        name="population_pattern",
        status="info",
        value=rest / total if total else None,
        threshold="",
        message=f"{total - rest:,.0f} of {total:,.0f} persons of the census are spread over {source} and {rest:,.0f}"
        " evenly over the land of their territory. A population raster as pattern would place them better.",
    )


def _factors(factor: Floats, total: Floats, is_bare: NDArray[np.bool_], territories: gpd.GeoDataFrame) -> Check:
    is_given = ~np.isnan(total) & ~is_bare
    off = is_given & ((factor > 2) | (factor < 1 / 2))
    ids = territories["territory_id"].to_numpy()
    low, high = (float(factor[is_given].min()), float(factor[is_given].max())) if is_given.any() else (1.0, 1.0)
    return Check(
        name="population_totals_factor",
        status="warn" if off.any() else "info",
        value=int(off.sum()),
        threshold="the census and the raster differ by less than a factor of 2",
        message=f"People of the raster were multiplied by {low:.2f} to {high:.2f} to meet the totals; in {off.sum()}"
        f" territories by more than 2 or less than 1/2. In {is_bare.sum()} the raster has nobody, and the total is"
        " spread evenly over the land.",
        rows=[{"territory_id": ids[row], "factor": float(factor[row])} for row in np.flatnonzero(off)],
    )


def _without_total(total: Floats, territories: gpd.GeoDataFrame) -> Check:
    lacking = np.isnan(total)
    rows = territories.loc[lacking, ["territory_id", "territory_name"]].to_dict("records")
    return Check(
        name="territories_without_total",
        status="warn" if rows else "pass",
        value=len(rows),
        threshold="0",
        message=f"{len(rows)} of {len(total)} territories have no total in the table of the census.",
        rows=rows,
    )
