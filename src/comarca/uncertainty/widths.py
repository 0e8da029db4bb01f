"""How wide the bands are, by family and by how they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.registry.columns import TableColumn


def band_widths(table: pd.DataFrame, published: pd.DataFrame, columns: Sequence[TableColumn]) -> pd.DataFrame:
    """Measure the bands by family and method.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.uncertainty.bands.band_table`.
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.
    columns : sequence of TableColumn
        The columns.

    Returns
    -------
    pandas.DataFrame
        ``family, method, measure, bands, median, p90``: of what lies between 0 and 1 the width (``absolute``), of
        times and amounts the width over the value (``relative``), of classes the share of territories in more than one
        (``class``; median and p90 are that share).
    """
    family_of = {column.name: column.family for column in columns}
    numbers = table[table["low"].notna()]
    cells = (
        published.select_dtypes("number")
        .rename_axis("territory_id")
        .reset_index()
        .melt("territory_id", var_name="column")
    )
    value = numbers[["territory_id", "column"]].merge(cells, how="left")["value"].astype(float).set_axis(numbers.index)
    width = numbers["high"] - numbers["low"]
    is_bounded = numbers["column"].isin([column.name for column in columns if column.range[1] == 1])
    relative = (width / value.abs()).where(value != 0)
    rows = numbers.assign(
        family=numbers["column"].map(family_of),
        measure=is_bounded.map({True: "absolute", False: "relative"}),
        width=width.where(is_bounded, relative),
    ).dropna(subset=["width"])
    found = rows.groupby(["family", "method", "measure"])["width"]
    widths = found.agg(bands="size", median="median", p90=lambda each: each.quantile(0.9)).reset_index()
    classes = table[table["low_class"].notna()]
    changing = (classes["low_class"] != classes["high_class"]).astype(float)
    kinds = classes.assign(family=classes["column"].map(family_of), measure="class", width=changing)
    shares = kinds.groupby(["family", "method", "measure"])["width"].agg(bands="size", median="mean", p90="mean")
    return pd.concat([widths, shares.reset_index()], ignore_index=True)


def band_check(widths: pd.DataFrame, *, note: str) -> Check:
    """Report the widths.

    Parameters
    ----------
    widths : pandas.DataFrame
        As from `band_widths`.
    note : str
        What was drawn, or why nothing was.

    Returns
    -------
    Check
        One row per family and method.
    """
    total = int(widths["bands"].sum())
    return Check(
        "uncertainty_bands",
        "info",
        total,
        "",
        f"{total} values have a band in indicators_uncertainty.csv. {note}",
        widths.round({"median": 4, "p90": 4}).astype(object).to_dict("records"),  # type: ignore[arg-type]
    )
