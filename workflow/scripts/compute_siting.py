"""Choose the places where one more service or market brings most people within reach."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from comarca import io
from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.population.people import demand_weight
from comarca.results import Check
from comarca.roads.network import RoadNetwork
from comarca.scenarios.differences import people_table
from comarca.scenarios.siting import choose_places, reach_of_candidates, siting_table
from comarca.sources.vectors.power_services import services_from_file


def main(
    *,
    network: str,
    demand: str,
    territories: str,
    options: Mapping[str, Any],
    walking: Mapping[str, float],
    max_snap_km: float,
    table: str,
    people: str,
    checks: str,
    candidates: list[str],
    travel_times: str | None = None,
    service_times: str | None = None,
) -> None:
    kind, threshold = options["kind"], options["threshold_min"]
    reading = {key: options[key] for key in ("id", "name", "longitude", "latitude") if options[key]}
    reading |= {"layer": options["layer"]} if options["layer"] else {}
    places, found = services_from_file(options["path"], default_kind=kind, known_kinds=[kind], **reading)
    layer = layer_files.read_layer(demand, "demand")
    ways, area = Walking(**walking), layer_files.read_layer(territories, "territories")
    land = Landmasses.of(area.geometry.to_numpy())
    routable = routable_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        places, identifier="service_id", walking=ways, max_snap_km=max_snap_km, landmasses=land,
    )  # fmt: skip
    today = pd.Series(np.inf, pd.Index(layer["demand_id"], name="demand_id"))
    for name, path in (("travel_times", travel_times), ("service_times", service_times)):
        if path and kind in (times := layer_files.load(name, path)):
            now = times[kind].set_index("demand_id") if "demand_id" in times[kind] else times[kind]
            today = now["minutes"].reindex(today.index).fillna(np.inf)
    starts = demand_origins(routable, layer, landmasses=land)
    reach = reach_of_candidates(routable, starts, threshold_min=threshold, walking=ways)
    persons, is_covered = demand_weight(layer), today.to_numpy() <= threshold
    siting = choose_places(reach, persons, is_covered, count=options["count"])
    points = places.geometry.representative_point()
    listed = pd.DataFrame({"candidate_id": places["service_id"], "name": places["name"], "longitude": points.x,
                           "latitude": points.y})  # fmt: skip
    ranked = siting_table(siting, listed, persons_total=float(persons.sum()),
                          covered_persons=float(persons[is_covered].sum()))  # fmt: skip
    then = pd.DataFrame({"minutes": np.where(reach[siting.chosen].any(axis=0), 0.0, today)}, index=today.index)
    names = area.set_index("territory_id")["territory_name"].sort_index()
    changes = people_table(layer, {kind: today.to_frame("minutes")}, {kind: then}, names, thresholds_min=[threshold])
    io.write_csv(ranked.round({"gained_persons": 0, "within_persons": 0, "within_share": 4, "longitude": 6,
                               "latitude": 6, "at_least_share_of_best": 4}), table)  # fmt: skip
    io.write_table(changes, people)
    gained, bound = ranked["gained_persons"].sum(), ranked["at_least_share_of_best"].min()
    message = (
        f"{len(ranked)} of {len(places)} places bring {gained:,.0f} more people within {threshold:g} min of {kind}: at "
        f"least {bound:.0%} of what any choice of as many places could."
    )
    io.write_checks([*found, Check("siting", "info", len(ranked), "", message)], checks)


if "snakemake" in globals():
    run(main, snakemake)
