"""Association of a factor with an outcome across territories, what else is known of them held."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]

#: Parents from which on standard errors are clustered by them; with fewer, clustered errors are far too small.
MIN_CLUSTERS: Final = 20
#: Permutations that are held in memory at a time.
_BLOCK: Final = 500
#: Least share of a factor's variation that the controls must leave.
_LEAST_OWN_SHARE: Final = 1e-10


@dataclass(frozen=True)
class Sample:
    """Complete cases, sorted by parent.

    Attributes
    ----------
    outcome, factor : numpy.ndarray, shape (n,)
        What is associated with what.
    controls : numpy.ndarray, shape (n, k)
        What is held, parents apart; k may be 0.
    parent : numpy.ndarray of int, shape (n,)
        Code of the parent, ascending from 0.
    """

    outcome: FloatArray
    factor: FloatArray
    controls: FloatArray
    parent: IntArray

    @property
    def parents(self) -> int:
        """Number of parents."""
        return int(self.parent.max()) + 1 if len(self.parent) else 0


@dataclass(frozen=True)
class Association:
    """What a regression says.

    Attributes
    ----------
    coefficient, low, high : float
        Standardised coefficient of the factor and its 95 % interval.
    low_90, high_90 : float
        Its 90 % interval.
    p : float
        Two-sided, from clustered errors; NaN where errors are HC3, see `is_clustered`.
    p_permutation : float
        Two-sided, by permutation within parents.
    is_clustered : bool
        Whether errors are clustered by parent; HC3 otherwise.
    residuals : numpy.ndarray, shape (n,)
        Of the regression, in the order of the sample.
    """

    coefficient: float
    low: float
    high: float
    low_90: float
    high_90: float
    p: float
    p_permutation: float
    is_clustered: bool
    residuals: FloatArray


def rank_correlation(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Spearman's rank correlation.

    Parameters
    ----------
    x, y : numpy.ndarray, shape (n,)
        Values, none missing.

    Returns
    -------
    rho, p : float
        NaN for fewer than three cases, or where one of them does not vary.
    """
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, np.nan
    result = scipy.stats.spearmanr(x, y)
    return float(result.statistic), float(result.pvalue)


def associate(sample: Sample, *, permutations: int, seed: int, standardise_factor: bool = True) -> Association | None:
    """Regress the outcome on the factor, controls and parents held.

    Parameters
    ----------
    sample : Sample
        Complete cases.
    permutations : int
        Number of permutations.
    seed : int
        Of the permutations.
    standardise_factor : bool, default True
        False for a factor that is already in standard units, as the product of an interaction.

    Returns
    -------
    Association or None
        None where the factor does not vary once the controls are held, or there are too few cases for the controls.

    Notes
    -----
    Ordinary least squares of the standardised outcome on the standardised factor, the standardised controls and one
    indicator per parent. Errors are clustered by parent from `MIN_CLUSTERS` parents on (t distribution with as many
    degrees of freedom as there are parents, less one), HC3 otherwise. The permutation test is that of Freedman and Lane
    (1983), doi:10.1080/07350015.1983.10509354: residuals of the model without the factor change places within parents,
    and the partial correlation is compared.
    """
    y = _standard(sample.outcome)
    x = _standard(sample.factor) if standardise_factor else sample.factor
    held = _held(sample)
    basis, _ = np.linalg.qr(held)
    remainder = x - basis @ (basis.T @ x)
    if (
        len(y) <= held.shape[1] + 2
        or float(remainder @ remainder) <= _LEAST_OWN_SHARE * float(x @ x)
        or np.ptp(sample.outcome) == 0
    ):
        return None
    is_clustered = sample.parents >= MIN_CLUSTERS
    import statsmodels.api as sm  # here, as it takes a second, and the pages of an atlas do not fit models

    model = sm.OLS(y, np.column_stack([x, held]))
    if is_clustered:
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": sample.parent}, use_t=True)
    else:
        fit = model.fit(cov_type="HC3", use_t=True)
    (low, high), (low_90, high_90) = fit.conf_int(0.05)[0], fit.conf_int(0.10)[0]
    return Association(
        coefficient=float(fit.params[0]),
        low=float(low),
        high=float(high),
        low_90=float(low_90),
        high_90=float(high_90),
        p=float(fit.pvalues[0]) if is_clustered else np.nan,
        p_permutation=_permuted(y, remainder, basis, sample.parent, permutations, seed),
        is_clustered=is_clustered,
        residuals=np.asarray(fit.resid),
    )


def _standard(values: FloatArray) -> FloatArray:
    spread = values.std()
    centred: FloatArray = values - values.mean()
    return centred / spread if spread > 0 else centred


def _held(sample: Sample) -> FloatArray:
    """Stack one indicator per parent and the standardised controls, without those that others already give."""
    parents = (sample.parent[:, None] == np.arange(sample.parents)).astype(float)
    columns = [parents]
    for control in sample.controls.T:
        standard = _standard(control)
        basis, _ = np.linalg.qr(np.column_stack(columns))
        rest = standard - basis @ (basis.T @ standard)
        if float(rest @ rest) > _LEAST_OWN_SHARE * max(float(standard @ standard), 1.0):
            columns.append(standard[:, None])
    return np.column_stack(columns)


def _permuted(
    y: FloatArray, remainder: FloatArray, basis: FloatArray, parent: IntArray, permutations: int, seed: int
) -> float:
    residual = y - basis @ (basis.T @ y)
    size = np.sqrt(float(remainder @ remainder))
    total = float(residual @ residual)
    if total == 0:
        return np.nan
    observed = abs(float(remainder @ residual)) / (size * np.sqrt(total))
    orders = _orders(tuple(np.bincount(parent).tolist()), permutations, seed)
    stacked = np.column_stack([remainder, basis]).T
    larger = 0
    for start in range(0, permutations, _BLOCK):
        projected = stacked @ residual[orders[:, start : start + _BLOCK]]
        left = np.maximum(total - (projected[1:] ** 2).sum(axis=0), np.finfo(float).tiny)
        larger += int((np.abs(projected[0]) / (size * np.sqrt(left)) >= observed - 1e-12).sum())
    return (1 + larger) / (1 + permutations)


@lru_cache(maxsize=4)
def _orders(sizes: tuple[int, ...], permutations: int, seed: int) -> NDArray[np.int32]:
    """Orders that change places within parents only, one per column, for cases sorted by parent."""
    generator = np.random.default_rng(seed)
    orders = np.empty((sum(sizes), permutations), dtype=np.int32)
    start = 0
    for size in sizes:
        orders[start : start + size] = start + np.argsort(generator.random((size, permutations)), axis=0)
        start += size
    return orders


def false_discovery(p: FloatArray) -> FloatArray:
    """Adjust p-values by the procedure of Benjamini and Hochberg.

    Parameters
    ----------
    p : numpy.ndarray, shape (n,)
        p-values; NaN where nothing was tested.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Adjusted p-values; NaN where `p` is.

    Notes
    -----
    Source: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    adjusted = np.full(len(p), np.nan)
    tested = ~np.isnan(p)
    if tested.any():
        adjusted[tested] = scipy.stats.false_discovery_control(p[tested])
    return adjusted
