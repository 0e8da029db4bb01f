"""Take a layer from OSM or from the user's file, and keep what lies in the region or near enough to matter for it."""

from typing import Any

import geopandas as gpd

from comarca import io
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.results import Check
from comarca.roads.speeds import speed_table
from comarca.settings_tables import read_csv_texts
from comarca.sources.vectors.graphml import roads_from_graphml
from comarca.sources.vectors.nearby import within_reach
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.overture import roads_from_overture
from comarca.sources.vectors.power_services import power_from_file, services_from_file
from comarca.sources.vectors.read import VectorOptions, options_of
from comarca.sources.vectors.roads import RoadColumns, roads_from_file


def main(
    *,
    layer: str,
    own: dict[str, Any],
    service_kinds: list[str],
    speeds: str,
    surfaces: str,
    country: str,
    territories: str,
    buffer_km: float,
    parquet: str,
    checks: str,
    source: str | list[str] | None = None,
    receipt: str | None = None,
) -> None:
    others = {"provider", "path", *VectorOptions.__annotations__}
    options = {key: value for key, value in own.items() if key not in others}
    reading = options_of(own)
    fetched = load_layer_receipt(receipt) if receipt else None
    if fetched is not None and fetched.files:
        table = speed_table(read_csv_texts(speeds), country=country, name=speeds)
        whole, found = roads_from_overture(present_files(fetched)[0], known_classes=table.class_kmh)
    elif own and layer == "roads" and "graphml" in own["provider"]:
        table = speed_table(read_csv_texts(speeds), country=country, name=speeds)
        whole, found = roads_from_graphml(own["path"], known_classes=table.class_kmh)
    elif own and layer == "roads":
        whole, found = own_roads(own["path"], options, reading, speeds=speeds, surfaces=surfaces, country=country)
    elif own and layer == "power":
        whole, found = power_from_file(own["path"], **options, **reading)
    elif own:
        whole, found = services_from_file(own["path"], **options, **reading, known_kinds=service_kinds)
    else:
        whole, found = layer_io.read_layer(source, layer), []
    area = layer_io.read_layer(territories, "territories")
    if own:
        found += require_overlap(whole.geometry.to_numpy(), area, name=layer, reach_km=buffer_km, ids=whole.iloc[:, 0])
    kept, near = within_reach(whole, area, name=layer, buffer_km=buffer_km)
    layer_io.write_layer(kept, parquet, layer)
    io.write_checks([*found, *near], checks)


def own_roads(
    path: str, options: dict[str, Any], reading: VectorOptions, *, speeds: str, surfaces: str, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the user's roads in the words of the tables of speeds and surfaces."""
    columns = {key: value for key, value in options.items() if key != "snap_m"}
    table = speed_table(read_csv_texts(speeds), country=country, name=speeds)
    known = {*read_csv_texts(surfaces)["surface"], *table.caps_kmh.get("surface", {})}
    return roads_from_file(
        path, RoadColumns(**columns), known_classes=table.class_kmh, known_surfaces=known,
        snap_m=options["snap_m"], **reading,
    )  # fmt: skip


if "snakemake" in globals():
    run(main, snakemake)
