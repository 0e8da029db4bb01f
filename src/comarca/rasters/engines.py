"""Sums of a raster held against a second program, for a sample of territories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.rasters.bands import OpenRaster, Raster, open_raster, zones_on
from comarca.rasters.by_centre import sums_with_border
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

#: Largest window, in cells, of a territory that is recomputed: rasterstats holds it in memory.
_MOST_CELLS: Final = 30_000_000
#: Rounding, and the areas of cells taken from a lattice, relative to the sum.
_ROUNDING: Final = 1e-3


def engines_check(
    raster: Raster,
    territories: gpd.GeoDataFrame,
    sums: pd.Series,
    *,
    name: str,
    classes: Collection[int] | None = None,
    sample: int = 20,
    seed: int = 1,
) -> Check:
    """Recompute a sample of territories with rasterstats, and compare.

    Parameters
    ----------
    raster : Raster
        The raster that was summed.
    territories : geopandas.GeoDataFrame
        The territories it was summed over.
    sums : pandas.Series
        The sums of the run, indexed by ``territory_id``; missing ones count as 0.
    name : str
        What is summed, in snake_case.
    classes : collection of int, optional
        The sums are areas (ha) of these classes of the raster, instead of its values.
    sample : int, default 20
        Territories that are recomputed; all if there are fewer.
    seed : int, default 1
        Seed of their choice.

    Returns
    -------
    Check
        Its value is the largest difference over its bound. The bound of a territory is what the cells on its border
        hold, plus 0.1 % of its sum: rasterstats counts a cell for the territory that holds its centre, exactextract by
        the part inside, so they agree on all other cells. ``fail`` above 1. The rows give both sums and the bound.
    """
    with open_raster(raster) as grid:
        zones = zones_on(grid, territories)
        chosen = _sample(grid, zones, sample, seed)
        second, border = sums_with_border(grid, zones.geometry.to_numpy()[chosen], classes=classes)
    ids = zones["territory_id"].to_numpy()[chosen]
    first = sums.reindex(ids).fillna(0.0).to_numpy(dtype=float)
    bound = border + _ROUNDING * np.maximum(np.abs(first), np.abs(second))
    difference = np.abs(first - second)
    share = np.divide(difference, bound, out=np.where(difference > 0, np.inf, 0.0), where=bound > 0)
    total = np.abs(first).sum()
    relative = difference.sum() / total if total > 0 else float(difference.any())
    return Check(
        name=f"{name}_engines",
        status="pass" if (share <= 1).all() else "fail",
        value=float(share.max(initial=0.0)),
        threshold="no difference above what the cells on the territory's border hold, plus 0.1 %",
        message=f"{len(ids)} of {len(zones)} territories were summed again with rasterstats, which counts whole cells "
        f"by their centre: {name.replace('_', ' ')} differs by {relative:.2%} on average.",
        rows=[
            {"territory_id": str(key), "sum": one, "rasterstats": other, "bound": limit}
            for key, one, other, limit in zip(ids, first.tolist(), second.tolist(), bound.tolist(), strict=True)
        ],
    )


def _sample(grid: OpenRaster, zones: gpd.GeoDataFrame, sample: int, seed: int) -> NDArray[np.intp]:
    """Positions of the territories that are recomputed, among those whose window fits into memory."""
    cells = np.array([np.prod(grid.window(bounds)[2:]) for bounds in zones.bounds.to_numpy()], dtype=float)
    fits = np.flatnonzero(cells <= _MOST_CELLS)
    fits = fits[np.argsort(zones["territory_id"].to_numpy()[fits], kind="stable")]
    return np.sort(np.random.default_rng(seed).choice(fits, min(sample, len(fits)), replace=False))
