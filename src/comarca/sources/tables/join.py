"""Joins of users' tables to territories: by code only; what does not join is listed with the nearest names."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from comarca.results import Check
from comarca.sources.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def join_by_code(
    table: pd.DataFrame,
    territories: Mapping[str, str],
    *,
    name: str,
    codes: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, Check]:
    """Keep the rows of a table that belong to territories of the region.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``territory_id`` and ``territory_name``.
    territories : mapping
        Code -> name of the region's territories.
    name : str
        Name of the table: first word of the check.
    codes : mapping, optional
        Name in the table -> code, as the user decided after reading the report. No row is joined by name otherwise,
        however alike the names are.

    Returns
    -------
    joined : pandas.DataFrame
        Rows whose code is one of the territories, with a fresh index.
    check : Check
        How many territories have rows, and each entry that did not join with the territories of nearest name.
    """
    decided = table["territory_name"].map(dict(codes or {}))
    code = decided.where(decided.notna(), table["territory_id"])
    coded = table.assign(territory_id=code)
    fits = coded["territory_id"].isin(list(territories))
    stray = coded.loc[~fits, ["territory_id", "territory_name"]].drop_duplicates()
    rows = [
        {
            "territory_id": str(row.territory_id),
            "territory_name": str(row.territory_name),
            "nearest": nearest_names(str(row.territory_name), territories),
        }
        for row in stray.itertuples()
    ]
    joined = coded[fits].reset_index(drop=True)
    found = joined["territory_id"].nunique()
    message = f"{found} of {len(territories)} territories have rows in the table of {name}."
    if rows:
        message += f" Not joined, for want of a code of the region: {len(rows)}."
    check = Check(
        name=f"{name}_join",
        status="warn" if rows else "pass",
        value=found,
        threshold="every row of the table has the code of a territory",
        message=message,
        rows=rows,
    )
    return joined, check


def nearest_names(name: str, candidates: Mapping[str, str], *, count: int = 3) -> list[str]:
    """Find territories whose names are most like one, for a person to choose from.

    Parameters
    ----------
    name : str
        The name that did not join; what stands in brackets is left aside.
    candidates : mapping
        Code -> name.
    count : int, default 3
        How many at most.

    Returns
    -------
    list of str
        ``"Name (code)"``, the most alike first.
    """
    bare = fold_name(re.sub(r"\(.*?\)", "", name))
    by_name: dict[str, list[str]] = {}
    for code, label in candidates.items():
        by_name.setdefault(fold_name(label), []).append(f"{label} ({code})")
    starts = [folded for folded in by_name if folded.startswith(bare + " ") or bare.startswith(folded + " ")]
    alike = get_close_matches(bare, list(by_name), n=count, cutoff=0.6)
    return [label for folded in dict.fromkeys([*starts, *alike]) for label in by_name[folded]][:count]
