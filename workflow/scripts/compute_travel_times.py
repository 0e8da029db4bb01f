"""Compute the time from every place where people live to the nearest city of each class."""

from collections.abc import Mapping

from comarca import io
from comarca.access.cities import travel_times_by_class
from comarca.access.cut_off import Beyond
from comarca.access.edge import edge_km
from comarca.access.friction import FrictionSurface
from comarca.access.model import Origins, Walking
from comarca.access.routable import RoutableNetwork
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.registry.world import read_world


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    origins: str,
    territories: str,
    city_classes_persons: Mapping[str, tuple[float, float | None]],
    walking: Mapping[str, float],
    beyond: Mapping[str, float],
    abroad_buffer_km: float,
    times: str,
    reached_cities: str,
    checks: str,
    friction: str | None = None,
) -> None:
    layer, places = layer_io.read_layer(cities, "cities"), layer_io.read_layer(territories, "territories")
    starts = Origins.from_arrays(io.read_arrays(origins))
    to_edge_km = edge_km(starts, places, read_world(), reach_km=abroad_buffer_km)
    result = travel_times_by_class(
        RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id"),
        layer,
        layer_io.read_layer(demand, "demand"),
        city_classes_persons=city_classes_persons,
        origins=starts,
        walking=Walking(**walking),
        territories=places,
        edge_min=Beyond(**beyond).minutes(to_edge_km),
        friction=FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None,
    )
    io.write_tables(result.times, times, field="city_class")
    io.write_table(result.cities, reached_cities)
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
