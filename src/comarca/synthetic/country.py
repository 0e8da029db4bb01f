"""The plan of a synthetic country: where its territories, seats and villages lie, and what is planted in each.

The country is a lattice of squares of a quarter degree whose borders wander, with islands east of it. Everything that
people build lies in the core of a square, three fifths of its side, so that no border cuts it. Only roads between
seats, power lines and ferries leave the core. Row `i` of each array is territory `i`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from comarca.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

#: North-western corner of the country, degrees.
WEST, NORTH = -30.0, 0.0
#: Side of a square of the lattice, degrees, and in cells of the rasters of people and land cover.
SIDE_DEG: Final = 0.25
SIDE_CELLS: Final = 300
CELL_DEG: Final = SIDE_DEG / SIDE_CELLS
#: First and last cell of the core, counted from the western and northern edge of the square.
CORE: Final = (60, 240)
#: Years of the rasters, and of the panel of outcomes.
YEARS: Final = (2010, 2020)
PANEL_YEARS: Final = (2000, 2010, 2020)

#: Vertices of a border between two corners of the lattice.
_BORDER_VERTICES: Final = 33
#: Cells between the lines of the mesh of rural roads: seats and villages lie on its crossings.
MESH_CELLS: Final = 10
_LEAST, _MOST = 10, 10_000
_GROWTH_PERCENT: Final = (-2.0, 3.0)
#: Every so many territories are of one kind: a parent's square has this side; a territory has one single hamlet.
_PARENT_SIDE: Final = 5
_HAMLET_EVERY: Final = 7


@dataclass(frozen=True)
class Country:
    """A synthetic country.

    Attributes
    ----------
    territory_count : int
        From 10 to 10,000; one in fifty is an island, at least two.
    seed : int
        The same seed and number give the same country.
    """

    territory_count: int
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        if not _LEAST <= self.territory_count <= _MOST:
            raise ConfigError(
                "synthetic country, territories", got=self.territory_count, expected=f"{_LEAST} to {_MOST:,}"
            )
        if self.seed < 0:
            raise ConfigError("synthetic country, seed", got=self.seed, expected="0, or a whole number above it")

    def rng(self, subject: int, *numbers: int) -> np.random.Generator:
        """Return the generator of one subject, such as the roads of one territory."""
        return np.random.default_rng([self.seed, subject, *numbers])

    @cached_property
    def island_count(self) -> int:
        """Islands; the last of them has no ferry."""
        return max(2, self.territory_count // 50)

    @cached_property
    def mainland_count(self) -> int:
        """Territories that are no islands; they come first."""
        return self.territory_count - self.island_count

    @cached_property
    def columns(self) -> int:
        """Columns of the mainland's lattice."""
        return int(np.ceil(np.sqrt(self.mainland_count)))

    @cached_property
    def rows(self) -> int:
        """Rows of the mainland's lattice; the last may end early."""
        return -(-self.mainland_count // self.columns)

    @cached_property
    def is_island(self) -> NDArray[np.bool_]:
        """Whether each territory is an island."""
        return np.arange(self.territory_count) >= self.mainland_count

    @cached_property
    def column(self) -> Integers:
        """Column of each territory; islands have every second column east of the mainland's."""
        own = np.arange(self.mainland_count) % self.columns
        islands = self.columns + 1 + 2 * (np.arange(self.island_count) // self.rows)
        return np.concatenate([own, islands])

    @cached_property
    def row(self) -> Integers:
        """Row of each territory."""
        own = np.arange(self.mainland_count) // self.columns
        return np.concatenate([own, np.arange(self.island_count) % self.rows])

    @cached_property
    def grid_columns(self) -> int:
        """Columns of the whole lattice, sea and islands included."""
        return int(self.column.max()) + 1

    @cached_property
    def codes(self) -> NDArray[np.str_]:
        """Codes of five digits."""
        return np.array([f"{i + 1:05d}" for i in range(self.territory_count)])

    @cached_property
    def parents(self) -> NDArray[np.str_]:
        """Province of each territory: squares of five by five."""
        pairs = zip(self.row // _PARENT_SIDE, self.column // _PARENT_SIDE, strict=True)
        return np.array([f"Province {row + 1}-{column + 1}" for row, column in pairs])

    @cached_property
    def seat_cells(self) -> Integers:
        """Row and column of the cell of each seat in its square, on a crossing of the mesh; shape (n, 2)."""
        moves = self.rng(1).integers(-2, 3, (self.territory_count, 2)) * MESH_CELLS
        return SIDE_CELLS // 2 + np.where((self.city_persons >= 50_000)[:, None], 0, moves)

    @cached_property
    def village_cells(self) -> Integers:
        """Row and column of the cell of each of eight villages around the seat; shape (n, 8, 2)."""
        block = np.array([(row, column) for row in range(3) for column in range(3) if (row, column) != (1, 1)])
        inside = self.rng(2).integers(1, 6, (self.territory_count, len(block), 2)) * MESH_CELLS
        return CORE[0] + block * (CORE[1] - CORE[0]) // 3 + inside

    def degrees(self, cells: Integers) -> Floats:
        """Longitude and latitude of the centres of cells of squares: shape (n, ..., 2) to the same shape."""
        shape = (-1,) + (1,) * (cells.ndim - 2)
        longitude = WEST + self.column.reshape(shape) * SIDE_DEG + (cells[..., 1] + 0.5) * CELL_DEG
        latitude = NORTH - self.row.reshape(shape) * SIDE_DEG - (cells[..., 0] + 0.5) * CELL_DEG
        return np.stack([longitude, latitude], axis=-1)

    @cached_property
    def seats(self) -> Floats:
        """Longitude and latitude of each seat."""
        return self.degrees(self.seat_cells)

    @cached_property
    def villages(self) -> Floats:
        """Longitude and latitude of each village; shape (n, 8, 2)."""
        return self.degrees(self.village_cells)

    @cached_property
    def is_hamlet(self) -> NDArray[np.bool_]:
        """Whether all people of a territory live in the one cell of its seat."""
        numbers = np.arange(self.territory_count)
        return np.asarray((numbers % _HAMLET_EVERY == 3) | (self.is_island & (numbers % 2 == 1)))

    @cached_property
    def city_persons(self) -> Floats:
        """People of the seat where it is a city, else 0."""
        numbers, rng = np.arange(self.territory_count), self.rng(3)
        size = np.select(
            [numbers % 240 == 8, numbers % 12 == 1, numbers % 6 == 4],
            [rng.uniform(1.02e6, 1.15e6, len(numbers)), np.exp(rng.uniform(np.log(6e4), np.log(5e5), len(numbers))),
             rng.uniform(22_000, 45_000, len(numbers))], 0.0,
        )  # fmt: skip
        return np.where(self.is_island | (numbers % _HAMLET_EVERY == 3), 0.0, np.rint(size))

    @cached_property
    def seat_persons(self) -> Floats:
        """People of each seat in the last year."""
        small = np.rint(self.rng(4).uniform(1_000, 6_000, self.territory_count))
        return np.where(self.city_persons > 0, self.city_persons, small)

    @cached_property
    def village_persons(self) -> Floats:
        """People of each village in the last year; shape (n, 8); none where there is one hamlet only."""
        persons = np.rint(self.rng(5).lognormal(6.2, 0.8, (self.territory_count, 8)))
        return np.where(self.is_hamlet[:, None], 0.0, np.clip(persons, 50, 4_000))

    @cached_property
    def growth_percent(self) -> Floats:
        """Yearly change of the people of each territory between the two years, %."""
        return self.rng(6).uniform(*_GROWTH_PERCENT, self.territory_count)

    @cached_property
    def light_growth_percent(self) -> Floats:
        """Yearly change of the light at night of each territory between the two years, %."""
        return self.rng(7).uniform(-1.0, 5.0, self.territory_count)

    @cached_property
    def polygons(self) -> NDArray[np.object_]:
        """Polygon of each territory; neighbours share the vertices of their border."""
        south_north, west_east = self._borders()
        row, column = self.row[~self.is_island], self.column[~self.is_island]
        rings = np.concatenate([
            west_east[row, column], south_north[row, column + 1], west_east[row + 1, column][:, ::-1],
            south_north[row, column][:, ::-1],
        ], axis=1)  # fmt: skip
        return np.concatenate([shapely.polygons(rings), self._islands()])

    def _borders(self) -> tuple[Floats, Floats]:
        """Borders that run north to south and west to east, by row and column of the lattice, with their vertices."""
        rng = self.rng(8)
        corners = np.stack(np.meshgrid(np.arange(self.columns + 1), np.arange(self.rows + 1)), axis=-1).astype(float)
        corners += rng.uniform(-0.06, 0.06, corners.shape)

        def wander(start: Floats, end: Floats, axis: int) -> Floats:
            along = np.linspace(0, 1, _BORDER_VERTICES)
            steps = np.cumsum(rng.normal(0, 0.01, (*start.shape[:2], _BORDER_VERTICES)), axis=2)
            offsets = steps - steps[..., :1] - along * (steps[..., -1:] - steps[..., :1])
            # Less near the corners, where borders meet.
            limit = np.minimum(0.35 * np.minimum(along, 1 - along), 0.08)
            place = start[:, :, None] + along[:, None] * (end - start)[:, :, None]
            place[..., axis] += np.clip(offsets, -limit, limit)
            place[:, :, -1] = end  # to the last digit: borders meet here
            return np.stack([WEST + place[..., 0] * SIDE_DEG, NORTH - place[..., 1] * SIDE_DEG], axis=-1)

        return wander(corners[:-1], corners[1:], 0), wander(corners[:, :-1], corners[:, 1:], 1)

    def _islands(self) -> NDArray[np.object_]:
        """Round islands within their squares, around their cores."""
        angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        radius = self.rng(9).uniform(0.44, 0.49, (self.island_count, 64)) * SIDE_DEG
        centre = self.degrees(np.full((self.territory_count, 2), SIDE_CELLS // 2))[self.is_island]
        offsets = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=-1)
        return np.asarray(shapely.polygons(centre[:, None] + offsets), dtype=object)

    @cached_property
    def links(self) -> Integers:
        """Pairs of territories whose seats a road joins: neighbours of the mainland in a row or a column; (n, 2)."""
        number = np.arange(self.mainland_count)
        east = number[(self.column[number] < self.columns - 1) & (number + 1 < self.mainland_count)]
        south = number[number + self.columns < self.mainland_count]
        return np.concatenate([np.stack([east, east + 1], 1), np.stack([south, south + self.columns], 1)])

    @cached_property
    def ferries(self) -> Integers:
        """Pairs of territories, mainland and island, whose seats a ferry joins; the last island has none."""
        islands = np.flatnonzero(self.is_island)[:-1]
        ports = np.minimum((self.row[islands] + 1) * self.columns, self.mainland_count) - 1
        return np.stack([ports, islands], 1)
