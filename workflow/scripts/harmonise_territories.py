"""Take the territories from OSM boundaries or from a file."""

from typing import Any

from comarca import io, layer_io
from comarca.catalogue import country as country_of
from comarca.jobs import job
from comarca.sources.boundaries import territories_from_file, territories_from_osm


def main(*, boundaries: str, source: dict[str, Any], country: str, territories: str, checks: str) -> None:
    known = country_of(country)
    if source["provider"] == ("osm",):
        level = source["admin_level"] or known.osm_admin_level
        layer, found = territories_from_osm(
            layer_io.read_layer(boundaries, "boundaries"), country=country, country_alpha2=known.iso2, admin_level=level
        )
    else:
        keys = ("id", "name", "layer", "parent", "dissolve")
        layer, found = territories_from_file(boundaries, country=country, **{key: source[key] for key in keys})
    layer_io.write_layer(layer, territories, "territories")
    io.write_checks(found, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            boundaries=snakemake.input.boundaries,
            source=snakemake.params.source,
            country=snakemake.params.country,
            territories=snakemake.output.territories,
            checks=snakemake.output.checks,
        )
