"""Bands of the diversity of the local economy: kinds that were not seen, and the chance of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.measures.coverage import bootstrap_entropy
from comarca.polygons import territory_of
from comarca.uncertainty.bands import LEVEL, Band, Method, bounds

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_SHANNON: Final = "economy_shannon_index"
_EFFECTIVE: Final = "economy_effective_category_index"
_RESAMPLES: Final = 200


def diversity_bands(
    economy: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, published: pd.DataFrame, *, seed: int
) -> list[Band]:
    """Take mapped establishments for a sample of all there are.

    Parameters
    ----------
    economy, territories : geopandas.GeoDataFrame
        Layers of these names.
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.
    seed : int
        Seed of the samples.

    Returns
    -------
    list of Band
        From the 5th to the 95th percentile of 200 samples drawn anew, see `comarca.measures.coverage`; the published
        index, of what is mapped alone, lies at the low end.
    """
    names = [name for name in (_SHANNON, _EFFECTIVE) if name in published]
    if not names:
        return []
    places = territories.sort_values("territory_id", ignore_index=True)
    owner = territory_of(economy.geometry.to_numpy(), places)
    kind = (economy["sector"] + "=" + economy["category"]).to_numpy(dtype=object)
    low, high = (np.full(len(published), np.nan) for _ in range(2))
    generator = np.random.default_rng(seed)
    row_of = published.index.get_indexer(places["territory_id"])
    has_value = published[names].notna().any(axis=1).to_numpy()
    for number in np.unique(owner[owner >= 0]):
        if has_value[row := row_of[number]]:
            _, counts = np.unique(kind[owner == number].astype(str), return_counts=True)
            drawn = bootstrap_entropy(counts, resamples=_RESAMPLES, generator=generator)
            low[row], high[row] = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    sides = {_SHANNON: (low, high), _EFFECTIVE: (np.exp(low), np.exp(high))}
    return [bounds(name, Method.BOOTSTRAP, published[name], *sides[name]) for name in names]
