"""Travel times from where people live to the nearest service of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.access.model import WALKING, Walking
from comarca.access.routes import quickest_routes, reasons
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.model import Origins
    from comarca.access.routable import RoutableNetwork


def services_of(services: gpd.GeoDataFrame, kinds: Sequence[str]) -> gpd.GeoDataFrame:
    """Take the services of some kinds.

    Parameters
    ----------
    services : geopandas.GeoDataFrame
        Schema ``services``; those beyond the border too.
    kinds : sequence of str
        The kinds.

    Returns
    -------
    geopandas.GeoDataFrame
        These services, numbered anew.
    """
    return services[services["kind"].isin(list(kinds))].reset_index(drop=True)


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
    """Compute the travel times to the nearest service of each kind, one pass per kind.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the services on them, as from `comarca.access.routable.routable_network`.
    kind_of : numpy.ndarray of str, shape (p,)
        Kind of each service.
    origins : Origins
        The demand points with their nearest roads.
    kinds : sequence of str
        Kinds to compute times to. A kind that no service is of has only gaps.
    demand_id : pandas.Series
        Identifiers of the demand points.
    walking : Walking, optional
        How people walk.
    edge_min : numpy.ndarray, shape (n,), optional
        Minutes from each demand point to where services are no longer known.

    Returns
    -------
    dict of str to pandas.DataFrame
        Kind -> rows indexed by ``demand_id`` with ``minutes`` and ``km`` (NaN where none can be reached), ``edge_min``
        (NaN if not given) and ``reason`` (`Flag` of a missing time).
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


def services_off_network(routable: RoutableNetwork, kind_of: NDArray[np.object_]) -> Check:
    """Report the services far from every road.

    Parameters
    ----------
    routable, kind_of
        As for `times_by_kind`.

    Returns
    -------
    Check
        Their number, and a row for each.
    """
    placed = routable.destinations
    off = np.flatnonzero(~placed.is_on_network)
    return Check(
        "services_off_network",
        "info",
        len(off),
        "",
        f"{len(off)} of {len(kind_of)} services are more than {placed.max_snap_km:g} km from every road.",
        [
            {"service_id": str(service), "kind": str(kind)}
            for service, kind in zip(placed.destination_id[off], kind_of[off], strict=True)
        ],
    )
