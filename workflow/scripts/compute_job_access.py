"""Count the jobs within reach of every place where people live."""

from collections.abc import Mapping

from comarca import io
from comarca.access.employment import job_places, jobs_within_reach
from comarca.access.landmasses import Landmasses
from comarca.access.model import Origins, Walking
from comarca.access.routable import routable_network
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.network import RoadNetwork


def main(
    *,
    network: str,
    employment: str,
    demand: str,
    territories: str,
    origins: str,
    walking: Mapping[str, float],
    max_snap_km: float,
    jobs: str,
) -> None:
    people, how = layer_io.read_layer(demand, "demand"), Walking(**walking)
    places = job_places(people, io.read_table(employment))
    land = Landmasses.of(layer_io.read_layer(territories, "territories").geometry.to_numpy())
    routable = routable_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        places,
        identifier="place_id",
        walking=how,
        max_snap_km=max_snap_km,
        landmasses=land,
    )
    starts = Origins.from_arrays(io.read_arrays(origins))
    io.write_table(jobs_within_reach(routable, places, people, origins=starts, walking=how), jobs)


if "snakemake" in globals():
    run(main, snakemake)
