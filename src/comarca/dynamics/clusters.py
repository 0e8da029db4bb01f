"""Spatial clusters: where high or low values of an indicator lie together (local Moran), and how much so (global)."""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.dynamics.neighbours import among
from comarca.results import Check, Flag, Indicators

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from libpysal.graph import Graph

#: Classes by quadrant of the Moran scatter plot, as esda numbers them; 0 is not significant.
CLASSES: Final = ("not_significant", "high_high", "low_high", "low_low", "high_low")
#: Fewest territories with a value and a neighbour.
MIN_TERRITORIES: Final = 10


def local_clusters(
    values: pd.Series, neighbours: Graph, *, permutations: int = 999, level: float = 0.05, seed: int = 12_345
) -> pd.Series:
    """Classify territories by local Moran's I.

    Parameters
    ----------
    values : pandas.Series
        Values by ``territory_id``, NaN where missing.
    neighbours : libpysal.graph.Graph
        See `comarca.dynamics.neighbours.queen_neighbours`.
    permutations : int, default 999
        Conditional permutations.
    level : float, default 0.05
        Level of the pseudo p-value, without adjustment for the number of territories.
    seed : int, default 12345
        Of the permutations.

    Returns
    -------
    pandas.Series of str
        One of `CLASSES` on the same index: ``high_high`` is a high value among high ones, ``low_high`` a low one among
        high ones. Missing where the value is, or where no neighbour has a value, and everywhere if fewer than
        `MIN_TERRITORIES` are left or all values are equal.

    Notes
    -----
    Row-standardised weights. Source: Anselin (1995), doi:10.1111/j.1538-4632.1995.tb00338.x, by ``esda.Moran_Local``.
    Its pseudo p-value is one-sided, as GeoDa's is: at a level of 0.05 one territory in ten is in a class by chance.
    """
    classes = pd.Series(None, index=values.index, dtype=object)
    present = values.dropna()
    graph = among(neighbours, present.index)
    if graph.n < MIN_TERRITORIES or np.ptp(present.loc[graph.unique_ids].to_numpy()) == 0:
        return classes
    from esda import Moran_Local  # two seconds that only this needs

    y = present.loc[graph.unique_ids].to_numpy(dtype=float)
    _keep_compiled()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The alternative hypothesis", category=DeprecationWarning)
        local = Moran_Local(y, graph, permutations=permutations, seed=seed, n_jobs=1, keep_simulations=False)
    quadrant = np.where(local.p_sim <= level, local.q, 0)
    classes.loc[graph.unique_ids] = np.array(CLASSES, dtype=object)[quadrant]
    return classes


@cache
def _keep_compiled() -> None:
    """Let numba keep what esda compiles: it takes longer than all permutations of a country."""
    from esda import crand, moran

    for function in (*vars(crand).values(), *vars(moran).values()):
        if hasattr(function, "enable_caching"):
            with suppress(RuntimeError):  # nowhere to keep it
                function.enable_caching()


def cluster_columns(
    table: pd.DataFrame,
    columns: Sequence[str],
    neighbours: Graph,
    *,
    flags: pd.DataFrame | None = None,
    permutations: int = 999,
    level: float = 0.05,
    seed: int = 12_345,
) -> Indicators:
    """Make the cluster class of each of some columns.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    columns : sequence of str
        Numeric columns of it.
    neighbours, permutations, level, seed
        See `local_clusters`.
    flags : pandas.DataFrame, optional
        Reasons of the table's gaps, which are those of the classes too.

    Returns
    -------
    Indicators
        Columns ``<column>_cluster_class``.
    """
    values, reasons = {}, {}
    for name in columns:
        classes = local_clusters(
            pd.to_numeric(table[name]).astype(float), neighbours, permutations=permutations, level=level, seed=seed
        )
        source = flags[name] if flags is not None else pd.Series("", table.index)
        reason = source.where(table[name].isna().to_numpy() & (source != ""), Flag.TOO_FEW_UNITS.value)
        values[f"{name}_cluster_class"] = classes
        reasons[f"{name}_cluster_class"] = reason.where(classes.isna(), "").astype(str)
    return Indicators(pd.DataFrame(values, index=table.index), pd.DataFrame(reasons, index=table.index))


def moran_check(table: pd.DataFrame, columns: Iterable[str], neighbours: Graph) -> Check:
    """Global Moran's I of indicators, for the quality report.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    columns : iterable of str
        Names of numeric columns.
    neighbours : libpysal.graph.Graph
        See `comarca.dynamics.neighbours.queen_neighbours`.

    Returns
    -------
    Check
        For each column that varies: n, Moran's I, and p by the normal approximation.
    """
    from esda import Moran

    rows: list[dict[str, Any]] = []
    graphs: dict[bytes, Graph] = {}
    for name in columns:
        present = pd.to_numeric(table[name]).astype(float).dropna()
        # Most columns lack the same territories, or none.
        key = table.index.isin(present.index).tobytes()
        graph = graphs[key] = graphs[key] if key in graphs else among(neighbours, present.index)
        if graph.n < MIN_TERRITORIES or np.ptp(present.loc[graph.unique_ids].to_numpy()) == 0:
            continue
        result = Moran(present.loc[graph.unique_ids].to_numpy(), graph, permutations=0)
        rows.append({"column": name, "n": int(graph.n), "moran_i": float(result.I), "p": float(result.p_norm)})
    clear = sum(row["p"] < 0.05 for row in rows)
    return Check(
        name="spatial_autocorrelation",
        status="info",
        value=clear,
        threshold="",
        message=f"Neighbours are alike or unlike beyond chance in {clear} of {len(rows)} indicators (Moran's I); "
        "territories are then no independent cases.",
        rows=rows,
    )
