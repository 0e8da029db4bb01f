"""Colours of named classes that differ in tone as well as hue: for every colour vision, and for print in grey."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Lightness (CIELAB) of the darkest and the lightest class.
LIGHTNESS: Final = (15.0, 95.0)


@dataclass(frozen=True)
class _Band:
    """A band of travel time: hue (degrees) and chroma in CIELAB, and the span of tones, 0 dark to 1 light."""

    hue: float
    chroma: float
    tones: tuple[float, float]


#: Bands of urban-rural catchment areas, by the beginning of their codes, and what lies beyond. The tones of the bands
#: interleave, so that classes of neighbouring lightness differ in hue; hues, chroma and tones are those of a random
#: search for the greatest least difference, over all kinds of colour vision.
_BANDS: Final = {
    "city_": _Band(301.0, 70.0, (0.0, 0.89)),
    "within_1h": _Band(351.0, 38.0, (0.04, 0.92)),
    "1h_to_2h": _Band(160.0, 36.0, (0.21, 0.87)),
    "2h_to_3h": _Band(112.0, 75.0, (0.17, 1.0)),
    "": _Band(78.0, 30.0, (0.92, 1.1)),
}
#: Hues of classes without an order, far from each other where lightness is near.
_HUES: Final = (265.0, 55.0, 150.0, 340.0, 95.0, 215.0, 30.0, 300.0, 130.0)
_CHROMA: Final = 58.0
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])
_XYZ_TO_RGB: Final = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)


def catchment_colors(codes: Sequence[str]) -> list[str]:
    """Colours of the urban-rural catchment areas that a map shows.

    Parameters
    ----------
    codes : sequence of str
        The classes present, in the order of the registry.

    Returns
    -------
    list of str
        Hex colours: hue by band of travel time; within a band, the larger the city, the darker.
    """
    prefixes = [next(prefix for prefix in _BANDS if code.startswith(prefix)) for code in codes]
    seen: Counter[str] = Counter()
    tones = []
    for prefix in prefixes:
        low, high = _BANDS[prefix].tones
        tones.append(low + (high - low) * (seen[prefix] + 0.5) / prefixes.count(prefix))
        seen[prefix] += 1
    steps = np.empty(len(codes))
    steps[np.argsort(tones, kind="stable")] = _lightness_steps(len(codes))
    bands = [_BANDS[prefix] for prefix in prefixes]
    return [_hex(step, band.chroma, band.hue) for step, band in zip(steps.tolist(), bands, strict=True)]


def nominal_colors(count: int) -> list[str]:
    """Colours of classes without an order.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    list of str
        Hex colours; hues begin again after nine, tones do not.
    """
    steps = _lightness_steps(count).tolist()
    return [_hex(step, _CHROMA, _HUES[place % len(_HUES)]) for place, step in enumerate(steps)]


def _lightness_steps(count: int) -> NDArray[np.float64]:
    """Lightness from dark to light in steps of equal CIEDE2000 difference, so that any two differ in grey as well."""
    dark, light = LIGHTNESS
    if count == 1:
        return np.array([(dark + light) / 2])
    grid = np.linspace(dark, light, 1001)
    offset = ((grid[1:] + grid[:-1]) / 2 - 50) ** 2
    # The weight of lightness in CIEDE2000 (Sharma, Wu & Dalal 2005).
    seen = np.diff(grid) / (1 + 0.015 * offset / np.sqrt(20 + offset))
    along = np.concatenate([[0.0], np.cumsum(seen)])
    return np.interp(np.linspace(0, along[-1], count), along, grid)


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Colour at the greatest chroma up to the wish that the screen can show."""
    from matplotlib.colors import to_hex  # here, since names and sizes are read without drawing

    for share in np.linspace(1.0, 0.0, 51):
        rgb = _rgb(lightness, chroma * share, hue)
        if ((rgb >= 0) & (rgb <= 1)).all():
            return to_hex(tuple(rgb.tolist()))
    return to_hex(tuple(np.clip(_rgb(lightness, 0.0, hue), 0, 1).tolist()))


def _rgb(lightness: float, chroma: float, hue: float) -> NDArray[np.float64]:
    """SRGB of a colour in CIELAB (D65), not clipped (IEC 61966-2-1)."""
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f**3 > 0.008856, f**3, (f - 16 / 116) / 7.787) * _WHITE
    linear = _XYZ_TO_RGB @ xyz
    positive = np.clip(linear, 0.0031308, None)
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * positive ** (1 / 2.4) - 0.055))
