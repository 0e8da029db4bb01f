"""Agricultural-census tables of holdings by size class, of any layout, brought to one long table.

The long table has the columns ``territory_id``, ``territory_name``, ``year`` (NaN if the file has none),
``class_min_ha``, ``class_max_ha`` (NaN if open), ``holdings``, ``area_ha`` (NaN if withheld), ``landless``, and the
published totals of all sizes, ``total_holdings`` and ``total_area_ha`` (NaN if there are none).
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.sources.names import fold_text
from comarca.sources.tables.area_units import HECTARE, AreaUnit, area_unit, find_unit
from comarca.sources.tables.numbers import NUMBERS, Decimal, NumberTexts, decimal_hint, parse_columns, refuse_percent
from comarca.sources.tables.once import one_name
from comarca.sources.tables.read import Layout, clean_codes, find_column, pick_columns, read_text_table
from comarca.sources.tables.sexes import read_sexes, totals_of_sexes
from comarca.sources.tables.size_classes import (
    SizeClass,
    decimal_of_labels,
    find_size_class,
    looks_like_class,
    parse_size_classes,
)
from comarca.sources.tables.years import year_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from comarca.sources.tables.sexes import Sex

logger = logging.getLogger(__name__)

COLUMNS: Final = (
    "territory_id", "territory_name", "year", "class_min_ha", "class_max_ha", "holdings", "area_ha", "landless",
    "total_holdings", "total_area_ha",
)  # fmt: skip
#: Further figures of a class, where the file has them: holdings of women, holdings whose holder lives elsewhere, and
#: land under irrigation.
FURTHER: Final = ("women", "absent", "irrigated_ha")
_KEY: Final = ["territory_id", "territory_name", "year"]
_MEASURES: Final = ["holdings", "area_ha"]
_AMOUNTS: Final = (*_MEASURES, "landless", "agrarian_households", *FURTHER)
#: Columns of counts.
_COUNTS: Final = ("holdings", "landless", "agrarian_households", "women", "absent")
_AREA: Final = re.compile(r"\b(areas?|superficies?|sup|surface|hectareas?|hectares?|has?|acres?|manzanas?)\b")
_COUNT: Final = re.compile(
    r"\b(numeros?|cantidad(es)?|estabelecimentos?|establecimientos?|holdings?|farms?|explotaci(on|ones)|exploitations?|"
    r"unidades|upas?|uas?|eaps?|eas?|fincas?|predios?|productor(es)?|produtor(es)?|nombre|count)\b"
)
#: Headings of what is derived from the figures: shares and means.
_DERIVED: Final = re.compile(
    r"%|\b(porcentajes?|porcentage(m|ns)|percent(ages?)?|por ?ciento|pourcentages?|promedios?|medias?"
    r"|averages?|mean|moyennes?)\b"
)


def read_holdings(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    year: int | None = None,
    country: str = "",
    unit: str | None = None,
    measure: str | None = None,
    sexes: Mapping[str, Sex] | None = None,
    add: bool = False,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read holdings by size class.

    Parameters
    ----------
    path : path-like
        A table, see `comarca.sources.tables.read.read_text_table`.
    columns : mapping, optional
        Our column names -> the file's. A long table has ``territory_id``, then either ``size_class`` (labels) or
        ``class_min_ha`` and ``class_max_ha``, then ``holdings`` and ``area_ha``, or ``value`` where a column says which
        of both a row holds; ``territory_name``, ``year`` and ``landless`` (or ``agrarian_households``, with and without
        land) if it has them; of each class ``women``, ``absent`` and ``irrigated_ha``, or ``sex``: a row of both
        sexes is the total of its class, else that of women and that of men are added up. A wide one has
        ``territory_id`` and one column per class and measure, whose headings name both, such as
        "Area - De 10 a menos de 20 ha"; or one per class where a column says which measure a row holds.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from each measure's numbers if not given.
    year : int, optional
        Year of all rows, if the file has no such column.
    country : str, optional
        ISO 3166-1 alpha-3 code: units of area differ between countries.
    unit : str, optional
        Unit of areas and class limits where labels and headings name none; hectare if not given.
    measure : str, optional
        Column that says whether a row holds numbers or areas; found by its words if not given.
    sexes : mapping, optional
        See `comarca.sources.tables.sexes.read_sexes`.
    add : bool, default False
        Add up rows or columns of one class, such as towns and countryside; else they are refused.
    missing : collection of str, optional
        Further marks of withheld figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        The long table, sorted. A cell that stands as "-" or 0 is 0, one that stands as X, .. or ... is NaN. Rows for
        all sizes together become the totals; those for producers without land the column ``landless``, and so do
        agrarian households that have no holding. The columns `FURTHER` are there if the file has them. Rows without
        a code keep an empty ``territory_id``, so that joining can report them.

    Raises
    ------
    InputError
        If columns lack, a number, label, limit or unit cannot be read, a class stands twice, or classes overlap.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    chosen = columns or {}
    table = pick_columns(raw, chosen, required=["territory_id"], where=where)
    own_unit = area_unit(unit, country=country, where=f"{where}, area_unit") if unit else None
    if {"holdings", "area_ha"} & set(table):
        rows = pick_columns(table, {}, required=_MEASURES, where=where)
        _refuse_derived(chosen, where)
        area, _ = find_unit(fold_text(chosen.get("area_ha", "")), country=country)
        rows = _with_classes(rows, own_unit or area, area, country, where)
    else:
        rows = _from_wide(table, own_unit, measure, country, where)
    columns_of_numbers = (
        *_MEASURES,
        "class_min_ha",
        "class_max_ha",
        "landless",
        "agrarian_households",
        "year",
        *FURTHER,
    )
    numbers = [name for name in columns_of_numbers if name in rows]
    texts = [name for name in numbers if not pd.api.types.is_numeric_dtype(rows[name])]
    for name in [name for name in ("area_ha", "total_area_ha", "irrigated_ha") if name in texts]:
        refuse_percent(rows[name], where=f"{where}, column {name}")
    parsed = parse_columns(
        rows, texts, decimal=decimal, hint=decimal_hint(raw), where=where, whole=_COUNTS, missing=missing,
    )  # fmt: skip
    if "year" in rows:
        year_column(rows, parsed.get("year", rows["year"]), year=None, where=where)
    long = _in_hectares(rows.assign(**parsed), texts)
    if "sex" in long:
        long = _of_both_sexes(long, sexes, add, where)
    elif add:
        long = _added(long, where)
    return _checked(_tidy(long, year), where)


def _of_both_sexes(long: pd.DataFrame, sexes: Mapping[str, Sex] | None, add: bool, where: str) -> pd.DataFrame:
    """Bring the rows of one class together: its totals, and the holdings of women."""
    keys = [name for name in (*_KEY, "kind", "class_min_ha", "class_max_ha") if name in long]
    figures = [name for name in _AMOUNTS if name in long and name != "women"]
    rows = long.assign(sex=read_sexes(long["sex"], sexes=sexes, where=f"{where}, column sex"))
    if not add and (again := rows.duplicated([*keys, "sex"])).any():
        row = rows[again].iloc[0]
        name = row["territory_id"] or row.get("territory_name", "")
        raise InputError(
            f"{where}, territory {name}", got=f"two rows of {row['sex']}, class from {row['class_min_ha']:g} ha",
            expected="one row per territory, year, class and sex",
            remedy="Set `add: true` if they are parts, such as regions of one unit; leave subtotals out with `where`.",
        )  # fmt: skip
    told = totals_of_sexes(rows, figures, by=keys, where=where)
    totals = {name: told[f"{name}_both"] for name in figures}
    return told[keys].assign(**totals, women=told["holdings_women"])


def _refuse_derived(columns: Mapping[str, str], where: str) -> None:
    """Refuse shares and means in place of numbers and areas."""
    for name in _MEASURES:
        if _DERIVED.search(fold_text(columns.get(name, ""))):
            raise InputError(
                f"{where}, columns.{name}", got=columns[name], expected="a number of holdings, or an area",
                remedy="Shares and means of a class do not tell how much it holds.",
            )  # fmt: skip


def joined_totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Bring totals and landless of units that became one territory together.

    Parameters
    ----------
    rows : pandas.DataFrame
        The long table after joining, with ``source_id``, the code before it.

    Returns
    -------
    pandas.DataFrame
        The long table; totals are those of the territory, known only if all its units have them.
    """
    figures = ["landless", "total_holdings", "total_area_ha"]
    units = rows.drop_duplicates(["territory_id", "source_id", "territory_name", "year"])
    whole = units.groupby(["territory_id", "year"], dropna=False)[figures].agg(_whole_sum)
    joined = rows.drop(columns=figures).merge(whole.reset_index(), on=["territory_id", "year"], how="left")
    return joined[_columns_of(joined)].sort_values(["territory_id", "year", "class_min_ha"], ignore_index=True)


