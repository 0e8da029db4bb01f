"""What quickest ways are made of: how people walk, where they start, the network, an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from comarca.access.destinations import Destinations
    from comarca.roads.graph import TravelGraph
    from comarca.roads.segments import SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Walking:
    """How people walk where there is no road.

    Attributes
    ----------
    walk_kmh : float
        Speed.
    walk_detour_ratio : float
        Length of the way walked over the straight line.
    max_walk_km : float
        How far people walk past an isolated bit of road, or to a place off the network.
    fragment_max_km : float
        Pieces of network shorter than this are isolated bits of road, not islands.
    """

    walk_kmh: float = 4.0
    walk_detour_ratio: float = 1.3
    max_walk_km: float = 5.0
    fragment_max_km: float = 1.0

    @property
    def min_per_m(self) -> float:
        """Minutes per metre of straight line."""
        return self.walk_detour_ratio * MIN_PER_HOUR / (self.walk_kmh * M_PER_KM)


#: How people walk if nothing else is said.
WALKING: Final = Walking()


@dataclass(frozen=True)
class Starts:
    """Points where people are, and the road nearest to each.

    Attributes
    ----------
    lon, lat : numpy.ndarray, shape (n,)
        Degrees.
    point_m : numpy.ndarray, shape (n, 3)
        Earth-centred coordinates.
    distance_m : numpy.ndarray, shape (n,)
        Straight distance to the nearest road that people may walk onto; infinite if there is none.
    vertex, fraction : numpy.ndarray, shape (n,)
        First vertex of the nearest segment, -1 if there is none, and the spot on it.
    component : numpy.ndarray, shape (n,)
        Piece of network of that road, -1 if there is none.
    """

    lon: Floats
    lat: Floats
    point_m: Floats
    distance_m: Floats
    vertex: Integers
    fraction: Floats
    component: Integers


class Access(NamedTuple):
    """The quickest way from each point.

    Attributes
    ----------
    minutes, km : numpy.ndarray, shape (n,)
        Time and length of the quickest way, walks included (with their detour); NaN where there is none.
    straight_km : numpy.ndarray, shape (n,)
        Geodesic to the nearest place as the crow flies, whether or not it can be reached; NaN if there is no place.
    place : numpy.ndarray, shape (n,)
        Row of the place reached first, -1 where none can be reached.
    vertex, fraction : numpy.ndarray, shape (n,)
        Segment and spot on it where the quickest way takes to the road; vertex -1 if it does not.
    walk_m : numpy.ndarray, shape (n,)
        Straight line walked: to the road, or all the way.
    reason : numpy.ndarray of str, shape (n,)
        `Flag` of each missing time, empty elsewhere.
    """

    minutes: Floats
    km: Floats
    straight_km: Floats
    place: Integers
    vertex: Integers
    fraction: Floats
    walk_m: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True)
class AccessNetwork:
    """Everything about a network and the places on it that does not depend on which places are asked for.

    Attributes
    ----------
    destinations : Destinations
        The network cut at the places.
    graph : TravelGraph
        The same, turned round.
    index : SegmentIndex
        Its segments that people may walk onto.
    """

    destinations: Destinations
    graph: TravelGraph
    index: SegmentIndex
