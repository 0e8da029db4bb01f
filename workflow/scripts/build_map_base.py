"""Prepare what all maps of a region share: shapes for display and their surroundings."""

from comarca.jobs import job
from comarca.layers import files as layer_files
from comarca.publish.maps.base import build_base
from comarca.publish.maps.files import write_base


def main(*, territories: str, cities: str | None, roads: str | None, shapes: str, frames: str) -> None:
    base = build_base(
        layer_files.read_layer(territories, "territories"),
        cities=layer_files.read_layer(cities, "cities") if cities else None,
        roads=layer_files.read_layer(roads, "roads") if roads else None,
    )
    write_base(base, shapes, frames)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            cities=snakemake.input.get("cities"),
            roads=snakemake.input.get("roads"),
            shapes=snakemake.output.shapes,
            frames=snakemake.output.frames,
        )
