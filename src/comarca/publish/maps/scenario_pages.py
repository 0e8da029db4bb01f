"""Maps of what scenarios change, with the same diverging classes for all of a region, and a page that sums one up."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np

from comarca.publish.maps.choropleth import draw_map
from comarca.publish.maps.classify import Classes, class_breaks
from comarca.publish.maps.layout import A4_IN, new_page
from comarca.publish.maps.scenario_words import say
from comarca.publish.maps.style import OUTLINE, RC
from comarca.publish.rounding import decimals
from comarca.publish.words import is_share, number
from comarca.registry.columns import LANGUAGES, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.publish.maps.model import BaseMap
    from comarca.publish.maps.theme import MapText
    from comarca.results import Check

_LEFT: Final = 0.8
_RIGHT: Final = 7.47
_TOP: Final = 10.9
_ROW: Final = 0.2
#: Rows of each table of the summary.
_LISTED: Final = 12
#: Fewer people than this are rounding.
_LEAST_PERSONS: Final = 0.5
#: Checks that tell what is edited.
_EDITS: Final = frozenset(
    {"roads_replaced", "roads_added", "roads_changed", "roads_closed", "cities_changed", "services_added",
     "services_closed"}
)  # fmt: skip
#: Columns whose change the summary tells first.
_FIRST: Final = ("time_", "market_potential_persons", "rural_access_index_share", "road_density")


def changed_columns(differences: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """Choose the columns of numbers that a scenario changes by more than people are shown digits of.

    Parameters
    ----------
    differences : pandas.DataFrame
        As from `comarca.scenarios.differences.difference_table`.
    columns : sequence of Column
        The columns of the table.

    Returns
    -------
    list of Column
        Those that maps are drawn of, in the order of the table.
    """
    largest = differences.groupby("column")["difference"].agg(lambda values: values.abs().max())
    return [
        column
        for column in columns
        if column.mapped
        and column.kind == "number"
        and largest.get(column.name, 0.0) >= 0.5 * 10.0 ** -decimals(column)
    ]


def difference_classes(column: Column, differences: pd.Series, *, k: int = 3) -> Classes:
    """Make diverging classes with a middle class of no change.

    Parameters
    ----------
    column : Column
        The column.
    differences : pandas.Series
        Its differences in all scenarios of the region.
    k : int, optional
        Most classes on each side.

    Returns
    -------
    Classes
        Limits mirror each other at zero; what rounds to zero is no change.
    """
    size = differences.abs().dropna().to_numpy(dtype=float).round(decimals(column))
    step = 10.0 ** -decimals(column)
    size = size[size >= step]
    inner = class_breaks(size, k=k) if len(size) else ()
    positive = (step, *(limit for limit in inner if limit > step))
    top = float(size.max()) if len(size) else step
    return Classes((*(-limit for limit in reversed(positive)), *positive), -top, top, is_change=True)


def draw_difference(
    base: BaseMap, column: Column, differences: pd.Series, classes: Classes, *, text: MapText, scenario: str
) -> Figure:
    """Draw the map of what changes in one column.

    Parameters
    ----------
    base : BaseMap
        The region.
    column : Column
        The column.
    differences : pandas.Series
        Scenario minus base, indexed by ``territory_id``.
    classes : Classes
        As from `difference_classes`.
    text : MapText
        Language and texts.
    scenario : str
        What readers call the scenario.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page.
    """
    title = say("change_of", text.language).format(column=column.title[text.language])
    shown = replace(column, title={**column.title, text.language: title}, range=(None, None))
    place = f"{text.region} \u00b7 {scenario}"
    # Counts are drawn as circles, which say nothing of a fall: a change is a fill.
    shown = replace(shown, name=f"{column.name}_change") if not is_share(column) else shown
    return draw_map(base, shown, differences.round(decimals(column)), text=replace(text, region=place), classes=classes)


def siting_column(kind: str, threshold_min: float) -> Column:
    """Describe the share of people whom chosen places bring within reach, as a column that can be drawn.

    Parameters
    ----------
    kind : str
        What readers call the kind of place.
    threshold_min : float
        Travel time that counts as within reach.

    Returns
    -------
    Column
        A share.
    """
    title = {language: say("siting", language).format(kind, f"{threshold_min:g}") for language in LANGUAGES}
    return Column(
        name="siting_gain_share", family="scenarios", kind="number", range=(0, 1), layers=(), title=title, unit="1",
        better="higher", definition="", method="", source="", missing="", mapped=True,
    )  # fmt: skip


def summary_page(
    scenario: str,
    differences: pd.DataFrame,
    people: pd.DataFrame,
    checks: Sequence[Check],
    columns: Sequence[Column],
    *,
    names: Mapping[str, str],
    language: str,
    region: str,
) -> Figure:
    """Sum up a scenario on one page: what is done, who comes within reach, which territories change most.

    Parameters
    ----------
    scenario, region : str
        What readers call them.
    differences, people : pandas.DataFrame
        As from `comarca.scenarios.differences`.
    checks : sequence of Check
        What the edits did.
    columns : sequence of Column
        The columns of the table.
    names : mapping
        Class of cities or kind of service -> what readers call it.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page.
    """
    figure, page = new_page(*A4_IN)
    with mpl.rc_context(RC):
        y = _paragraph(page, f"{say('scenario', language)}: {scenario}", _TOP, size=18, bold=True, width=48)
        y = _paragraph(page, region, y, size=11)
        y = _paragraph(page, say("note", language), y, size=8.5) - 0.1
        for check in checks:
            if check.name in _EDITS:
                digits = 1 if check.name.startswith("roads") else 0
                figures = number(float(check.value or 0), language, decimals=digits)
                y = _paragraph(page, say(check.name, language).format(figures), y, size=10)
        y = _people(page, people, names, y - 0.15, language)
        _most(page, differences, columns, y - 0.2, language)
    return figure


def _people(page: Axes, people: pd.DataFrame, names: Mapping[str, str], y: float, language: str) -> float:
    """Table of the people who gain or lose, for the region."""
    y = _paragraph(page, say("people", language), y, size=12, bold=True)
    rows = people[(people["territory_id"] == "") & (people["gained_persons"] + people["lost_persons"] > _LEAST_PERSONS)]
    if rows.empty:
        return _paragraph(page, say("no_people", language), y, size=9)
    heads = ["destination", "today", "then", "gained", "lost"]
    _line(page, [say(head, language) for head in heads], y, bold=True)
    order = (rows["gained_persons"] + rows["lost_persons"]).sort_values(ascending=False, kind="stable").index
    for row in rows.loc[order[:_LISTED]].to_dict("records"):
        y -= _ROW
        kind = names.get(row["destination"], str(row["destination"]))
        figures = [row[f"{name}_persons"] for name in ("base", "scenario", "gained", "lost")]
        cells = [number(figure, language, decimals=0) for figure in figures]
        _line(page, [say("within", language).format(kind, f"{row['threshold_min']:g}"), *cells], y)
    return y - 0.3


def _most(page: Axes, differences: pd.DataFrame, columns: Sequence[Column], y: float, language: str) -> None:
    """Territories that change most in the first column that changes."""
    y = _paragraph(page, say("most", language), y, size=12, bold=True)
    changed = changed_columns(differences, columns)
    if not changed:
        _paragraph(page, say("no_change", language), y, size=9)
        return
    column = min(changed, key=lambda each: _rank(each.name))
    factor, digits = (100.0, 2) if is_share(column) else (1.0, decimals(column))
    least = 0.5 * 10.0 ** -decimals(column)
    rows = differences[(differences["column"] == column.name) & (differences["difference"].abs() >= least)]
    rows = rows.loc[rows["difference"].abs().sort_values(ascending=False, kind="stable").index[:_LISTED]]
    y = _paragraph(page, column.title[language], y, size=9)
    _line(page, ["", say("today", language), say("then", language), "\u0394", ""], y, bold=True)
    for row in rows.to_dict("records"):
        y -= _ROW
        cells = [number(row[name] * factor, language, decimals=digits) for name in ("base", "scenario", "difference")]
        _line(page, [str(row["territory_name"]), *cells, ""], y)


def _rank(name: str) -> int:
    return next((place for place, start in enumerate(_FIRST) if name.startswith(start)), len(_FIRST))


def _line(page: Axes, cells: Sequence[str], y: float, *, bold: bool = False) -> None:
    weight = "bold" if bold else "normal"
    page.text(_LEFT, y, cells[0], fontsize=9, fontweight=weight, va="top", color=OUTLINE, parse_math=False)
    for right, cell in zip(np.linspace(4.6, _RIGHT, len(cells) - 1), cells[1:], strict=True):
        page.text(right, y, cell, fontsize=9, fontweight=weight, va="top", ha="right", color=OUTLINE, parse_math=False)


def _paragraph(page: Axes, text: str, y: float, *, size: float, bold: bool = False, width: int = 0) -> float:
    lines = textwrap.wrap(text, width or int(920 / size)) or [""]
    weight = "bold" if bold else "normal"
    page.text(_LEFT, y, "\n".join(lines), fontsize=size, fontweight=weight, color=OUTLINE, va="top", linespacing=1.3,
              parse_math=False)  # fmt: skip
    return y - len(lines) * size * 1.5 / 72 - 0.04
