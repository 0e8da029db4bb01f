"""A page per territory: where it is, how it changed, its factors against the region, its land, what is like it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from comarca.publish.maps.dynamics_words import say
from comarca.publish.maps.layout import A4_IN, Box, frame_axes, new_page
from comarca.publish.maps.style import BORDER, MUTED, OUTLINE, RC, contrast, type_style
from comarca.publish.words import is_share, number, unit_label, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.land.lorenz_curves import LorenzCurve
    from comarca.publish.maps.model import BaseMap
    from comarca.registry.columns import Column

_LEFT: Final = 0.7
_RIGHT: Final = 7.57
_GROUND: Final = "#e4e9ea"
_HERE: Final = "#c1570c"
_DOT: Final = "#7d8f96"
_CURVES: Final = ("#1b6a84", "#8a6d1b", "#5a5a5a", "#7a3a6d")
#: Columns of changes of a period, in the order of the sentence.
_CHANGES: Final = (
    "income_growth_percent_per_year_{}",
    "poverty_change_points_{}",
    "income_gini_change_index_{}",
)


@dataclass(frozen=True)
class SheetData:
    """What the sheets of a region are drawn from.

    Attributes
    ----------
    base : BaseMap
        The region.
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    columns : sequence of Column
        Their registry entries.
    profiles, similar : pandas.DataFrame
        As from `comarca.dynamics.profiles`.
    periods : sequence of str
        Periods of change, such as ``1991_2000``.
    curves : mapping
        Territory -> Lorenz curves of its land.
    language, source_line : str
        Language, and the line of sources.
    """

    base: BaseMap
    table: pd.DataFrame
    columns: Sequence[Column]
    profiles: pd.DataFrame
    similar: pd.DataFrame
    periods: Sequence[str] = ()
    curves: Mapping[str, Sequence[LorenzCurve]] = field(default_factory=dict)
    language: str = "en"
    source_line: str = ""


def draw_sheet(data: SheetData, territory_id: str) -> Figure:
    """Draw the page of one territory.

    Parameters
    ----------
    data : SheetData
        The region.
    territory_id : str
        Which territory.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page. Not registered with pyplot: nothing has to be closed.
    """
    row, language = data.table[data.table.index == territory_id].iloc[0], data.language
    with mpl.rc_context(RC):
        figure, page = new_page(*A4_IN)
        page.text(_LEFT, 11.2, str(row["territory_name"]), fontsize=22, fontweight="bold", va="top", parse_math=False)
        under = [str(row[name]) for name in ("parent_name", "country") if isinstance(row[name], str)]
        page.text(
            _LEFT, 10.78, " \u00b7 ".join([*under, territory_id]), fontsize=9.5, color=MUTED, va="top", parse_math=False
        )
        _locator(figure, page, data, territory_id)
        y = _changes(page, data, row)
        _city(page, data, row, y)
        bottom = _profile(figure, page, data, territory_id)
        _land(figure, page, data, territory_id, bottom - 0.25)
        _similar(page, data, territory_id, bottom - 0.25)
        source = "\n".join(textwrap.wrap(data.source_line, width=140))
        page.text(_LEFT, 0.35, source, fontsize=6, color=MUTED, va="bottom", parse_math=False)
        page.text(_RIGHT, 11.2, word("atlas", language), fontsize=8, color=MUTED, va="top", ha="right")
    return figure


def _locator(figure: Figure, page: Axes, data: SheetData, territory_id: str) -> None:
    page.text(_LEFT, 10.4, say("where", data.language), fontsize=11, fontweight="bold", va="top")
    frame = data.base.frames[0]
    axes = frame_axes(figure, frame, Box(_LEFT, 7.75, 2.5, 2.4))
    here = int(np.flatnonzero(data.base.territory_id == territory_id)[0])
    is_here = frame.territory == here
    shapes = PathCollection(frame.paths, facecolors=[_GROUND], edgecolors=["white"], linewidths=[0.1])
    axes.add_collection(shapes, autolim=False)
    axes.set_rasterization_zorder(1.5)
    members = [frame.paths[place] for place in np.flatnonzero(is_here)]
    axes.add_collection(
        PathCollection(members, facecolors=[_HERE], edgecolors=[OUTLINE], linewidths=[0.6], zorder=3), autolim=False
    )
    if is_here.any():
        x, y = frame.label_points[np.flatnonzero(is_here)[0]]
        # Small territories cannot be seen at this scale.
        axes.scatter([x], [y], s=90, facecolor="none", edgecolor=_HERE, linewidth=1.2, zorder=4)


def _changes(page: Axes, data: SheetData, row: pd.Series) -> float:
    language, left, y = data.language, 3.5, 10.4
    if not data.periods:
        return y
    page.text(left, y, say("change", language), fontsize=11, fontweight="bold", va="top")
    y -= 0.32
    titles = {column.name: column for column in data.columns}
    for period in data.periods:
        kind = row.get(f"dynamics_type_{period}")
        dated = period.replace("_", "\u2013")
        if not isinstance(kind, str):
            page.text(left, y, f"{dated}: {say('no_type', language)}", fontsize=9, va="top")
            y -= 0.35
            continue
        color, hatch = type_style(kind)
        page.add_patch(Rectangle((left, y - 0.17), 0.32, 0.17, facecolor=color, hatch=hatch or None,
                                 edgecolor=contrast(color) if hatch else BORDER, linewidth=0.4))  # fmt: skip
        text = titles[f"dynamics_type_{period}"].categories[kind][language]
        lines = textwrap.wrap(f"{dated}  {text}", 50)
        page.text(left + 0.42, y, "\n".join(lines), fontsize=9, va="top", fontweight="bold", linespacing=1.2)
        y -= 0.07 + 0.17 * len(lines)
        for name in _CHANGES:
            column = titles[name.format(period)]
            title = column.title[language].split(",")[0]
            unit = unit_label(column, language)
            value = number(float(row[column.name]), language, decimals=2)
            page.text(left + 0.42, y, f"{title}: {value} {unit}", fontsize=8.5, va="top", color=MUTED)
            y -= 0.19
        y -= 0.12
    return y


def _city(page: Axes, data: SheetData, row: pd.Series, y: float) -> None:
    columns = [str(name) for name in data.table]
    names = [name for name in columns if name.startswith("nearest_") and name.endswith("_city_name")]
    chosen = next((name for name in ("nearest_intermediate_city_name", *names) if name in names), None)
    if chosen is None or not isinstance(row[chosen], str):
        return
    text = say("city", data.language).format(row[chosen])
    time = chosen.replace("nearest_", "time_").replace("_city_name", "_city_mean_min")
    if time in row and row[time] == row[time]:
        text = f"{text}, {number(float(row[time]), data.language, decimals=0)} min"
    page.text(3.5, y, text, fontsize=9, va="top", parse_math=False)


def _profile(figure: Figure, page: Axes, data: SheetData, territory_id: str) -> float:
    language, y = data.language, 7.35
    page.text(_LEFT, y, say("profile", language), fontsize=11, fontweight="bold", va="top")
    lines = textwrap.wrap(say("profile_note", language), 128)
    page.text(_LEFT, y - 0.24, "\n".join(lines), fontsize=7.5, color=MUTED, va="top", linespacing=1.25)
    y -= 0.32 + 0.15 * len(lines)
    titles = {column.name: column for column in data.columns}
    own = data.profiles[data.profiles["territory_id"] == territory_id]
    step = min(0.27, 3.1 / max(len(own) + 0.6 * own["dimension"].nunique(), 1))
    for dimension, rows in own.groupby("dimension", sort=False):
        page.text(_LEFT, y, say(str(dimension), language), fontsize=8.5, fontweight="bold", va="center")
        y -= 0.75 * step
        for row in rows.to_dict("records"):
            _factor(figure, page, data, titles[row["column"]], row["percentile"], territory_id, y)
            y -= step
        y -= 0.1 * step
    return y


def _factor(
    figure: Figure, page: Axes, data: SheetData, column: Column, percentile: float, territory_id: str, y: float
) -> None:
    """Draw one factor: its name, all territories as dots, this one, its value and percentile."""
    language, left, width = data.language, 3.65, 1.85
    page.text(
        _LEFT + 0.15, y, textwrap.shorten(column.title[language], 48, placeholder="\u2026"), fontsize=8, va="center"
    )
    values = data.table[column.name].astype(float)
    known, here = values.dropna(), float(values[territory_id])
    axes = figure.add_axes((left / 8.27, (y - 0.08) / 11.69, width / 8.27, 0.16 / 11.69))
    axes.set(ylim=(0, 1), xticks=[], yticks=[])
    axes.set_axis_off()
    axes.axhline(0.5, color=BORDER, linewidth=0.4)
    if len(known) > 1 and np.ptp(known) > 0:
        low, high = np.quantile(known, [0.01, 0.99])
        reach = (high, low) if column.better == "lower" else (low, high)
        axes.set_xlim(*(reach if low < high else (known.min(), known.max())))
        drawn = known.clip(low, high)
        pale = max(0.04, min(0.5, 30 / len(drawn)))
        axes.scatter(drawn, np.full(len(drawn), 0.5), s=5, color=_DOT, alpha=pale, linewidth=0)
        if here == here:
            at = [np.clip(here, low, high)]
            axes.scatter(at, [0.5], s=42, color=_HERE, edgecolor="white", linewidth=0.8, zorder=3, clip_on=False)
    if here != here:
        page.text(left + width + 0.15, y, say("no_value", language), fontsize=8, va="center", color=MUTED)
        return
    factor = 100 if is_share(column) else 1
    unit = "%" if is_share(column) else "" if column.unit == "1" else unit_label(column, language)
    text = f"{number(here * factor, language, decimals=1 if abs(here * factor) >= 10 else 2)} {unit}".strip()
    place = say("percentile", language).format(number(percentile, language, decimals=0))
    page.text(left + width + 0.15, y, f"{text} \u00b7 {place}", fontsize=7.2, va="center")


def _land(figure: Figure, page: Axes, data: SheetData, territory_id: str, y: float) -> None:
    language = data.language
    page.text(_LEFT, y, word("lorenz", language), fontsize=11, fontweight="bold", va="top")
    curves = data.curves.get(territory_id, ())
    if not curves:
        page.text(_LEFT, y - 0.28, say("no_curve", language), fontsize=8.5, color=MUTED, va="top")
        return
    side = max(min(1.9, y - 1.45), 0.8)
    axes = figure.add_axes(((_LEFT + 0.35) / 8.27, (y - 0.3 - side) / 11.69, side / 8.27, side / 11.69))
    axes.set(xlim=(0, 100), ylim=(0, 100), xticks=[0, 50, 100], yticks=[0, 50, 100])
    axes.tick_params(length=0, labelsize=6.5)
    axes.plot([0, 100], [0, 100], color=OUTLINE, linewidth=0.7)
    for curve, color in zip(curves, _CURVES, strict=False):
        axes.plot(*(100 * curve.curve.T), color=color, linewidth=1.6)
    for place, (curve, color) in enumerate(zip(curves, _CURVES, strict=False)):
        dated = f" {curve.year}" if curve.year else ""
        index = word("gini", language).format(number(curve.gini, language, decimals=2))
        page.text(_LEFT + 0.45 + side, y - 0.38 - 0.34 * place, f"{word(curve.kind, language)}{dated}\n{index}",
                  fontsize=7.5, color=color, va="top")  # fmt: skip
    axes.set_xlabel("\n".join(textwrap.wrap(word("units_share", language), 34)), fontsize=6.5, labelpad=2)
    axes.set_ylabel(word("land_share", language), fontsize=6.5, labelpad=1)
    for spine in axes.spines.values():
        spine.set(color=BORDER, linewidth=0.4)


def _similar(page: Axes, data: SheetData, territory_id: str, y: float) -> None:
    language, left = data.language, 4.5
    rows = data.similar[data.similar["territory_id"] == territory_id]
    if rows.empty:
        return
    page.text(left, y, say("similar", language), fontsize=11, fontweight="bold", va="top")
    for row in rows.to_dict("records"):
        y -= 0.24
        parent = data.table["parent_name"].get(row["similar_territory_id"])
        name = (
            f"{row['similar_territory_name']}, {parent}"
            if isinstance(parent, str)
            else str(row["similar_territory_name"])
        )
        away = say("distance", language).format(number(row["distance"], language, decimals=3))
        page.text(
            left, y - 0.05, textwrap.shorten(name, 34, placeholder="\u2026"), fontsize=8.5, va="top", parse_math=False
        )
        page.text(_RIGHT, y - 0.05, away, fontsize=7.5, color=MUTED, va="top", ha="right")
