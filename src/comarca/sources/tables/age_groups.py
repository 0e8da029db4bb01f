"""Tables of people by age and sex, as censuses publish them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.measures.sexes import SEXES
from comarca.sources.names import fold_text
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.once import one_name
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table
from comarca.sources.tables.sexes import read_sexes, totals_of_sexes
from comarca.sources.tables.years import year_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from comarca.sources.tables.sexes import Sex

COLUMNS: Final = ("territory_id", "territory_name", "year", "sex", "age_from", "age_to", "persons")
_KEYS: Final = ["territory_id", "territory_name", "year", "sex", "age_from", "age_to"]
#: Nobody is older.
_OLDEST: Final = 130
_FIRST, _LAST, _LOW, _HIGH = (rf"(?P<{name}>\d{{1,3}})" for name in ("first", "last", "low", "high"))
_AND: Final = r"(and|or|y|o|u|e|ou|et|a) ?"
_AND_MORE: Final = r"(mas|mais|more|over|plus|older|above|mayores|maiores|acima|\+)"
_AND_LESS: Final = r"(menos|less|under|below|younger|menores|moins)"
_BELOW: Final = r"(menos|menor(es)?|moins) d[eo]|(under|below|(less|younger) than|y?_?lt_?|<)"
_ABOVE: Final = r"(mas|mais|plus|mayor(es)?|maior(es)?) d[eo]|(over|above|(more|older) than|y?_?gt_?|>)"
#: Words that say that numbers are ages, or whose; they are passed over.
_UNITS: Final = re.compile(
    r"\b(anos?|years?|yrs?|ans|old|(de )?(edad|idade)|(of )?age|aged|ages|cumplidos|completos)\b"
    r"|^(grupos?|group|poblacion|populacao|population|personas|pessoas|persons|people)\b"
)
_DATE: Final = re.compile(r"\b(ene|jan|feb|fev|mar|abr|apr|may|mai|jun|jul|ago|aug|sep|set|oct|out|nov|dic|dez|dec)\b")
#: The ways to write a group. One `above` an age begins with it or a year later: the other groups tell.
_WAYS: Final = {
    name: re.compile(rf"(de |from )?({pattern})")
    for name, pattern in {
        "closed": rf"y?{_FIRST} ?(-|/|_|a|to|ate|hasta) ?{_LAST}|(entre|between) {_LOW}"
        rf" (y|e|and) {_HIGH}",
        "single": rf"y?{_FIRST}",
        "open": rf"{_FIRST} ?({_AND}{_AND_MORE}|\+|plus|en adelante|em diante)|(>=|≥|y?_?ge_?) ?{_LOW}",
        "below": rf"({_BELOW}) ?{_LAST}",
        "up_to": rf"{_LAST} ?{_AND}{_AND_LESS}|(hasta|ate|up to|<=|≤|y?_?le_?) ?{_HIGH}",
        "above": rf"({_ABOVE}) ?{_FIRST}",
    }.items()
}
_TOTAL: Final = re.compile(
    r"(total(es|is)?|todas?|todos|all)( (las?|os?|as|los|de|general|geral|edad(es)?|idades?|ages?|grupos?|groups?"
    r"|poblacion|populacao|population|personas|pessoas|persons))*"
)


def read_age_groups(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    year: int | None = None,
    sexes: Mapping[str, Sex] | None = None,
    add: bool = False,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read people by territory, age and sex.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file with one row per territory, year, sex and age group.
    columns : mapping, optional
        Our column names -> the file's: ``territory_id``, ``persons``; ``age_from`` and ``age_to`` (the last year of age
        that belongs to the group, empty where it is open), or ``age_group``, texts such as ``20-24``, ``85 y más``,
        ``menos de 1``; ``sex``, ``year`` and ``territory_name`` if it has them.
    year : int, optional
        Year of all rows, if the file has no such column.
    sexes : mapping, optional
        See `comarca.sources.tables.sexes.read_sexes`.
    add : bool, default False
        Add up rows of one territory, year, sex and age, such as towns and countryside; else they are refused.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS`, sorted; ``year`` is 0 and ``sex`` ``both`` where not told, ``age_to`` NaN where open.
        Rows of all ages are left out. If the file tells sexes, each group has a row of ``both``, of ``women`` and of
        ``men``, NaN where it does not follow from the file's rows.

    Raises
    ------
    InputError
        If columns lack, a number, year, age or sex cannot be read, a figure is negative, a group stands twice, or
        groups overlap.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["territory_id", "persons"], where=where)
    table = _with_limits(table, where)
    names = [name for name in ("persons", "year", "age_from", "age_to") if name in table]
    texts = [name for name in names if not pd.api.types.is_numeric_dtype(table[name])]
    values = parse_columns(
        table, texts, decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=("persons",)
    )
    tidy = table.assign(territory_id=clean_codes(table["territory_id"]), **values)
    tidy["sex"] = read_sexes(tidy["sex"], sexes=sexes, where=f"{where}, column sex") if "sex" in tidy else "both"
    tidy["year"] = year_column(table, tidy.get("year"), year=year, where=where)
    tidy["territory_name"] = one_name(tidy.assign(territory_name=tidy.get("territory_name", "")), ["year"])
    if add:
        tidy = tidy.groupby(_KEYS, dropna=False)["persons"].agg(_whole_sum).reset_index()
    tidy = tidy[list(COLUMNS)].sort_values(_KEYS, ignore_index=True)
    _check(tidy, where)
    if (tidy["sex"] == "both").all():
        return tidy
    tidy = _of_each_sex(tidy, where)
    _check(tidy, where)
    return tidy


def age_limits(text: str, *, last_ages: Collection[float] = ()) -> tuple[float, float] | None:
    """Read an age group.

    Parameters
    ----------
    text : str
        Such as ``20-24``, ``20 a 24 años``, ``85 y más``, ``80+``, ``menos de 1``, ``Under 5``, ``hasta 4``, ``7``,
        ``Total``.
    last_ages : collection of float, optional
        Last years of age of the other groups. They tell whether ``mayores de 65`` or ``>65`` begins with 65 or 66.

    Returns
    -------
    tuple of float, or None
        First and last year of age, the last NaN where the group is open; NaN twice for a total of all ages; None if
        the text is none of these as a whole, or the other groups do not tell where it begins.

    Examples
    --------
    >>> age_limits("20 a 24 años"), age_limits("Under 5"), age_limits("85 y más")
    ((20.0, 24.0), (0.0, 4.0), (85.0, nan))
    >>> age_limits("mayores de 65", last_ages=[14, 64]), age_limits("mayores de 65")
    ((65.0, nan), None)
    """
    plain = " ".join(fold_text(text).replace("\u2013", "-").replace("\u2014", "-").strip(" .").split())
    if _TOTAL.fullmatch(plain):
        return np.nan, np.nan
    plain = " ".join(_UNITS.sub(" ", plain).split())
    for way, pattern in _WAYS.items():
        if found := pattern.fullmatch(plain):
            return _limits_of(way, [float(age) for age in found.groupdict().values() if age], last_ages)
    return None


def _limits_of(way: str, ages: list[float], last_ages: Collection[float]) -> tuple[float, float] | None:
    """First and last year of age of a group that is written in one of the ways."""
    age = ages[0]
    if way == "above":
        begins = [first for first in (age, age + 1) if first - 1 in last_ages]
        return (begins[-1], np.nan) if begins else None
    limits = {"closed": (age, ages[-1]), "single": (age, age), "open": (age, np.nan), "below": (0.0, age - 1)}
    low, high = limits.get(way, (0.0, age))
    return None if high < low else (low, high)


def _with_limits(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Give every row the limits of its age group; rows of all ages go."""
    if "age_group" not in table:
        return pick_columns(table, {}, required=["age_from", "age_to"], where=where)
    texts = table["age_group"].unique()
    last_ages = {entry[1] for entry in map(age_limits, texts) if entry}
    limits = {text: age_limits(text, last_ages=last_ages) for text in texts}
    if strange := [text for text, entry in limits.items() if entry is None]:
        plain = fold_text(strange[0])
        remedy = "Leave other rows out with `where`."
        if _DATE.search(plain):
            remedy = (
                "A spreadsheet made a date of an age group such as 5-9 or 10-14: make the column text, and correct it."
            )
        elif re.search(_ABOVE, plain):
            remedy = "No group ends just before it: write 65+ if it begins with 65."
        raise InputError(f"{where}, column age_group", got=strange[0], remedy=remedy,
                         expected="ages such as 20-24, 85+, Under 5, and no other words")  # fmt: skip
    low, high = zip(*(limits[text] or (np.nan, np.nan) for text in table["age_group"]), strict=True)
    rows = table.assign(age_from=low, age_to=high)
    return rows[rows["age_from"].notna()].reset_index(drop=True)


