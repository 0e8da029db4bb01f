"""Urban-rural catchment areas: which size of city a place looks to, and how far it is.

The scheme of Cattaneo, Nelson and McMenomy (2021), doi:10.1073/pnas.2011990118: seven sizes of city, bands of one hour,
and the rule that within one band the larger city counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

#: Sizes of cities in persons, from the largest down; the lower limit is included, the upper one is not.
CITY_SIZES_PERSONS: Final[Mapping[str, tuple[float, float]]] = {
    "over_5m": (5_000_000, np.inf),
    "1m_to_5m": (1_000_000, 5_000_000),
    "500k_to_1m": (500_000, 1_000_000),
    "250k_to_500k": (250_000, 500_000),
    "100k_to_250k": (100_000, 250_000),
    "50k_to_100k": (50_000, 100_000),
    "20k_to_50k": (20_000, 50_000),
}
BANDS: Final = ("within_1h", "1h_to_2h", "2h_to_3h")
DISPERSED_TOWN: Final = 29
HINTERLAND: Final = 30

#: Names of the classes, code by code: 1-7 in a city, 8-28 by band and size, 29 dispersed town, 30 hinterland.
NAMES: Final[Mapping[int, str]] = dict(
    enumerate(
        [
            *(f"city_{size}" for size in CITY_SIZES_PERSONS),
            *(f"{band}_of_{size}" for band in BANDS for size in CITY_SIZES_PERSONS),
            "dispersed_town",
            "hinterland",
        ],
        start=1,
    )
)

#: Groups of codes that shares of population are given for.
GROUPS: Final[Mapping[str, tuple[int, ...]]] = {
    "city": tuple(range(1, 8)),
    "within_1h_large_city": (8, 9),
    "within_1h_intermediate_city": (10, 11),
    "within_1h_small_city": (12, 13, 14),
    "1h_to_2h": tuple(range(15, 22)),
    "2h_to_3h": tuple(range(22, 29)),
    "dispersed_town": (DISPERSED_TOWN,),
    "hinterland": (HINTERLAND,),
}

_BAND_MIN: Final = 60.0
_TOWN_DENSITY: Final = 1_500.0


def classify(
    minutes: ArrayLike,
    *,
    density_persons_per_km2: ArrayLike,
    is_urban: ArrayLike | None = None,
    urban_within_min: float = 10.0,
) -> NDArray[np.int8]:
    """Classify places by the cities they can reach.

    Parameters
    ----------
    minutes : array-like, shape (n, 7)
        Travel time to the edge of the nearest city of each size, in the order of `CITY_SIZES_PERSONS`; NaN where none
        can be reached. 0 says that the place lies in such a city.
    density_persons_per_km2 : array-like, shape (n,)
        Population density of the cell that the place lies in.
    is_urban : array-like of bool, shape (n,), optional
        Places in urban centres or clusters; needed where cities are points and so have no inside.
    urban_within_min : float, optional
        A place of `is_urban` lies in the city that it reaches within this time.

    Returns
    -------
    numpy.ndarray of int8, shape (n,)
        Codes 1 to 30, see `NAMES`.

    Raises
    ------
    ValueError
        If `minutes` has not seven columns, or holds a negative time.

    Notes
    -----
    Bands are [0, 60), [60, 120) and [120, 180) minutes. The nearest band with any city counts, and in it the largest
    city: 50 minutes from a town and 59 from a metropolis is the metropolis, 50 and 61 is the town. Beyond three hours
    of every city a place is a dispersed town where density is above 1,500 persons/km2, else hinterland.
    """
    time = np.asarray(minutes, dtype=float)
    sizes = len(CITY_SIZES_PERSONS)
    if time.ndim != 2 or time.shape[1] != sizes:
        raise ValueError(f"minutes must have {sizes} columns, got shape {time.shape}")
    if (time < 0).any():
        raise ValueError("minutes must not be negative")
    time = np.where(np.isnan(time), np.inf, time)
    limit = np.zeros(len(time)) if is_urban is None else np.where(np.asarray(is_urban), urban_within_min, 0.0)
    inside = time <= limit[:, None]
    band = np.floor(time / _BAND_MIN).min(axis=1)
    in_band = time < _BAND_MIN * (band[:, None] + 1)
    near = sizes * (band + 1) + 1 + in_band.argmax(axis=1)
    dense = np.asarray(density_persons_per_km2, dtype=float) > _TOWN_DENSITY
    codes = np.select(
        [inside.any(axis=1), band < len(BANDS), dense], [1 + inside.argmax(axis=1), near, DISPERSED_TOWN], HINTERLAND
    )
    return np.asarray(codes, dtype=np.int8)


def band_of(codes: ArrayLike) -> NDArray[np.int8]:
    """Give the band of travel time of each class.

    Parameters
    ----------
    codes : array-like, shape (n,)
        As from `classify`; NaN where there is none.

    Returns
    -------
    numpy.ndarray of int8, shape (n,)
        0 in cities and below one hour, 1, 2, and 3 beyond three hours; -1 where there is no code.
    """
    sizes = len(CITY_SIZES_PERSONS)
    limits = sizes * np.arange(2, len(BANDS) + 2) + 1
    code = np.asarray(codes, dtype=float)
    return np.where(np.isnan(code), -1, np.searchsorted(limits, code, side="right")).astype(np.int8)
