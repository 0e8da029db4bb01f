"""Compute the time from every place where people live to the nearest city of each class and size, and to a seat."""

from collections.abc import Mapping

from comarca import io
from comarca.access.cities import travel_times_by_class, urca_travel_times
from comarca.access.cut_off import Beyond
from comarca.access.edge import edge_km
from comarca.access.friction import FrictionSurface
from comarca.access.model import Origins, Walking
from comarca.access.routable import RoutableNetwork
from comarca.access.seats import parent_seats as find_seats
from comarca.access.seats import seat_times
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
    parent_seats: Mapping[str, str],
    times: str,
    reached_cities: str,
    seats: str,
    urca: str,
    checks: str,
    friction: str | None = None,
) -> None:
    layer, places = layer_io.read_layer(cities, "cities"), layer_io.read_layer(territories, "territories")
    people = layer_io.read_layer(demand, "demand")
    routable = RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id")
    starts = Origins.from_arrays(io.read_arrays(origins))
    surface = FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None
    to_edge_km = edge_km(starts, places, read_world(), reach_km=abroad_buffer_km)
    result = travel_times_by_class(
        routable,
        layer,
        people,
        city_classes_persons=city_classes_persons,
        origins=starts,
        walking=Walking(**walking),
        territories=places,
        edge_min=Beyond(**beyond).minutes(to_edge_km),
        friction=surface,
    )
    known = layer.iloc[routable.destinations.rows_in(layer["city_id"])].reset_index(drop=True)
    chosen, found = find_seats(known, places, parent_seats)
    to_seats = seat_times(
        routable, people, places, chosen, origins=starts, walking=Walking(**walking), friction=surface
    )
    by_size = urca_travel_times(routable, layer, people, origins=starts, walking=Walking(**walking), friction=surface)
    io.write_tables(result.times, times, field="city_class")
    io.write_table(result.cities, reached_cities)
    io.write_table(to_seats, seats)
    io.write_table(by_size, urca)
    io.write_checks([*result.checks, *found], checks)


if "snakemake" in globals():
    run(main, snakemake)