def _whole_sum(part: pd.Series) -> float:
    return float(part.sum(skipna=False))


def _from_wide(
    table: pd.DataFrame, own_unit: AreaUnit | None, measure: str | None, country: str, where: str
) -> pd.DataFrame:
    """Turn headings that name a class, with or without the measure, into rows."""
    kept = [name for name in _KEY if name in table]
    by_row = _measure_column(table, kept, measure, where)
    if by_row and "size_class" in table:
        return _from_measure_rows(table, by_row, own_unit, country, where)
    classes: dict[str, tuple[SizeClass, str | None]] = {}
    others = map(str, table.columns.drop([*kept, *([by_row] if by_row else [])]))
    headings = [heading for heading in others if not _DERIVED.search(fold_text(heading))]
    decimal = decimal_of_labels(headings, country=country)
    for heading in headings:
        size_class = find_size_class(heading, country=country, decimal=decimal)
        if size_class is None and looks_like_class(heading):
            raise InputError(f"{where}, heading", got=heading, expected="a size class such as 'De 10 a menos de 20 ha'",
                             remedy="Change the heading, or leave the column out of the file.")  # fmt: skip
        if size_class:
            classes[heading] = (size_class, _measure(size_class.rest))
    nameless = [heading for heading, (_, what) in classes.items() if what is None and not by_row]
    if nameless and len(nameless) < len(classes):
        raise InputError(f"{where}, heading", got=nameless[0], expected="a size class and a measure",
                         remedy="Change the heading, or leave the column out of the file.")  # fmt: skip
    classes = {} if nameless else classes
    if not classes or (not by_row and {measure for _, measure in classes.values()} != set(_MEASURES)):
        raise InputError(
            where, got=list(table),
            expected="columns holdings and area_ha, or headings that name a measure and a class",
            remedy="Name the columns in the configuration, under columns; `measure` names a column that says which"
            " measure a row holds, `header_rows` how many rows the heading has.",
        )  # fmt: skip
    id_vars = [*kept, *([by_row] if by_row else [])]
    rows = table.melt(id_vars=id_vars, value_vars=list(classes), var_name="heading", value_name="text")
    rows["measure"] = (
        rows[by_row].map(_measure) if by_row else rows["heading"].map({h: m for h, (_, m) in classes.items()})
    )
    limits = {heading: _limits(entry, own_unit, None, where) for heading, (entry, _) in classes.items()}
    return _by_measure(rows, kept, limits, "heading", where)


