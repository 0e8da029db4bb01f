"""How complete a sample of kinds is, and diversity with the kinds that were not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def sample_coverage(counts: ArrayLike) -> FloatArray:
    """Estimate the share of all units that are of kinds seen in each row.

    Parameters
    ----------
    counts : array-like of int, shape (g, k)
        Units of each kind (column) in each sample (row).

    Returns
    -------
    numpy.ndarray, shape (g,)
        From 0 to 1; NaN for a row of zeros.

    Notes
    -----
    ``1 - f1 / n`` with f1 kinds seen once among n units (Good 1953, doi:10.1093/biomet/40.3-4.237). Where all
    units are of kinds seen once, f1 counts one less, as in Chao and Shen (2003), so that coverage is not 0.

    Examples
    --------
    >>> sample_coverage([[5, 3, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]).tolist()
    [0.8, 0.5, nan]
    """
    table = np.asarray(counts, dtype=float)
    total, once = table.sum(axis=1), (table == 1).sum(axis=1)
    once = np.where((once == total) & (total > 0), total - 1, once)
    return np.asarray(1 - np.divide(once, total, out=np.full(len(table), np.nan), where=total > 0))


def chao_shen_entropy(counts: ArrayLike) -> FloatArray:
    """Estimate Shannon's index with the kinds that the sample missed.

    Parameters
    ----------
    counts : array-like of int, shape (g, k)
        Units of each kind (column) in each sample (row).

    Returns
    -------
    numpy.ndarray, shape (g,)
        Natural logarithms; NaN for a row of zeros.

    Notes
    -----
    ``-sum(C p ln(C p) / (1 - (1 - C p)**n))`` with the coverage C: shares are shrunk to the part of the whole that was
    seen, and each kind is weighted by the inverse of its chance to be seen (Chao and Shen 2003,
    doi:10.1023/A:1026096204727). Needs counts; the plain index of a small sample is too low.

    Examples
    --------
    >>> chao_shen_entropy([[50, 50], [5, 0]]).round(6).tolist()
    [0.693147, 0.0]
    """
    table = np.asarray(counts, dtype=float)
    total = table.sum(axis=1, keepdims=True)
    share = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    shrunk = sample_coverage(table)[:, None] * share
    some = shrunk > 0
    safe = np.where(some, shrunk, 1.0)
    seen = np.where(some, 1 - (1 - safe) ** total, 1.0)
    entropy = -(safe * np.log(safe) / seen).sum(axis=1)
    return np.where(total[:, 0] > 0, np.maximum(entropy, 0.0), np.nan)


def bootstrap_entropy(counts: ArrayLike, *, resamples: int, generator: np.random.Generator) -> FloatArray:
    """Draw samples from what the whole may be, and estimate Shannon's index of each.

    Parameters
    ----------
    counts : array-like of int, shape (k,)
        Units of each kind in one sample.
    resamples : int
        Number of samples drawn.
    generator : numpy.random.Generator
        Where randomness comes from.

    Returns
    -------
    numpy.ndarray, shape (resamples,)
        `chao_shen_entropy` of samples of the same size, moved so that their mean is that of the sample itself.

    Notes
    -----
    The whole has the kinds of the sample, with shares lowered to the coverage C, and the kinds that the estimator Chao1
    says were missed, which share 1 - C evenly (Chao, Wang and Jost 2013, doi:10.1111/2041-210X.12108). Drawing from the
    sample alone would leave rare kinds out, and make bands too narrow.

    Examples
    --------
    >>> bootstrap_entropy([50, 50], resamples=200, generator=np.random.default_rng(1)).mean().round(2).item()
    0.69
    """
    sample = np.asarray(counts, dtype=float)
    total = int(sample.sum())
    drawn = generator.multinomial(total, assemblage(sample), size=resamples)
    entropy = chao_shen_entropy(drawn)
    moved = entropy - entropy.mean() + chao_shen_entropy(sample[None, :])[0]
    return np.asarray(np.maximum(moved, 0.0))


def assemblage(counts: ArrayLike) -> FloatArray:
    """Estimate the shares of all kinds from a sample, those that it missed too.

    Parameters
    ----------
    counts : array-like of int, shape (k,)
        Units of each kind in one sample.

    Returns
    -------
    numpy.ndarray, shape (k + unseen,)
        Sum to 1; see `bootstrap_entropy`.

    Examples
    --------
    >>> assemblage([4, 4]).tolist()
    [0.5, 0.5]
    >>> assemblage([6, 2, 1, 1]).round(3).tolist()
    [0.6, 0.153, 0.024, 0.024, 0.1, 0.1]
    """
    sample = np.asarray(counts, dtype=float)
    total = sample.sum()
    share = sample / total
    once, twice = (sample == 1).sum(), (sample == 2).sum()
    missed = once**2 / (2 * twice) if twice else once * (once - 1) / 2
    unseen = int(np.ceil((total - 1) / total * missed))
    if unseen == 0:
        return np.asarray(share)
    open_share = 1 - sample_coverage(sample[None, :])[0]
    chance = share * (1 - share) ** total
    lowered = share * (1 - open_share / chance.sum() * (1 - share) ** total)
    whole = np.append(np.maximum(lowered, 0.0), np.full(unseen, open_share / unseen))
    return np.asarray(whole / whole.sum())
