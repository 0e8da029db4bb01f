"""Schools, clinics, banks and other services: how many there are, and how long people take to the nearest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.access.edge import EDGE_SHARE
from comarca.crs import require_storage_crs
from comarca.polygons import territory_of
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain, join_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.registry.columns import TableColumn


def compute(
    *,
    territories: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    service_times: Mapping[str, pd.DataFrame] | None = None,
    kinds: Sequence[str],
    columns: Sequence[TableColumn],
) -> Indicators:
    """Count services by kind, per person, and the mean travel time to the nearest.

    Parameters
    ----------
    services : geopandas.GeoDataFrame
        Layer ``services``, EPSG:4326.
    service_times : mapping of str to pandas.DataFrame, optional
        Kind -> table indexed by ``demand_id`` with the columns ``minutes`` (NaN where none can be reached) and
        ``edge_min`` (to where services are no longer known).
    kinds : sequence of str
        Kinds of services to report on.

    Returns
    -------
    Indicators
        No service is 0; a kind that is found in no territory is not mapped, and its columns are missing (flag
        ``not_mapped``).

    Notes
    -----
    A service on a border belongs to the territory with the lowest code among those that it touches.
    """
    require_storage_crs(territories, name="layer territories")
    require_storage_crs(services, name="layer services")
    places = territories.sort_values("territory_id")
    index = pd.Index(places["territory_id"], name="territory_id")
    wanted = services[services["kind"].isin(list(kinds))]
    owner = territory_of(wanted.geometry.to_numpy(), places)
    counts = {kind: _count(owner[wanted["kind"] == kind], index) for kind in kinds}
    parts = [_counts(counts, index, [_outside_check(wanted["kind"], owner)])]
    if demand is not None:
        parts.append(_per_person(counts, people_by_territory(demand, index)))
    if demand is not None and service_times is not None:
        parts += [_time(kind, service_times.get(kind), demand, index) for kind in kinds]
    return join_parts(parts, index).select([column.name for column in columns])


def _count(owner: NDArray[np.intp], index: pd.Index) -> pd.Series:
    """Count points by territory; NaN everywhere if no territory has any."""
    count = np.bincount(owner[owner >= 0], minlength=len(index))
    return pd.Series(count if count.any() else np.nan, index, dtype=float)


def _counts(counts: Mapping[str, pd.Series], index: pd.Index, checks: list[Check]) -> Indicators:
    values = pd.DataFrame({f"{kind}_count": count for kind, count in counts.items()}, index=index)
    return Indicators(values, explain(values, Flag.NOT_MAPPED), checks)


def _per_person(counts: Mapping[str, pd.Series], persons: pd.Series) -> Indicators:
    nobody = pd.Series(np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION), persons.index)
    values, reasons = {}, {}
    for kind, count in counts.items():
        name = f"{kind}_density_per_10000persons"
        values[name] = 10_000 * count / persons.where(persons > 0)
        reasons[name] = nobody.where(count.notna(), Flag.NOT_MAPPED)
    frame = pd.DataFrame(values, index=persons.index)
    return Indicators(frame, explain(frame, Flag.NOT_MAPPED, **reasons))


def _time(kind: str, times: pd.DataFrame | None, demand: gpd.GeoDataFrame, index: pd.Index) -> Indicators:
    """Mean time over those who reach a service of the kind, and the share of those who reach none."""
    time, edge_min = (
        demand["demand_id"].map(pd.Series(dtype=float) if times is None else times[name]).to_numpy(dtype=float)
        for name in ("minutes", "edge_min")
    )
    mean, share = f"time_{kind}_mean_min", f"unreachable_{kind}_population_share"
    is_mapped = not np.isnan(time).all()
    values = pd.DataFrame({mean: mean_over_people(demand, time, index)})
    values[share] = mean_over_people(demand, np.isnan(time) if is_mapped else time, index)
    persons = people_by_territory(demand, index)
    reason = np.select([persons.isna(), persons == 0], [Flag.NO_DEMAND, Flag.NO_POPULATION], Flag.UNREACHABLE)
    if not is_mapped:
        reason = np.full(len(index), Flag.NOT_MAPPED)
    flags = explain(values, Flag.UNREACHABLE, **dict.fromkeys((mean, share), pd.Series(reason, index)))
    edge_nearer = mean_over_people(demand, edge_min < np.where(np.isnan(time), np.inf, time), index)
    is_biased = values.notna().mul(edge_nearer > EDGE_SHARE, axis=0)
    return Indicators(values, flags.mask(is_biased, Flag.BORDER_BIAS.value))


def _outside_check(kind: pd.Series, owner: NDArray[np.intp]) -> Check:
    outside = kind[owner < 0].value_counts()
    return Check(
        name="services_outside",
        status="info",
        value=int(outside.sum()),
        threshold="",
        message=f"{outside.sum()} of {len(kind)} services lie outside all territories and are not counted.",
        rows=[{"kind": str(name), "services": int(count)} for name, count in outside.items()],
    )
