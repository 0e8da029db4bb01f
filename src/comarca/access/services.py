"""Travel times from where people live to the nearest service of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from comarca.access.model import WALKING, Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.access.routes import quickest_routes, reasons
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.model import Origins
    from comarca.roads.network import RoadNetwork


class ServiceTimes(NamedTuple):
    """Travel times to services.

    Attributes
    ----------
    times : dict of str to pandas.DataFrame
        Kind -> rows indexed by ``demand_id`` with ``minutes`` and ``km`` (NaN where none can be reached), ``edge_min``
        (to where services are no longer known, NaN if not given) and ``reason`` (`Flag` of a missing time).
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
    origins: Origins | None = None,
    walking: Walking = WALKING,
    max_snap_km: float = 1.0,
    edge_min: NDArray[np.float64] | None = None,
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
    origins : Origins, optional
        The demand points with their nearest roads, in the order of `demand`; found if not given.
    walking : Walking, optional
        How people walk.
    max_snap_km : float, optional
        A service farther than this from every road is reached on foot only.
    edge_min : numpy.ndarray, shape (n,), optional
        Minutes from each demand point to where services are no longer known.

    Returns
    -------
    ServiceTimes
        Times and checks.

    Raises
    ------
    CRSError
        If demand is not in EPSG:4326.
    """
    used = services[services["kind"].isin(list(kinds))].reset_index(drop=True)
    routable = routable_network(network, used, identifier="service_id", walking=walking, max_snap_km=max_snap_km)
    origins = demand_origins(routable, demand) if origins is None else origins
    index = pd.Index(demand["demand_id"], name="demand_id")
    times = {}
    for kind in kinds:
        chosen = (used["kind"] == kind).to_numpy()
        route = quickest_routes(routable, origins, chosen, walking=walking)
        columns = {
            "minutes": np.where(route.is_reached, route.minutes, np.nan),
            "km": route.km,
            "edge_min": np.full(len(index), np.nan) if edge_min is None else edge_min,
            "reason": pd.array(reasons(route, chosen), dtype="str"),
        }
        times[kind] = pd.DataFrame(columns, index=index)
    off = used[~routable.destinations.is_on_network]
    check = Check(
        "services_off_network",
        "info",
        len(off),
        "",
        f"{len(off)} of {len(used)} services are more than {max_snap_km:g} km from every road.",
        [{"service_id": row.service_id, "kind": row.kind} for row in off.itertuples()],
    )
    return ServiceTimes(times, [check])
