"""Colours, line widths and sizes. All colour schemes can be told apart with any common colour-vision deficiency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.publish.maps.palettes import catchment_colors, nominal_colors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.publish.maps.classify import Classes

#: ColorBrewer ramps by what is better; dark is much. Blue-green says "much is good", brown says "much is bad".
SEQUENTIAL: Final = {"higher": "YlGnBu", "lower": "YlOrBr", "neither": "BuPu"}
#: The same for values on both sides of zero: blue-green is the better side.
DIVERGING: Final = {"higher": "BrBG", "lower": "BrBG_r", "neither": "PuOr_r"}
_CATCHMENTS: Final = "urban_rural_catchment_class"
#: Types of change: PRGn of ColorBrewer and greys, by the letters of growth and poverty; patterns by distribution.
TYPE_COLORS: Final = {
    "W": {"W": "#1b7837", "N": "#5aae61", "L": "#b7e0b0"},
    "N": {"W": "#525252", "N": "#969696", "L": "#d4d4d4"},
    "L": {"W": "#762a83", "N": "#9970ab", "L": "#d3bde0"},
}
TYPE_HATCHES: Final = {"W": "", "N": "....", "L": "////"}
#: Classes of local Moran's I: red for high values, blue for low ones, pale where neighbours are of the other kind.
CLUSTER_COLORS: Final = {
    "high_high": "#ca0020", "low_low": "#0571b0", "high_low": "#f4a582", "low_high": "#92c5de",
    "not_significant": "#f4f4f4",
}  # fmt: skip
ZERO: Final = "#f7f4ec"
NO_DATA: Final = "#d9d9d9"
NO_DATA_HATCH: Final = "#a6a6a6"
#: Pattern of territories without data, and of those whose value is flagged.
HATCH: Final = "....."
FLAG_HATCH: Final = "////"
FLAG_COLOR: Final = "#3a3a3a"
SEA: Final = "#eef2f5"
LAND: Final = "#e9e7e2"
COAST: Final = "#b9b9b4"
#: Territories under circles, and the circles.
GROUND: Final = "#f7f5ef"
CIRCLE: Final = "#2b6ca3"
BORDER: Final = "#6f6f6f"
OUTLINE: Final = "#2b2b2b"
ROAD: Final = "white"
ROAD_EDGE: Final = "#3d3d3d"
CITY: Final = "#111111"
PARENT: Final = "#3b4a63"
TEXT: Final = "#1a1a1a"
MUTED: Final = "#5c5c5c"

#: Widths of road lines in points; other classes are not drawn. Roads are white with dark edges, unlike borders.
ROAD_WIDTHS: Final = {"motorway": 1.0, "trunk": 0.9, "primary": 0.6, "secondary": 0.3}
ROAD_EDGE_PT: Final = 0.35
#: Name of connectors among the roads of a frame, and how they are drawn: width in points, dash and gap in widths.
CONNECTOR: Final = "connector"
CONNECTOR_PT: Final = 0.7
CONNECTOR_DASHES: Final = (3.0, 2.0)
#: Least population -> diameter of a city's mark in points, where no classes are configured.
CITY_SIZES: Final = ((1_000_000, 6.5), (250_000, 5.2), (50_000, 4.0), (0, 2.8))
#: Diameters of the marks of configured classes, from the largest cities.
CLASS_SIZES: Final = (7.0, 5.4, 3.9, 3.0, 2.6)

RC: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "svg.fonttype": "none",
    "svg.hashsalt": "comarca",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.4,
    "text.color": TEXT,
    "axes.unicode_minus": True,
    # A place for titles, which no axes have: else each axes makes its ticks to see whether a title is in their way.
    "axes.titley": 1.0,
}


def class_colors(classes: Classes, better: str) -> list[str]:
    """Colours of numeric classes.

    Parameters
    ----------
    classes : Classes
        The classes.
    better : str
        ``higher``, ``lower`` or ``neither``: chooses the scheme.

    Returns
    -------
    list of str
        One hex colour per class. Values on both sides of zero get a diverging scheme whose middle is zero; a middle
        class around zero gets that of zeros.
    """
    middle = classes.count // 2
    if classes.count % 2 and classes.breaks[:middle] == tuple(-limit for limit in reversed(classes.breaks[middle:])):
        ends = [0.45 * (step + 1) / middle for step in range(middle)] if middle else []
        ramp = _ramp(DIVERGING[better], [0.5 - end for end in reversed(ends)] + [0.5 + end for end in ends])
        return [*ramp[:middle], ZERO, *ramp[middle:]] if middle else _ramp(SEQUENTIAL[better], [0.5])
    if classes.is_diverging and 0.0 in classes.breaks:
        below = classes.breaks.index(0.0) + 1
        steps = max(below, classes.count - below)
        down = [0.5 - 0.4 * (step + 1) / steps + 0.05 for step in reversed(range(below))]
        up = [0.5 + 0.4 * (step + 1) / steps - 0.05 for step in range(classes.count - below)]
        return _ramp(DIVERGING[better], [*down, *up])
    count = classes.count - classes.zero_apart
    ramp = _ramp(SEQUENTIAL[better], np.linspace(0.15, 0.92, count).tolist() if count > 1 else [0.5])
    return [ZERO, *ramp] if classes.zero_apart else ramp


def category_colors(codes: Sequence[str], column: str, better: str = "neither") -> list[str]:
    """Colours of the named classes that a map shows.

    Parameters
    ----------
    codes : sequence of str
        The classes present, in the order of the legend.
    column : str
        Name of the column: urban-rural catchment areas have a scheme of their own.
    better : str, default "neither"
        ``higher`` or ``lower`` for classes that run from little to much.

    Returns
    -------
    list of str
        Hex colours: the scheme of numbers for classes with an order; else hues that differ in tone as well.
    """
    if better != "neither":
        return _ramp(SEQUENTIAL[better], np.linspace(0.15, 0.92, len(codes)).tolist())
    return catchment_colors(codes) if column == _CATCHMENTS else nominal_colors(len(codes))


def type_style(code: str) -> tuple[str, str]:
    """Colour and pattern of a type of change.

    Parameters
    ----------
    code : str
        Letters for growth, poverty and distribution, such as ``WWL``.

    Returns
    -------
    color, hatch : str
        Green where income grew, purple where it did not, grey where it did not change; the darker, the better for
        poverty; plain where inequality fell, hatched where it did not, dotted where it did not change.
    """
    growth, poverty, distribution = tuple(code)
    return TYPE_COLORS[growth][poverty], TYPE_HATCHES[distribution]


def contrast(color: str) -> str:
    """Choose white or near-black, whichever stands out more from a colour.

    Parameters
    ----------
    color : str
        Hex colour.

    Returns
    -------
    str
        Hex colour.
    """
    from matplotlib.colors import to_rgb  # here, since names and sizes are read without drawing

    red, green, blue = to_rgb(color)
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else OUTLINE


def city_size_pt(population_persons: float) -> float:
    """Diameter of a city's mark.

    Parameters
    ----------
    population_persons : float
        Inhabitants; NaN gets the smallest mark.

    Returns
    -------
    float
        Points.
    """
    return next((size for least, size in CITY_SIZES if population_persons >= least), CITY_SIZES[-1][1])


def _ramp(name: str, positions: Sequence[float]) -> list[str]:
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    return [to_hex(mpl.colormaps[name](position)) for position in positions]
