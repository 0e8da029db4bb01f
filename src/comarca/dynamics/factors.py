"""Which factors go with which type of change: means by type, and rank correlations with each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.dynamics.association import false_discovery, rank_correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.dynamics.propositions import Period

#: Changes that factors are correlated with, turned so that more is better.
CHANGES: Final = ("growth", "poverty", "equality")
#: Group of all territories, beside the types.
ALL: Final = "all"
COLUMNS: Final = (
    "period", "column", "group", "n", "mean", "standard_error",
    *(f"{name}_{change}" for change in CHANGES for name in ("n", "rho", "p", "q")),
)  # fmt: skip


def factor_table(table: pd.DataFrame, factors: Sequence[str], periods: Sequence[Period]) -> pd.DataFrame:
    """Describe factors by type of change, and correlate them with the changes.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    factors : sequence of str
        Numeric columns of it.
    periods : sequence of Period
        Periods with types and changes.

    Returns
    -------
    pandas.DataFrame
        The `COLUMNS`: per period and factor a row for each type of change and one for all territories. ``n``, ``mean``
        and ``standard_error`` (standard deviation over the root of n; missing for one case) stand in each; Spearman's
        rho of the factor with each change, its p-value and the p-value adjusted over all correlations of the table
        (Benjamini and Hochberg) in the row for all.
    """
    rows = []
    for period in periods:
        for name in factors:
            values = pd.to_numeric(table[name]).astype(float)
            rows.append(
                {
                    "period": period.label,
                    "column": name,
                    "group": ALL,
                    **_moments(values),
                    **_correlations(values, period),
                }
            )
            types = period.types if period.types is not None else pd.Series(dtype=object)
            for kind, members in values.groupby(types.dropna(), sort=True):
                rows.append({"period": period.label, "column": name, "group": str(kind), **_moments(members)})
    table_of_factors = pd.DataFrame(rows, columns=[name for name in COLUMNS if not name.startswith("q_")])
    p = table_of_factors[[f"p_{change}" for change in CHANGES]].to_numpy(dtype=float)
    q = false_discovery(p.ravel()).reshape(p.shape)
    return table_of_factors.assign(**{f"q_{change}": q[:, place] for place, change in enumerate(CHANGES)})[
        list(COLUMNS)
    ]


def _moments(values: pd.Series) -> dict[str, float]:
    present = values.dropna()
    n = len(present)
    return {
        "n": n,
        "mean": float(present.mean()) if n else np.nan,
        "standard_error": float(present.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan,
    }


def _correlations(values: pd.Series, period: Period) -> dict[str, float]:
    figures: dict[str, float] = {}
    for change in CHANGES:
        if change not in period.outcomes:
            continue
        pair = pd.DataFrame({"x": values, "y": period.outcomes[change].change}).dropna()
        rho, p = rank_correlation(pair["x"].to_numpy(), pair["y"].to_numpy())
        figures |= {f"n_{change}": len(pair), f"rho_{change}": rho, f"p_{change}": p}
    return figures