def _measure_column(table: pd.DataFrame, kept: list[str], measure: str | None, where: str) -> str | None:
    """Column that says which measure a row holds: the one named, or the only one whose words say so."""
    if measure is not None:
        name = find_column(measure, table, where=f"{where}, measure")
        strange = [word for word in table[name].unique() if word and _measure(word) is None]
        if strange:
            raise InputError(
                f"{where}, column {name}", got=strange, expected="words for a number of holdings or an area",
                remedy="Leave other rows out with `where`.",
            )  # fmt: skip
        return name
    for name in table.columns.drop(kept):
        words = {_measure(word) for word in table[name].unique()}
        if words == set(_MEASURES):
            return str(name)
    return None


def _from_measure_rows(
    table: pd.DataFrame, by_row: str, own_unit: AreaUnit | None, country: str, where: str
) -> pd.DataFrame:
    rows = pick_columns(table, {}, required=["value"], where=where)
    kept = [name for name in _KEY if name in rows]
    classes = parse_size_classes(rows["size_class"], where=f"{where}, column size_class", country=country)
    limits = {label: _limits(entry, own_unit, None, where) for label, entry in classes.items()}
    rows = rows.assign(measure=rows[by_row].map(_measure), text=rows["value"])
    return _by_measure(rows, kept, limits, "size_class", where)


