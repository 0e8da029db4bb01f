"""Read an OpenStreetMap extract into raw layers, in one pass."""

from collections.abc import Mapping
from dataclasses import asdict

from comarca import io, layer_io
from comarca.jobs import job
from comarca.sources.osm import OSM_LAYERS, read_osm


def main(*, extract: str, layers: Mapping[str, str], header: str, checks: str) -> None:
    osm = read_osm(extract, [name for name in OSM_LAYERS if name in layers])
    for name, path in layers.items():
        layer_io.write_layer(osm[name], path, name)
    io.write_json(asdict(osm.header), header)
    io.write_checks(osm.checks, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            extract=snakemake.input.extract,
            layers={name: path for name, path in snakemake.output.items() if name in OSM_LAYERS},
            header=snakemake.output.header,
            checks=snakemake.output.checks,
        )
