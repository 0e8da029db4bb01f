"""Colours of named classes that differ in tone as well as hue: for every colour vision, and for print in grey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.colors import to_hex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Lightness (CIELAB) of the darkest and the lightest class.
LIGHTNESS: Final = (20.0, 93.0)
#: Hue (degrees) of the bands of travel time of urban-rural catchment areas, and of what lies beyond.
_BAND_HUES: Final = (("city_", 300.0), ("within_1h", 270.0), ("1h_to_2h", 165.0), ("2h_to_3h", 85.0))
_BEYOND_HUES: Final = {"dispersed_town": 50.0, "hinterland": 60.0}
#: Hues of classes without an order, far from each other where lightness is near.
_HUES: Final = (265.0, 55.0, 150.0, 340.0, 95.0, 215.0, 30.0, 300.0, 130.0)
_CHROMA: Final = 58.0
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])
_XYZ_TO_RGB: Final = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)


def graded_colors(hues: Sequence[float], *, chroma: float = _CHROMA) -> list[str]:
    """Make colours of given hues that run from dark to light in equal steps.

    Parameters
    ----------
    hues : sequence of float
        Hue of each class in CIELAB, degrees.
    chroma : float, optional
        Greatest chroma; less where the screen cannot show it at that lightness.

    Returns
    -------
    list of str
        Hex colours. Any two differ by at least a step of lightness, whatever the hues, so that they can be told apart
        without seeing colour at all.
    """
    dark, light = LIGHTNESS
    steps = np.linspace(dark, light, len(hues)) if len(hues) > 1 else np.array([(dark + light) / 2])
    return [_hex(lightness, chroma, hue) for lightness, hue in zip(steps.tolist(), hues, strict=True)]


def catchment_colors(codes: Sequence[str]) -> list[str]:
    """Colours of the urban-rural catchment areas that a map shows.

    Parameters
    ----------
    codes : sequence of str
        The classes present, in the order of the registry.

    Returns
    -------
    list of str
        Hue by band of travel time, tone by size of city: the nearer and larger, the darker.
    """
    return graded_colors([_catchment_hue(code) for code in codes])


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
    return graded_colors([_HUES[place % len(_HUES)] for place in range(count)])


def _catchment_hue(code: str) -> float:
    if code in _BEYOND_HUES:
        return _BEYOND_HUES[code]
    return next((hue for prefix, hue in _BAND_HUES if re.match(prefix, code)), _HUES[0])


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Colour at the greatest chroma up to the wish that the screen can show."""
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
