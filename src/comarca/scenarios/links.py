"""Which links of the road network matter: people who lose time when one is closed, by exact recomputation."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from comarca.access.model import WALKING
from comarca.access.routable import component_of, nearest_roads, origins_at, routable_network
from comarca.access.routes import find_targets, quickest_routes
from comarca.crs import geodesic_length_km
from comarca.errors import InputError
from comarca.roads.graph import reversed_graph
from comarca.roads.network import connected, without_edges
from comarca.roads.segments import NEVER, Tolls, toll_at
from comarca.sources.rows import choose_rows
from comarca.units import MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.landmasses import Landmasses
    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

logger = logging.getLogger(__name__)

#: Columns of the table of links; see `link_table`.
LINKS: Final = (
    "link", "name", "ref", "road_class", "length_km", "longitude", "latitude", "losing_persons", "cut_off_persons",
    "affected_persons", "mean_loss_min", "greatest_loss_min", "lost_person_hours",
)  # fmt: skip


class Closure(NamedTuple):
    """What the closure of a link does to the people.

    Attributes
    ----------
    losing_persons : float
        Those who lose more than the threshold, or reach nothing any more.
    cut_off_persons : float
        Those who reach nothing any more.
    affected_persons : float
        Those who lose any time.
    mean_loss_min, greatest_loss_min : float
        Loss of those who are affected and still reach a destination; NaN if nobody is.
    lost_person_hours : float
        Sum of their losses, for one way.
    """

    losing_persons: float
    cut_off_persons: float
    affected_persons: float
    mean_loss_min: float
    greatest_loss_min: float
    lost_person_hours: float


class LinkClosures:
    """Closes links of one network, one after the other.

    Parameters
    ----------
    linked : RoadNetwork
        The network with its connectors, before the destinations are put on it.
    destinations : geopandas.GeoDataFrame
        Points or areas with the column ``city_id``, EPSG:4326.
    chosen : numpy.ndarray of bool, shape (p,)
        Those that people want to reach.
    lon, lat : numpy.ndarray, shape (n,)
        Where people start, degrees.
    persons : numpy.ndarray, shape (n,)
        How many they are.
    walking : Walking, optional
        How people walk.
    max_snap_km : float, optional
        A point farther than this from every road is off the network.
    landmasses : Landmasses, optional
        Land that people walk on, where the network tells which landmass its roads are on; all land is one if not given.

    Notes
    -----
    Where a closure neither splits the network nor takes the road from a destination, only people whose way onwards
    takes longer can be affected: closing a link makes no way shorter, and who does not use it keeps theirs. Their
    routes are searched anew. Otherwise the network is built again without the link. Both give what a full run without
    the road gives.
    """

    def __init__(
        self,
        linked: RoadNetwork,
        destinations: gpd.GeoDataFrame,
        chosen: Booleans,
        lon: Floats,
        lat: Floats,
        persons: Floats,
        *,
        walking: Walking = WALKING,
        max_snap_km: float = 1.0,
        landmasses: Landmasses | None = None,
    ) -> None:
        self.linked, self.layer, self.chosen, self.persons = linked, destinations, chosen, persons
        self.lon, self.lat, self.walking, self.max_snap_km = lon, lat, walking, max_snap_km
        self.landmasses = landmasses
        self.routable = self._put(linked)
        self.origins = origins_at(self.routable, lon, lat, landmasses=landmasses)
        self.nearest = nearest_roads(self.routable, self.origins.point_m, self.origins.land).vertex
        self.targets = find_targets(self.routable, chosen)
        self.base = quickest_routes(self.routable, self.origins, chosen, walking=walking)

    def close(self, roads: Integers, *, loss_min: float) -> Closure:
        """Close roads together, and measure what people lose.

        Parameters
        ----------
        roads : numpy.ndarray of int
            Rows of the roads in the layer that the network was built from.
        loss_min : float
            Loss from which on people count as losing, minutes.

        Returns
        -------
        Closure
            The losses.
        """
        minutes = self.minutes_without(roads)
        loss = minutes - self.base.minutes
        was_reached = np.isfinite(self.base.minutes)
        is_cut = was_reached & ~np.isfinite(minutes)
        # Less than a thousandth of a second is rounding of sums.
        is_slower = was_reached & np.isfinite(minutes) & (np.nan_to_num(loss) > 1e-5)
        slower = self.persons[is_slower]
        hours = float((slower * loss[is_slower]).sum() / MIN_PER_HOUR)
        has_loss = bool(slower.sum() > 0)
        return Closure(
            losing_persons=float(self.persons[is_cut | (is_slower & (np.nan_to_num(loss) > loss_min))].sum()),
            cut_off_persons=float(self.persons[is_cut].sum()),
            affected_persons=float(self.persons[is_cut].sum() + slower.sum()),
            mean_loss_min=MIN_PER_HOUR * hours / float(slower.sum()) if has_loss else np.nan,
            greatest_loss_min=float(loss[is_slower][slower > 0].max()) if has_loss else np.nan,
            lost_person_hours=hours,
        )

    def minutes_without(self, roads: Integers) -> Floats:
        """Give the times from all points with roads closed.

        Parameters
        ----------
        roads : numpy.ndarray of int
            Rows of the roads.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Minutes; infinite where nothing is reached.
        """
        placed = self.routable.destinations
        network = placed.network
        closed = np.isin(network.edge_road, roads)
        kept = connected(without_edges(network, closed))
        if self._splits(network, kept) or self._loses_a_destination(kept):
            whole = self._put(connected(without_edges(self.linked, np.isin(self.linked.edge_road, roads))))
            origins = origins_at(whole, self.lon, self.lat, landmasses=self.landmasses)
            return quickest_routes(whole, origins, self.chosen, walking=self.walking).minutes
        shut = replace(
            network, edge_forward=network.edge_forward & ~closed, edge_backward=network.edge_backward & ~closed
        )
        routable = replace(self.routable, destinations=replace(placed, network=shut), graph=reversed_graph(shut))
        return self._again(routable, closed)

    def _again(self, routable: RoutableNetwork, closed: Booleans) -> Floats:
        """Search the routes anew of those whose way onwards takes longer, or whose nearest road is closed."""
        targets = find_targets(routable, self.chosen)
        by_road = self.base.vertex >= 0
        vertex, fraction = self.base.vertex[by_road], self.base.fraction[by_road]
        before, after = (toll_at(each.tolls, vertex, fraction).min(axis=0) for each in (self.targets, targets))
        edge = routable.destinations.network.vertex_edge
        again = np.zeros(len(self.persons), dtype=bool)
        again[by_road] = after > before
        on_closed = (self.nearest >= 0) & closed[edge[np.maximum(self.nearest, 0)]]
        rows = np.flatnonzero(again | on_closed)
        minutes = self.base.minutes.copy()
        if len(rows):
            origins = self._moved(routable, rows, on_closed[rows], closed)
            minutes[rows] = quickest_routes(routable, origins, self.chosen, walking=self.walking).minutes
        return minutes

    def _moved(self, routable: RoutableNetwork, rows: Integers, moves: Booleans, closed: Booleans) -> Origins:
        """Take some origins, those beside a closed road with the nearest road that stays."""
        toll = np.where(closed[routable.destinations.network.vertex_edge], NEVER, 0.0)
        taken = self.origins.take(rows)
        moved = taken.take(np.flatnonzero(moves))
        nearest = nearest_roads(routable, moved.point_m, moved.land, tolls=Tolls(toll, toll))
        distance_m, component = taken.distance_m.copy(), taken.component.copy()
        distance_m[moves], component[moves] = nearest.distance_m, component_of(routable, nearest)
        return replace(taken, distance_m=distance_m, component=component)

    def _put(self, network: RoadNetwork) -> RoutableNetwork:
        return routable_network(
            network,
            self.layer,
            identifier="city_id",
            walking=self.walking,
            max_snap_km=self.max_snap_km,
            landmasses=self.landmasses,
        )

    @staticmethod
    def _splits(network: RoadNetwork, kept: RoadNetwork) -> bool:
        """Tell whether a component falls apart, lone nodes of the closed road apart."""
        nodes = np.unique(np.concatenate([kept.edge_from, kept.edge_to]))
        old, new = network.node_component[nodes], kept.node_component[nodes]
        return len(np.unique(np.column_stack([old, new]), axis=0)) > len(np.unique(old))

    def _loses_a_destination(self, kept: RoadNetwork) -> bool:
        """Tell whether a node of a destination is left without any road."""
        has_road = np.zeros(len(kept.node_lon), dtype=bool)
        has_road[kept.edge_from] = has_road[kept.edge_to] = True
        return bool((~has_road[self.routable.destinations.node]).any())


def chosen_links(
    roads: gpd.GeoDataFrame, *, where: Mapping[str, Any], area: shapely.Geometry | None, by: str, key: str
) -> dict[str, Integers]:
    """Choose the roads that are closed in turn.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    where : mapping
        Conditions on the columns of the layer.
    area : shapely.Geometry or None
        Only roads that touch it.
    by : str
        Column whose values tell the links apart; roads without one are left out.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    dict
        Link -> rows of its roads, sorted by name.

    Raises
    ------
    InputError
        If no road fits.
    """
    rows = roads.reset_index(drop=True)
    chosen = rows.loc[choose_rows(rows, where, where=key)[0].index]
    if area is not None:
        chosen = chosen[shapely.intersects(area, chosen.geometry.to_numpy())]
    groups = chosen[chosen[by].notna()].groupby(by, sort=True).indices
    if not groups:
        raise InputError(key, got="no road that fits", expected=f"roads with a value in {by}")
    place = chosen[chosen[by].notna()].index.to_numpy()
    return {str(name): place[members] for name, members in groups.items()}


def link_table(
    roads: gpd.GeoDataFrame, links: Mapping[str, Integers], closures: LinkClosures, *, loss_min: float
) -> pd.DataFrame:
    """Rank links by the people who lose time when they close.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``, the layer that the network was built from.
    links : mapping
        Link -> rows of its roads, which close together.
    closures : LinkClosures
        The network.
    loss_min : float
        Loss from which on people count as losing, minutes.

    Returns
    -------
    pandas.DataFrame
        A row per link, `LINKS`; the one that most people lose by first, then by hours lost and name.
    """
    started = time.perf_counter()
    rows = []
    for link, members in links.items():
        part = roads.iloc[members]
        middle = shapely.centroid(shapely.union_all(part.geometry.to_numpy()))
        closure = closures.close(np.asarray(members, dtype=np.int64), loss_min=loss_min)
        facts = {"link": link, **{name: _first(part[name]) for name in ("name", "ref", "road_class")}}
        km = float(geodesic_length_km(part.geometry.to_numpy()).sum())
        rows.append({**facts, "length_km": km, "longitude": middle.x, "latitude": middle.y, **closure._asdict()})
    logger.info("%d links closed in %.1f s", len(links), time.perf_counter() - started)
    table = pd.DataFrame(rows, columns=list(LINKS))
    order = ["losing_persons", "lost_person_hours", "link"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _first(values: pd.Series) -> str:
    known = values.dropna().unique()
    return str(known[0]) if len(known) else ""
