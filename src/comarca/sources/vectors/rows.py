"""What all layers from users' own files have in common: shapes that fit, ids, words brought to ours, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from comarca.crs import STORAGE
from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.results import Check
from comarca.roads.network import STEPS_PER_DEGREE
from comarca.sources.names import fold_name
from comarca.sources.vectors.read import as_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

#: What a class or kind is mapped to in the configuration to leave its rows out.
LEFT_OUT: Final = "none"
#: Column with the number of the row in the file, from 1.
ROW: Final = "row__"
LINES: Final = ("LineString", "MultiLineString")
SPOTS: Final = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_LISTED: Final = 30
_LIMITS: Final = np.array([-180.0, -90.0, 180.0, 90.0])


def with_shapes(
    raw: gpd.GeoDataFrame, types: tuple[str, ...], *, name: str, where: str
) -> tuple[gpd.GeoDataFrame, Check]:
    """Keep the rows that have a shape, and refuse shapes of another type.

    Parameters
    ----------
    raw : geopandas.GeoDataFrame
        As from `comarca.sources.vectors.read.read_vector`, EPSG:4326.
    types : tuple of str
        Geometry types that fit: `LINES` or `SPOTS`. Lines also need a length.
    name, where : str
        The layer, and the file, for messages.

    Returns
    -------
    kept : geopandas.GeoDataFrame
        Rows with a shape, in two dimensions, with a fresh index and the column `ROW`.
    check : Check
        How many rows were left out.

    Raises
    ------
    InputError
        If a shape is of another type or outside the range of longitude and latitude, or none is left.
    """
    numbered = raw.assign(**{ROW: np.arange(1, len(raw) + 1)})
    shapes = shapely.force_2d(raw.geometry.to_numpy())
    void = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    counts = raw.geometry.geom_type[~void].value_counts()
    if wrong := [f"{count} {kind}" for kind, count in counts.items() if kind not in types]:
        raise InputError(
            where, got=", ".join(wrong), expected=" or ".join(types),
            remedy="Is this the right file, or the right layer of it?",
        )  # fmt: skip
    low_high = shapely.bounds(shapes)
    beyond = ~void & ~((low_high >= _LIMITS[[0, 1, 0, 1]]) & (low_high <= _LIMITS[[2, 3, 2, 3]])).all(axis=1)
    if beyond.any():
        row = int(np.flatnonzero(beyond)[0])
        raise InputError(
            f"{where}, row {row + 1}", got=low_high[row].round(2).tolist(), expected="longitudes and latitudes",
            remedy="Its CRS is not the one that the file says, or longitude and latitude are swapped.",
        )  # fmt: skip
    if types == LINES:
        grid = np.rint(np.nan_to_num(low_high) * STEPS_PER_DEGREE)
        void |= (grid[:, :2] == grid[:, 2:]).all(axis=1)
    kept = numbered.set_geometry(gpd.GeoSeries(shapes, index=raw.index, crs=STORAGE))[~void].reset_index(drop=True)
    if kept.empty:
        raise InputError(where, got=f"{len(raw)} rows without a shape", expected="shapes")
    return kept, _without_shape(numbered.loc[void, ROW], len(raw), name)


def row_ids(kept: pd.DataFrame, column: str | None, *, where: str) -> pd.Series:
    """Give every row an id: its code, or the number of its row; those that share one get ``#1``, ``#2``, ... .

    Parameters
    ----------
    kept : pandas.DataFrame
        With the column `ROW`.
    column : str or None
        Column with the code.
    where : str
        The file, for messages.

    Returns
    -------
    pandas.Series of str
        Same index, all different.
    """
    number = kept[ROW].astype("str")
    code = (
        number if column is None else as_code(kept[column], where=f"{where}, column {column}").fillna("row " + number)
    )
    part = (code.groupby(code).cumcount() + 1).astype("str")
    return code.where(~code.duplicated(keep=False), code + "#" + part).astype("str")


def translate(words: pd.Series, own: Mapping[str, str], known: Mapping[str, str]) -> pd.Series:
    """Bring words to ours.

    Parameters
    ----------
    words : pandas.Series of str
        As they stand in the file.
    own : mapping
        The user's table, which goes first: word -> ours, in any case and with or without accents.
    known : mapping
        Folded word -> ours.

    Returns
    -------
    pandas.Series of str
        Same index; null where the word is null or not known.
    """
    folded = {fold_name(word): meaning for word, meaning in own.items()}
    meaning: dict[str, str | None] = {}
    for word in words.dropna().unique():
        plain = fold_name(word)
        meaning[word] = own.get(word) or folded.get(plain) or known.get(plain)
    return words.map(meaning).astype("str")


def check_targets(own: Mapping[str, str], *, known: Iterable[str], key: str) -> None:
    """Refuse a table of words that leads to something unknown.

    Parameters
    ----------
    own : mapping
        The user's table: word -> ours.
    known : iterable of str
        What it may lead to, besides `LEFT_OUT`.
    key : str
        The configuration key.

    Raises
    ------
    ConfigError
        Names the first wrong entry and the nearest right spelling.
    """
    allowed = [*dict.fromkeys(known), LEFT_OUT]
    for word, meaning in own.items():
        if meaning not in allowed:
            raise ConfigError(
                f"configuration, {key}.{word}", got=meaning, expected="one of " + ", ".join(allowed),
                remedy=did_you_mean(meaning, allowed),
            )  # fmt: skip


def unknown_words(words: pd.Series, name: str, *, what: str, known: Iterable[str]) -> Check:
    """Report words that could not be brought to ours.

    Parameters
    ----------
    words : pandas.Series of str
        The words of all rows that were not understood; nulls do not count.
    name : str
        Name of the check.
    what : str
        What they are and what became of them, as the end of a sentence.
    known : iterable of str
        Words that could have been meant.

    Returns
    -------
    Check
        ``warn`` if there are any, with a row per word.
    """
    counts = words.value_counts()
    known = list(known)
    rows = [
        {"value": str(word), "rows": int(count), "hint": did_you_mean(str(word), known)}
        for word, count in counts.head(_LISTED).items()
    ]
    total = int(counts.sum())
    message = f"{total} rows with {len(counts)} different {what}."
    return Check(name, "warn" if total else "pass", total, "0 rows", message, rows)


def without_left_out(layer: gpd.GeoDataFrame, column: str, *, where: str) -> gpd.GeoDataFrame:
    """Leave out the rows that the configuration maps to `LEFT_OUT`.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        Any layer.
    column : str
        Its column of classes.
    where : str
        The file, for messages.

    Returns
    -------
    geopandas.GeoDataFrame
        The other rows.

    Raises
    ------
    InputError
        If none is left.
    """
    kept = layer[layer[column] != LEFT_OUT]
    if kept.empty:
        raise InputError(where, got=f"{len(layer)} rows, all of them left out", expected="at least one that is kept")
    return kept


def left_out_check(name: str, count: int, total: int) -> Check:
    """Say how many rows the configuration leaves out.

    Parameters
    ----------
    name : str
        The layer.
    count, total : int
        Rows left out, and of how many.

    Returns
    -------
    Check
        For information.
    """
    message = f"{count} of {total} rows of {name} are of classes that the configuration leaves out."
    return Check(f"{name}_left_out", "info", count, "", message)


def lines_of(kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take MultiLineStrings apart, without the parts that have no length.

    Parameters
    ----------
    kept : geopandas.GeoDataFrame
        Lines, as from `with_shapes`.

    Returns
    -------
    geopandas.GeoDataFrame
        One LineString per row, with a fresh index; `ROW` stays.
    """
    parts, owner = shapely.get_parts(kept.geometry.to_numpy(), return_index=True)
    grid = np.rint(shapely.bounds(parts) * STEPS_PER_DEGREE)
    has_length: NDArray[np.bool_] = (grid[:, :2] != grid[:, 2:]).any(axis=1)
    apart = kept.iloc[owner[has_length]].reset_index(drop=True)
    return apart.set_geometry(gpd.GeoSeries(parts[has_length], index=apart.index, crs=STORAGE))


def _without_shape(rows: pd.Series, total: int, name: str) -> Check:
    message = f"{len(rows)} of {total} rows of {name} have no shape, or one without extent, and are left out."
    cases = [{"row": int(row)} for row in rows.head(_LISTED)]
    return Check(f"{name}_without_shape", "warn" if len(rows) else "pass", len(rows), "0 rows", message, cases)
