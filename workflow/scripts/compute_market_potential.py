"""Compute the market potential of every place where people live."""

from collections.abc import Mapping

from comarca import io
from comarca.access.market import market_potential_table
from comarca.access.model import Origins, Walking
from comarca.access.routable import RoutableNetwork
from comarca.jobs import run
from comarca.layers import files as layer_io


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    origins: str,
    min_persons: float,
    half_life_min: float,
    walking: Mapping[str, float],
    potential: str,
) -> None:
    layer = layer_io.read_layer(cities, "cities")
    table = market_potential_table(
        RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id"),
        layer,
        layer_io.read_layer(demand, "demand"),
        min_persons=min_persons,
        half_life_min=half_life_min,
        origins=Origins.from_arrays(io.read_arrays(origins)),
        walking=Walking(**walking),
    )
    io.write_table(table, potential)


if "snakemake" in globals():
    run(main, snakemake)
