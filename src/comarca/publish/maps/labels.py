"""Place names on a map without printing one over another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from comarca.publish.maps.style import CITY, MUTED, city_size_pt

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from comarca.publish.maps.model import BaseMap, Frame

#: With more territories than this, none is named.
MAX_NAMED_TERRITORIES: Final = 30
MAX_NAMED_CITIES: Final = 14
#: Names of places are marked so, for formats that have a halo of their own.
HALO_ID: Final = "place-name-"
_HALO: Final = withStroke(linewidth=2.0, foreground="white")
# Right, left, above, below: (horizontal alignment, vertical alignment, direction).
_SIDES: Final = (
    ("left", "center_baseline", (1, 0)),
    ("right", "center_baseline", (-1, 0)),
    ("center", "bottom", (0, 1)),
    ("center", "top", (0, -1)),
)

# In the middle, or a line above or below it where a city's mark is in the way.
_CENTRE: Final = (
    ("center", "center_baseline", (0, 0)),
    ("center", "bottom", (0, 1)),
    ("center", "top", (0, -1)),
)


def place_labels(axes: Axes, base: BaseMap, frame: Frame) -> None:
    """Name the largest cities, and the territories if they are few.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The frame's axes.
    base : BaseMap
        Names of the territories.
    frame : Frame
        Where cities and territories lie.

    Notes
    -----
    A city that bears its territory's name is named once, at its mark. Each city tries its right, left, upper and lower
    side, the largest first. A name that finds no room is left out.
    """
    names = set(base.territory_name) if len(base.territory_name) <= MAX_NAMED_TERRITORIES else set()
    taken = _marks(axes, frame)
    is_namesake = frame.cities["city_name"].isin(names)
    done = _name_cities(axes, taken, frame.cities[is_namesake])
    for number, point in zip(frame.territory, frame.label_points, strict=True):
        name = str(base.territory_name[number])
        if name in names - done:
            _try(axes, taken, name, point, sides=_CENTRE, kind="territory", gap_pt=4.0)
    _name_cities(axes, taken, frame.cities[~is_namesake].head(MAX_NAMED_CITIES))


def _name_cities(axes: Axes, taken: list[Bbox], cities: pd.DataFrame) -> set[str]:
    """Name cities at their marks; tell which found room."""
    points = cities[["x", "y"]].to_numpy(dtype=float)
    people = cities["population_persons"].to_numpy(dtype=float)
    gaps = [city_size_pt(float(population)) / 2 + 1.5 for population in people]
    return {
        str(name)
        for name, point, gap_pt in zip(cities["city_name"], points, gaps, strict=True)
        if _try(axes, taken, str(name), point, sides=_SIDES, kind="city", gap_pt=gap_pt)
    }


def _marks(axes: Axes, frame: Frame) -> list[Bbox]:
    """Places of the cities' marks, in pixels."""
    points = axes.transData.transform(frame.cities[["x", "y"]].to_numpy(dtype=float).reshape(-1, 2))
    half = [axes.figure.dpi / 72 * city_size_pt(float(people)) / 2 for people in frame.cities["population_persons"]]
    return [Bbox.from_extents(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, half, strict=True)]


def _try(
    axes: Axes,
    taken: list[Bbox],
    name: str,
    point: NDArray[np.float64],
    *,
    sides: Iterable[tuple[str, str, tuple[int, int]]],
    kind: str,
    gap_pt: float,
) -> bool:
    """Write a name on the first side where it hits no other and stays in the frame; tell whether there is one."""
    color, style = (CITY, "normal") if kind == "city" else (MUTED, "italic")
    for ha, va, (right, up) in sides:
        text = axes.annotate(
            name, (float(point[0]), float(point[1])), (right * gap_pt, up * gap_pt), textcoords="offset points",
            ha=ha, va=va, zorder=8, path_effects=[_HALO], parse_math=False, annotation_clip=False,
            fontsize=6.5, color=color, style=style, gid=f"{HALO_ID}{len(taken)}",
        )  # fmt: skip
        box = text.get_window_extent()
        if (
            axes.bbox.contains(*box.min)
            and axes.bbox.contains(*box.max)
            and not any(box.overlaps(other) for other in taken)
        ):
            taken.append(box)
            return True
        text.remove()
    return False
