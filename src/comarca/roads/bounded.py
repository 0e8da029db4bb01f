"""Searches of a graph that end at a limit, and touch no node beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comarca.roads.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.signedinteger]


class _Heap(NamedTuple):
    """Nodes still to be visited, the nearest first, with the time at which they were entered."""

    minutes: Floats
    node: Integers


class BoundedSearch:
    """Search a graph from some nodes after others, each up to a limit.

    SciPy's search prepares numbers for all nodes each time; this one takes back what the one before it has entered, so
    that its work does not grow with the graph.

    Parameters
    ----------
    graph : scipy.sparse.csr_array, shape (n, n)
        Times of the links, none of them below 0.

    Attributes
    ----------
    minutes : numpy.ndarray, shape (n,)
        Times of the last search; infinite where it did not come.
    """

    def __init__(self, graph: csr_array) -> None:
        self._links = graph.indptr, graph.indices, graph.data
        self.minutes = np.full(graph.shape[0], np.inf)
        self._reached = np.empty(graph.shape[0], dtype=np.int64)
        # A link is entered once at most: where its start is visited.
        room = graph.nnz + graph.shape[0] + 1
        self._heap = _Heap(np.empty(room), np.empty(room, dtype=np.int64))
        self._count = 0

    def within(self, sources: Integers, limit_min: float) -> Integers:
        """Find the nodes within a limit of the nearest of some nodes.

        Parameters
        ----------
        sources : numpy.ndarray
            Nodes to start from.
        limit_min : float
            Longest time.

        Returns
        -------
        numpy.ndarray
            Nodes in their order; `minutes` holds their times until the next search.
        """
        self.minutes[self._reached[: self._count]] = np.inf
        self._count = _search(*self._links, sources, limit_min, self.minutes, self._reached, self._heap)
        return np.sort(self._reached[: self._count])


@compiled
def _search(
    row_start: Numbers,
    column: Numbers,
    link_min: Floats,
    sources: Integers,
    limit_min: float,
    minutes: Floats,
    reached: Integers,
    heap: _Heap,
) -> int:
    """Visit nodes in the order of their time (Dijkstra 1959); enter times and nodes, give the number of nodes."""
    size, count = 0, 0
    for source in sources:
        if minutes[source] > 0:
            minutes[source] = 0.0
            size = _push(heap, size, 0.0, source)
    while size > 0:
        time, node = heap.minutes[0], heap.node[0]
        size = _pop(heap, size)
        if time > minutes[node]:
            continue
        reached[count] = node
        count += 1
        for link in range(row_start[node], row_start[node + 1]):
            later = time + link_min[link]
            if later <= limit_min and later < minutes[column[link]]:
                minutes[column[link]] = later
                size = _push(heap, size, later, column[link])
    return count


@compiled
def _push(heap: _Heap, size: int, minutes: float, node: int) -> int:
    place = size
    while place > 0 and heap.minutes[(place - 1) // 2] > minutes:
        heap.minutes[place], heap.node[place] = heap.minutes[(place - 1) // 2], heap.node[(place - 1) // 2]
        place = (place - 1) // 2
    heap.minutes[place], heap.node[place] = minutes, node
    return size + 1


@compiled
def _pop(heap: _Heap, size: int) -> int:
    """Take the nearest node off: the last one sinks from the top."""
    size -= 1
    minutes, node, place = heap.minutes[size], heap.node[size], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap.minutes[child + 1] < heap.minutes[child]:
            child += 1
        if heap.minutes[child] >= minutes:
            break
        heap.minutes[place], heap.node[place] = heap.minutes[child], heap.node[child]
        place = child
    heap.minutes[place], heap.node[place] = minutes, node
    return size