def _of_each_sex(tidy: pd.DataFrame, where: str) -> pd.DataFrame:
    """Give each age group a row of both sexes, of women and of men."""
    cells = [name for name in _KEYS if name != "sex"]
    told = totals_of_sexes(tidy, ["persons"], by=cells, where=where)
    parts = [told[cells].assign(sex=sex, persons=told[f"persons_{sex}"]) for sex in SEXES]
    return pd.concat(parts)[list(COLUMNS)].sort_values(_KEYS, ignore_index=True)


def _whole_sum(part: pd.Series) -> float:
    return float(part.sum(skipna=False))


def _check(table: pd.DataFrame, where: str) -> None:
    def refuse(rows: pd.Series, got: str, expected: str, remedy: str = "") -> None:
        if rows.any():
            row = table[rows.to_numpy()].iloc[0]
            ages = f"{row['age_from']:g} to {row['age_to']:g}"
            name = row["territory_id"] or row["territory_name"]
            raise InputError(f"{where}, territory {name}, {row['sex']}, ages {ages}", got=got, expected=expected,
                             remedy=remedy)  # fmt: skip

    if table.empty:
        raise InputError(where, got="no row of an age group", expected="rows of age groups")
    refuse_only_zeros(table["persons"], where=f"{where}, column persons")
    refuse(table["persons"] < 0, "a negative number of persons", "0 or more")
    bad = table["age_from"].isna() | (table["age_from"] < 0) | (table["age_from"] > _OLDEST)
    refuse(bad | (table["age_to"] < table["age_from"]), "these ages", "a first year of age and a last one not below it")
    again = table.duplicated(_KEYS)
    remedy = "Set `add: true` if they are parts, such as towns and countryside; leave subtotals out with `where`."
    refuse(again, "two rows", "one row per territory, year, sex and age", remedy)
    same = _KEYS[:-2]
    before = table.groupby(same, dropna=False)["age_to"].shift()
    first = ~table.duplicated(same)
    refuse(~first & ~(before < table["age_from"]), "a group inside the one before it", "ages that do not overlap",
           "Leave subtotals out with `where`; women, men and both need the same groups.")  # fmt: skip
