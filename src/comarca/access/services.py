"""Travel times from where people live to the nearest service of each kind, by the engine that serves cities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from comarca.access.model import Walking
from comarca.access.quickest import access_network, quickest_access, start_points
from comarca.crs import require_storage_crs
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.roads.network import RoadNetwork


class ServiceTimes(NamedTuple):
    """Travel times to services.

    Attributes
    ----------
    times : dict of str to pandas.DataFrame
        Kind -> rows indexed by ``demand_id`` with ``minutes`` and ``km`` (NaN where none can be reached) and
        ``reason`` (`Flag` of a missing time).
    checks : list of Check
        Services far from every road.
    """

    times: dict[str, pd.DataFrame]
    checks: list[Check]


def service_travel_times(
    network: RoadNetwork,
    services: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    kinds: Sequence[str],
    walking: Walking = Walking(),
    max_snap_km: float = 1.0,
) -> ServiceTimes:
    """Compute the travel times from demand points to the nearest service of each kind, one pass per kind.

    Parameters
    ----------
    network : RoadNetwork
        The roads.
    services : geopandas.GeoDataFrame
        Schema ``services``; those beyond the border too.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    kinds : sequence of str
        Kinds to compute times to. A kind that no service is of has only gaps.
    walking : Walking, optional
        How people walk.
    max_snap_km : float, optional
        A service farther than this from every road is reached on foot only.

    Returns
    -------
    ServiceTimes
        Times and checks.

    Raises
    ------
    CRSError
        If demand is not in EPSG:4326.
    """
    require_storage_crs(demand, name="demand")
    wanted = services[services["kind"].isin(list(kinds))].reset_index(drop=True)
    ready = access_network(network, wanted, walking=walking, max_snap_km=max_snap_km)
    starts = start_points(ready, demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy())
    index = pd.Index(demand["demand_id"], name="demand_id")
    times = {}
    for kind in kinds:
        way = quickest_access(ready, starts, (wanted["kind"] == kind).to_numpy(), walking=walking)
        columns = {"minutes": way.minutes, "km": way.km, "reason": pd.array(way.reason, dtype="str")}
        times[kind] = pd.DataFrame(columns, index=index)
    off = wanted[~ready.destinations.is_on_network]
    check = Check(
        "services_off_network",
        "info",
        len(off),
        "",
        f"{len(off)} of {len(wanted)} services are more than {max_snap_km:g} km from every road.",
        [{"service_id": row.service_id, "kind": row.kind} for row in off.head(20).itertuples()],
    )
    return ServiceTimes(times, [check])
