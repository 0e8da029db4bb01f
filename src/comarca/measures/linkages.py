"""Linkages of a local economy out of a national input-output table: Flegg's location quotients and multipliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

#: Regions whose matrices are solved at a time hold this many cells together.
_CELLS: Final = 1_000_000


def flegg_quotients(
    regional: ArrayLike, national: ArrayLike, *, delta: float = 0.3, size: ArrayLike | None = None
) -> FloatArray:
    """Flegg's location quotients: which part of each input the sectors of a region can supply.

    Parameters
    ----------
    regional : array-like, shape (g, k)
        Jobs of each sector in each region.
    national : array-like, shape (k,)
        Jobs of each sector in the whole.
    delta : float, default 0.3
        How strongly small regions import; 0 leaves the cross-industry quotient.
    size : array-like, shape (g,), optional
        Jobs of each region over those of the whole, those of sectors that the table lacks included; of the sectors
        given if it is not.

    Returns
    -------
    numpy.ndarray, shape (g, k, k)
        Selling sector by buying sector, from 0 to 1: ``min(CILQ_ij lambda, 1)`` with
        ``CILQ_ij = (r_i / n_i) / (r_j / n_j)`` (on the diagonal the simple quotient of i) and
        ``lambda = log2(1 + r / n)^delta``, ``r / n`` the size. 0 where the selling sector has no jobs, 1
        where only the buying one has none.

    Notes
    -----
    Source: Flegg & Webber (1997), doi:10.1080/713693401. A sector that the whole lacks sells nothing.

    Examples
    --------
    A region that is the whole supplies all; one of half its size with the same sectors ``log2(1.5)^0.3`` of each:

    >>> flegg_quotients([[10, 30]], [10, 30]).tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    >>> flegg_quotients([[5, 15]], [10, 30]).round(4).tolist()
    [[[0.8514, 0.8514], [0.8514, 0.8514]]]
    """
    local, whole = np.asarray(regional, dtype=np.float64), np.asarray(national, dtype=np.float64)
    total = local.sum(axis=1) / whole.sum() if size is None else np.asarray(size, dtype=np.float64)
    part = np.divide(local, whole, out=np.zeros_like(local), where=whole > 0)
    simple = np.divide(part, total[:, None], out=np.zeros_like(local), where=total[:, None] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = part[:, :, None] / part[:, None, :]
    cross = np.where(np.isnan(cross), 0.0, cross)
    diagonal = np.arange(local.shape[1])
    cross[:, diagonal, diagonal] = simple
    weight = np.log2(1 + total) ** delta
    return np.asarray(np.minimum(cross * weight[:, None, None], 1.0))


def local_linkages(
    regional: ArrayLike, coefficients: ArrayLike, *, delta: float = 0.3, size: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray]:
    """Mean output multiplier of regions, and the part of their inputs that they can supply.

    Parameters
    ----------
    regional : array-like, shape (g, k)
        Jobs of each sector in each region; the whole is their sum.
    coefficients : array-like, shape (k, k)
        Inputs of the whole's own products: of the selling sector (row) per unit of output of the buying one (column).
    delta, size
        As in `flegg_quotients`.

    Returns
    -------
    multiplier : numpy.ndarray, shape (g,)
        Output in the region per unit of final demand for its products, mean over its jobs: column sums of
        ``(I - FLQ A)^-1``; 1 if it supplies none of its inputs.
    local : numpy.ndarray, shape (g,)
        Part of the inputs that comes from the region, mean over its jobs times inputs. Both NaN for regions without
        jobs; the part also where their sectors need no inputs.

    Examples
    --------
    The whole has the multipliers of its own table, ``1 / (1 - 0.5)``:

    >>> multiplier, local = local_linkages([[10.0]], [[0.5]])
    >>> multiplier.tolist(), local.tolist()
    ([2.0], [1.0])
    """
    jobs, inputs = np.asarray(regional, dtype=np.float64), np.asarray(coefficients, dtype=np.float64)
    whole, sectors = jobs.sum(axis=0), jobs.shape[1]
    part = jobs.sum(axis=1) / whole.sum() if size is None else np.asarray(size, dtype=np.float64)
    multiplier, local = (np.full(len(jobs), np.nan) for _ in range(2))
    some = np.flatnonzero(jobs.sum(axis=1) > 0)
    step = max(1, _CELLS // max(sectors**2, 1))
    for rows in (some[start : start + step] for start in range(0, len(some), step)):
        own = flegg_quotients(jobs[rows], whole, delta=delta, size=part[rows]) * inputs
        share = jobs[rows] / jobs[rows].sum(axis=1, keepdims=True)
        sums = np.linalg.solve(np.swapaxes(np.eye(sectors) - own, 1, 2), np.ones((len(rows), sectors, 1)))[:, :, 0]
        multiplier[rows] = (sums * share).sum(axis=1)
        needed = (share * inputs.sum(axis=0)).sum(axis=1)
        supplied = (share * own.sum(axis=1)).sum(axis=1)
        local[rows] = np.divide(supplied, needed, out=np.full(len(rows), np.nan), where=needed > 0)
    return multiplier, local
