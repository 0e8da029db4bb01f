"""Which components and cities of a region are joined to its road network by connectors, and what stays apart."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.access.landmasses import Landmasses
from comarca.crs import geocentric_m, require_storage_crs
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.roads.connectors import link_cities, link_components, link_gaps, main_component
from comarca.roads.foot_links import link_on_foot
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import index_segments
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from comarca.roads.connectors import Linking
    from comarca.roads.network import RoadNetwork
    from comarca.roads.segments import SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


def link_network(
    network: RoadNetwork,
    cities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame,
    *,
    intervals: Sequence[tuple[float, float | None]],
    linking: Linking,
    max_snap_km: float,
    is_ferry: Booleans | None = None,
    water: NDArray[np.object_] | None = None,
) -> tuple[RoadNetwork, gpd.GeoDataFrame, list[Check]]:
    """Join loose components and cities of a region to its road network.

    Parameters
    ----------
    network : RoadNetwork
        The network of the roads.
    cities, demand, territories : geopandas.GeoDataFrame
        Layers of these names, EPSG:4326. Cities outside the territories are left as they are: what the edge of the data
        cuts off is no gap.
    intervals : sequence of tuple
        Classes of cities by inhabitants; smaller places are no cities.
    linking : Linking
        How connectors are drawn.
    max_snap_km : float
        A city is reached by any road within this distance.
    is_ferry : numpy.ndarray of bool, optional
        Roads of the layer that the network was built from that are ferries; needed where there are any.
    water : numpy.ndarray of shapely geometries, optional
        Areas that nobody walks over, EPSG:4326.

    Returns
    -------
    network : RoadNetwork
        The network with the connectors, and the landmass of each vertex if the territories are of more than one.
    connectors : geopandas.GeoDataFrame
        Layer ``connectors``.
    checks : list of Check
        What was drawn, the cities that the main component still does not reach, the people on other components.

    Notes
    -----
    A city is a disc of ``linking.city_density_persons_per_km2``: a road within it reaches the city, over a connector to
    its point where it passes farther off than `max_snap_km`. Cities above the smallest class are joined up to
    ``linking.max_km`` away from every road. What is still loose, and ferries without a road at a pier, are joined
    on foot up to ``linking.walk_m`` where no mapped water lies between. No connector leads from one landmass of the
    territories to another.
    """
    for name, layer in (("cities", cities), ("demand", demand), ("territories", territories)):
        require_storage_crs(layer, name=name)
    cities = _cities_inside(cities, territories, least=min(low for low, _ in intervals))
    landmasses = Landmasses.of(territories.geometry.to_numpy())
    if landmasses.number.max(initial=0) > 0:
        land = landmasses.number_at(network.vertex_lon, network.vertex_lat)
        network = replace(network, vertex_land=land.astype(np.int32))
    land = landmasses.number_at(cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy())
    crossings = np.append(np.zeros(0, dtype=bool) if is_ferry is None else is_ferry, False)  # connectors are road -1

    def on_ferry(network: RoadNetwork) -> Booleans:
        return crossings[network.edge_road] if len(crossings) > 1 else np.zeros(len(network.edge_road), dtype=bool)

    network, gaps = link_gaps(network, linking, is_ferry=on_ferry(network))
    network, components = link_components(
        network,
        _components_that_matter(network, cities, demand, linking, max_snap_km),
        linking,
        is_ferry=on_ferry(network),
    )
    second = sorted(low for low, _ in intervals)[1:2] or [np.inf]
    persons = cities["population_persons"].to_numpy(dtype=float)
    reach_km = np.where(persons >= second[0], np.maximum(linking.max_km, linking.radius_km(persons)), 0.0)
    reach_km = np.maximum(reach_km, linking.radius_km(persons))
    network, links = link_cities(
        network,
        cities,
        linking,
        max_snap_km=max_snap_km,
        reach_km=reach_km,
        land=land,
        is_ferry=on_ferry(network),
    )
    network, walks = link_on_foot(
        network,
        linking,
        is_ferry=on_ferry(network),
        is_blocked=partial(_is_over_water, water=water, territories=territories),
    )
    index = _all_segments(network)
    connectors = gpd.GeoDataFrame(pd.concat([gaps, components, links, walks], ignore_index=True), crs=demand.crs)
    return network, connectors, [
        _drawn(connectors), _apart(network, index, cities, max_snap_km=max_snap_km),
        _pieces(network, index, demand, linking),
    ]  # fmt: skip


def nearest_component(
    network: RoadNetwork, lon: Floats, lat: Floats, *, reach_km: Floats | float, index: SegmentIndex | None = None
) -> Integers:
    """Find the component of the road nearest to each point.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    lon, lat : numpy.ndarray, shape (n,)
        Points, degrees.
    reach_km : numpy.ndarray, shape (n,), or float
        Farther roads do not count.
    index : SegmentIndex, optional
        All segments of the network, where they are asked more than once.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Number of the component; -1 where no road is within reach.
    """
    nearest = cheapest_segment(
        _all_segments(network) if index is None else index,
        geocentric_m(lon, lat),
        reach_m=np.broadcast_to(np.asarray(reach_km, dtype=float) * M_PER_KM, np.shape(lon)),
    )
    component = np.full(len(lon), -1, dtype=np.int64)
    has_road = nearest.vertex >= 0
    component[has_road] = network.component_at(nearest.vertex[has_road])
    return component


def _all_segments(network: RoadNetwork) -> SegmentIndex:
    is_first = np.ones(len(network.vertex_lon), dtype=bool)
    is_first[network.edge_start[1:] - 1] = False
    return index_segments(network.vertex_lon, network.vertex_lat, np.flatnonzero(is_first))


def _cities_inside(cities: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, least: float) -> gpd.GeoDataFrame:
    chosen = cities[cities["population_persons"] >= least]
    is_inside = territory_of(chosen.geometry.to_numpy(), territories) >= 0
    inside: gpd.GeoDataFrame = chosen[is_inside].sort_values("city_id").reset_index(drop=True)
    return inside.set_geometry(gpd.GeoSeries(shapely.point_on_surface(inside.geometry.to_numpy()), crs=inside.crs))


def _components_that_matter(
    network: RoadNetwork, cities: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, linking: Linking, max_snap_km: float
) -> pd.Series:
    """Name the components that hold cities, or people enough."""
    points, index = cities.geometry, _all_segments(network)
    of_city = nearest_component(network, points.x.to_numpy(), points.y.to_numpy(), reach_km=max_snap_km, index=index)
    by_city = pd.Series(cities["city_name"].to_numpy(), index=of_city).groupby(level=0).agg(", ".join)
    of_people = nearest_component(
        network, demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy(), reach_km=linking.max_km, index=index
    )
    persons = demand["population_persons"].fillna(0).groupby(of_people).sum()
    many = persons[persons >= linking.min_persons].round().astype(int).map("{} persons".format)
    names = by_city.combine_first(many)
    return names[names.index >= 0].sort_index()


def _drawn(connectors: gpd.GeoDataFrame) -> Check:
    rows: list[dict[str, Any]] = [
        {
            "kind": row.kind,
            "name": None if pd.isna(row.name_) else row.name_,
            "km": round(row.length_km, 3),
            "longitude": round(x, 5),
            "latitude": round(y, 5),
        }
        for row, (x, y) in zip(
            connectors.rename(columns={"name": "name_"}).itertuples(),
            shapely.get_coordinates(shapely.get_point(connectors.geometry.to_numpy(), 0)),
            strict=True,
        )
    ]
    total_km = float(connectors["length_km"].sum())
    counts = connectors["kind"].value_counts()
    words = ", ".join(f"{counts.get(kind, 0)} {text}" for kind, text in _KINDS.items())
    is_long = bool((connectors["kind"] != "gap").any())
    return Check(
        "connectors", "warn" if is_long else "pass", len(connectors), "none but over gaps",
        f"{len(connectors)} straight connectors, {total_km:.1f} km in all, join what the road data leave apart: "
        f"{words}. Times over them are estimates.",
        rows,
    )  # fmt: skip


def _is_over_water(
    lines: NDArray[np.object_], *, water: NDArray[np.object_] | None, territories: gpd.GeoDataFrame
) -> Booleans:
    """Tell which lines meet mapped water, or leave the land of the territories and come back to it."""
    is_blocked = np.zeros(len(lines), dtype=bool)
    if water is not None and len(water):
        is_blocked[shapely.STRtree(lines).query(water, predicate="intersects")[1]] = True
    first, middle, last = (
        territory_of(shapely.line_interpolate_point(lines, share, normalized=True), territories) >= 0
        for share in (0.0, 0.5, 1.0)
    )
    return np.asarray(is_blocked | (first & last & ~middle))


def _pieces(network: RoadNetwork, index: SegmentIndex, demand: gpd.GeoDataFrame, linking: Linking) -> Check:
    """Report the people whose nearest road is on another component than the main one, the largest pieces by name."""
    points = demand.geometry
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    component = nearest_component(network, lon, lat, reach_km=linking.max_km, index=index)
    persons = demand["population_persons"].fillna(0).groupby(component).sum()
    apart = persons[(persons.index >= 0) & (persons.index != main_component(network)) & (persons > 0)]
    apart = apart.sort_values(ascending=False, kind="stable")
    share = float(apart.sum() / persons.sum()) if persons.sum() else 0.0
    rows: list[dict[str, Any]] = []
    for number, people in apart.head(20).items():
        node = int(np.flatnonzero(network.node_component == number)[0])
        rows.append(
            {
                "persons": round(float(people), 1),
                "km": round(float(network.component_km[number]), 3),
                "longitude": round(float(network.node_lon[node]), 5),
                "latitude": round(float(network.node_lat[node]), 5),
            }
        )
    return Check(
        "people_on_loose_roads_share", "warn" if share > 0.01 else "pass", round(share, 6), "at most 1 % of the people",
        f"{apart.sum():,.0f} people live at {len(apart)} pieces of road that do not join the main network, by road, "
        f"ferry or a walk of {linking.walk_m:g} m: islands, or gaps in the map.",
        rows,
    )  # fmt: skip


_KINDS = {"gap": "over gaps", "component": "to loose components", "city": "to cities off the roads", "foot": "on foot"}


def _apart(network: RoadNetwork, index: SegmentIndex, cities: gpd.GeoDataFrame, *, max_snap_km: float) -> Check:
    points = cities.geometry
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    component = nearest_component(network, lon, lat, reach_km=max_snap_km, index=index)
    main = main_component(network)
    is_apart = (component != main) | (component < 0)
    rows = [
        {
            "city_id": city_id,
            "city_name": name,
            "population_persons": None if np.isnan(persons) else int(persons),
            "reason": "off the network" if number < 0 else "on a component of its own",
        }
        for city_id, name, persons, number in sorted(
            zip(
                cities["city_id"][is_apart], cities["city_name"][is_apart],
                cities["population_persons"][is_apart].astype(float), component[is_apart], strict=True,
            ),
            key=lambda row: (-row[2], row[0]),
        )
    ]  # fmt: skip
    return Check(
        "cities_apart", "fail" if rows else "pass", len(rows), "none",
        f"{len(rows)} of {len(cities)} cities inside the region cannot be reached over the main component of the road "
        "network: islands without a ferry, or roads that the data lack.",
        rows,
    )  # fmt: skip
