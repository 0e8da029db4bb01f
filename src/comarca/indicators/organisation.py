"""State and organisations: offices of the State, cooperatives and associations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import require_storage_crs
from comarca.polygons import territory_of
from comarca.population.people import people_by_territory
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

#: Kind of organisation -> values of the OSM key ``office``.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "public_office": ("government", "administrative", "public_service"),
    "cooperative": ("cooperative", "association"),
}


def compute(
    *,
    territories: gpd.GeoDataFrame,
    economy: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Count offices of the State, and cooperatives and associations.

    Parameters
    ----------
    economy : geopandas.GeoDataFrame
        Points with the columns ``sector`` and ``category``, EPSG:4326.

    Returns
    -------
    Indicators
        A kind that is found in no territory is not mapped, and its columns are missing (flag ``not_mapped``).
    """
    require_storage_crs(territories, name="layer territories")
    require_storage_crs(economy, name="layer economy")
    places = territories.sort_values("territory_id", ignore_index=True)
    index = pd.Index(places["territory_id"], name="territory_id")
    offices = economy[economy["sector"] == "office"]
    owner = territory_of(offices.geometry.to_numpy(), places)
    persons = pd.Series(np.nan, index) if demand is None else people_by_territory(demand, index)
    nobody = np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION)
    values = pd.DataFrame(index=index)
    reasons: dict[str, pd.Series] = {}
    for kind, categories in KINDS.items():
        chosen = owner[offices["category"].isin(categories).to_numpy() & (owner >= 0)]
        count = np.bincount(chosen, minlength=len(index)) if len(chosen) else np.full(len(index), np.nan)
        values[f"{kind}_count"] = count.astype(float)
        name = f"{kind}_density_per_10000persons"
        values[name] = 10_000 * values[f"{kind}_count"] / persons.where(persons > 0)
        reasons[name] = pd.Series(np.where(np.isnan(count), Flag.NOT_MAPPED, nobody), index)
    found = {kind: int(np.nansum(values[f"{kind}_count"])) for kind in KINDS}
    message = f"{found['public_office']} offices of the State and {found['cooperative']} cooperatives and associations."
    check = Check("organisations", "info", sum(found.values()), "", message)
    wanted = [column.name for column in columns]
    return Indicators(values, explain(values, Flag.NOT_MAPPED, **reasons), [check]).select(wanted)
