"""Close each of a list of links in turn, and rank them by the people who lose time."""

from collections.abc import Mapping, Sequence
from typing import Any

from comarca import io
from comarca.access.cities import cities_to_reach, in_class
from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.population.people import demand_weight
from comarca.results import Check
from comarca.roads.network import RoadNetwork
from comarca.scenarios.editing import area_of_place
from comarca.scenarios.links import LinkClosures, chosen_links, link_table


def main(
    *,
    roads: str,
    network: str,
    cities: str,
    demand: str,
    territories: str,
    options: Mapping[str, Any],
    intervals: Sequence[tuple[float, float | None]],
    walking: Mapping[str, float],
    max_snap_km: float,
    table: str,
    checks: str,
    places: list[str] | None = None,
) -> None:
    layer, people = layer_files.read_layer(roads, "roads"), layer_files.read_layer(demand, "demand")
    area = area_of_place(options, "critical_links")
    links = chosen_links(layer, where=options["where"], area=area, by=options["by"], key="critical_links")
    destinations = cities_to_reach(layer_files.read_layer(cities, "cities"), intervals)
    closures = LinkClosures(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        destinations,
        in_class(destinations, options["interval"]),
        people.geometry.x.to_numpy(),
        people.geometry.y.to_numpy(),
        demand_weight(people),
        walking=Walking(**walking),
        max_snap_km=max_snap_km,
        landmasses=Landmasses.of(layer_files.read_layer(territories, "territories").geometry.to_numpy()),
    )
    ranked = link_table(layer, links, closures, loss_min=options["loss_min"])
    digits = {name: 0 for name in ranked if str(name).endswith("_persons")} | {"length_km": 3}
    digits |= {"mean_loss_min": 1, "greatest_loss_min": 1, "lost_person_hours": 1, "longitude": 6, "latitude": 6}
    io.write_csv(ranked.round(digits), table)
    worst = ranked.head(10)[["link", "name", "losing_persons"]].to_dict("records")
    costly = int((ranked["losing_persons"] > 0).sum())
    message = f"{len(ranked)} links were closed in turn; {costly} cost anybody more than {options['loss_min']:g} min."
    io.write_checks([Check("critical_links", "info", len(ranked), "", message, worst)], checks)


if "snakemake" in globals():
    run(main, snakemake)
