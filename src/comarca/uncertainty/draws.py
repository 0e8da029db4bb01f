"""Seeded draws of what travel times rest on: the speed of each class of road, and how far walks go round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

from comarca.roads.graph import reversed_graph
from comarca.roads.surfaces import base_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from comarca.access.model import Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]

#: Speeds and detours are drawn within this share of their value.
SPREAD: Final = 0.2
#: Class of the edges that belong to no road: connectors.
_CONNECTOR: Final = "connector"


@dataclass(frozen=True)
class Draw:
    """One draw.

    Attributes
    ----------
    speed_factor : numpy.ndarray, shape (e,)
        Drawn speed of each edge over that of the table; edges of one class have one factor.
    walking : Walking
        How people walk, with the drawn detour.
    """

    speed_factor: Floats
    walking: Walking


def edge_classes(network: RoadNetwork, road_class: pd.Series) -> NDArray[np.object_]:
    """Name the class of each edge; links count as the road they lead to.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    road_class : pandas.Series of str
        Class of each road of the layer that it was built from.

    Returns
    -------
    numpy.ndarray of str, shape (e,)
        ``connector`` where the edge belongs to no road.
    """
    names = np.array([*base_class(road_class), _CONNECTOR], dtype=object)
    return names[network.edge_road]


def sample(count: int, dimensions: int, *, seed: int) -> Floats:
    """Draw factors evenly between 1 - `SPREAD` and 1 + `SPREAD`.

    Parameters
    ----------
    count, dimensions : int
        Number of draws, and of what is drawn at once.
    seed : int
        Seed of the generator.

    Returns
    -------
    numpy.ndarray, shape (count, dimensions)
        A Latin hypercube sample: each dimension has one draw in each of `count` equal intervals (McKay, Beckman and
        Conover 1979, doi:10.1080/00401706.1979.10489755), so few draws cover the whole range.
    """
    unit = scipy.stats.qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(count)
    return np.asarray(1 + SPREAD * (2 * unit - 1))


def factors_by_edge(classes: Sequence[str], factors: Floats, edge_class: NDArray[np.object_]) -> Floats:
    """Give each edge the factor of its class.

    Parameters
    ----------
    classes : sequence of str
        Classes in sorted order.
    factors : numpy.ndarray, shape (len(classes),)
        Factor of each.
    edge_class : numpy.ndarray of str, shape (e,)
        Class of each edge, one of `classes`.

    Returns
    -------
    numpy.ndarray, shape (e,)
        Factors.
    """
    return factors[np.searchsorted(np.asarray(classes, dtype=str), edge_class.astype(str))]


def drawn_walking(walking: Walking, factor: float) -> Walking:
    """Draw how far walks go round; never shorter than the straight line.

    Parameters
    ----------
    walking : Walking
        How people walk.
    factor : float
        Factor on the detour.

    Returns
    -------
    Walking
        The same with another detour.
    """
    return replace(walking, walk_detour_ratio=max(1.0, walking.walk_detour_ratio * factor))


def redrawn(routable: RoutableNetwork, speed_factor: Floats) -> RoutableNetwork:
    """Give a network other speeds.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with destinations on it.
    speed_factor : numpy.ndarray, shape (e,)
        Factor on the speed of each edge.

    Returns
    -------
    RoutableNetwork
        The same edges, destinations and index of segments with other minutes.
    """
    placed = routable.destinations
    network = replace(placed.network, edge_min=placed.network.edge_min / speed_factor)
    return replace(routable, destinations=replace(placed, network=network), graph=reversed_graph(network))
