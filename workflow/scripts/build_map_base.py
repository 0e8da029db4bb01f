"""Prepare what all maps of a region share: shapes for display, context, class breaks."""

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.maps.base import build_base


def main(*, territories: str, cities: str | None, roads: str | None, base: str) -> None:
    io.write_pickle(
        build_base(
            layer_io.read_layer(territories, "territories"),
            cities=layer_io.read_layer(cities, "cities") if cities else None,
            roads=layer_io.read_layer(roads, "roads") if roads else None,
        ),
        base,
    )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            cities=snakemake.input.get("cities"),
            roads=snakemake.input.get("roads"),
            base=snakemake.output.base,
        )
