"""Prepare what all maps of a region share: shapes for display and their surroundings."""

from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.publish.maps.base import build_base, capital_of
from comarca.publish.maps.files import write_base
from comarca.registry.world import read_world


def main(
    *,
    territories: str,
    country: str,
    shapes: str,
    frames: str,
    cities: str | None = None,
    roads: str | None = None,
    connectors: str | None = None,
) -> None:
    base = build_base(
        layer_files.read_layer(territories, "territories"),
        cities=layer_files.read_layer(cities, "cities") if cities else None,
        roads=layer_files.read_layer(roads, "roads") if roads else None,
        connectors=layer_files.read_layer(connectors, "connectors") if connectors else None,
        world=read_world(),
        capital=capital_of(country),
    )
    write_base(base, shapes, frames)


if "snakemake" in globals():
    run(main, snakemake)
