"""Linkages: chains from primary products to processing, and what a territory supplies of its own inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.crs import require_storage_crs
from comarca.measures.linkages import local_linkages
from comarca.registry.columns import sector_key
from comarca.results import Check, Flag, Indicators, explain, join_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

_MULTIPLIER: Final = "local_output_multiplier_ratio"
_LOCAL: Final = "local_input_share"


def compute(
    *,
    territories: gpd.GeoDataFrame,
    employment: pd.DataFrame,
    input_output: pd.DataFrame | None = None,
    chains: Mapping[str, Mapping[str, Any]] | None = None,
    sectors: Mapping[str, str] | None = None,
    flq_delta: float = 0.3,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Location quotient and processed part of chains, output multipliers and local inputs.

    Parameters
    ----------
    employment : pandas.DataFrame
        Columns ``territory_id``, ``sector``, ``jobs``.
    input_output : pandas.DataFrame, optional
        Columns ``from_sector``, ``to_sector``, ``coefficient`` of the whole's own products.
    chains : mapping, optional
        Chain -> ``primary`` and ``processing``: sectors of the table of jobs.
    sectors : mapping, optional
        Sector of the table of jobs -> that of `input_output`, where names differ.
    flq_delta : float, default 0.3
        How strongly small territories import, see `comarca.measures.linkages.flegg_quotients`.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    rows = employment[employment["territory_id"].isin(index)]
    jobs = rows.pivot_table(index="territory_id", columns="sector", values="jobs", aggfunc="sum", observed=True)
    jobs = jobs.reindex(index).fillna(0.0).astype(float)
    gaps = index.isin(rows.loc[rows["jobs"].isna(), "territory_id"])
    jobs[gaps] = 0.0
    reason = pd.Series(
        np.select([~index.isin(rows["territory_id"]), gaps], [Flag.NO_SOURCE_ROW, Flag.NOT_IN_SOURCE],
                  Flag.ZERO_DENOMINATOR), index
    )  # fmt: skip
    parts = [_chain(name, entry, jobs, reason) for name, entry in (chains or {}).items()]
    if input_output is not None:
        parts.append(_multipliers(input_output, jobs, sectors or {}, flq_delta, reason))
    return join_parts(parts, index).select([column.name for column in columns])


def _chain(name: str, entry: Mapping[str, Any], jobs: pd.DataFrame, reason: pd.Series) -> Indicators:
    """Weight of a chain over its weight in the region, and the part of its jobs that process."""
    total = jobs.sum(axis=1)
    known = {sector_key(str(sector)): sector for sector in jobs}
    sums = {
        part: jobs[[known[sector_key(sector)] for sector in entry[part] if sector_key(sector) in known]].sum(axis=1)
        for part in ("primary", "processing")
    }
    chain = sums["primary"] + sums["processing"]
    share = chain / total.where(total > 0)
    whole = chain.sum() / total.sum() if total.sum() > 0 else 0.0
    quotient, processed = f"chain_{name}_location_quotient_ratio", f"chain_{name}_processing_share"
    values = pd.DataFrame(
        {
            quotient: share / whole if whole > 0 else share * np.nan,
            processed: sums["processing"] / chain.where(chain > 0),
        }
    )
    return Indicators(values, explain(values, Flag.ZERO_DENOMINATOR, **{quotient: reason, processed: reason}))


def _multipliers(
    table: pd.DataFrame, jobs: pd.DataFrame, sectors: Mapping[str, str], delta: float, reason: pd.Series
) -> Indicators:
    """Output multipliers and local inputs over the jobs that the input-output table has a sector for."""
    matrix = table.pivot_table(index="from_sector", columns="to_sector", values="coefficient", aggfunc="sum")
    names = list(matrix.index)
    known = {sector_key(str(name)): name for name in names}
    meant = {sector_key(str(mine)): theirs for mine, theirs in sectors.items()}
    target = {mine: known.get(sector_key(meant.get(sector_key(str(mine)), str(mine)))) for mine in jobs}
    stray = [mine for mine, name in target.items() if name is None]
    grouped = jobs.drop(columns=stray).T.groupby([target[mine] for mine in jobs if mine not in stray]).sum().T
    grouped = grouped.reindex(columns=names, fill_value=0.0)
    size = jobs.sum(axis=1) / jobs.to_numpy().sum()
    multiplier, local = local_linkages(grouped, matrix.loc[names, names], delta=delta, size=size)
    values = pd.DataFrame({_MULTIPLIER: multiplier, _LOCAL: local}, index=jobs.index)
    lost, total = float(jobs[stray].to_numpy().sum()), float(jobs.to_numpy().sum())
    check = Check(
        name="jobs_without_input_output_sector",
        status="warn" if lost > 0 else "pass",
        value=lost / total if total else 0.0,
        threshold="every sector of the jobs is one of the input-output table",
        message=f"{len(stray)} of {len(target)} sectors, with {lost:,.0f} of {total:,.0f} jobs, are no sector of the "
        "input-output table and count nowhere; name theirs under `input_output.sectors`.",
        rows=[{"sector": str(name)} for name in stray],
    )
    return Indicators(values, explain(values, Flag.ZERO_DENOMINATOR, **{_MULTIPLIER: reason, _LOCAL: reason}), [check])
