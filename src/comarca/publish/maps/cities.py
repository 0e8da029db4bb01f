"""Which cities a map shows, how large, and which of them its column measures to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from comarca.publish.maps.style import CLASS_SIZES, city_size_pt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.publish.maps.model import Frame
    from comarca.registry.columns import Column

Interval = tuple[float, float | None]


@dataclass(frozen=True)
class CityMark:
    """A city on a map.

    Attributes
    ----------
    name : str
        Its name.
    x, y : float
        Where it lies, metres in the frame's plane.
    size_pt : float
        Diameter of its mark, points.
    is_measured, is_capital, is_inside : bool
        Whether the column measures to cities of its class; whether it is the capital; whether it lies in the region.
    """

    name: str
    x: float
    y: float
    size_pt: float
    is_measured: bool
    is_capital: bool
    is_inside: bool


def city_marks(frame: Frame, column: Column, classes: Mapping[str, Interval]) -> list[CityMark]:
    """Choose the cities of a map.

    Parameters
    ----------
    frame : Frame
        The frame.
    column : Column
        What the map shows; its field ``city_class`` says to which cities it measures.
    classes : mapping
        Class of cities -> least number of inhabitants, and the number that it ends before. Smaller cities are left out,
        and those beyond the region that the column does not measure to; without classes all sizes are shown.

    Returns
    -------
    list of CityMark
        Those that are measured to first, then the capital, then by number of inhabitants.
    """
    measured = column.fields.get("city_class")
    marks = []
    if frame.cities.empty:
        return []
    inside = shapely.contains_xy(frame.area, frame.cities["x"], frame.cities["y"])
    rows = frame.cities[["x", "y", "city_name", "population_persons", "is_capital"]].itertuples(index=False)
    for (x, y, name, people, is_capital), is_inside in zip(rows, inside, strict=True):
        city_class = class_of(people, classes)
        if classes and city_class is None and not is_capital:
            continue
        size = class_size_pt(city_class, classes) if classes else city_size_pt(people)
        is_measured = measured is not None and city_class == measured
        if not (is_inside or is_measured):
            continue
        marks.append(CityMark(str(name), x, y, size, is_measured, bool(is_capital), bool(is_inside)))
    return sorted(marks, key=lambda mark: (not mark.is_measured, not mark.is_capital))


def class_of(population_persons: float, classes: Mapping[str, Interval]) -> str | None:
    """Find the class of a city; None if it is in none."""
    return next(
        (name for name, (low, high) in classes.items() if low <= population_persons < (high or float("inf"))), None
    )


def class_size_pt(city_class: str | None, classes: Mapping[str, Interval]) -> float:
    """Diameter of the mark of a class, points: the larger the cities, the larger the mark."""
    order = sorted(classes, key=lambda name: -classes[name][0])
    place = order.index(city_class) if city_class in order else len(order)
    return CLASS_SIZES[min(place, len(CLASS_SIZES) - 1)]
