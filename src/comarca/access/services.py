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

    from comarca.access.landmasses import Landmasses
    from comarca.access.model import Origins
    from comarca.access.routable import RoutableNetwork
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
    landmasses: Landmasses | None = None,
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
    landmasses : Landmasses, optional
        As for `comarca.access.routable.routable_network`.

    Returns
    -------
    ServiceTimes
        Times and checks.

    Raises
    ------
    CRSError
        If demand is not in EPSG:4326.
    """
    routable, kind_of = service_network(
        network, services, kinds=kinds, walking=walking, max_snap_km=max_snap_km, landmasses=landmasses
    )
    origins = demand_origins(routable, demand, landmasses=landmasses) if origins is None else origins
    times = times_by_kind(
        routable, kind_of, origins, kinds=kinds, demand_id=demand["demand_id"], walking=walking, edge_min=edge_min
    )
    off = np.flatnonzero(~routable.destinations.is_on_network)
    names = zip(routable.destinations.destination_id[off], kind_of[off], strict=True)
    check = Check(
        "services_off_network",
        "info",
        len(off),
        "",
        f"{len(off)} of {len(kind_of)} services are more than {max_snap_km:g} km from every road.",
        [{"service_id": str(service), "kind": str(kind)} for service, kind in names],
    )
    return ServiceTimes(times, [check])


def service_network(
    network: RoadNetwork,
    services: gpd.GeoDataFrame,
    *,
    kinds: Sequence[str],
    walking: Walking = WALKING,
    max_snap_km: float = 1.0,
    landmasses: Landmasses | None = None,
) -> tuple[RoutableNetwork, NDArray[np.object_]]:
    """Put the services of some kinds on the roads.

    Parameters
    ----------
    network, services, kinds, walking, max_snap_km, landmasses
        As for `service_travel_times`.

    Returns
    -------
    routable : RoutableNetwork
        The roads with the services on them.
    kind_of : numpy.ndarray of str, shape (p,)
        Kind of each service.
    """
    used = services[services["kind"].isin(list(kinds))].reset_index(drop=True)
    routable = routable_network(
        network, used, identifier="service_id", walking=walking, max_snap_km=max_snap_km, landmasses=landmasses
    )
    return routable, used["kind"].to_numpy(dtype=object)


def times_by_kind(
    routable: RoutableNetwork,
    kind_of: NDArray[np.object_],
    origins: Origins,
    *,
    kinds: Sequence[str],
    demand_id: pd.Series,
    walking: Walking = WALKING,
    edge_min: NDArray[np.float64] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compute the travel times to the nearest service of each kind.

    Parameters
    ----------
    routable, kind_of
        What `service_network` gave.
    origins : Origins
        The demand points with their nearest roads.
    kinds : sequence of str
        Kinds to compute times to.
    demand_id : pandas.Series
        Identifiers of the demand points.
    walking : Walking, optional
        How people walk.
    edge_min : numpy.ndarray, shape (n,), optional
        As for `service_travel_times`.

    Returns
    -------
    dict
        As in `ServiceTimes`.
    """
    index = pd.Index(demand_id, name="demand_id")
    times = {}
    for kind in kinds:
        chosen = kind_of == kind
        route = quickest_routes(routable, origins, chosen, walking=walking)
        columns = {
            "minutes": np.where(route.is_reached, route.minutes, np.nan),
            "km": route.km,
            "edge_min": np.full(len(index), np.nan) if edge_min is None else edge_min,
            "reason": pd.array(reasons(route, chosen), dtype="str"),
        }
        times[kind] = pd.DataFrame(columns, index=index)
    return times
