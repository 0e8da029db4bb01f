"""Tables of commuting flows: who lives in one territory and works in another."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, Unpack

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.once import refuse_rows_of_totals
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

logger = logging.getLogger(__name__)

#: Persons of flows beyond the region of which a warning tells: a table of another region, or without most codes.
_MOST_LOST_PERCENT: Final = 50


def read_flows(
    path: str | Path,
    *,
    known: Collection[str],
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> tuple[pd.DataFrame, Check]:
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
    flows : pandas.DataFrame
        The three columns; flows of one pair are summed. Flows from or to places outside the region are left out.
    check : Check
        How many persons they are; a warning if most are.

    Raises
    ------
    InputError
        If a column lacks, a number is negative or cannot be read, no flow is between territories of the region, some
        codes have lost zeros, or rows are the total of others.
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
    for name in ("origin_id", "destination_id"):
        _refuse_lost_zeros(flows[name], codes, where=f"{where}, column {name}")
    inside = flows["origin_id"].isin(codes) & flows["destination_id"].isin(codes)
    if not inside.any():
        raise InputError(where, got="no flow between two territories of the region", expected="codes of the region",
                         remedy="Its territories are such as " + ", ".join(sorted(codes)[:3]) + ".")  # fmt: skip
    whole, lost = flows["persons"].sum(), flows.loc[~inside, "persons"].sum()
    message = (
        f"{lost:,.0f} of {whole:,.0f} persons of the flows go from or to places outside the region, or have no code of "
        "one, and are left out."
    )
    logger.info("%d flows read. %s", len(flows), message)
    share = 100 * lost / whole
    check = Check("functional_flows", "warn" if share > _MOST_LOST_PERCENT else "info", round(float(share), 1),
                  f"at most {_MOST_LOST_PERCENT} % of the persons", message)  # fmt: skip
    pair = ["origin_id", "destination_id"]
    labels = [str(name) for name in flows if name not in (*pair, "persons")]
    refuse_rows_of_totals(flows[inside], "persons", by=pair, labels=labels, where=where)
    return flows[inside].groupby(pair, as_index=False, sort=True).agg({"persons": "sum"}), check


def _refuse_lost_zeros(codes: pd.Series, known: Collection[str], *, where: str) -> None:
    """Refuse codes that differ from those of territories in leading zeros, blanks or dots, beside some that do not."""
    if not codes.isin(list(known)).any():
        return
    meant = {_bare(code): code for code in known}
    alike = [code for code in codes.unique() if code not in known and _bare(code) in meant]
    if alike:
        raise InputError(
            where, got=f"{alike[0]!r} and {meant[_bare(alike[0])]!r}", expected="one way of writing a code",
            remedy=f"{len(alike)} codes differ so from those of territories; store codes as text.",
        )  # fmt: skip


def _bare(code: str) -> str:
    return re.sub(r"[\s.,-]", "", code).lstrip("0")