def _by_measure(
    rows: pd.DataFrame, kept: list[str], limits: Mapping[str, tuple[str, float, float, float]], label: str, where: str
) -> pd.DataFrame:
    """Put both measures of a class side by side; several entries of one class stay rows of their own."""
    kinds = pd.DataFrame(
        list(rows[label].map(limits)), columns=["kind", "class_min_ha", "class_max_ha", "unit_ha"], index=rows.index
    )
    keyed = rows[[*kept, "measure", "text"]].join(kinds)
    keys = [*kept, "kind", "class_min_ha", "class_max_ha", "unit_ha"]
    keyed["entry"] = keyed.groupby([*keys, "measure"], dropna=False).cumcount()
    parts = [
        keyed.loc[keyed["measure"] == name, [*keys, "entry", "text"]].rename(columns={"text": name})
        for name in _MEASURES
    ]
    wide = parts[0].merge(parts[1], on=[*keys, "entry"], how="outer", sort=False).drop(columns="entry")
    stored = NumberTexts().union(*rows.attrs.get(NUMBERS, {}).values())
    wide.attrs[NUMBERS] = dict.fromkeys(_MEASURES, stored)
    return wide.fillna(dict.fromkeys(_MEASURES, "x"))


def _measure(text: str) -> str | None:
    plain = fold_text(text)
    if _COUNT.search(plain) and not re.match(r"(areas?|superficies?|surface)\b", plain):
        return "holdings"
    return "area_ha" if _AREA.search(plain) else None


def _with_classes(
    table: pd.DataFrame, own_unit: AreaUnit | None, area: AreaUnit | None, country: str, where: str
) -> pd.DataFrame:
    """Give every row its class limits; keep apart the kinds of row that are no class."""
    if "size_class" not in table:
        rows = pick_columns(table, {}, required=["class_min_ha", "class_max_ha"], where=where)
        unit = own_unit or HECTARE
        return rows.assign(kind="range", unit_ha=unit.hectares, limit_ha=unit.limit_hectares)
    labels = parse_size_classes(table["size_class"], where=f"{where}, column size_class", country=country)
    limits = {label: _limits(entry, own_unit, area, where) for label, entry in labels.items()}
    kinds = pd.DataFrame(
        list(table["size_class"].map(limits)), columns=["kind", "class_min_ha", "class_max_ha", "unit_ha"]
    )
    return table.drop(columns=["class_min_ha", "class_max_ha"], errors="ignore").join(kinds.set_index(table.index))


def _limits(
    entry: SizeClass, own_unit: AreaUnit | None, area: AreaUnit | None, where: str
) -> tuple[str, float, float, float]:
    """Kind of a class, its limits in hectares, and what one unit of its area holds."""
    if entry.unit not in (None, HECTARE) and own_unit is None:
        raise InputError(
            f"{where}, size classes", got=f"classes in {entry.unit.name if entry.unit else ''}, areas in no unit",
            expected="the unit of the areas", remedy="Say which it is with the key `area_unit`, such as "
            f"`area_unit: {entry.unit.name if entry.unit else 'acre'}` or `area_unit: hectare`.",
        )  # fmt: skip
    low, high = entry.limits_ha(own_unit or HECTARE)
    return entry.kind, low, high, (area or own_unit or entry.unit or HECTARE).hectares


def _in_hectares(rows: pd.DataFrame, texts: list[str]) -> pd.DataFrame:
    """Convert areas, and limits given as numbers, by the unit of each row."""
    limits = [name for name in ("class_min_ha", "class_max_ha") if name in texts]
    areas = [name for name in ("area_ha", "irrigated_ha") if name in rows]
    converted = {name: rows[name] * rows["unit_ha"] for name in areas}
    converted |= {name: rows[name] * rows["limit_ha"] for name in limits}
    return rows.assign(**converted).drop(columns=["unit_ha", "limit_ha"], errors="ignore")


def _added(long: pd.DataFrame, where: str) -> pd.DataFrame:
    """Add up the rows of one class; a withheld part makes the sum a withheld one."""
    keys = [name for name in (*_KEY, "kind", "class_min_ha", "class_max_ha") if name in long]
    logger.info("%s: %d rows are added up by class", where, int(long.duplicated(keys, keep=False).sum()))
    figures = [name for name in _AMOUNTS if name in long]
    return long.groupby(keys, dropna=False, as_index=False, sort=False)[figures].agg(_whole_sum)


