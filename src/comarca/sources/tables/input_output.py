"""National input-output tables: what sectors buy of each other."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError, did_you_mean
from comarca.results import Check
from comarca.sources.names import fold_text, same_form
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_percent
from comarca.sources.tables.once import find_total
from comarca.sources.tables.read import Layout, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

#: From this likeness on, two names are one with a slip.
_NEARLY: Final = 0.85


def read_input_output(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> tuple[pd.DataFrame, Check]:
    """Read the coefficients of an input-output table.

    Parameters
    ----------
    path : path-like
        Table with a row per selling sector and a column per buying sector of the same name, of domestic products.
    columns : mapping, optional
        Our column names -> the file's: ``sector`` (names of the rows), and ``output`` (total output of the row's
        sector) if cells are flows; without it cells are coefficients. Other columns, such as final demand, are not
        read, and rows that have no column, such as value added, are left out.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures, which count as no purchase.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``from_sector``, ``to_sector``, ``coefficient``: purchases per unit of output of the buyer, one row per
        pair of sectors, sorted.
    check : Check
        Sectors, and rows left out.

    Raises
    ------
    InputError
        If rows and columns share no name, a row is nearly that of a column without one, a sector has two rows or
        columns or is a total, a number is negative or cannot be read, all are 0, an output is not above 0, or the
        inputs of a sector are not below its output.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["sector"], where=where)
    headings = [str(heading) for heading in table if heading not in ("sector", "output")]
    name_of = {fold_text(heading): heading for heading in headings}
    if again := [heading for heading in headings if name_of[fold_text(heading)] != heading]:
        raise InputError(where, got=[again[0], name_of[fold_text(again[0])]], expected="each sector in one column")
    rows = table[table["sector"].map(fold_text).isin(name_of)].reset_index(drop=True)
    if rows.empty or rows["sector"].map(fold_text).duplicated().any():
        got = "no row that is a column as well" if rows.empty else "two rows of one sector"
        raise InputError(where, got=got, expected="rows and columns of the same sectors",
                         remedy=did_you_mean(str(table["sector"].iloc[0]), list(map(str, table))))  # fmt: skip
    buyers = [name_of[fold_text(name)] for name in rows["sector"]]
    _refuse_misspelt(table["sector"], name_of, where)
    names = [*buyers, *(["output"] if "output" in rows else [])]
    values = parse_columns(rows, names, decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing)
    for name in names:
        refuse_percent(rows[name], where=f"{where}, column {name}")
    flows = np.column_stack([values[name].fillna(0.0) for name in buyers])
    if not flows.any():
        raise InputError(where, got="no purchase above 0", expected="what sectors buy of each other")
    if total := find_total(pd.DataFrame(flows.T, columns=rows["sector"].tolist())):
        raise InputError(f"{where}, column sector", got=f"{total!r}, the total of the others",
                         expected="each sector once",
                         remedy="Leave the rows of the total out with `where`.")  # fmt: skip
    output = values["output"].to_numpy(float) if "output" in rows else np.ones(len(rows))
    if (flows < 0).any() or not (output > 0).all():
        raise InputError(where, got="a negative purchase, or a sector without output",
                         expected="purchases of 0 or more, outputs above 0")  # fmt: skip
    coefficients = flows / output
    if (full := coefficients.sum(axis=0) >= 1).any():
        raise InputError(f"{where}, sector {rows['sector'][full.argmax()]}", got="inputs that are not below the output",
                         expected="coefficients below 1 in all, or the column `output` named for a table of flows",
                         remedy="Leave rows of totals out with `where`.")  # fmt: skip
    sectors = rows["sector"].map(same_form)
    pairs = pd.MultiIndex.from_product([sectors, sectors], names=["from_sector", "to_sector"])
    long = pd.Series(coefficients.ravel(), pairs, name="coefficient").sort_index().reset_index()
    lost = len(table) - len(rows)
    message = f"{len(rows)} sectors buy of each other; {lost} rows have no column and are left out."
    return long, Check("input_output", "info", len(rows), "", message)


def _refuse_misspelt(sectors: pd.Series, name_of: Mapping[str, str], where: str) -> None:
    """Refuse a row without a column that is nearly called as a column without a row: it would be left out."""
    names = {fold_text(name): name for name in sectors}
    unused = sorted(name_of.keys() - names.keys())
    for name in sorted(names.keys() - name_of.keys()):
        for near in difflib.get_close_matches(name, unused, n=1, cutoff=_NEARLY):
            raise InputError(f"{where}, column sector", got=names[name], expected=f"{name_of[near]!r}, as its column",
                             remedy="Give row and column of a sector one name.")  # fmt: skip
