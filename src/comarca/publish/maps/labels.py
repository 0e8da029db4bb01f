"""Place names on a map without printing one over another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from comarca.publish.maps.style import CITY, MUTED, PARENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from comarca.publish.maps.cities import CityMark
    from comarca.publish.maps.model import BaseMap, Frame

#: With more territories than this, none is named.
MAX_NAMED_TERRITORIES: Final = 30
MAX_NAMED_CITIES: Final = 14
MAX_NAMED_PARENTS: Final = 30
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
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "measured": {"fontsize": 7.0, "color": CITY, "fontweight": "bold"},
    "city": {"fontsize": 6.5, "color": CITY},
    "territory": {"fontsize": 6.5, "color": MUTED, "style": "italic"},
    "parent": {"fontsize": 8.0, "color": PARENT, "alpha": 0.9},
}


def place_labels(
    axes: Axes, base: BaseMap, frame: Frame, marks: Sequence[CityMark], *, taken: Iterable[Bbox] = ()
) -> None:
    """Name the cities, the units one level up, and the territories if they are few.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The frame's axes.
    base : BaseMap
        Names of the territories.
    frame : Frame
        Where territories lie.
    marks : sequence of CityMark
        The cities that are drawn, the most important first.
    taken : iterable of matplotlib.transforms.Bbox, optional
        Parts of the axes that are covered, pixels.

    Notes
    -----
    A city that bears its territory's name is named once, at its mark. Each city tries its right, left, upper and lower
    side. The capital is named before all others, and no name gives way to the mark of a smaller city. A name that finds
    no room is left out.
    """
    names = set(base.territory_name) if len(base.territory_name) <= MAX_NAMED_TERRITORIES else set()
    room = _Room(axes, list(taken), [(_rank(mark), _mark_box(axes, mark)) for mark in marks])
    measured = [mark for mark in marks if mark.is_measured and not mark.is_capital]
    others = [mark for mark in marks if not mark.is_measured and not mark.is_capital]
    done = _name_cities(room, [mark for mark in marks if mark.is_capital])
    done |= _name_cities(room, measured[:MAX_NAMED_CITIES])
    done |= _name_cities(room, [mark for mark in others if mark.name in names])
    if len(frame.parents) <= MAX_NAMED_PARENTS:
        for x, y, name in frame.parents.itertuples(index=False):
            room.write(str(name), (x, y), sides=_CENTRE, kind="parent", gap_pt=5.0)
    for number, point in zip(frame.territory, frame.label_points, strict=True):
        name = str(base.territory_name[number])
        if name in names - done:
            room.write(name, point, sides=_CENTRE, kind="territory", gap_pt=4.0)
    inside = [mark for mark in others if mark.name not in names and mark.is_inside]
    _name_cities(room, inside[:MAX_NAMED_CITIES])


def _name_cities(room: _Room, marks: Iterable[CityMark]) -> set[str]:
    """Name cities at their marks; tell which found room."""
    return {
        mark.name
        for mark in marks
        if room.write(
            mark.name,
            (mark.x, mark.y),
            sides=_SIDES,
            kind="measured" if mark.is_measured else "city",
            gap_pt=mark.size_pt / 2 + 1.5,
            rank=_rank(mark),
        )
    }


def _rank(mark: CityMark) -> float:
    """Size of a city's mark; a capital goes before all."""
    return float("inf") if mark.is_capital else mark.size_pt


def _mark_box(axes: Axes, mark: CityMark) -> Bbox:
    x, y = axes.transData.transform((mark.x, mark.y))
    half = axes.figure.dpi / 72 * mark.size_pt / 2
    return Bbox.from_extents(x - half, y - half, x + half, y + half)


@dataclass
class _Room:
    """What of a frame names may not cover: parts that are taken, and marks of cities with their rank."""

    axes: Axes
    taken: list[Bbox]
    marks: list[tuple[float, Bbox]]

    def write(
        self,
        name: str,
        point: tuple[float, float] | NDArray[np.float64],
        *,
        sides: Iterable[tuple[str, str, tuple[int, int]]],
        kind: str,
        gap_pt: float,
        rank: float = 0.0,
    ) -> bool:
        """Write a name on the first side where it has room and stays in the frame; tell whether there is one."""
        barriers = [*self.taken, *(box for other, box in self.marks if other >= rank)]
        for ha, va, (right, up) in sides:
            text = self.axes.annotate(
                name, (float(point[0]), float(point[1])), (right * gap_pt, up * gap_pt), textcoords="offset points",
                ha=ha, va=va, zorder=8, path_effects=[_HALO], parse_math=False, annotation_clip=False,
                gid=f"{HALO_ID}{len(self.taken) + len(self.marks)}", **_STYLES[kind],
            )  # fmt: skip
            box, frame = text.get_window_extent(), self.axes.bbox
            is_inside = frame.contains(*box.min) and frame.contains(*box.max)
            if is_inside and not any(box.overlaps(other) for other in barriers):
                self.taken.append(box)
                return True
            text.remove()
        return False
