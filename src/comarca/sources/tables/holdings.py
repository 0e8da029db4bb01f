"""Agricultural-census tables of holdings by size class, long or wide, brought to one long table.

The long table has the columns ``territory_id``, ``territory_name``, ``year`` (NaN if the file has none),
``class_min_ha``, ``class_max_ha`` (NaN if open), ``holdings``, ``area_ha`` (NaN if withheld) and ``landless``.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.sources.tables.numbers import Decimal, decimal_hint, decimal_of, parse_numbers
from comarca.sources.tables.read import clean_codes, pick_columns, read_text_table
from comarca.sources.tables.size_classes import find_size_class, parse_size_class

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

COLUMNS: Final = (
    "territory_id", "territory_name", "year", "class_min_ha", "class_max_ha", "holdings", "area_ha", "landless",
)  # fmt: skip
_KEY: Final = ["territory_id", "territory_name", "year"]
_AREA: Final = re.compile(r"\b(areas?|superficies?|surface)\b")
_COUNT: Final = re.compile(
    r"\b(numeros?|estabelecimentos?|holdings?|farms?|explotaciones|unidades|upas?|uas?|fincas|predios|productores|produtor(es)?)\b"
)


def read_holdings(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    sheet: str | int = 0,
    skip_rows: int = 0,
    header_rows: int = 1,
    year: int | None = None,
) -> pd.DataFrame:
    """Read holdings by size class.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file.
    columns : mapping, optional
        Our column names -> the file's. A long table has ``territory_id``, then either ``size_class`` (labels) or
        ``class_min_ha`` and ``class_max_ha``, then ``holdings`` and ``area_ha``; ``territory_name``, ``year`` and
        ``landless`` if it has them. A wide one has ``territory_id`` and one column per class and measure, whose
        headings name both, such as "Area - De 10 a menos de 20 ha".
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    sheet, skip_rows, header_rows
        See `comarca.sources.tables.read.read_text_table`.
    year : int, optional
        Year of all rows, if the file has no such column.

    Returns
    -------
    pandas.DataFrame
        The long table, sorted. A cell that stands as "-" or 0 is 0, one that stands as X, .. or ... is NaN. Rows for
        all sizes together are left out; those for producers without land become the column ``landless``. Rows without
        a code keep an empty ``territory_id``, so that joining can report them.

    Raises
    ------
    InputError
        If columns lack, a number, label or limit cannot be read, a class stands twice, or classes overlap.
    """
    where = str(path)
    table = read_text_table(path, sheet=sheet, skip_rows=skip_rows, header_rows=header_rows)
    hint = decimal_hint(table)
    table = pick_columns(table, columns or {}, required=["territory_id"], where=where)
    long = table if "holdings" in table or "area_ha" in table else _from_wide(table, where)
    long = pick_columns(long, {}, required=["holdings", "area_ha"], where=where)
    numbers = [c for c in ("class_min_ha", "class_max_ha", "holdings", "area_ha", "landless", "year") if c in long]
    sign = decimal or decimal_of(pd.concat([long[c] for c in numbers]), where=where, hint=hint)
    long = _with_classes(long, where)
    for name in set(numbers) & set(long):
        if not pd.api.types.is_numeric_dtype(long[name]):
            long[name] = parse_numbers(long[name], decimal=sign, where=f"{where}, column {name}")
    return _checked(_tidy(long, year), where)


def _from_wide(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Turn headings that name a class and a measure into rows."""
    kept = [name for name in _KEY if name in table]
    found = {}
    for heading in table.columns.drop(kept):
        size_class = find_size_class(str(heading))
        measure = _measure(size_class.rest) if size_class else None
        if size_class and measure:
            found[heading] = (size_class, measure)
    if not {"holdings", "area_ha"} <= {measure for _, measure in found.values()}:
        raise InputError(
            where,
            got=list(table),
            expected="columns holdings and area_ha, or headings that name a measure and a class",
            remedy="Name the columns in the configuration, under columns.",
        )
    rows = table.melt(id_vars=kept, value_vars=list(found), var_name="heading", value_name="text")
    rows["measure"] = rows["heading"].map({heading: measure for heading, (_, measure) in found.items()})
    labels = {h: f"{c.kind}|{c.min_ha}|{c.max_ha}" for h, (c, _) in found.items()}
    rows["size_class"] = rows["heading"].map(labels)
    wide = rows.pivot_table(index=[*kept, "size_class"], columns="measure", values="text", aggfunc="first", sort=False)
    return wide.reset_index().fillna("").rename_axis(columns=None)


