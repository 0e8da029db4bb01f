"""Loose components: joined nearest first, as a plain loop would do it, with two searches for any number of them."""

import numpy as np
import pandas as pd
import pytest
from road_cases import network_of

from comarca.crs import geocentric_m
from comarca.roads import connectors, joining
from comarca.roads.connectors import Linking, link_components, main_component


def scattered(seed, count):
    """Give a network of many short loose roads."""
    random = np.random.default_rng(seed)
    start, steps = random.uniform(0, 0.35, (count, 1, 2)), random.normal(0, 0.006, (count, 5, 2))
    return network_of((start + np.cumsum(steps, axis=1)).tolist())


def shortest_km(network, one, joined):
    """Length of the shortest way from a node of a component to a segment of those joined; by looking at all of them."""
    vertex = np.arange(len(network.vertex_lon) - 1)
    first = vertex[
        (network.vertex_edge[1:] == network.vertex_edge[:-1]) & np.isin(network.component_at(vertex), joined)
    ]
    place_m = geocentric_m(network.vertex_lon, network.vertex_lat)
    nodes = np.flatnonzero(network.node_component == one)
    point_m = geocentric_m(network.node_lon[nodes], network.node_lat[nodes])[:, None]
    along = place_m[first + 1] - place_m[first]
    share = np.clip(((point_m - place_m[first]) * along).sum(axis=2) / (along**2).sum(axis=1), 0, 1)
    return np.linalg.norm(place_m[first] + share[..., None] * along - point_m, axis=2).min() / 1000


@pytest.mark.parametrize("seed", range(6))
def test_components_are_joined_in_the_order_of_a_plain_loop(seed):
    network = scattered(seed, 25)
    main, rest = main_component(network), list(range(len(network.component_km)))
    joined, expected = [main], []
    rest.remove(main)
    rest = rest[: 24 - 4 * (seed % 2)]
    waiting = list(rest)
    while waiting:
        lengths = [shortest_km(network, one, joined) for one in waiting]
        if min(lengths) > 20:
            break
        joined.append(waiting.pop(int(np.argmin(lengths))))
        expected.append((str(joined[-1]), min(lengths)))
    _, links = link_components(network, pd.Series({one: str(one) for one in rest}), Linking(max_km=20))
    assert len(expected) >= 5
    assert links["name"].tolist() == [name for name, _ in expected]
    # Lengths are geodesic, on the ellipsoid; the search measures on a sphere.
    assert links["length_km"].tolist() == pytest.approx([km for _, km in expected], rel=0.01)


def test_the_number_of_searches_does_not_grow_with_the_components(monkeypatch):
    calls, search = [], joining.cheapest_segment

    def counted(index, points_m, **options):
        calls.append(len(points_m))
        return search(index, points_m, **options)

    for module in (connectors, joining):
        monkeypatch.setattr(module, "cheapest_segment", counted)
    network = scattered(7, 60)
    names = pd.Series({one: str(one) for one in range(len(network.component_km))})
    _, links = link_components(network, names, Linking(max_km=10))
    assert len(links) >= 40
    assert len(calls) == 2
