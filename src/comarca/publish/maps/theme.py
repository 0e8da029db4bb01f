"""Which territory gets which colour, and what the legend says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from comarca.measures.types_of_change import TYPES
from comarca.publish.maps.classify import classify
from comarca.publish.maps.style import (
    BORDER,
    CLUSTER_COLORS,
    HATCH,
    NO_DATA,
    NO_DATA_HATCH,
    category_colors,
    class_colors,
    contrast,
    type_style,
)
from comarca.publish.rounding import decimals
from comarca.publish.table import is_integer
from comarca.publish.words import is_share, number, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from comarca.publish.maps.classify import Classes
    from comarca.registry.columns import Column


@dataclass(frozen=True)
class Key:
    """One row of the legend.

    Attributes
    ----------
    label : str
        What the colour means.
    color : str
        The colour; ignored for "no data".
    count : int
        Number of territories.
    is_no_data : bool
        Whether the row is that of missing values, drawn hatched.
    hatch : str
        Pattern over the colour, as matplotlib writes it; empty for none.
    """

    label: str
    color: str
    count: int
    is_no_data: bool = False
    hatch: str = ""

    @property
    def pattern(self) -> str | None:
        """Pattern over the colour; None for a plain one."""
        return HATCH if self.is_no_data else self.hatch or None

    @property
    def pattern_color(self) -> str:
        """Colour of the pattern, which stands out from the colour below; that of borders if there is no pattern."""
        if self.is_no_data:
            return NO_DATA_HATCH
        return contrast(self.color) if self.hatch else BORDER


@dataclass(frozen=True)
class MapText:
    """What all maps of a region say.

    Attributes
    ----------
    language : str
        ``en``, ``es`` or ``pt``.
    region : str
        Name of the region, for the subtitle.
    source_line : str
        Sources and licences, for the foot of the page.
    producer : str
        Who publishes the map; empty for nobody.
    city_classes : mapping
        Class of cities -> least number of inhabitants, and the number that it ends before. Without classes, marks are
        by size.
    """

    language: str = "en"
    region: str = ""
    source_line: str = ""
    producer: str = ""
    city_classes: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Theme:
    """Which territory gets which colour, and what the legend says.

    Attributes
    ----------
    key_of : numpy.ndarray of int
        Per territory, the row of `keys`.
    keys : list of Key
        Rows of the legend.
    numbers : numpy.ndarray
        The values, NaN where missing; empty for classes with names.
    is_flagged : numpy.ndarray of bool
        Territories whose value stands, but is doubtful.
    """

    key_of: NDArray[np.intp]
    keys: list[Key]
    numbers: NDArray[np.float64]
    is_flagged: NDArray[np.bool_]


def column_classes(
    column: Column,
    values: pd.Series,
    *,
    scheme: str = "fisher_jenks",
    k: int = 5,
    breaks: tuple[float, ...] | None = None,
) -> Classes | None:
    """Classes of a numeric column.

    Parameters
    ----------
    column : Column
        What the values are.
    values : pandas.Series
        One value per territory.
    scheme, k : str, int, optional
        Scheme and number of classes, as in `comarca.publish.maps.classify.classify`.
    breaks : tuple of float, optional
        Class limits to use instead of the scheme.

    Returns
    -------
    Classes or None
        None for columns that are not numbers, and where there is no value.
    """
    if column.kind != "number":
        return None
    numbers = _numbers(values)
    return classify(numbers, scheme=scheme, k=k, is_integer=is_integer(column), breaks=breaks)


def make_theme(
    column: Column, values: pd.Series, classes: Classes | None, *, language: str, flags: pd.Series | None = None
) -> Theme:
    """Sort territories into the rows of the legend.

    Parameters
    ----------
    column : Column
        What the values are.
    values : pandas.Series
        One value per territory.
    classes : Classes or None
        As from `column_classes`.
    language : str
        ``en``, ``es`` or ``pt``.
    flags : pandas.Series, optional
        Reason codes of the same territories; a code beside a value says that it is doubtful.

    Returns
    -------
    Theme
        The rows in order; "no data" last, if there is any, and in other words if there is nothing else.
    """
    if column.kind == "number":
        code, labels, colors = _numeric(column, values, classes, language)
        hatches = [""] * len(labels)
    else:
        code, labels, colors, hatches = _categorical(column, values, language)
    count = np.bincount(code + 1, minlength=len(labels) + 1)
    keys = [
        Key(label, color, int(n), hatch=hatch)
        for label, color, n, hatch in zip(labels, colors, count[1:], hatches, strict=True)
    ]
    if count[0]:
        label = word("no_data" if keys else "no_data_at_all", language)
        keys.append(Key(label, NO_DATA, int(count[0]), is_no_data=True))
    present = values.notna().to_numpy()
    flagged = present & (flags.fillna("").to_numpy() != "") if flags is not None else np.zeros(len(values), dtype=bool)
    numbers = _numbers(values) if column.kind == "number" else np.empty(0)
    return Theme(np.where(code < 0, len(labels), code), keys, numbers, flagged)


def is_amount(column: Column) -> bool:
    """Tell whether a column counts people or things, which are drawn as circles: a fill would show the area instead.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    bool
        By the ending of its name, and for the population.
    """
    return column.kind == "number" and (column.name.endswith("_count") or column.name == "population_persons")


def not_drawable(column: Column, values: pd.Series, classes: Classes | None) -> str:
    """Say why a map of a column would tell nothing.

    Parameters
    ----------
    column : Column
        What the values are.
    values : pandas.Series
        One value per territory.
    classes : Classes or None
        As from `column_classes`.

    Returns
    -------
    str
        A key of `comarca.publish.words.WORDS`: ``no_data_at_all``, ``one_value`` or ``hardly_differs``; empty if it
        would tell something.
    """
    present = values.dropna()
    if present.empty:
        return "no_data_at_all"
    shown = present.astype("float64").round(decimals(column)) if column.kind == "number" else present
    is_uniform = column.kind == "number" and not is_amount(column) and classes is not None and classes.count == 1
    if (shown == shown.iloc[0]).all():
        return "one_value"
    return "hardly_differs" if is_uniform else ""


def class_labels(classes: Classes, column: Column, language: str) -> list[str]:
    """Say in words what each class holds.

    Parameters
    ----------
    classes : Classes
        The classes.
    column : Column
        What the values are; shares are written as percentages.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    list of str
        Such as ``3.2 to 19.9``, ``20.0 to 41.7``: from the least to the greatest value, with the same digits in all,
        and no number in two classes.
    """
    factor, digits = _digits(classes, column)
    step = 10.0**-digits
    if classes.is_change:
        return _change_labels(classes, factor, digits, language)
    limits = [round(limit * factor, digits) for limit in classes.breaks]
    lows = [round(classes.low * factor, digits), *limits]
    highs = [*(limit - step for limit in limits), round(classes.high * factor, digits)]
    if classes.zero_apart:
        lows[0], highs[0] = 0.0, 0.0
        lows[1:2] = [max(step, limits[0] if len(limits) > 1 and limits[0] > 0 else step)]
    if limits:
        lows[0], highs[-1] = min(lows[0], limits[0]), max(highs[-1], limits[-1])
    labels = [_span(low, high, digits, language) for low, high in zip(lows, highs, strict=True)]
    return [number(0, language), *labels[1:]] if classes.zero_apart else labels


def _change_labels(classes: Classes, factor: float, digits: int, language: str) -> list[str]:
    """Label falls and rises alike, and no change as zero."""
    lows = [round(limit * factor, digits) for limit in classes.breaks if limit > 0]
    highs = [*(limit - 10.0**-digits for limit in lows[1:]), max(round(classes.high * factor, digits), lows[-1])]
    rises = [_span(low, high, digits, language) for low, high in zip(lows, highs, strict=True)]
    falls = [_span(-high, -low, digits, language) for low, high in zip(lows, highs, strict=True)]
    return [*reversed(falls), number(0, language), *rises]


def range_text(classes: Classes, column: Column, language: str) -> tuple[str, str]:
    """Write the least and the greatest value with the digits of the legend."""
    factor, digits = _digits(classes, column)
    low, high = (number(value * factor, language, decimals=digits) for value in (classes.low, classes.high))
    return low, high


def _span(low: float, high: float, digits: int, language: str) -> str:
    first, last = (number(value, language, decimals=digits) for value in (low, high))
    return first if low >= high or first == last else word("span", language).format(first, last)


def _digits(classes: Classes, column: Column) -> tuple[float, int]:
    """Factor and digits after the point of a legend: what the limits need, and three digits of the range."""
    share = is_share(column)
    factor, most = (100.0, max(decimals(column) - 2, 0)) if share else (1.0, decimals(column))
    if classes.is_integer:
        return factor, 0
    needed = [_decimals_of(limit * factor) for limit in classes.breaks]
    spread = (classes.high - classes.low) * factor
    fine = min(most, max(0, 2 - math.floor(math.log10(spread)))) if spread > 0 else most
    return factor, max([fine, *needed])


def _decimals_of(value: float) -> int:
    text = f"{float(f'{value:.6g}'):.8f}".rstrip("0")
    return len(text) - text.index(".") - 1


def _numeric(
    column: Column, values: pd.Series, classes: Classes | None, language: str
) -> tuple[NDArray[np.intp], list[str], list[str]]:
    if classes is None:
        return np.full(len(values), -1), [], []
    labels = class_labels(classes, column, language)
    return classes.assign(_numbers(values)), labels, class_colors(classes, column.better)


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    return np.asarray(values.astype("float64").to_numpy(na_value=np.nan), dtype=np.float64)


def _categorical(
    column: Column, values: pd.Series, language: str
) -> tuple[NDArray[np.intp], list[str], list[str], list[str]]:
    if column.kind == "boolean":
        titles = {"True": word("yes", language), "False": word("no", language)}
    else:
        titles = {code: title[language] for code, title in column.categories.items()}
    texts = values.astype("str")
    present = set(texts.dropna())
    order = [code for code in titles if code in present] + sorted(present - titles.keys())
    place = {code: row for row, code in enumerate(order)}
    code = texts.map(place).astype("float64").fillna(-1).to_numpy().astype(np.intp)
    styles = _category_styles(column, order)
    chosen = [styles[name] for name in order]
    labels = [titles.get(name, name) for name in order]
    return code, labels, [color for color, _ in chosen], [hatch for _, hatch in chosen]


def _category_styles(column: Column, names: list[str]) -> dict[str, tuple[str, str]]:
    """Colour and pattern of each category."""
    if names and set(names) <= set(TYPES):
        return {name: type_style(name) for name in names}
    if names and set(names) <= set(CLUSTER_COLORS):
        return {name: (CLUSTER_COLORS[name], "") for name in names}
    colors = category_colors(names, column.name, column.better if column.kind == "class" else "neither")
    return {name: (color, "") for name, color in zip(names, colors, strict=True)}