def _measure(rest: str) -> str | None:
    if _COUNT.search(rest) and not re.match(r"(areas?|superficies?|surface)\b", rest):
        return "holdings"
    return "area_ha" if _AREA.search(rest) else None


def _with_classes(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Give every row its class limits; keep apart the kinds of row that are no class."""
    if "size_class" not in table:
        return pick_columns(table, {}, required=["class_min_ha", "class_max_ha"], where=where).assign(kind="range")
    known = {}
    for label in table["size_class"].unique():
        if "|" in label:
            kind, low, high = label.split("|")
            known[label] = (kind, float(low), float(high))
        else:
            found = parse_size_class(label, where=f"{where}, column size_class")
            known[label] = (found.kind, found.min_ha, found.max_ha)
    kinds = pd.DataFrame(list(table["size_class"].map(known)), columns=["kind", "class_min_ha", "class_max_ha"])
    return table.drop(columns=["class_min_ha", "class_max_ha"], errors="ignore").join(kinds.set_index(table.index))


def _tidy(long: pd.DataFrame, year: int | None) -> pd.DataFrame:
    tidy = long.assign(territory_id=clean_codes(long["territory_id"]))
    if "territory_name" not in tidy:
        tidy["territory_name"] = ""
    if "year" not in tidy:
        tidy["year"] = np.nan if year is None else float(year)
    if "landless" not in tidy:
        landless = tidy[tidy["kind"] == "landless"].groupby(_KEY, dropna=False)["holdings"].sum(min_count=1)
        tidy = tidy.merge(landless.rename("landless").reset_index(), on=_KEY, how="left")
    tidy = tidy[tidy["kind"] == "range"]
    return tidy[list(COLUMNS)].sort_values([*_KEY, "class_min_ha"], ignore_index=True)


def _checked(long: pd.DataFrame, where: str) -> pd.DataFrame:
    """Refuse figures and classes that cannot be."""
    for name in ("class_min_ha", "class_max_ha", "holdings", "area_ha", "landless"):
        if (negative := long[name] < 0).any():
            row = long[negative].iloc[0]
            raise InputError(f"{where}, column {name}, {_label(row)}", got=row[name], expected="0 or more")
    keys = [long[name] for name in _KEY]
    repeated = long.duplicated([*_KEY, "class_min_ha", "class_max_ha"])
    if repeated.any():
        row = long[repeated].iloc[0]
        raise InputError(
            f"{where}, {_label(row)}", got=f"the class from {row['class_min_ha']:g} ha twice",
            expected="one row per territory, year and class",
        )  # fmt: skip
    before = long["class_max_ha"].groupby(keys, dropna=False).shift().fillna(-np.inf)
    first = ~long.duplicated(_KEY)
    open_before = long["class_max_ha"].isna().groupby(keys, dropna=False).shift(fill_value=False) & ~first
    overlap = (long["class_min_ha"] < before) | open_before
    if overlap.any():
        row = long[overlap].iloc[0]
        raise InputError(
            f"{where}, {_label(row)}", got=f"the class from {row['class_min_ha']:g} ha inside the one before it",
            expected="classes that do not overlap", remedy="Leave out subtotals, so that no holding counts twice.",
        )  # fmt: skip
    return long


def _label(row: pd.Series) -> str:
    year = "" if pd.isna(row["year"]) else f", {row['year']:.0f}"
    return f"territory {row['territory_id'] or row['territory_name'] or '?'}{year}"
