"""Where one more service or market would bring most people within reach: greedy choice with its bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from comarca.access.market import city_minutes
from comarca.access.model import WALKING
from comarca.access.routes import quickest_routes

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: The greedy choice brings at least this part of what the best choice of as many places would bring.
GREEDY_BOUND: Final = 1 - 1 / np.e


class Siting(NamedTuple):
    """Places chosen one after the other.

    Attributes
    ----------
    chosen : numpy.ndarray of int, shape (k,)
        Rows of the candidates, in the order of choice; fewer where no further place brings anybody.
    gained_persons : numpy.ndarray, shape (k,)
        People whom each brings within reach, beside those before it.
    most_persons : float
        No choice of as many places brings more people than this.
    """

    chosen: Integers
    gained_persons: Floats
    most_persons: float


def reach_of_candidates(
    routable: RoutableNetwork, origins: Origins, *, threshold_min: float, walking: Walking = WALKING
) -> Booleans:
    """Find the people who would reach each candidate in time.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with the candidates on it.
    origins : Origins
        Where people start.
    threshold_min : float
        Travel time that counts as within reach.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    numpy.ndarray of bool, shape (candidates, n)
        Whether each point reaches each candidate in time. One bounded search per candidate.
    """
    count = len(routable.destinations.geometry)
    counts = np.ones(count, dtype=bool)
    nearest = quickest_routes(routable, origins, counts, walking=walking)
    reach = np.zeros((count, len(origins.lon)), dtype=bool)
    for place, near, _ in city_minutes(routable, origins, nearest, counts, limit_min=threshold_min, walking=walking):
        reach[place, near] = True
    return reach


def choose_places(reach: Booleans, persons: Floats, is_covered: Booleans, *, count: int) -> Siting:
    """Choose places one after the other, each time the one that brings most people within reach.

    Parameters
    ----------
    reach : numpy.ndarray of bool, shape (candidates, n)
        Whether each point reaches each candidate in time.
    persons : numpy.ndarray, shape (n,)
        People at each point.
    is_covered : numpy.ndarray of bool, shape (n,)
        Points that reach one already.
    count : int
        How many places are wanted.

    Returns
    -------
    Siting
        The choice; of equal places, the first row.

    Notes
    -----
    The maximal covering location problem (Church and ReVelle 1974, doi:10.1007/BF01942293). The people covered are a
    submodular function, so the greedy choice has at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher 1978,
    doi:10.1007/BF01588971). ``most_persons`` is the tighter bound that the data allow: after any of the steps, the best
    choice has no more than what is covered by then and the `count` greatest gains that are left.
    """
    left = np.where(is_covered, 0.0, persons)
    chosen: list[int] = []
    gained: list[float] = []
    gain = reach @ left
    most = float(np.sort(gain)[::-1][:count].sum())
    while len(chosen) < count and gain.max(initial=0.0) > 0:
        best = int(np.argmax(gain))
        chosen.append(best)
        gained.append(float(gain[best]))
        left = np.where(reach[best], 0.0, left)
        gain = reach @ left
        most = min(most, sum(gained) + float(np.sort(gain)[::-1][:count].sum()))
    return Siting(np.array(chosen, dtype=np.int64), np.array(gained), most)


def siting_table(
    siting: Siting, candidates: pd.DataFrame, *, persons_total: float, covered_persons: float
) -> pd.DataFrame:
    """Tabulate a choice of places.

    Parameters
    ----------
    siting : Siting
        The choice.
    candidates : pandas.DataFrame
        Columns ``candidate_id``, ``name``, ``longitude``, ``latitude``, in the order of the rows of the choice.
    persons_total, covered_persons : float
        All people, and those within reach today.

    Returns
    -------
    pandas.DataFrame
        A row per place in the order of choice: its candidate, ``gained_persons``, ``within_persons`` and
        ``within_share`` from then on, and ``at_least_share_of_best``: which part of the best choice of all these
        places together the greedy one has at least.
    """
    table = candidates.iloc[siting.chosen].reset_index(drop=True)
    table.insert(0, "order", np.arange(1, len(table) + 1))
    within = covered_persons + np.cumsum(siting.gained_persons)
    bound = siting.gained_persons.sum() / siting.most_persons if siting.most_persons > 0 else 1.0
    return table.assign(
        gained_persons=siting.gained_persons,
        within_persons=within,
        within_share=within / persons_total if persons_total > 0 else np.nan,
        at_least_share_of_best=max(GREEDY_BOUND, min(bound, 1.0)),
    )
