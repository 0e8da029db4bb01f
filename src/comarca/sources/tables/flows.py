"""Tables of commuting flows: who lives in one territory and works in another."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Unpack

from comarca.errors import InputError
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.once import refuse_rows_of_totals
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

logger = logging.getLogger(__name__)


def read_flows(
    path: str | Path,
    *,
    known: Collection[str],
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read flows between territories.

    Parameters
    ----------
    path : path-like
        Table with the columns ``origin_id``, ``destination_id`` and ``persons``; who stays has the same code twice.
    known : collection of str
        Codes of the region's territories.
    columns : mapping, optional
        Our column names -> the file's.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures, which count as no flow.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        The three columns; flows of one pair are summed. Flows from or to places outside the region are left out, and
        the log says how many persons they are.

    Raises
    ------
    InputError
        If a column lacks, a number is negative or cannot be read, no flow is between territories of the region, codes
        lack the leading zeros of territories, or rows are the total of others.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["origin_id", "destination_id", "persons"], where=where)
    values = parse_columns(
        table, ["persons"], decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=("persons",)
    )
    flows = table.assign(
        origin_id=clean_codes(table["origin_id"]), destination_id=clean_codes(table["destination_id"]), **values
    ).dropna(subset=["persons"])
    if (flows["persons"] < 0).any():
        raise InputError(f"{where}, column persons", got=flows["persons"].min(), expected="0 or more")
    refuse_only_zeros(flows["persons"], where=f"{where}, column persons")
    codes = list(known)
    inside = flows["origin_id"].isin(codes) & flows["destination_id"].isin(codes)
    if not inside.any():
        raise InputError(where, got="no flow between two territories of the region", expected="codes of the region",
                         remedy="Its territories are such as " + ", ".join(sorted(codes)[:3]) + ".")  # fmt: skip
    _refuse_shortened(flows, codes, where)
    logger.info("%d flows read; %.0f of %.0f persons go from or to places outside the region and are left out.",
                len(flows), flows.loc[~inside, "persons"].sum(), flows["persons"].sum())  # fmt: skip
    pair = ["origin_id", "destination_id"]
    labels = [str(name) for name in flows if name not in (*pair, "persons")]
    refuse_rows_of_totals(flows[inside], "persons", by=pair, labels=labels, where=where)
    return flows[inside].groupby(pair, as_index=False, sort=True).agg({"persons": "sum"})


def _refuse_shortened(flows: pd.DataFrame, codes: Sequence[str], where: str) -> None:
    """Refuse codes that are those of territories without their leading zeros: their flows would count as outside."""
    known, width = set(codes), max(map(len, codes))
    for end in ("origin_id", "destination_id"):
        written = [code for code in flows[end].unique() if code and code not in known and code.zfill(width) in known]
        if written:
            raise InputError(
                f"{where}, column {end}", got=f"code {written[0]!r}", expected=f"{written[0].zfill(width)!r}",
                remedy="Leading zeros are lost: save the column as text, or pad it.",
            )  # fmt: skip
