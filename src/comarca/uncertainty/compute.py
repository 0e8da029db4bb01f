"""The bands of all columns of a region's table."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from comarca.uncertainty.diversity import diversity_bands
from comarca.uncertainty.grid_shifts import grid_bands, rests_on_cells
from comarca.uncertainty.land import land_bands
from comarca.uncertainty.roads import has_bounds, road_bands
from comarca.uncertainty.times import Family, rests_on_times, time_bands

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from comarca.population.grid import PopulationGrid
    from comarca.registry.columns import TableColumn
    from comarca.uncertainty.bands import Band
    from comarca.uncertainty.times import Journeys

logger = logging.getLogger(__name__)

#: Layers of travel times, which draws replace.
TIMES = ("travel_times", "urca_times", "market_potential", "service_times")


def draws_for(draws: int | None, points: int, *, max_points: int) -> int:
    """Decide on the number of draws.

    Parameters
    ----------
    draws : int or None
        What the configuration says; None leaves it to the size.
    points : int
        Number of demand points.
    max_points : int
        Most points for which draws are made unasked.

    Returns
    -------
    int
        30 unasked.
    """
    if draws is not None:
        return draws
    return 30 if points <= max_points else 0


def draws_note(draws: int, points: int, *, max_points: int) -> str:
    """Say how many draws were made, or why none.

    Parameters
    ----------
    draws : int
        Number of draws.
    points : int
        Number of demand points with travel times; 0 where there are no travel times.
    max_points : int
        Most points for which draws are made unasked.

    Returns
    -------
    str
        A sentence.
    """
    if not points:
        return "Nothing in the region rests on travel times."
    if draws:
        return f"{draws} draws of speeds and detours."
    return (
        f"No draws of speeds: the region has {points} places where people live, and draws are made unasked up to "
        f"{max_points}; `uncertainty: {{draws: 30}}` makes them."
    )


def all_bands(
    published: pd.DataFrame,
    layers: Mapping[str, Any],
    families: Mapping[str, Mapping[str, Any]],
    *,
    places: PopulationGrid | None,
    journeys: Journeys | None,
    draws: int,
    seed: int,
) -> list[Band]:
    """Compute the bands of all columns that can have one.

    Parameters
    ----------
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.
    layers : mapping
        Layers by name.
    families : mapping
        Family -> ``layers`` (names), ``options``, ``columns`` (those of the table).
    places : PopulationGrid, optional
        People in cells and their quarters.
    journeys : Journeys, optional
        Roads, destinations and origins.
    draws, seed : int
        Number of draws of speeds, and seed of all that is random.

    Returns
    -------
    list of Band
        In the order of the table.
    """
    steps: list[Callable[[], list[Band]]] = [
        lambda: _times(published, layers, families, journeys, draws=draws, seed=seed),
        lambda: _roads(published, layers, families),
        lambda: _cells(published, layers, families, places),
        lambda: land_bands(published),
        lambda: _diversity(published, layers, families, seed=seed),
    ]
    bands: list[Band] = []
    for step, name in zip(steps, ("times", "surfaces", "cells", "land", "diversity"), strict=True):
        start = time.perf_counter()
        found = step()
        logger.info("%s: %d columns with a band, %.1f s", name, len(found), time.perf_counter() - start)
        bands += found
    order = {str(name): number for number, name in enumerate(published.columns)}
    return sorted(bands, key=lambda band: order[band.column])


def _chosen(families: Mapping[str, Mapping[str, Any]], name: str, chooses: Callable[[TableColumn], bool]) -> list[Any]:
    return [column for column in families.get(name, {}).get("columns", ()) if chooses(column)]


def _given(layers: Mapping[str, Any], family: Mapping[str, Any], *, without: Sequence[str] = ()) -> dict[str, Any]:
    return {name: layers[name] for name in family["layers"] if name in layers and name not in without}


def _times(
    published: pd.DataFrame,
    layers: Mapping[str, Any],
    families: Mapping[str, Mapping[str, Any]],
    journeys: Journeys | None,
    *,
    draws: int,
    seed: int,
) -> list[Band]:
    drawn = []
    for name, family in families.items():
        columns = tuple(_chosen(families, name, rests_on_times))
        if columns:
            drawn.append(Family(name, _given(layers, family, without=TIMES), family["options"], columns))
    times = {name: layers[name] for name in TIMES if name in layers}
    return time_bands(journeys, drawn, published, times, draws=draws, seed=seed)


def _roads(published: pd.DataFrame, layers: Mapping[str, Any], families: Mapping[str, Mapping[str, Any]]) -> list[Band]:
    columns = _chosen(families, "infrastructure", has_bounds)
    if not columns:
        return []
    family = families["infrastructure"]
    return road_bands(_given(layers, family), family["options"], columns, published)


def _cells(
    published: pd.DataFrame,
    layers: Mapping[str, Any],
    families: Mapping[str, Mapping[str, Any]],
    places: PopulationGrid | None,
) -> list[Band]:
    columns = _chosen(families, "urbanisation", rests_on_cells)
    if places is None or not columns:
        return []
    options = families["urbanisation"]["options"]
    return grid_bands(places, layers["territories"], layers["demand"], columns, published, options)


def _diversity(
    published: pd.DataFrame, layers: Mapping[str, Any], families: Mapping[str, Mapping[str, Any]], *, seed: int
) -> list[Band]:
    if "economy" not in layers or "production" not in families:
        return []
    return diversity_bands(layers["economy"], layers["territories"], published, seed=seed)
