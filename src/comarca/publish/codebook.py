"""The codebook: one row per column of the table, from the registry and the values themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.publish.rounding import decimals
from comarca.publish.stata_names import stata_names
from comarca.publish.words import is_share, stored_unit, unit_label, word
from comarca.registry.columns import TEXTS
from comarca.registry.validation import validation_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column

#: Columns of the codebook; the first sixteen are relied upon by other programs.
FIELDS: Final = (
    "column", "title_es", "title_en", "title_pt", "unit", "definition", "method", "source", "proxy_for", "better",
    "missing", "year", "n_valid", "min", "max", "kind", "family", "bias", "range_min", "range_max", "categories",
    "stata_name", "validated_against", "validation_error", "reference",
)  # fmt: skip


def codebook(
    columns: Sequence[Column], table: pd.DataFrame, *, years: Mapping[str, int | None] | None = None
) -> pd.DataFrame:
    """Describe each column of the table.

    Parameters
    ----------
    columns : sequence of Column
        Registry entries; those that are not in the table are left out.
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    years : mapping, optional
        Column name -> year of its data.

    Returns
    -------
    pandas.DataFrame
        Columns `FIELDS`, one row per column of the table, in its order. ``n_valid`` counts the values that are not
        missing; ``min`` and ``max`` are theirs, rounded by unit, empty for texts. ``categories`` lists codes and
        English titles; ``stata_name`` is the column in ``indicators.dta``.

    Raises
    ------
    ValueError
        If a column of the table is not registered: nothing is published without description.
    """
    entries = {column.name: column for column in columns}
    if unknown := [name for name in table.columns if name not in entries]:
        raise ValueError(f"columns without a registry entry: {unknown}")
    years = years or {}
    short = stata_names(map(str, table.columns))
    rows = [_row(entries[name], table[name], years.get(name), short[name]) for name in map(str, table.columns)]
    return pd.DataFrame(rows, columns=list(FIELDS)).astype({"year": "Int64", "n_valid": "int64"})


def codebook_in(
    columns: Sequence[Column],
    table: pd.DataFrame,
    *,
    language: str,
    years: Mapping[str, int | None] | None = None,
    families: Mapping[str, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Describe each column of the table in one language.

    Parameters
    ----------
    columns, table, years
        As in `codebook`.
    language : str
        ``en``, ``es`` or ``pt``.
    families : mapping, optional
        Family -> title per language; families keep their names if not given.

    Returns
    -------
    pandas.DataFrame
        The rows of `codebook`, with one ``title`` and all texts in the language; the columns keep their English names,
        so that programs find them.
    """
    entries = {column.name: column for column in columns}
    book = codebook(columns, table, years=years)
    texts = [_texts(entries[name], language, families or {}) for name in book["column"]]
    book = book.drop(columns=[f"title_{other}" for other in ("es", "en", "pt")])
    book = book.assign(**{key: [entry[key] for entry in texts] for key in texts[0]} if texts else {})
    return book[["column", "title", *(name for name in book.columns if name not in {"column", "title"})]]


def heading(column: Column, language: str) -> str:
    """Title of a column with its unit, as the heading of a table for people.

    Parameters
    ----------
    column : Column
        The column.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Such as ``Area (km\u00b2)``; a unit that the title names, such as ``per 10,000 people``, is not repeated.
    """
    return with_unit(column.title[language], unit_in_heading(column, language))


def with_unit(title: str, unit: str) -> str:
    """Put a unit behind a title.

    Parameters
    ----------
    title : str
        A title.
    unit : str
        A unit; empty for none.

    Returns
    -------
    str
        The title with the unit in brackets, unless it names a unit of several words already.
    """
    return title if not unit or (" " in unit and unit in title) else f"{title} ({unit})"


def unit_in_heading(column: Column, language: str) -> str:
    """Write the unit that a heading needs.

    Parameters
    ----------
    column : Column
        The column.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        ``%`` for shares; empty for indices and counts, whose titles say what they are.
    """
    return unit_label(column, language) if is_share(column) or column.unit not in {"", "1"} else ""


def _texts(column: Column, language: str, families: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    texts = {key: column.text(key, language) for key in TEXTS}
    categories = "; ".join(f"{code} = {title[language]}" for code, title in column.categories.items())
    return {
        "title": column.title[language],
        **texts,
        "unit": stored_unit(column, language),
        "better": word(column.better, language),
        "kind": word(f"kind_{column.kind}", language),
        "family": families.get(column.family, {}).get(language, column.family),
        "categories": categories,
        **_validation(column, language),
    }


def _validation(column: Column, language: str) -> dict[str, str]:
    """Say what the column was held against, and how far off it was; nothing of a user's own column."""
    row = validation_of(column)
    against, error = ("", "") if row is None else (row.against[language], row.error[language])
    return {"validated_against": against, "validation_error": error}


def _row(column: Column, values: pd.Series, year: int | None, stata_name: str) -> dict[str, object]:
    low, high = column.range
    valid = values.dropna()
    is_number = column.kind == "number" and len(valid) > 0
    return {
        "column": column.name,
        **{f"title_{language}": column.title[language] for language in ("es", "en", "pt")},
        "unit": column.unit,
        "definition": column.definition,
        "method": column.method,
        "source": column.source,
        "proxy_for": column.proxy_for,
        "better": column.better,
        "missing": column.missing,
        "year": year,
        "n_valid": len(valid),
        "min": round(float(valid.min()), decimals(column)) if is_number else None,
        "max": round(float(valid.max()), decimals(column)) if is_number else None,
        "kind": column.kind,
        "family": column.family,
        "bias": column.bias,
        "range_min": low,
        "range_max": high,
        "stata_name": stata_name,
        "categories": "; ".join(f"{code} = {title['en']}" for code, title in column.categories.items()),
        **_validation(column, "en"),
        "reference": column.reference,
    }
