"""Users' own tables, joined to the territories by code or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.results import Check, Flag, Indicators, explain
from comarca.sources.names import fold_name, same_form
from comarca.sources.tables.join import join_by_code, nearest_names
from comarca.sources.tables.numbers import ZERO_MARKS, decimal_hint, is_missing, parse_columns
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table, table_checks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from comarca.config.tables import ConfiguredColumn

_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "si", "s", "sim", "verdadero", "verdadeiro", "v", "oui"})
#: Figures that stand for missing ones in many files.
_STAND_INS: Final = (-999, -8888, -9999, -32768, -99999, -999999)
_FALSE: Final = frozenset({"0", "false", "f", "no", "n", "nao", "falso", "non"})


def read_attributes(
    path: str | Path,
    territories: pd.DataFrame,
    columns: Mapping[str, ConfiguredColumn],
    *,
    id_column: str | None = None,
    name_column: str | None = None,
    parent_column: str | None = None,
    decimal: Literal[",", "."] | None = None,
    missing: Collection[str] = (),
    repair: bool = False,
    **layout: Unpack[Layout],
) -> Indicators:
    """Read a user's table and join it to the territories.

    Parameters
    ----------
    path : path-like
        CSV, TSV, XLSX or Parquet file with one row per territory.
    territories : pandas.DataFrame
        Columns ``territory_id``, ``territory_name``, ``parent_name``.
    columns : mapping
        Name -> what the user says of it.
    id_column : str, optional
        Column of the file with the code of the territory. Codes are text: leading zeros count.
    name_column, parent_column : str, optional
        Columns of the file with the name of the territory and of the unit one level up. Without `id_column` rows are
        joined by name within the parent, and the check lists every row with the territory it was given to.
    decimal : {",", "."}, optional
        Sign of the decimals, if the numbers of a column do not tell.
    missing : collection of str, optional
        Further marks of missing values.
    repair : bool, default False
        Join codes that lost their leading zeros, see `comarca.sources.tables.join.join_by_code`.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    Indicators
        The columns asked for on all territories; a gap has the flag ``no_source_row`` or ``not_in_source``.

    Raises
    ------
    InputError
        If the file or a column is not there, a territory has two rows, nothing joins, or a cell cannot be read.
    """
    if id_column is None and name_column is None:
        raise InputError(f"attributes, {path}", got="neither `id` nor `name`", expected="a column to join by")
    ours = {name: entry.column or name for name, entry in columns.items()}
    keys = {"territory_id": id_column, "territory_name": name_column, "parent_name": parent_column}
    ours |= {key: column for key, column in keys.items() if column is not None}
    name = f"attributes {path}"
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, ours, required=list(columns), where=f"attributes, {path}")
    labels = territories.sort_values("territory_id")
    if id_column is None:
        joined, check = _join_by_name(table, labels, path)
    else:
        codes = clean_codes(table["territory_id"])
        names = table.get("territory_name", codes)
        label_of = dict(zip(labels["territory_id"], labels["territory_name"], strict=True))
        coded = table.assign(territory_id=codes, territory_name=names)
        joined, check = join_by_code(coded, label_of, name=name, repair=repair)
    if (twice := joined["territory_id"].duplicated()).any():
        raise InputError(f"attributes, {path}", got=joined.loc[twice, "territory_id"].iloc[0],
                         expected="one row per territory")  # fmt: skip
    index = pd.Index(labels["territory_id"], name="territory_id")
    rows = joined.set_index("territory_id")
    rows.attrs |= table.attrs
    numbers = parse_columns(
        rows, [key for key, entry in columns.items() if entry.kind == "number"], decimal=decimal,
        hint=decimal_hint(raw), where=f"attributes, {path}", missing=missing,
    )  # fmt: skip
    _refuse_stand_ins(numbers, f"attributes, {path}")
    values = pd.DataFrame(
        {key: numbers[key] if key in numbers else _cells(rows[key], entry, missing, f"attributes, {path}, {key}")
         for key, entry in columns.items()}
    ).reindex(index)  # fmt: skip
    reason = pd.Series(np.where(index.isin(rows.index), Flag.NOT_IN_SOURCE, Flag.NO_SOURCE_ROW), index)
    return Indicators(values, explain(values, Flag.NO_SOURCE_ROW, **dict.fromkeys(columns, reason)),
                      [check, *table_checks(path, name=name, **layout)])  # fmt: skip


def _refuse_stand_ins(numbers: Mapping[str, pd.Series], where: str) -> None:
    """Refuse figures such as -9999 in a column that has no other negative ones: they stand for missing figures."""
    for name, column in numbers.items():
        negative = column[column < 0]
        if len(negative) and negative.isin(_STAND_INS).all() and (column >= 0).any():
            found = f"{negative.iloc[0]:.0f}"
            raise InputError(
                f"{where}, column {name}", got=f"{found} in {len(negative)} rows", expected="figures",
                remedy=f"It looks like the sign of a missing figure: say so with `missing: ['{found}']`.",
            )  # fmt: skip


def _join_by_name(table: pd.DataFrame, labels: pd.DataFrame, path: str | Path) -> tuple[pd.DataFrame, Check]:
    """Join rows whose name, within the parent if that is given, is that of one territory and of no other row."""
    parts = ["territory_name", *(["parent_name"] if "parent_name" in table else [])]
    key, labelled = (
        frame[parts].fillna("").map(fold_name).agg("\n".join, axis=1).reset_index(drop=True)
        for frame in (table, labels)
    )
    single = ~labelled.duplicated(keep=False)
    code_of = dict(zip(labelled[single], labels["territory_id"].reset_index(drop=True)[single], strict=True))
    code = key.map(code_of).where(~key.duplicated(keep=False))
    label_of = dict(zip(labels["territory_id"], labels["territory_name"], strict=True))
    rows = [
        {"name": name, "territory_id": "" if pd.isna(territory) else str(territory),
         "nearest": nearest_names(name, label_of) if pd.isna(territory) else []}
        for name, territory in zip(table["territory_name"], code, strict=True)
    ]  # fmt: skip
    lost = int(code.isna().sum())
    check = Check(
        name=f"attributes {path}_join",
        status="warn",
        value=len(code) - lost,
        threshold="every row of the table has the code of a territory",
        message=f"{len(code) - lost} of {len(code)} rows were joined by name, which needs a look at each; {lost} were "
        "left out because no territory, or more than one, bears that name.",
        rows=rows,
    )
    joined = table.reset_index(drop=True).assign(territory_id=code)
    return joined[code.notna()].reset_index(drop=True), check


def _cells(texts: pd.Series, entry: ConfiguredColumn, missing: Collection[str], where: str) -> pd.Series:
    """Read a column of texts, classes or booleans; a mark for nothing is a gap, unless it is the name of a class."""
    if entry.kind == "boolean":
        return _booleans(texts, missing, where)
    is_void = is_missing(texts, marks=missing, letters=entry.kind == "class") | texts.isin(ZERO_MARKS)
    if entry.kind == "text":
        return texts.mask(is_void).astype("str")
    categories = {same_form(value): value for value in entry.categories}
    plain = clean_codes(texts).map(same_form)
    cells = texts.map(lambda text: same_form(text)).map(categories).fillna(plain.map(categories))
    strange = texts[cells.isna() & ~is_void]
    if len(strange):
        raise InputError(
            where, got=sorted(strange.unique())[:5], expected=f"one of the categories {list(entry.categories)}",
            remedy=f"{len(strange)} such cell(s). Add them to `categories` of this column in the configuration.",
        )  # fmt: skip
    return cells.astype("str")


def _booleans(texts: pd.Series, missing: Collection[str], where: str) -> pd.Series:
    plain = clean_codes(texts).map(fold_name)
    is_void = (is_missing(texts, marks=missing) | texts.isin(ZERO_MARKS)) & ~plain.isin(_TRUE | _FALSE)
    if is_void.all() and (texts != "").any():
        raise InputError(
            where, got=f"only {sorted(texts[texts != ''].unique())[:5]}", expected="yes or no, true or false, 1 or 0",
            remedy="A mark alone may mean yes or not known: write it out.",
        )  # fmt: skip
    strange = plain[~plain.isin(_TRUE | _FALSE) & ~is_void]
    if len(strange):
        raise InputError(where, got=texts[strange.index[0]], expected="yes or no, true or false, 1 or 0, S or N")
    return plain.map(lambda text: text in _TRUE).astype("boolean").mask(is_void)
