"""Take a layer from OSM or from the user's file, and keep what lies in the region or near enough to matter for it."""

from typing import Any

import geopandas as gpd
import pandas as pd

from comarca import io, layer_io
from comarca.jobs import job
from comarca.nearby import within_reach
from comarca.results import Check
from comarca.sources.user_layers import power_from_file, services_from_file
from comarca.sources.user_roads import RoadColumns, roads_from_file
from comarca.speeds import speed_table


def main(
    *,
    layer: str,
    source: str,
    options: dict[str, Any],
    speeds: str,
    surfaces: str,
    country: str,
    territories: str,
    buffer_km: float,
    output: str,
    checks: str,
) -> None:
    if options["provider"] == ("file",) and layer != "land_use":
        whole, found = from_file(layer, source, options, speeds=speeds, surfaces=surfaces, country=country)
    else:
        whole, found = layer_io.read_layer(source, layer), []
    area = layer_io.read_layer(territories, "territories")
    kept, near = within_reach(whole, area, name=layer, buffer_km=buffer_km)
    layer_io.write_layer(kept, output, layer)
    io.write_checks([*found, *near], checks)


def from_file(
    layer: str, path: str, options: dict[str, Any], *, speeds: str, surfaces: str, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the user's file of roads, power lines or services."""
    given = {key: value for key, value in options.items() if key not in {"provider", "path"}}
    if layer == "power":
        return power_from_file(path, **given)
    if layer == "services":
        return services_from_file(path, **given)
    table = speed_table(pd.read_csv(speeds, dtype=str), country=country, name=speeds)
    name, snap_m = given.pop("layer"), given.pop("snap_m")
    known = {*pd.read_csv(surfaces)["surface"], *table.caps_kmh.get("surface", {})}
    return roads_from_file(
        path, RoadColumns(**given), known_classes=table.class_kmh, known_surfaces=known, layer=name, snap_m=snap_m
    )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            layer=snakemake.wildcards.layer,
            source=snakemake.input.source,
            options=snakemake.params.source,
            speeds=str(snakemake.input.speeds),
            surfaces=str(snakemake.input.surfaces),
            country=snakemake.params.country,
            territories=snakemake.input.territories,
            buffer_km=snakemake.params.buffer_km,
            output=snakemake.output.layer,
            checks=snakemake.output.checks,
        )
