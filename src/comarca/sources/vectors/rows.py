"""What all layers from users' own files have in common: shapes that fit, ids, words brought to ours, reports."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.results import Check
from comarca.roads.network import STEPS_PER_DEGREE
from comarca.sources.names import fold_name, fold_text
from comarca.sources.tables.numbers import is_missing
from comarca.sources.vectors.read import as_code, parts_of
from comarca.sources.vectors.words import UNTOLD_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

#: What a class or kind is mapped to in the configuration to leave its rows out.
LEFT_OUT: Final = "none"
#: Column with the number of the row in the file, from 1.
ROW: Final = "row__"
LINES: Final = ("LineString", "MultiLineString")
SPOTS: Final = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
Unknown = Literal["refuse", "untagged"]
_NEAR: Final = 0.84
_NEGATIONS: Final = frozenset({"no", "non", "not", "nao", "n", "sin", "sem", "sans", "un", "without"})


def with_shapes(
    raw: gpd.GeoDataFrame, types: tuple[str, ...], *, name: str, where: str
) -> tuple[gpd.GeoDataFrame, Check]:
    """Keep the rows that have a shape of a type that fits, or of several types one of which fits.

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
        If no shape is of a type that fits, or none is left.
    """
    numbered = raw.assign(**{ROW: np.arange(1, len(raw) + 1)})
    shapes = shapely.force_2d(raw.geometry.to_numpy())
    void = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    shapes, mixed = parts_of(shapes, 1 if types == LINES else 2 if (_areas_only(shapes)) else 0)
    void |= shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = gpd.GeoSeries(shapes, index=raw.index, crs=STORAGE).geom_type
    other = ~void & ~kinds.isin(types).to_numpy()
    if other.any() and (other | void).all():
        counts = kinds[other].value_counts()
        raise InputError(
            where, got=", ".join(f"{count} {kind}" for kind, count in counts.items()), expected=" or ".join(types),
            remedy="Is this the right file, or the right layer of it?",
        )  # fmt: skip
    low_high = shapely.bounds(shapes)
    if types == LINES:
        grid = np.rint(np.nan_to_num(low_high) * STEPS_PER_DEGREE)
        void |= (grid[:, :2] == grid[:, 2:]).all(axis=1)
    out = void | other
    kept = numbered.set_geometry(gpd.GeoSeries(shapes, index=raw.index, crs=STORAGE))[~out].reset_index(drop=True)
    if kept.empty:
        raise InputError(where, got=f"{len(raw)} rows without a shape", expected="shapes")
    return kept, _without_shape(numbered.loc[out, ROW], len(raw), name, other=int(other.sum()), mixed=mixed)


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
    folded: dict[str, str] = {}
    for word, meaning in own.items():
        first = folded.setdefault(fold_text(word), word)
        if own[first] != meaning:
            raise ConfigError(
                f"configuration, {key}.{word}", got=meaning, expected=f"one meaning, as {first!r} is {own[first]}",
                remedy="Capitals and accents do not tell words apart.",
            )  # fmt: skip
        if meaning not in allowed:
            raise ConfigError(
                f"configuration, {key}.{word}", got=meaning, expected="one of " + ", ".join(allowed),
                remedy=did_you_mean(meaning, allowed),
            )  # fmt: skip


def understand(
    words: pd.Series,
    own: Mapping[str, str],
    known: Mapping[str, str],
    *,
    km: NDArray[np.float64] | None,
    name: str,
    key: str,
    where: str,
    unknown: Unknown = "refuse",
) -> tuple[pd.Series, Check]:
    """Bring words to ours, and stop at those that are not understood.

    Parameters
    ----------
    words : pandas.Series of str
        As they stand in the file; null where nothing is given.
    own, known : mapping
        As for `translate`.
    km : numpy.ndarray, shape (n,), optional
        Length of each row, to tell how much hangs on a word.
    name : str
        First words of the check.
    key : str
        Configuration key of the user's own table of words.
    where : str
        File and column, for messages.
    unknown : {"refuse", "untagged"}, default "refuse"
        What happens to words that are not understood: they stop the run, or count as if nothing had been given.

    Returns
    -------
    meaning : pandas.Series of str
        Same index; null where nothing is given.
    check : Check
        Words taken as not given.

    Raises
    ------
    InputError
        If there are words that are not understood, unless they are to count as not given.
    """
    meaning = translate(words, own, known)
    void = words.notna() & meaning.isna() & _says_nothing(words)
    lost = words[words.notna() & meaning.isna() & ~void]
    extent = pd.Series(km if km is not None else np.zeros(len(words)), index=words.index)[lost.index]
    table = pd.DataFrame({"word": lost, "km": extent}).groupby("word")["km"].agg(["size", "sum"])
    table = table.sort_values(["sum", "size"], ascending=False)
    rows = [
        {"value": str(word), "rows": int(size), "km": round(float(length), 1), "hint": suggest(str(word), known)}
        for word, size, length in zip(table.index, table["size"], table["sum"], strict=False)
    ]
    if rows and unknown == "refuse":
        told = "; ".join(
            f"{row['value']!r} ({row['rows']} rows{'' if km is None else ', ' + format(row['km'], 'g') + ' km'})"
            f" {row['hint']}".rstrip()
            for row in rows
        )
        raise InputError(
            where, got=f"{len(table)} words that are not understood, in {len(lost)} rows",
            expected="words that are known",
            remedy=f"Say what each means with {key}, with `none` to leave its rows out; or set"
            f" `unknown: untagged` to treat them as not given: {told}.",
        )  # fmt: skip
    message = f"{len(lost)} rows with {len(table)} words that are not understood; they count as not given, see {key}."
    message += f" {int(void.sum())} rows say that it is not known." if void.any() else ""
    return meaning, Check(f"{name}_words", "warn" if rows else "pass", len(lost), "0 rows", message, rows)


def _says_nothing(words: pd.Series) -> pd.Series:
    """Tell which words say that nothing is known, such as "sin dato" or "n/a"."""
    answer = {word: fold_name(word) in UNTOLD_WORDS for word in words.dropna().unique()}
    return words.map(answer).eq(True) | is_missing(words.fillna(""), letters=False)


def suggest(word: str, known: Mapping[str, str]) -> str:
    """Suggest a known word, if all that are near mean one thing.

    Parameters
    ----------
    word : str
        A word that is not known.
    known : mapping
        Folded word -> meaning.

    Returns
    -------
    str
        ``"Did you mean 'x' (y)?"``; empty if nothing is near, the near words differ in meaning, or one of both denies.
    """
    plain = fold_name(word)
    near = get_close_matches(plain, known, n=5, cutoff=_NEAR)
    if len({known[each] for each in near}) != 1 or _denies(plain) != _denies(near[0]):
        return ""
    return f"Did you mean {near[0]!r} ({known[near[0]]})?"


def _denies(plain: str) -> bool:
    return any(
        part in _NEGATIONS or part.startswith(("des", "inv", "opp", "contr", "un", "rev")) for part in plain.split()
    )


def unknown_words(words: pd.Series, name: str, *, what: str, known: Mapping[str, str]) -> Check:
    """Report words that could not be brought to ours.

    Parameters
    ----------
    words : pandas.Series of str
        The words of all rows that were not understood; nulls do not count.
    name : str
        Name of the check.
    what : str
        What they are and what became of them, as the end of a sentence.
    known : mapping
        Words that could have been meant, with their meaning.

    Returns
    -------
    Check
        ``warn`` if there are any, with a row per word.
    """
    counts = words.value_counts()
    rows = [
        {"value": str(word), "rows": int(count), "hint": suggest(str(word), known)} for word, count in counts.items()
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


def _areas_only(shapes: NDArray[np.object_]) -> bool:
    """Whether collections hold areas: of these the polygons are taken, with their label points left aside."""
    return bool((shapely.get_dimensions(shapes) == 2).any())


def _without_shape(rows: pd.Series, total: int, name: str, *, other: int, mixed: int) -> Check:
    message = f"{len(rows)} of {total} rows of {name} have no shape, or one without extent, and are left out."
    if other:
        message += f" {other} of them have shapes of another type."
    if mixed:
        message += f" {mixed} rows hold shapes of several types, of which the fitting parts are taken."
    cases = [{"row": int(row)} for row in rows]
    return Check(f"{name}_without_shape", "warn" if len(rows) else "pass", len(rows), "0 rows", message, cases)
