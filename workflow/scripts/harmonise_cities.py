"""Take the cities from their source and join them to OSM places."""

from typing import Any

from comarca import io, layer_io
from comarca.jobs import job
from comarca.sources.city_merge import join_places
from comarca.sources.places import cities_from_file, cities_from_osm, cities_offline


def main(
    *,
    territories: str,
    places: str | None,
    source: dict[str, Any],
    country: str,
    abroad_buffer_km: float,
    cities: str,
    checks: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    osm = layer_io.read_layer(places, "places") if places else None
    found = []
    if source["provider"] == ("file",):
        keys = ("name", "population", "id", "layer")
        layer = cities_from_file(source["path"], country=country, **{key: source[key] for key in keys})
    elif source["provider"] == ("osm",):
        layer = cities_from_osm(osm, country=country)
    else:
        layer, found = cities_offline(area, abroad_buffer_km=abroad_buffer_km)
    if osm is not None and source["provider"] != ("osm",):
        layer, joined = join_places(layer, osm)
        found += joined
    layer_io.write_layer(layer, cities, "cities")
    io.write_checks(found, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            places=snakemake.input.get("places"),
            source=snakemake.params.source,
            country=snakemake.params.country,
            abroad_buffer_km=snakemake.params.abroad_buffer_km,
            cities=snakemake.output.cities,
            checks=snakemake.output.checks,
        )
