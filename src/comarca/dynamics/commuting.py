"""Labour-market areas from a table of commuting flows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

logger = logging.getLogger(__name__)


def travel_to_work_areas(
    flows: pd.DataFrame,
    *,
    min_workers: float = 3_500.0,
    target_workers: float = 25_000.0,
    min_self_containment: float = 0.667,
    target_self_containment: float = 0.75,
) -> dict[str, str]:
    """Group territories into areas in which most people both live and work.

    Parameters
    ----------
    flows : pandas.DataFrame
        Columns ``origin_id``, ``destination_id``, ``persons``: who lives in one territory and works in the other; those
        who stay are rows with the same code twice.
    min_workers, target_workers : float
        Fewest workers living in an area, and number from which the lower self-containment is enough.
    min_self_containment, target_self_containment : float
        Self-containment that the largest and that the smallest areas must reach: the smaller of the share of residents
        who work there, and the share of jobs that residents hold.

    Returns
    -------
    dict
        Territory -> code of the member of its area with most jobs.

    Notes
    -----
    The method of the British travel-to-work areas in its form of 2007 and later: each territory begins as an area; the
    area of least validity is dissolved and each of its members joins the area it is most tied to,
    ``T_ij^2 / (R_i W_j) + T_ji^2 / (R_j W_i)`` (T flow, R employed residents, W jobs), until all are valid. Between the
    two thresholds of size the self-containment asked for falls linearly. Source: Coombes and Bond (2008),
    Travel-to-Work Areas: the 2007 review, Office for National Statistics. A territory without flows stays by itself.
    """
    names, matrix = _matrix(flows)
    owner = np.arange(len(names))
    limits = (min_workers, target_workers, min_self_containment, target_self_containment)
    settled: set[int] = set()
    while True:
        areas = [area for area in np.unique(owner) if area not in settled]
        validity = [_validity(matrix, owner == area, limits) for area in areas]
        if not areas or min(validity) >= 1:
            break
        weakest = int(areas[int(np.argmin(validity))])
        members = np.flatnonzero(owner == weakest)
        moved = _dissolved(matrix, owner, members)
        if (moved[members] == weakest).all():
            # Nobody in it is tied to anybody outside.
            settled.add(weakest)
            continue
        owner = moved
    jobs = matrix.sum(axis=0)
    lead = {
        area: max(np.flatnonzero(owner == area), key=lambda place: (jobs[place], -place)) for area in np.unique(owner)
    }
    logger.info("%d territories form %d labour-market areas; %d of them fall short of the thresholds.",
                len(names), len(lead), len(settled))  # fmt: skip
    return {name: names[lead[owner[place]]] for place, name in enumerate(names)}


def _validity(matrix: FloatArray, inside: NDArray[np.bool_], limits: tuple[float, float, float, float]) -> float:
    """At least 1 for an area that is large and self-contained enough."""
    least, target, low, high = limits
    living, working = matrix[inside].sum(), matrix[:, inside].sum()
    staying = matrix[np.ix_(inside, inside)].sum()
    if living == 0 and working == 0:
        return 1.0
    contained = staying / max(living, working)
    fullness = np.clip((living - least) / (target - least), 0.0, 1.0)
    needed = high - (high - low) * fullness
    return float(min(contained / needed, living / least if living < least else np.inf))


def _dissolved(matrix: FloatArray, owner: NDArray[np.intp], members: NDArray[np.intp]) -> NDArray[np.intp]:
    """Owners after each member of an area joined the other area it is most tied to, the largest member first."""
    moved = owner.copy()
    weakest = owner[members[0]]
    for member in sorted(members, key=lambda place: (-matrix[place].sum(), place)):
        others = np.unique(moved[moved != weakest])
        best, tie = weakest, 0.0
        for area in others:
            inside = moved == area
            out, back = matrix[member, inside].sum(), matrix[inside, member].sum()
            living, working = matrix[member].sum(), matrix[:, member].sum()
            strength = 0.0
            if out > 0:
                strength += out**2 / (living * matrix[:, inside].sum())
            if back > 0:
                strength += back**2 / (matrix[inside].sum() * working)
            if strength > tie:
                best, tie = area, strength
        moved[member] = best
    return moved


def _matrix(flows: pd.DataFrame) -> tuple[list[str], FloatArray]:
    names = sorted({*flows["origin_id"], *flows["destination_id"]})
    place = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    np.add.at(
        matrix,
        (flows["origin_id"].map(place), flows["destination_id"].map(place)),
        flows["persons"].to_numpy(dtype=float),
    )
    return names, matrix


def louvain_areas(flows: pd.DataFrame, *, seed: int = 12_345, resolution: float = 1.0) -> dict[str, str]:
    """Group territories by the modularity of their commuting flows.

    Parameters
    ----------
    flows : pandas.DataFrame
        As for `travel_to_work_areas`.
    seed : int, default 12345
        Of the order in which territories are visited.
    resolution : float, default 1
        Above 1 areas are smaller.

    Returns
    -------
    dict
        Territory -> code of the member of its area with most jobs.

    Notes
    -----
    Flows in both directions are added; those who stay are left out. Source: Blondel et al. (2008),
    doi:10.1088/1742-5468/2008/10/P10008, by ``networkx.community.louvain_communities``.
    """
    names, matrix = _matrix(flows)
    jobs = matrix.sum(axis=0)
    both = matrix + matrix.T
    graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    rows, columns = np.nonzero(np.triu(both, k=1))
    graph.add_weighted_edges_from((int(a), int(b), float(both[a, b])) for a, b in zip(rows, columns, strict=True))
    area_of: dict[str, str] = {}
    for members in nx.community.louvain_communities(graph, seed=seed, resolution=resolution):
        lead = max(members, key=lambda place: (jobs[place], -place))
        area_of |= {names[place]: names[lead] for place in members}
    return dict(sorted(area_of.items()))
