"""Rasters of a synthetic country: people, cover of the land and light at night, each on two dates.

They are written by rows of squares, so that memory grows with the width of the country alone.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.windows import Window

from comarca.synthetic.country import CELL_DEG, CORE, NORTH, SIDE_CELLS, WEST, YEARS
from comarca.synthetic.land import SLOT_CELLS, SLOTS, patch_sides

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from comarca.synthetic.country import Country

    Grid = NDArray[Any]

#: Cells around the lattice, since borders wander; rows are stored by strips of so many.
_MARGIN: Final = 60
#: Cells of the raster of people along one cell of light.
_LIGHT_CELLS: Final = 5
#: People per cell: in cities of a million, in other seats, in villages, elsewhere in the core.
_METROPOLIS, _SEAT, _VILLAGE, RURAL = 69.0, 34.0, 20.0, 0.05
_MILLION: Final = 1_000_000
#: Cells with so many people are built up.
_BUILT_UP_FROM: Final = 15.0
#: Classes of the legend ``mapbiomas``: what grows where nobody farms, what is farmed, and towns.
_NATURAL, _FARMED, _URBAN = (3, 4, 12), (15, 39, 41), 24
_COVER_BLOCK: Final = 15
#: Files by layer and year.
LAYERS: Final = ("population", "land_cover", "night_lights")


def raster_name(layer: str, year: int) -> str:
    """Name of the file of a layer and year.

    Parameters
    ----------
    layer : str
        One of `LAYERS`.
    year : int
        One of `YEARS`.

    Returns
    -------
    str
        Name without a folder.
    """
    return f"{layer}_{year}.tif"


def write_rasters(country: Country, folder: Path) -> None:
    """Write all rasters.

    Parameters
    ----------
    country : Country
        The country.
    folder : pathlib.Path
        Where they go.
    """
    shape = (country.rows * SIDE_CELLS + 2 * _MARGIN, country.grid_columns * SIDE_CELLS + 2 * _MARGIN)
    order = np.argsort(country.row, kind="stable")
    starts = np.searchsorted(country.row[order], np.arange(country.rows + 1))
    with ExitStack() as stack:
        files = {
            (layer, year): stack.enter_context(
                rasterio.open(folder / raster_name(layer, year), "w", **_profile(layer, shape))
            )
            for layer in LAYERS
            for year in YEARS
        }
        for row in range(-1, country.rows + 1):
            members = order[starts[row] : starts[row + 1]] if 0 <= row < country.rows else order[:0]
            for key, strip in _strips(country, row, members, shape[1]).items():
                cells = _LIGHT_CELLS if key[0] == "night_lights" else 1
                top = 0 if row < 0 else (_MARGIN + row * SIDE_CELLS) // cells
                files[key].write(strip, 1, window=Window(0, top, strip.shape[1], strip.shape[0]))


def _profile(layer: str, shape: tuple[int, int]) -> Mapping[str, Any]:
    cells = _LIGHT_CELLS if layer == "night_lights" else 1
    size = CELL_DEG * cells
    return {
        "driver": "GTiff", "height": shape[0] // cells, "width": shape[1] // cells, "count": 1, "crs": "EPSG:4326",
        "dtype": "uint8" if layer == "land_cover" else "float32", "nodata": 0 if layer == "land_cover" else -1,
        "transform": Affine(size, 0, WEST - _MARGIN * CELL_DEG, 0, -size, NORTH + _MARGIN * CELL_DEG),
        "compress": "deflate", "zlevel": 1, "blockysize": _MARGIN // cells, "bigtiff": "if_safer",
    }  # fmt: skip


def _strips(country: Country, row: int, members: Grid, width: int) -> dict[tuple[str, int], Grid]:
    """All rasters over one row of squares, or over the margin north or south of them."""
    height = SIDE_CELLS if 0 <= row < country.rows else _MARGIN
    people = {year: np.zeros((height, width), dtype=np.float32) for year in YEARS}
    lights = {year: np.zeros((height // _LIGHT_CELLS, width // _LIGHT_CELLS), dtype=np.float32) for year in YEARS}
    rng = country.rng(25, row + 1)
    base = rng.choice(_NATURAL, (height // _COVER_BLOCK, width // _COVER_BLOCK)).astype(np.uint8)
    natural = base.repeat(_COVER_BLOCK, axis=0).repeat(_COVER_BLOCK, axis=1)
    cover: dict[int, Grid] = {year: natural.copy() for year in YEARS}
    span = YEARS[1] - YEARS[0]
    for number in members.tolist():
        left = _MARGIN + int(country.column[number]) * SIDE_CELLS
        square = np.s_[:, left : left + SIDE_CELLS]
        now = population_block(country, number)
        light = _light_block(now)
        coarse = np.s_[:, left // _LIGHT_CELLS : (left + SIDE_CELLS) // _LIGHT_CELLS]
        for year, back in zip(YEARS, (span, 0), strict=True):
            people[year][square] = now / (1 + country.growth_percent[number] / 100) ** back
            lights[year][coarse] = light / (1 + country.light_growth_percent[number] / 100) ** back
            _add_cover(cover[year][square], country, number, year, now)
    return {
        (layer, year): strips[year]
        for layer, strips in zip(LAYERS, (people, cover, lights), strict=True)
        for year in YEARS
    }


def population_block(country: Country, number: int) -> Grid:
    """People of one territory in the last year.

    Parameters
    ----------
    country : Country
        The country.
    number : int
        The territory.

    Returns
    -------
    numpy.ndarray, shape (300, 300)
        People per cell, all of them in the core.
    """
    block = np.zeros((SIDE_CELLS, SIDE_CELLS))
    seat, persons = country.seat_cells[number], float(country.seat_persons[number])
    if country.is_hamlet[number]:
        block[tuple(seat)] = persons
        return block
    block[CORE[0] : CORE[1], CORE[0] : CORE[1]] = RURAL
    _add_disc(block, seat, persons, _METROPOLIS if persons >= _MILLION else _SEAT)
    for cell, people in zip(country.village_cells[number], country.village_persons[number].tolist(), strict=True):
        _add_disc(block, cell, people, _VILLAGE)
    return block


def _add_disc(block: Grid, centre: Grid, persons: float, density: float) -> None:
    """Spread people evenly over a disc of cells."""
    radius = max(1.0, float(np.sqrt(persons / density / np.pi)))
    reach = int(radius) + 1
    offset = np.arange(-reach, reach + 1)
    disc = np.hypot(offset[:, None], offset) <= radius
    row, column = centre.tolist()
    block[row - reach : row + reach + 1, column - reach : column + reach + 1] += disc * (persons / disc.sum())


def _light_block(people: Grid) -> Grid:
    """Light of a territory from its people: up to 63, as old satellites saw it."""
    side = SIDE_CELLS // _LIGHT_CELLS
    sums = people.reshape(side, _LIGHT_CELLS, side, _LIGHT_CELLS).sum(axis=(1, 3))
    return np.asarray(63 * (1 - np.exp(-sums / 200)))


def _add_cover(square: Grid, country: Country, number: int, year: int, people: Grid) -> None:
    """Put towns, then patches of farmland, on what grows there."""
    square[people >= _BUILT_UP_FROM] = _URBAN
    for slot, (height, width) in enumerate(patch_sides(country, number, year).tolist()):
        top, left = (CORE[0] + 1 + SLOT_CELLS * part for part in divmod(slot, SLOTS))
        square[top : top + height, left : left + width] = _FARMED[slot % len(_FARMED)]
