"""Compute the market potential of every place where people live, and the flow between cities over each territory."""

from collections.abc import Mapping, Sequence

from comarca import io
from comarca.access.corridors import corridor_table
from comarca.access.model import Origins, Walking
from comarca.access.routable import RoutableNetwork
from comarca.access.ties import market_table
from comarca.jobs import run
from comarca.layers import files as layer_io


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    origins: str,
    territories: str,
    min_persons: float,
    half_life_min: float,
    thresholds_min: Sequence[float],
    country_percent_per_year: float | None,
    walking: Mapping[str, float],
    potential: str,
    corridors: str,
    city_population: str | None = None,
) -> None:
    layer = layer_io.read_layer(cities, "cities")
    routable = RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id")
    table = market_table(
        routable,
        layer,
        layer_io.read_layer(demand, "demand"),
        min_persons=min_persons,
        half_life_min=half_life_min,
        thresholds_min=thresholds_min,
        city_population=io.read_table(city_population) if city_population else None,
        country_percent_per_year=country_percent_per_year,
        origins=Origins.from_arrays(io.read_arrays(origins)),
        walking=Walking(**walking),
    )
    io.write_table(table, potential)
    places = layer_io.read_layer(territories, "territories")
    flows = corridor_table(routable, layer, places, min_persons=min_persons, half_life_min=half_life_min)
    io.write_table(flows, corridors)


if "snakemake" in globals():
    run(main, snakemake)
