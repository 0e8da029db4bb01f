"""Which territory gets which colour, and what the legend says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comarca.measures.types_of_change import TYPES
from comarca.publish.maps.classify import classify
from comarca.publish.maps.furniture import Key
from comarca.publish.maps.style import CLUSTER_COLORS, NO_DATA, category_colors, class_colors, type_style
from comarca.publish.table import is_integer
from comarca.publish.words import is_share, number, word

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from comarca.publish.maps.classify import Classes
    from comarca.registry.columns import Column


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
    """

    language: str = "en"
    region: str = ""
    source_line: str = ""


@dataclass(frozen=True)
class Theme:
    """Which territory gets which colour, and what the legend says.

    Attributes
    ----------
    key_of : numpy.ndarray of int
        Per territory, the row of `keys`.
    keys : list of Key
        Rows of the legend.
    """

    key_of: NDArray[np.intp]
    keys: list[Key]


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


def make_theme(column: Column, values: pd.Series, classes: Classes | None, *, language: str) -> Theme:
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
    return Theme(np.where(code < 0, len(labels), code), keys)


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
        Such as ``under 20``, ``20 - 40``, ``40 and over``; whole numbers as ``1 - 3``, ``4 - 8``. Where the registry
        has a greatest value, the last class ends there: a share is never ``80 and over``.
    """
    factor = 100 if is_share(column) else 1

    def write(value: float) -> str:
        return number(value * factor, language)

    if classes.count == 1:
        return [
            write(classes.low) if classes.low == classes.high else f"{write(classes.low)} \u2013 {write(classes.high)}"
        ]
    if classes.is_integer:
        lows = [min(classes.low, classes.breaks[0]), *classes.breaks]
        highs = [*(limit - 1 for limit in classes.breaks), max(classes.high, classes.breaks[-1])]
        return [
            write(low) if low >= high else f"{write(low)} \u2013 {write(high)}"
            for low, high in zip(lows, highs, strict=True)
        ]
    first = write(0) if classes.zero_apart else word("under", language).format(write(classes.breaks[0]))
    inner = [
        f"{write(low)} \u2013 {write(high)}" for low, high in zip(classes.breaks[:-1], classes.breaks[1:], strict=True)
    ]
    if classes.zero_apart and inner:
        inner[0] = word("under", language).format(write(classes.breaks[1]))
    return [first, *inner, _last_label(classes.breaks[-1], column.range[1], write, language)]


def _last_label(least: float, bound: float | None, write: Callable[[float], str], language: str) -> str:
    if bound is None:
        return word("over", language).format(write(least))
    return write(bound) if least >= bound else f"{write(least)} \u2013 {write(bound)}"


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
    styles = _category_styles(column, [*titles, *sorted(present - titles.keys())])
    chosen = [styles[name] for name in order]
    labels = [titles.get(name, name) for name in order]
    return code, labels, [color for color, _ in chosen], [hatch for _, hatch in chosen]


def _category_styles(column: Column, names: list[str]) -> dict[str, tuple[str, str]]:
    """Colour and pattern of each category."""
    if names and set(names) <= set(TYPES):
        return {name: type_style(name) for name in names}
    if set(names) == set(CLUSTER_COLORS):
        return {name: (CLUSTER_COLORS[name], "") for name in names}
    colors = category_colors(len(names), column.better if column.kind == "class" else "neither")
    return {name: (color, "") for name, color in zip(names, colors, strict=True)}
