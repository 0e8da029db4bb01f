"""Several regions as one table, with the columns that all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column

#: Column that tells the regions apart; first in the stacked tables.
REGION: Final = "region"


@dataclass(frozen=True)
class RegionTable:
    """The table of one region.

    Attributes
    ----------
    table : pandas.DataFrame
        Indicators, one row per territory.
    columns : sequence of Column
        What the columns are.
    """

    table: pd.DataFrame
    columns: Sequence[Column]


def common_columns(regions: Mapping[str, RegionTable]) -> list[Column]:
    """Columns that all regions have, with one meaning.

    Parameters
    ----------
    regions : mapping
        Region -> its table.

    Returns
    -------
    list of Column
        In the order of the first region. Columns of one name that differ in unit or kind are left out.
    """
    by_name = [{column.name: column for column in region.columns} for region in regions.values()]
    first, others = by_name[0], by_name[1:]
    return [
        column
        for name, column in first.items()
        if all(name in other and (other[name].unit, other[name].kind) == (column.unit, column.kind) for other in others)
    ]


def stack(regions: Mapping[str, RegionTable]) -> pd.DataFrame:
    """Put the tables of regions on top of each other.

    Parameters
    ----------
    regions : mapping
        Region -> its table, in the order wanted.

    Returns
    -------
    pandas.DataFrame
        ``region`` first, then `common_columns`; all territories of all regions.
    """
    names = [column.name for column in common_columns(regions)]
    parts = [region.table[names].assign(**{REGION: name}) for name, region in regions.items()]
    return pd.concat(parts, ignore_index=True)[[REGION, *names]]


def stack_tables(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put tables of the same columns on top of each other.

    Parameters
    ----------
    tables : mapping
        Region -> table.

    Returns
    -------
    pandas.DataFrame
        ``region`` first.
    """
    parts = [table.assign(**{REGION: name}) for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)[[REGION, *next(iter(tables.values()))]]


def left_out(regions: Mapping[str, RegionTable]) -> pd.DataFrame:
    """List the columns that are not in the stacked table, with the regions that have them.

    Parameters
    ----------
    regions : mapping
        Region -> its table.

    Returns
    -------
    pandas.DataFrame
        Columns ``column`` and ``regions``.
    """
    common = {column.name for column in common_columns(regions)}
    owners: dict[str, list[str]] = {}
    for name, region in regions.items():
        for column in region.columns:
            if column.name not in common:
                owners.setdefault(column.name, []).append(name)
    rows = [{"column": name, "regions": ", ".join(who)} for name, who in owners.items()]
    return pd.DataFrame(rows, columns=["column", "regions"])
