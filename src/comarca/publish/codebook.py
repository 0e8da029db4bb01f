"""The codebook: one row per column of the table, from the registry and the values themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.publish.stata_names import stata_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column

#: Columns of the codebook; the first sixteen are relied upon by other programs.
FIELDS: Final = (
    "column", "title_es", "title_en", "title_pt", "unit", "definition", "method", "source", "proxy_for", "better",
    "missing", "year", "n_valid", "min", "max", "kind", "family", "bias", "range_min", "range_max", "categories",
    "stata_name",
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
        missing; ``min`` and ``max`` are theirs, empty for texts. ``categories`` lists codes and English titles;
        ``stata_name`` is the column in ``indicators.dta``.

    Raises
    ------
    ValueError
        If a column of the table is not registered: nothing is published without description.
    """
    entries = {column.name: column for column in columns}
    if unknown := [name for name in table.columns if name not in entries]:
        raise ValueError(f"columns without a registry entry: {unknown}")
    years = years or {}
    rows = [_row(entries[str(name)], table[name], years.get(str(name))) for name in table.columns]
    return pd.DataFrame(rows, columns=list(FIELDS)).astype({"year": "Int64", "n_valid": "int64"})


def _row(column: Column, values: pd.Series, year: int | None) -> dict[str, object]:
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
        "min": float(valid.min()) if is_number else None,
        "max": float(valid.max()) if is_number else None,
        "kind": column.kind,
        "family": column.family,
        "bias": column.bias,
        "range_min": low,
        "range_max": high,
        "stata_name": stata_names([column.name])[column.name],
        "categories": "; ".join(f"{code} = {title['en']}" for code, title in column.categories.items()),
    }
