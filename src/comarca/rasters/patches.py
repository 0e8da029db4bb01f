"""Patches of chosen classes in a land-cover raster, found block by block and joined exactly across blocks.

Memory holds one block, one row of labels and the list of patches, so a raster may be larger than memory. Results do
not depend on the size of the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.features import rasterize
from rasterio.windows import Window

from comarca.crs import STORAGE
from comarca.errors import CRSError, InputError
from comarca.rasters.cell_areas import CellMeasure, measure_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray
    from rasterio.io import DatasetReader

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

_EIGHT: Final = np.ones((3, 3), dtype=int)
#: Codes that a legend may use.
_CODES: Final = 65_536


@dataclass(frozen=True)
class LandCoverTables:
    """What a raster says of the territories.

    Attributes
    ----------
    pieces : pandas.DataFrame
        Columns ``patch`` (numbered by first cell, row by row), ``territory`` (position, -1 outside all) and
        ``area_ha``: the part of each patch in each territory.
    classes : pandas.DataFrame
        Columns ``territory``, ``class_code``, ``area_ha``, and ``edge_m``: length of sides between a cell of that class
        inside a patch and one outside every patch. Cells without data have no row.
    """

    pieces: pd.DataFrame
    classes: pd.DataFrame


@dataclass
class _Tally:
    """What has been found so far; `above`, `below` and `left` are labels along the seams."""

    above: IntArray
    below: IntArray
    left: IntArray
    labels: int = 0
    first_cell: list[IntArray] = field(default_factory=list)
    pieces: list[pd.DataFrame] = field(default_factory=list)
    classes: list[pd.DataFrame] = field(default_factory=list)
    joins: list[IntArray] = field(default_factory=list)


@dataclass(frozen=True)
class _Block:
    """A block with one more row and column than it owns, where the raster has them."""

    rows: slice
    columns: slice
    code: NDArray[np.int64]
    chosen: NDArray[np.bool_]
    territory: NDArray[np.int64]

    @property
    def owned(self) -> tuple[slice, slice]:
        """Select the cells that the block itself owns."""
        return slice(self.rows.stop - self.rows.start), slice(self.columns.stop - self.columns.start)


def find_patches(
    raster: DatasetReader, territories: ArrayLike, *, codes: Sequence[int], block_size: int = 2048
) -> LandCoverTables:
    """Find connected patches of some classes, and areas of all classes, by territory.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Open raster of class codes (integers from 0 to 65,535), any CRS, north up; band 1 is read. Its nodata value,
        and what its mask hides, counts as no data.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326. They are brought to the raster's CRS, never the other way round. A cell belongs to
        the territory that holds its centre; where territories overlap, to the last one.
    codes : sequence of int
        Class codes that make up patches.
    block_size : int, default 2048
        Rows and columns of the blocks.

    Returns
    -------
    LandCoverTables
        Patches and classes. Cells are joined through sides and corners.

    Raises
    ------
    CRSError
        If the raster has no CRS.
    InputError
        If the raster is not of integers, has a scale, is rotated, or holds other codes.

    Notes
    -----
    A patch that leaves the raster is known in part only. Fragstats calls the rule "8 neighbours".
    """
    if np.dtype(raster.dtypes[0]).kind not in "ui":
        raise InputError(str(raster.name), got=raster.dtypes[0], expected="a raster of class codes, in integers")
    if (raster.scales[0], raster.offsets[0]) != (1, 0):
        raise InputError(
            str(raster.name), got=f"a scale of {raster.scales[0]:g} and an offset of {raster.offsets[0]:g}",
            expected="class codes as they are stored", remedy="Codes have no scale: gdal_edit.py -unsetmd, or "
            "gdal_translate -unscale, makes them plain.",
        )  # fmt: skip
    cells = measure_cells(raster.transform, raster.shape, _crs_of(raster))
    shapes = gpd.GeoSeries(np.asarray(territories, dtype=object), crs=STORAGE).to_crs(raster.crs).to_numpy()
    no_labels = np.zeros(raster.width, dtype=np.int64)
    tally = _Tally(above=no_labels, below=no_labels, left=no_labels)
    is_chosen = np.zeros(_CODES + 1, dtype=bool)
    is_chosen[list(codes)] = True
    tree = shapely.STRtree(shapes)
    for block in _blocks(raster, shapes, tree, is_chosen, block_size):
        _add_patches(block, cells, tally, raster.width)
        tally.classes.append(_class_areas(block, cells))
    classes = pd.concat(tally.classes, ignore_index=True)
    totals = classes.groupby(["territory", "class_code"], as_index=False, sort=True).sum()
    return LandCoverTables(_joined_pieces(tally), totals)


def _crs_of(raster: DatasetReader) -> CRS:
    if raster.crs is None:
        raise CRSError(str(raster.name), got=None, expected="a coordinate reference system")
    return CRS.from_user_input(raster.crs)


def _blocks(
    raster: DatasetReader,
    shapes: NDArray[np.object_],
    tree: shapely.STRtree,
    is_chosen: NDArray[np.bool_],
    size: int,
) -> Iterator[_Block]:
    height, width = raster.shape
    for top in range(0, height, size):
        for left in range(0, width, size):
            rows, columns = slice(top, min(top + size, height)), slice(left, min(left + size, width))
            read = Window.from_slices((top, min(rows.stop + 1, height)), (left, min(columns.stop + 1, width)))
            code = raster.read(1, window=read).astype(np.int64)
            is_data = raster.read_masks(1, window=read) > 0
            _require_codes(code[is_data], str(raster.name))
            code[~is_data] = _CODES
            territory = _territories_of(raster, shapes, tree, read)
            yield _Block(rows, columns, code, is_chosen[code], territory)


def _require_codes(codes: IntArray, where: str) -> None:
    wrong = (codes < 0) | (codes >= _CODES)
    if wrong.any():
        raise InputError(
            f"{where}, values", got=int(codes[wrong][0]), expected=f"class codes from 0 to {_CODES - 1:,}",
            remedy="If it means no data, write that into the file: gdal_edit.py -a_nodata <value>.",
        )  # fmt: skip


def _territories_of(
    raster: DatasetReader, shapes: NDArray[np.object_], tree: shapely.STRtree, window: Window
) -> NDArray[np.int64]:
    shape = (int(window.height), int(window.width))
    grid = raster.transform
    corner = Affine(grid.a, 0.0, grid.c + grid.a * window.col_off, 0.0, grid.e, grid.f + grid.e * window.row_off)
    x, y = np.sort([corner.c, corner.c + grid.a * shape[1]]), np.sort([corner.f, corner.f + grid.e * shape[0]])
    near = np.sort(tree.query(shapely.box(x[0], y[0], x[1], y[1])))
    if not len(near):
        return np.full(shape, -1, dtype=np.int64)
    burnt = rasterize(
        zip(shapes[near], near + 1, strict=True),
        out_shape=shape,
        transform=corner,
        dtype="int32",
    )
    return np.asarray(burnt, dtype=np.int64) - 1


def _add_patches(block: _Block, cells: CellMeasure, tally: _Tally, width: int) -> None:
    """Label a block, remember what touches what across its upper and left seams, and sum its pieces."""
    chosen = block.chosen[block.owned]
    label, count = scipy.ndimage.label(chosen, structure=_EIGHT, output=np.int64)
    label[chosen] += tally.labels
    if block.columns.start == 0:
        tally.above, tally.below = tally.below, np.zeros(width, dtype=np.int64)
        tally.left = np.zeros(len(label), dtype=np.int64)
    around = slice(max(block.columns.start - 1, 0), min(block.columns.stop + 1, width))
    upper = np.pad(label[0], (block.columns.start - around.start, around.stop - block.columns.stop))
    tally.joins += [_touching(label[:, 0], tally.left), _touching(upper, tally.above[around])]
    tally.left, tally.below[block.columns] = label[:, -1], label[-1]
    row, column = np.nonzero(chosen)
    labels = label[chosen]
    first = np.full(count, width * (block.rows.stop + 1), dtype=np.int64)
    np.minimum.at(first, labels - tally.labels - 1, (row + block.rows.start) * width + column + block.columns.start)
    tally.first_cell.append(first)
    tally.pieces.append(
        _summed(
            {"label": labels - 1, "territory": block.territory[block.owned][chosen]},
            {"area_ha": cells.of(cells.area_ha, block.rows, block.columns)[chosen]},
        )
    )
    tally.labels += count


def _touching(one: IntArray, other: IntArray) -> IntArray:
    """Pairs of labels that touch through sides or corners along two lines of cells, shape (n, 2)."""
    pairs = [np.stack([one, other]), np.stack([one[1:], other[:-1]]), np.stack([one[:-1], other[1:]])]
    touching = np.concatenate(pairs, axis=1)
    return np.unique(touching[:, (touching > 0).all(axis=0)].T, axis=0)


def _class_areas(block: _Block, cells: CellMeasure) -> pd.DataFrame:
    """Area of each class, and length of the sides that part its chosen cells from cells that are not chosen."""
    code = block.code[block.owned].ravel()
    territory = block.territory[block.owned].ravel()
    counted = (code < _CODES) & (territory >= 0)
    area = cells.of(cells.area_ha, block.rows, block.columns).ravel()
    keys = {"territory": territory[counted], "class_code": code[counted]}
    areas = _summed(keys, {"area_ha": area[counted], "edge_m": np.zeros(counted.sum())})
    beside = _edges(block, cells.of(cells.height_m, block.rows, block.columns), axis=1)
    below = _edges(block, cells.of(cells.width_m, block.rows, block.columns), axis=0)
    return pd.concat([areas, beside, below], ignore_index=True)


def _edges(block: _Block, side_m: FloatArray, *, axis: int) -> pd.DataFrame:
    """Sides between the block's cells and the next ones along an axis, counted for the cell that is chosen."""
    down, right = (0, 1) if axis else (1, 0)
    height = min(side_m.shape[0], block.code.shape[0] - down)
    width = min(side_m.shape[1], block.code.shape[1] - right)
    near, far = np.s_[:height, :width], np.s_[down : height + down, right : width + right]
    parts = block.chosen[near] != block.chosen[far]
    parts &= (block.code[near] < _CODES) & (block.code[far] < _CODES)
    inner = block.chosen[near][parts]
    code = np.where(inner, block.code[near][parts], block.code[far][parts])
    territory = np.where(inner, block.territory[near][parts], block.territory[far][parts])
    inside = territory >= 0
    length = side_m[near][parts][inside]
    keys = {"territory": territory[inside], "class_code": code[inside]}
    return _summed(keys, {"area_ha": np.zeros(len(length)), "edge_m": length})


def _joined_pieces(tally: _Tally) -> pd.DataFrame:
    """Unite labels that touch across seams and number the patches by their first cell."""
    joins = np.concatenate(tally.joins) - 1
    link = scipy.sparse.coo_array((np.ones(len(joins)), (joins[:, 0], joins[:, 1])), shape=(tally.labels, tally.labels))
    count, component = scipy.sparse.csgraph.connected_components(link, directed=False)
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, component, np.concatenate(tally.first_cell))
    number = np.empty(count, dtype=np.int64)
    number[np.argsort(first)] = np.arange(count)
    pieces = pd.concat(tally.pieces, ignore_index=True)
    patch = number[component[pieces["label"]]]
    return _summed({"patch": patch, "territory": pieces["territory"].to_numpy()}, {"area_ha": pieces["area_ha"]})


def _summed(keys: Mapping[str, ArrayLike], values: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Sum values by keys, sorted by them."""
    return pd.DataFrame({**keys, **values}).groupby(list(keys), as_index=False, sort=True).sum()
