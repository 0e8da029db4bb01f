"""What routes are made of: how people walk, where they start, and the quickest route from there."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np
import shapely

from comarca.crs import geocentric_m
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Share of the people, or of a sum, from which on what rests on estimated times is a remark on a territory.
NOTABLE_SHARE: Final = 0.01
#: Estimated times are taken to be right within this share of them.
SPREAD: Final = 0.3


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
        How far people walk past an isolated bit of road, or to a destination off the network.
    max_walk_total_km : float
        How far people walk at all, detours included; what is farther from every road cannot be reached.
    fragment_max_km : float
        Components of the network shorter than this are isolated bits of road, not islands.
    local_road_kmh : float or None
        Speed off a network of main roads only, where people take local roads that the data lack; None if they walk.
    max_local_road_km : float
        Longest way over such roads, detours included.
    """

    walk_kmh: float = 4.0
    walk_detour_ratio: float = 1.3
    max_walk_km: float = 5.0
    max_walk_total_km: float = 30.0
    fragment_max_km: float = 1.0
    local_road_kmh: float | None = 15.0
    max_local_road_km: float = 60.0

    def off(self, network: RoadNetwork) -> Walking:
        """Tell how people get to the roads of a network.

        Parameters
        ----------
        network : RoadNetwork
            The network.

        Returns
        -------
        Walking
            The same where the network has local roads. Else the speed, and the longest way, over local roads that its
            data lack: nobody walks hours to the highway where there is a road that a file of highways leaves out.
        """
        if network.has_local_roads or self.local_road_kmh is None or self.local_road_kmh <= self.walk_kmh:
            return self
        return replace(self, walk_kmh=self.local_road_kmh, max_walk_total_km=self.max_local_road_km)

    @property
    def min_per_m(self) -> float:
        """Minutes per metre of straight line."""
        return self.walk_detour_ratio * MIN_PER_HOUR / (self.walk_kmh * M_PER_KM)

    @property
    def max_straight_m(self) -> float:
        """Longest straight line that people walk, metres."""
        return self.max_walk_total_km * M_PER_KM / self.walk_detour_ratio


#: Default way of walking.
WALKING: Final = Walking()


@dataclass(frozen=True)
class Origins:
    """Points where people start, and the road nearest to each.

    They hold for a network whatever destinations are put on it: cuts change neither roads nor components.

    Attributes
    ----------
    lon, lat : numpy.ndarray, shape (n,)
        Degrees.
    distance_m : numpy.ndarray, shape (n,)
        Straight distance to the nearest road that people may walk onto; infinite if there is none.
    component : numpy.ndarray, shape (n,)
        Component of the network that road belongs to, -1 if there is none.
    land : numpy.ndarray, shape (n,)
        Landmass that each point lies on; empty if all land is one.
    """

    lon: Floats
    lat: Floats
    distance_m: Floats
    component: Integers
    land: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, to be stored.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take stored arrays back.

        Parameters
        ----------
        arrays : mapping
            What `to_arrays` gave.

        Returns
        -------
        Origins
            The same points.
        """
        return cls(**{part.name: arrays[part.name] for part in fields(cls)})

    def take(self, rows: Integers) -> Self:
        """Give some of the points.

        Parameters
        ----------
        rows : numpy.ndarray, shape (k,)
            Their rows.

        Returns
        -------
        Origins
            These points only.
        """
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        return type(self)(**{name: value[rows] if len(value) else value for name, value in values.items()})

    @cached_property
    def point_m(self) -> Floats:
        """Earth-centred coordinates, shape (n, 3)."""
        return geocentric_m(self.lon, self.lat)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Tree of the points in degrees, to find those inside areas."""
        return shapely.STRtree(np.asarray(shapely.points(self.lon, self.lat), dtype=object).reshape(-1))


class Route(NamedTuple):
    """The quickest route from each of some points.

    Attributes
    ----------
    minutes : numpy.ndarray, shape (n,)
        Time, walks included; infinite where no destination is reached.
    km : numpy.ndarray, shape (n,)
        Length, walks with their detour included; NaN where no destination is reached.
    destination : numpy.ndarray, shape (n,)
        Row of the destination reached first, -1 where none is reached.
    vertex, fraction : numpy.ndarray, shape (n,)
        Segment, and position on it, where the route takes to the road; -1 and NaN if it does not or is not told.
    walk_m : numpy.ndarray, shape (n,)
        Straight line walked to the road, or all the way; NaN where not told.
    """

    minutes: Floats
    km: Floats
    destination: Integers
    vertex: Integers
    fraction: Floats
    walk_m: Floats

    @classmethod
    def none(cls, count: int) -> Route:
        """Give routes of points that reach nothing.

        Parameters
        ----------
        count : int
            Number of points.

        Returns
        -------
        Route
            Arrays of their own, to be filled.
        """
        gap, no_row = np.full(count, np.nan), np.full(count, -1)
        return cls(np.full(count, np.inf), gap, no_row, no_row.copy(), gap.copy(), gap.copy())

    @property
    def is_reached(self) -> NDArray[np.bool_]:
        """Whether each point reaches a destination."""
        return np.isfinite(self.minutes)
