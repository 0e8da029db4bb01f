"""Compute the time from every place where people live to the nearest city of each size of the catchment scheme."""

from collections.abc import Mapping

from comarca import io
from comarca.access.cities import urca_travel_times
from comarca.access.friction import FrictionSurface
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
    walking: Mapping[str, float],
    times: str,
    friction: str | None = None,
) -> None:
    layer = layer_io.read_layer(cities, "cities")
    table = urca_travel_times(
        RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id"),
        layer,
        layer_io.read_layer(demand, "demand"),
        origins=Origins.from_arrays(io.read_arrays(origins)),
        walking=Walking(**walking),
        friction=FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None,
    )
    io.write_table(table, times)


if "snakemake" in globals():
    run(main, snakemake)
