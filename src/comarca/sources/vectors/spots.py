"""Places given as a vector file, or as a table with longitude and latitude."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import geopandas as gpd
import numpy as np
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.sources.datasets import paths_of
from comarca.sources.names import fold_name
from comarca.sources.tables.numbers import decimal_hint, is_missing, parse_columns
from comarca.sources.tables.read import TABLE_SUFFIXES, Layout, find_column, layout_of, open_table, read_heading
from comarca.sources.vectors.read import VectorOptions, open_vector
from comarca.sources.vectors.soundness import sound_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from comarca.io import PathLike
    from comarca.results import Check

_LONGITUDE: Final = ("longitude", "lon", "long", "lng", "longitud", "x", "coord x", "lon dec", "long dec")
#: Degrees with a dot and three decimals: read as thousands they lie beyond the Earth.
_DEGREES: Final = r"\s*[-+\u2212]?\d{1,3}(?:\.\d{3})?\s*"
_LATITUDE: Final = ("latitude", "lat", "latitud", "y", "coord y", "lat dec")


def is_table(path: PathLike | Sequence[str]) -> bool:
    """Tell whether a path names a table and no vector file.

    Parameters
    ----------
    path : path-like or sequence of str
        The key ``path``.

    Returns
    -------
    bool
        True for one delimited text or workbook.
    """
    paths = paths_of(path)
    return len(paths) == 1 and Path(paths[0]).suffix.lower() in TABLE_SUFFIXES


def spot_fields(path: PathLike | Sequence[str], **options: Unpack[VectorOptions]) -> list[str]:
    """Look at the heading of a table that is given in place of a vector file.

    Parameters
    ----------
    path, **options
        As for `read_spots`.

    Returns
    -------
    list of str
        Names of its columns.
    """
    return read_heading(paths_of(path)[0], **table_layout(options))


def table_layout(options: VectorOptions) -> Layout:
    """Tell how a table lies in its file that is given in place of a vector file.

    Parameters
    ----------
    options : VectorOptions
        What its section says; ``layer`` is the sheet of a workbook.

    Returns
    -------
    Layout
        The keys that are set.
    """
    sheet = options.get("layer")
    return layout_of({**options, "sheet": sheet if isinstance(sheet, str) else None})


def read_spots(
    path: PathLike | Sequence[str],
    *,
    longitude: str | None = None,
    latitude: str | None = None,
    name: str,
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read a vector file, or a table whose coordinates are in degrees or in the system given.

    Parameters
    ----------
    path : path-like or sequence of str
        The file.
    longitude, latitude : str, optional
        Columns of a table with the coordinates; found by their usual names if not given.
    name : str
        The section, for messages.
    **options
        See `comarca.sources.vectors.read.VectorOptions`; ``layer`` is the sheet of a workbook, ``crs`` the system of a
        table's coordinates.

    Returns
    -------
    spots : geopandas.GeoDataFrame
        EPSG:4326; rows of a table without both coordinates, or at 0, 0, have no shape. Cells of tables are text, null
        where empty.
    checks : list of Check
        What the reader left out or doubts.

    Raises
    ------
    InputError
        If the columns of the coordinates are not there or hold no numbers, or rows without them are refused.
    """
    if not is_table(path):
        return open_vector(path, name=name, **options)
    file, where = paths_of(path)[0], f"{name}: {paths_of(path)[0]}"
    opened = open_table(file, **table_layout(options))
    table = opened.cells
    table.attrs["separator"] = opened.separator
    named = [
        _column(table, longitude, _LONGITUDE, where, f"{name}.longitude"),
        _column(table, latitude, _LATITUDE, where, f"{name}.latitude"),
    ]
    # A dash stands for zero in statistical tables, but for nothing in a column of coordinates.
    texts = table[named].apply(lambda column: column.mask(column == "-", ""))
    # A dot before three digits parts no thousands in degrees, though the file is one of semicolons.
    is_degrees = options.get("crs") is None and texts.apply(lambda c: c.str.fullmatch(_DEGREES) | (c == "")).all(
        axis=None
    )
    hint = "." if is_degrees else decimal_hint(table) or "."
    degrees = np.column_stack([*parse_columns(texts, named, decimal=None, hint=hint, where=where).values()])
    unknown = np.isnan(degrees).any(axis=1) | (degrees == 0).all(axis=1)
    shapes = np.asarray(shapely.points(np.where(unknown[:, None], 0, degrees)), dtype=object)
    shapes[unknown] = None
    empty = table.apply(is_missing, letters=False)
    spots = gpd.GeoDataFrame(table.mask(empty), geometry=shapes, crs=options.get("crs") or STORAGE).to_crs(STORAGE)
    bounds = spots.total_bounds
    if not unknown.all() and not ((np.abs(bounds[[0, 2]]) <= 180) & (np.abs(bounds[[1, 3]]) <= 90)).all():
        raise InputError(
            where, got=[float(f"{side:.7g}") for side in bounds], expected="longitudes and latitudes in degrees",
            remedy="Coordinates in metres: say in which system with the key `crs`, such as EPSG:32717.",
        )  # fmt: skip
    spots, unsound = sound_shapes(spots, options.get("broken_shapes"), where=where)
    unsound = [replace(check, name=f"{name}_{check.name}") for check in unsound]
    return spots.reset_index(drop=True), [*opened.checks, *unsound]


def _column(table: pd.DataFrame, given: str | None, usual: tuple[str, ...], where: str, key: str) -> str:
    if given is not None:
        return find_column(given, table, where=f"{where}, {key}")
    for column in table.columns:
        if fold_name(str(column)) in usual:
            return str(column)
    raise InputError(
        where, got=list(table), expected="columns of longitudes and latitudes",
        remedy=f"Name it as {key}; or give a GeoPackage or GeoJSON, which says its CRS.",
    )  # fmt: skip