def _tidy(long: pd.DataFrame, year: int | None) -> pd.DataFrame:
    tidy = long.assign(territory_id=clean_codes(long["territory_id"]))
    if "territory_name" not in tidy:
        tidy["territory_name"] = ""
    if "year" not in tidy:
        tidy["year"] = np.nan if year is None else float(year)
    tidy["territory_name"] = one_name(tidy, ["year"])
    if "landless" not in tidy:
        landless = tidy[tidy["kind"] == "landless"].groupby(_KEY, dropna=False)["holdings"].sum(min_count=1)
        tidy = tidy.merge(landless.rename("landless").reset_index(), on=_KEY, how="left")
    totals = tidy[tidy["kind"] == "total"].drop_duplicates(_KEY)[[*_KEY, "holdings", "area_ha"]]
    totals = totals.rename(columns={"holdings": "total_holdings", "area_ha": "total_area_ha"})
    tidy = tidy[tidy["kind"] == "range"].merge(totals, on=_KEY, how="left")
    if "agrarian_households" in tidy:
        counted = tidy.groupby(_KEY, dropna=False)["holdings"].transform(_whole_sum)
        without = tidy["agrarian_households"] - tidy["total_holdings"].fillna(counted)
        tidy["landless"] = tidy["landless"].fillna(without.clip(lower=0))
    return tidy[_columns_of(tidy)].sort_values([*_KEY, "class_min_ha"], ignore_index=True)


def _columns_of(table: pd.DataFrame) -> list[str]:
    return [*COLUMNS, *(name for name in FURTHER if name in table)]


def _checked(long: pd.DataFrame, where: str) -> pd.DataFrame:
    """Refuse figures and classes that cannot be."""
    further = [name for name in FURTHER if name in long]
    for name in ("class_min_ha", "class_max_ha", "holdings", "area_ha", "landless", *further):
        if (negative := long[name] < 0).any():
            row = long[negative].iloc[0]
            raise InputError(f"{where}, column {name}, {_label(row)}", got=row[name], expected="0 or more")
    if (empty := long["class_max_ha"] <= long["class_min_ha"]).any():
        row = long[empty].iloc[0]
        raise InputError(
            f"{where}, {_label(row)}", got=f"a class from {row['class_min_ha']:g} to {row['class_max_ha']:g} ha",
            expected="an upper limit above the lower one",
        )  # fmt: skip
    nameless = (long["territory_id"] == "") & (long["territory_name"] == "")
    if nameless.any() and not nameless.all():
        row = long[nameless].iloc[0]
        raise InputError(
            f"{where}, territory_id", got=f"{int(nameless.sum())} rows without a code, such as the class from"
            f" {row['class_min_ha']:g} ha", expected="the code of the territory in every row",
            remedy="Where an empty cell repeats the one above: `fill_down: [<column of the code>]`; else leave such"
            " rows out with `where`.",
        )  # fmt: skip
    keys = [long[name] for name in _KEY]
    repeated = long.duplicated([*_KEY, "class_min_ha", "class_max_ha"])
    if repeated.any():
        row = long[repeated].iloc[0]
        raise InputError(
            f"{where}, {_label(row)}", got=f"the class from {row['class_min_ha']:g} ha twice",
            expected="one row per territory, year and class",
            remedy="Set `add: true` if they are parts, such as men and women; leave subtotals out with `where`.",
        )  # fmt: skip
    before = long["class_max_ha"].groupby(keys, dropna=False).shift().fillna(-np.inf)
    first = ~long.duplicated(_KEY)
    open_before = long["class_max_ha"].isna().groupby(keys, dropna=False).shift(fill_value=False) & ~first
    overlap = (long["class_min_ha"] < before) | open_before
    if overlap.any():
        row = long[overlap].iloc[0]
        raise InputError(
            f"{where}, {_label(row)}", got=f"the class from {row['class_min_ha']:g} ha inside the one before it",
            expected="classes that do not overlap",
            remedy="Leave out subtotals with `where`, so that no holding counts twice.",
        )  # fmt: skip
    return long


def _label(row: pd.Series) -> str:
    year = "" if pd.isna(row["year"]) else f", {row['year']:.0f}"
    return f"territory {row['territory_id'] or row['territory_name'] or '?'}{year}"
