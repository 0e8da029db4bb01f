"""Connectors in scenarios: none takes the place of a road that is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from comarca.results import Check
from comarca.roads.network import connected, without_edges

if TYPE_CHECKING:
    import geopandas as gpd

    from comarca.roads.network import RoadNetwork


def without_new_connectors(
    linked: RoadNetwork, lines: gpd.GeoDataFrame, base: gpd.GeoDataFrame
) -> tuple[RoadNetwork, Check]:
    """Take out connectors that the base does not have, but for those to cities.

    Connectors stand for gaps of the data. Where a scenario closes a bridge, none may take its place.

    Parameters
    ----------
    linked : RoadNetwork
        The network of the scenario with its connectors.
    lines, base : geopandas.GeoDataFrame
        Layer ``connectors`` of the scenario, and of the base.

    Returns
    -------
    network : RoadNetwork
        Without them.
    check : Check
        What was taken out.
    """
    is_known = np.isin(shapely.to_wkb(lines.geometry.to_numpy()), shapely.to_wkb(base.geometry.to_numpy()))
    new = lines[~is_known & (lines["kind"] != "city").to_numpy()]
    rows = [{"kind": str(k), "length_km": float(km)} for k, km in zip(new["kind"], new["length_km"], strict=True)]
    message = f"{len(new)} connectors that the base does not have would join what the scenario cuts off; none is drawn."
    check = Check("new_connectors", "info", len(new), "", message, rows[:20])
    if new.empty:
        return linked, check
    is_connector = np.flatnonzero(linked.edge_road < 0)
    middle = [linked.edge_start[is_connector], linked.edge_start[is_connector + 1] - 1]
    lon, lat = (values[middle].mean(axis=0) for values in (linked.vertex_lon, linked.vertex_lat))
    near = shapely.dwithin(shapely.points(lon, lat), shapely.union_all(new.geometry.to_numpy()), 1e-7)
    drop = np.zeros(len(linked.edge_from), dtype=bool)
    drop[is_connector[near]] = True
    return connected(without_edges(linked, drop)), check
