"""Ferries: how long a crossing takes, and the wait for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import geodesic_length_km
from comarca.results import Check
from comarca.units import MIN_PER_HOUR, latin_digits

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

FERRY: Final = "ferry"
#: Crossings slower or faster than these are errors of the tag.
_SLOWEST_KMH: Final = 0.5
_FASTEST_KMH: Final = 90.0
#: Forms of the tag ``duration``: 1:30, 01:30:00, 90, 90 min, 1 h 30 min, PT1H30M.
_CLOCK: Final = r"^(?P<h>\d{1,3}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2}))?$"
_WORDS: Final = (
    r"^(?:pt)?\s*(?:(?P<h>\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(?P<m>\d+(?:\.\d+)?)\s*(?:m(?:in(?:utes?)?)?)?)?$"
)


def duration_min(text: pd.Series) -> Floats:
    """Read the tag ``duration``.

    Parameters
    ----------
    text : pandas.Series
        Such as ``00:20``, ``1:30:00``, ``20``, ``20 min``, ``1 h 30 min`` or ``PT1H30M``; plain numbers are minutes.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Minutes; NaN where there is no tag, or one in no known form.
    """
    plain = text.astype("str").map(latin_digits, na_action="ignore").astype("str").str.strip().str.lower()
    clock = plain.str.extract(_CLOCK).apply(pd.to_numeric)
    words = plain.str.extract(_WORDS).apply(pd.to_numeric)
    by_clock = clock["h"] * 60 + clock["m"] + clock["s"].fillna(0) / 60
    by_words = (words["h"].fillna(0) * 60 + words["m"].fillna(0)).where(words.notna().any(axis=1))
    minutes = by_clock.fillna(by_words)
    return np.asarray(minutes.where(minutes > 0), dtype=float)


def ferry_kmh(roads: gpd.GeoDataFrame) -> Floats:
    """Give the speed of ferries whose crossing time is tagged.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.

    Returns
    -------
    numpy.ndarray, shape (n,)
        km/h; NaN for other roads, for ferries without a plausible ``duration``, and for parts of ways that were cut
        where nodes are missing, as the tag is about the whole way.
    """
    kmh = np.full(len(roads), np.nan)
    is_whole = ~roads["road_id"].str.contains("#", regex=False)
    tagged = np.flatnonzero((roads["road_class"] == FERRY) & roads["duration"].notna() & is_whole)
    if len(tagged) == 0:
        return kmh
    km = geodesic_length_km(roads.geometry.to_numpy()[tagged])
    speed = km / duration_min(roads["duration"].iloc[tagged]) * MIN_PER_HOUR
    kmh[tagged] = np.where((speed >= _SLOWEST_KMH) & (speed <= _FASTEST_KMH), speed, np.nan)
    return kmh


def with_waits(network: RoadNetwork, roads: pd.DataFrame, *, wait_min: float) -> RoadNetwork:
    """Add the wait for a ferry to its crossings.

    Parameters
    ----------
    network : RoadNetwork
        The network of `roads`.
    roads : pandas.DataFrame
        Schema ``roads``.
    wait_min : float
        Minutes between arriving at a pier and leaving it, both piers together.

    Returns
    -------
    RoadNetwork
        The same network. Half the wait is on each end of a crossing that has a road or is the last stop, so that a
        crossing in several ways is waited for once.
    """
    is_ferry = is_ferry_edge(network, roads)
    if not is_ferry.any() or wait_min <= 0:
        return network
    count = len(network.node_lon)
    ends = np.concatenate([network.edge_from, network.edge_to])
    has_road = np.bincount(ends, weights=np.tile(~is_ferry, 2), minlength=count) > 0
    is_pier = has_road | (np.bincount(ends, minlength=count) == 1)
    piers = is_pier[network.edge_from].astype(float) + is_pier[network.edge_to]
    return replace(network, edge_min=network.edge_min + np.where(is_ferry, piers * wait_min / 2, 0.0))


def is_ferry_edge(network: RoadNetwork, roads: pd.DataFrame) -> Booleans:
    """Tell which edges are crossings.

    Parameters
    ----------
    network : RoadNetwork
        A network of `roads`; connectors on it are no crossings.
    roads : pandas.DataFrame
        Schema ``roads``, at least ``road_class``.

    Returns
    -------
    numpy.ndarray of bool, shape (e,)
        One per edge.
    """
    is_ferry = np.append((roads["road_class"] == FERRY).to_numpy(dtype=bool), False)
    return np.asarray(is_ferry[network.edge_road])


def ferry_check(roads: gpd.GeoDataFrame, speed_kmh: Floats, *, wait_min: float) -> Check:
    """Report the crossings, and which of them say how long they take.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    speed_kmh : numpy.ndarray, shape (n,)
        Speeds of the roads; NaN for those left out.
    wait_min : float
        Minutes of waiting per crossing.

    Returns
    -------
    Check
        One row per crossing of the longest twenty.
    """
    ferries = np.flatnonzero(roads["road_class"] == FERRY)
    km = geodesic_length_km(roads.geometry.to_numpy()[ferries])
    driven, timed = ~np.isnan(speed_kmh[ferries]), ~np.isnan(ferry_kmh(roads)[ferries])
    order = np.argsort(-km, kind="stable")[:20]
    names = roads["name"].iloc[ferries].to_numpy(dtype=object)
    return Check(
        "ferries", "info", int(driven.sum()), "",
        f"{driven.sum()} of {len(ferries)} ferries take cars; {(driven & timed).sum()} of these say how long the "
        f"crossing takes, the others go at the speed of their class. The wait of {wait_min:g} min comes on top.",
        [
            {
                "road_id": str(roads["road_id"].iloc[ferries[row]]),
                "name": None if pd.isna(names[row]) else str(names[row]),
                "km": round(float(km[row]), 1),
                "minutes": round(float(km[row] / speed_kmh[ferries[row]] * MIN_PER_HOUR), 1) if driven[row] else None,
            }
            for row in order
        ],
    )  # fmt: skip
