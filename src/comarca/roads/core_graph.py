"""The core of a graph: the same times between the nodes that matter, over far fewer nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comarca.roads.graph import travel_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


class CoreGraph(NamedTuple):
    """A graph without its dead ends and the nodes that ways only pass through.

    Attributes
    ----------
    minutes : scipy.sparse.csr_array, shape (c, c)
        Times, entry by entry as in the whole graph.
    number : numpy.ndarray, shape (n,)
        Number of each node of the whole graph in the core, -1 if it was left out.
    runs : Runs
        What its entries were joined from.
    """

    minutes: csr_array
    number: Integers
    runs: Runs

    def expand(self, row: Integers, column: Integers) -> Steps:
        """Give the entries of the whole graph that entries of the core stand for.

        Parameters
        ----------
        row, column : numpy.ndarray, shape (k,)
            Entries of the core.

        Returns
        -------
        Steps
            Those of one entry lead from its row to its column.
        """
        runs, count = self.runs, self.minutes.shape[0]
        run_key = self.number[runs.start[runs.first]] * count + self.number[runs.last]
        order = np.lexsort((runs.minutes, run_key))
        arc = runs.first[order[np.searchsorted(run_key[order], row * count + column)]]
        entry = np.arange(len(arc))
        arcs, entries = [arc], [entry]
        while len(arc):
            arc = runs.following[arc]
            goes_on = arc < len(runs.start)
            arc, entry = arc[goes_on], entry[goes_on]
            arcs.append(arc)
            entries.append(entry)
        taken = np.concatenate(arcs)
        return Steps(np.concatenate(entries), runs.start[taken], runs.end[taken])


class Runs(NamedTuple):
    """Runs of entries of the whole graph, each of which became one entry of a core, or was left for a quicker one.

    Attributes
    ----------
    start, end, following : numpy.ndarray, shape (a,)
        Row and column of entries of the whole graph, and the entry that goes on from each; `a` where a run ends.
    first, last, minutes : numpy.ndarray, shape (r,)
        First entry of each run, the node at which it ends, and its time.
    """

    start: Integers
    end: Integers
    following: Integers
    first: Integers
    last: Integers
    minutes: Floats


class Steps(NamedTuple):
    """Entries of the whole graph on the way over entries of its core.

    Attributes
    ----------
    entry : numpy.ndarray, shape (s,)
        Position of the entry of the core in what was asked for.
    row, column : numpy.ndarray, shape (s,)
        Nodes of the whole graph.
    """

    entry: Integers
    row: Integers
    column: Integers


class _Arcs(NamedTuple):
    """Entries of a matrix."""

    start: Integers
    end: Integers
    minutes: Floats


def core_graph(minutes: csr_array, keep: Booleans) -> CoreGraph:
    """Leave out what does not matter for times between some nodes.

    Parameters
    ----------
    minutes : scipy.sparse.csr_array, shape (n, n)
        Times between nodes.
    keep : numpy.ndarray of bool, shape (n,)
        Nodes that matter.

    Returns
    -------
    CoreGraph
        Shortest times between nodes that are kept are those of the whole graph. Dead ends that lead to none of them
        are cut off, and runs of nodes with two neighbours become one link.
    """
    start = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    arcs = _Arcs(start, minutes.indices.astype(np.int64), minutes.data)
    arcs = _only(arcs, arcs.start != arcs.end)
    arcs = _without_dead_ends(arcs, keep)
    runs = _runs(arcs, keep)
    start, end = runs.start[runs.first], runs.last
    in_core = keep.copy()
    in_core[start] = in_core[end] = True
    number = np.where(in_core, np.cumsum(in_core) - 1, -1)
    count = int(in_core.sum())
    # `travel_graph` turns round; what is stored here is turned round already.
    core = travel_graph(number[end], number[start], runs.minutes, np.zeros(len(start)), node_count=count)
    return CoreGraph(minutes=core.minutes, number=number, runs=runs)


def _only(arcs: _Arcs, wanted: Booleans) -> _Arcs:
    return _Arcs(arcs.start[wanted], arcs.end[wanted], arcs.minutes[wanted])


def _neighbours(low: Integers, high: Integers, node_count: int) -> Integers:
    """Count the neighbours of each node from the pairs of neighbours."""
    return np.bincount(low, minlength=node_count) + np.bincount(high, minlength=node_count)


def _pairs(arcs: _Arcs, node_count: int) -> tuple[Integers, Integers]:
    """Pairs of neighbours, directions disregarded, each once."""
    low, high = np.minimum(arcs.start, arcs.end), np.maximum(arcs.start, arcs.end)
    return np.divmod(np.unique(low * node_count + high), node_count)


def _without_dead_ends(arcs: _Arcs, keep: Booleans) -> _Arcs:
    low, high = _pairs(arcs, len(keep))
    is_cut = np.zeros(len(keep), dtype=bool)
    while (is_end := (_neighbours(low, high, len(keep)) == 1) & ~keep).any():
        is_cut |= is_end
        stays = ~(is_end[low] | is_end[high])
        low, high = low[stays], high[stays]
    return _only(arcs, ~(is_cut[arcs.start] | is_cut[arcs.end]))


def _runs(arcs: _Arcs, keep: Booleans) -> Runs:
    """Join the arcs into and out of nodes with two neighbours, whole runs at once by pointer doubling."""
    is_passing = (_neighbours(*_pairs(arcs, len(keep)), len(keep)) == 2) & ~keep
    count = len(arcs.start)
    stop, lost = count, count + 1
    row_start = np.searchsorted(arcs.start, np.arange(len(keep) + 1))
    following = np.full(count + 2, stop)
    into = np.flatnonzero(is_passing[arcs.end])
    following[into] = lost
    for offset in (0, 1):
        out = row_start[arcs.end[into]] + offset
        exists = out < row_start[arcs.end[into] + 1]
        goes_on = exists & (arcs.end[np.minimum(out, count - 1)] != arcs.start[into])
        following[into[goes_on]] = out[goes_on]
    following[lost] = lost
    onwards = following[:count]
    minutes = np.concatenate([arcs.minutes, [0.0, np.inf]])
    end = np.concatenate([arcs.end, [-1, -1]])
    # Rings that nothing leads into never stop: they are dropped, as they hold no node that matters.
    for _ in range(max(count, 1).bit_length()):
        minutes = minutes + minutes[following]
        end = np.where(following < stop, end[following], end)
        following = following[following]
    is_whole = ~is_passing[arcs.start] & np.isfinite(minutes[:count]) & (following[:count] == stop)
    first = np.flatnonzero(is_whole)
    return Runs(arcs.start, arcs.end, onwards, first, end[first], minutes[first])
