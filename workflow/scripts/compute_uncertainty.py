"""Compute how far the values of the table can be off."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from comarca import io
from comarca.access.friction import FrictionSurface
from comarca.access.landmasses import Landmasses
from comarca.access.model import Origins, Walking
from comarca.access.routable import RoutableNetwork, routable_network
from comarca.access.services import services_of
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.population.grid import PopulationGrid
from comarca.publish.absent import Absent
from comarca.registry.columns import TableColumn
from comarca.roads.network import RoadNetwork
from comarca.uncertainty.bands import band_table
from comarca.uncertainty.compute import TIMES, all_bands, draws_for, draws_note
from comarca.uncertainty.times import Journeys
from comarca.uncertainty.widths import band_check, band_widths

log = logging.getLogger("comarca.compute_uncertainty")


def main(
    *,
    table: str,
    families: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    access: Mapping[str, Any],
    uncertainty: str,
    checks: str,
    population_quarters: str | None = None,
    origins: str | None = None,
    city_network: str | None = None,
    linked_network: str | None = None,
    friction: str | None = None,
    absent: str | None = None,
    **layers: str,
) -> None:
    rows, lost = io.read_table(table).set_index("territory_id"), Absent.read(absent)
    loaded = {name: layer_files.load(name, path) for name, path in layers.items() if name not in lost.layers}
    entries = {
        name: {**entry, "columns": [TableColumn(**part) for part in entry["columns"] if part["name"] in rows]}
        for name, entry in families.items()
    }
    points = len(loaded.get("demand", ()))
    draws = draws_for(settings["draws"], points, max_points=settings["max_points"])
    log.info("%d territories, %d demand points, %d draws of speeds", len(rows), points, draws)
    journeys = None
    if draws and origins and "roads" in loaded:
        walking = Walking(**access["walking"])
        kinds = entries.get("services", {}).get("options", {}).get("kinds", [])
        on_roads, kind_of = None, np.zeros(0, dtype=object)
        if linked_network and "services" in loaded and kinds:
            used = services_of(loaded["services"], kinds)
            on_roads, kind_of = (
                routable_network(
                    RoadNetwork.from_arrays(io.read_arrays(linked_network)),
                    used,
                    identifier="service_id",
                    walking=walking,
                    landmasses=Landmasses.of(loaded["territories"].geometry.to_numpy()),
                ),
                used["kind"].to_numpy(dtype=object),
            )
        cities = loaded["cities"]
        placed = io.read_arrays(city_network) if city_network else None
        journeys = Journeys(
            cities_on_roads=RoutableNetwork.from_arrays(placed, cities, identifier="city_id") if placed else None,
            services_on_roads=on_roads,
            service_kind=kind_of,
            road_class=loaded["roads"]["road_class"],
            cities=cities,
            demand=loaded["demand"],
            territories=loaded["territories"],
            origins=Origins.from_arrays(io.read_arrays(origins)),
            walking=walking,
            friction=FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None,
            city_classes_persons=access["city_classes_persons"],
            market={**access["market"], "city_population": loaded.get("city_population")},
        )
    places = PopulationGrid.from_arrays(io.read_arrays(population_quarters)) if population_quarters else None
    bands = all_bands(rows, loaded, entries, places=places, journeys=journeys, draws=draws, seed=settings["seed"])
    found = band_table(bands)
    columns = [column for entry in entries.values() for column in entry["columns"]]
    note = draws_note(draws, points if loaded.keys() & set(TIMES) else 0, max_points=settings["max_points"])
    io.write_table(found, uncertainty)
    io.write_checks([band_check(band_widths(found, rows, columns), note=note)], checks)


if "snakemake" in globals():
    run(main, snakemake)
