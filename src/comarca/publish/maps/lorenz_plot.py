"""Draw how the land of a territory is divided: its Lorenz curves on a page."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from comarca.publish.maps.style import MUTED, OUTLINE, RC
from comarca.publish.words import number, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from comarca.land.lorenz_curves import LorenzCurve
    from comarca.publish.maps.theme import MapText

#: One colour and one line style per kind, so that curves can be told apart without colour (Paul Tol, bright scheme).
_STYLES: Final = {
    "holdings": ("#aa3377", "-"),
    "parcels": ("#4477aa", "--"),
    "patches": ("#228833", "-."),
    "fields": ("#cc9900", ":"),
}
_PAGE_IN: Final = (6.0, 6.75)
_AXES: Final = (0.12, 0.165, 0.83, 0.83 * _PAGE_IN[0] / _PAGE_IN[1])
_GRID: Final = "#dddddd"


def draw_lorenz(curves: Sequence[LorenzCurve], *, title: str, text: MapText) -> Figure:
    """Draw the Lorenz curves of one territory.

    Parameters
    ----------
    curves : sequence of LorenzCurve
        One per kind of evidence.
    title : str
        Name of the territory.
    text : MapText
        Language, name of the region and source line.

    Returns
    -------
    matplotlib.figure.Figure
        A page with the line of equal division, the curves, the range that size classes leave as a band, and each
        curve's Gini coefficient. Write it with `comarca.publish.maps.choropleth.save_map`.
    """
    language = text.language
    with mpl.rc_context(RC):
        figure = Figure(figsize=_PAGE_IN, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes(_AXES)
        _draw_axes(axes, language)
        axes.plot([0, 100], [0, 100], color=OUTLINE, linewidth=0.9, label=word("equality", language))
        for curve in curves:
            color, line = _STYLES[curve.kind]
            if curve.band is not None:
                share, least, most = 100 * curve.band.T
                axes.fill_between(share, least, most, color=color, alpha=0.18, linewidth=0, zorder=2,
                                  label=word("band", language))  # fmt: skip
            axes.plot(*(100 * curve.curve.T), color=color, linestyle=line, linewidth=1.8, zorder=3,
                      label=_label(curve, language))  # fmt: skip
        axes.legend(loc="upper left", frameon=False, fontsize=8.5, handlelength=2.6, borderaxespad=0.7)
        figure.text(0.04, 0.965, title, fontsize=13, fontweight="bold", va="center", parse_math=False)
        subtitle = " \u00b7 ".join(part for part in (text.region, word("lorenz", language)) if part)
        figure.text(0.04, 0.93, subtitle, fontsize=9, color=MUTED, va="center", parse_math=False)
        source = "\n".join(textwrap.wrap(text.source_line, width=118))
        figure.text(0.04, 0.012, source, fontsize=6, color=MUTED, va="bottom", linespacing=1.25, parse_math=False)
    return figure


def _draw_axes(axes: Axes, language: str) -> None:
    ticks = np.arange(0, 101, 20)
    axes.set(xlim=(0, 100), ylim=(0, 100), xticks=ticks, yticks=ticks, aspect="equal", axisbelow=True)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.tick_params(length=0, labelsize=8.5, pad=5)
    for spine in axes.spines.values():
        spine.set(color=OUTLINE, linewidth=0.6)
    axes.set_xlabel(word("units_share", language), fontsize=9, labelpad=6)
    axes.set_ylabel(word("land_share", language), fontsize=9, labelpad=6)


def _label(curve: LorenzCurve, language: str) -> str:
    name = word(curve.kind, language) + (f" {curve.year}" if curve.year else "")
    index = number(curve.gini, language, decimals=2)
    if curve.gini_range is None:
        text = word("gini", language).format(index)
    else:
        low, high = (number(value, language, decimals=2) for value in curve.gini_range)
        text = word("gini_range", language).format(index, low, high)
    return f"{name} (n = {number(curve.count, language, decimals=0)}): {text}"
