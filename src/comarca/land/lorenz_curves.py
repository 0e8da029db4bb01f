"""The Lorenz curves of each territory, by kind of evidence, ready for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from comarca.land.cover import patch_units
from comarca.land.fields import clean_land_use, field_units
from comarca.land.holdings import completed_holdings
from comarca.measures.inequality import gini
from comarca.measures.lorenz import lorenz_bounds, lorenz_curve
from comarca.measures.ranked import RankedSizes
from comarca.measures.size_classes import grouped_gini, unknown_cells

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from comarca.land.concentration import MeasuredTerritories
    from comarca.land.parcels import Border
    from comarca.measures.size_classes import Estimate

    FloatArray = NDArray[np.float64]

#: How far a drawn curve may be from the true one, as a share of the side of the plot.
_TOLERANCE: Final = 5e-4


@dataclass(frozen=True)
class LorenzCurve:
    """One curve of one territory.

    Attributes
    ----------
    kind : str
        ``holdings``, ``parcels``, ``patches`` or ``fields``.
    year : int or None
        Year of the data, if known.
    count : float
        Number of units.
    gini : float
        Gini coefficient, as in the table.
    curve : numpy.ndarray, shape (k, 2)
        Cumulative share of units, smallest first, and of their land.
    gini_range : tuple of float or None
        Least and greatest Gini that fit the figures, where these leave a range.
    band : numpy.ndarray, shape (m, 3), or None
        Share of units, and least and greatest share of land that fit the figures.
    """

    kind: str
    year: int | None
    count: float
    gini: float
    curve: FloatArray
    gini_range: tuple[float, float] | None = None
    band: FloatArray | None = None


def lorenz_curves(
    territories: MeasuredTerritories,
    *,
    holdings: pd.DataFrame | None = None,
    parcels: pd.DataFrame | None = None,
    land_cover_patches: pd.DataFrame | None = None,
    land_use: gpd.GeoDataFrame | None = None,
    field_classes: Collection[str] = (),
    border: Border = "cut",
    suppressed: Estimate = "lognormal",
) -> dict[str, list[LorenzCurve]]:
    """Take the Lorenz curves of all territories from all the evidence that is given.

    Parameters
    ----------
    territories : MeasuredTerritories
        Territories and options.
    holdings, parcels, land_cover_patches, land_use, field_classes, border, suppressed
        As for `comarca.indicators.land.compute`.

    Returns
    -------
    dict
        ``territory_id`` -> its curves, for the territories that have one; of several years the last. A kind of which a
        territory has fewer than ``min_units``, or no land, gives none.
    """
    pairs = [] if holdings is None else _of_holdings(holdings, territories, suppressed)
    if parcels is not None:
        pairs += _of_units(territories.units(parcels, where="layer parcels"), territories, "parcels", None)
    if land_cover_patches is not None:
        last = land_cover_patches["year"].max()
        pieces = patch_units(land_cover_patches[land_cover_patches["year"] == last], border=border)
        pairs += _of_units(
            territories.units(pieces, where="layer land_cover_patches"), territories, "patches", _year(last)
        )
    if land_use is not None:
        cleaned, _ = clean_land_use(land_use)
        fields = field_units(cleaned, territories.shapes, classes=tuple(field_classes), border=border)
        units = RankedSizes.of(fields["area_ha"], group=fields["territory"], group_count=len(territories.index))
        pairs += _of_units(units, territories, "fields", None)
    curves: dict[str, list[LorenzCurve]] = {}
    for territory, curve in pairs:
        curves.setdefault(str(territories.index[territory]), []).append(curve)
    return dict(sorted(curves.items()))


def _of_holdings(
    holdings: pd.DataFrame, territories: MeasuredTerritories, estimate: Estimate
) -> list[tuple[int, LorenzCurve]]:
    completed, cells, keys = completed_holdings(holdings, territories, estimate=estimate)
    groups = len(keys)
    value, low, high = grouped_gini(completed, group_count=groups)[["interpolated", "lower", "upper"]].to_numpy().T
    unknown = unknown_cells(cells, groups) > 0
    rows_of = dict(list(completed.groupby("group")))
    pairs = []
    last = keys.drop_duplicates("position", keep="last")[["group", "position", "year"]].to_numpy(dtype=np.float64)
    for group, position, year in zip(*last.T.astype(int), strict=True):
        if np.isnan(value[group]):
            continue
        rows = rows_of[group]
        count = float(rows["holdings"].sum())
        withheld = rows["is_suppressed"].any() or unknown[group]
        if count < territories.min_units or (withheld and estimate == "drop"):
            continue
        is_bounded = rows["is_bounded"].all() and not unknown[group]
        curve = LorenzCurve(
            kind="holdings",
            year=_year(year),
            count=count,
            gini=float(value[group]),
            curve=_thin(*lorenz_curve(rows["area_ha"] / rows["holdings"], rows["holdings"])),
            gini_range=(float(low[group]), float(high[group])) if is_bounded else None,
            band=np.column_stack(lorenz_bounds(rows)) if is_bounded else None,
        )
        pairs.append((position, curve))
    return pairs


def _of_units(
    units: RankedSizes, territories: MeasuredTerritories, kind: str, year: int | None
) -> list[tuple[int, LorenzCurve]]:
    values, count = gini(units), units.count
    chosen = np.flatnonzero((count >= territories.min_units) & ~np.isnan(values))
    return [
        (
            int(territory),
            LorenzCurve(
                kind=kind,
                year=year,
                count=float(count[territory]),
                gini=float(values[territory]),
                curve=_thin(*lorenz_curve(units.size[start:stop], units.weight[start:stop])),
            ),
        )
        for territory, start, stop in zip(chosen, units.start[chosen], units.start[chosen + 1], strict=True)
    ]


def _thin(unit_share: FloatArray, size_share: FloatArray) -> FloatArray:
    """Leave out points that nobody would see: a territory can have a million parcels."""
    line = shapely.linestrings(unit_share, size_share)
    return np.asarray(shapely.get_coordinates(shapely.simplify(line, _TOLERANCE)))


def _year(value: float) -> int | None:
    return None if np.isnan(value) else int(value) or None
