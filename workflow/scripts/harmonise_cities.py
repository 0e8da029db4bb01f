"""Take the cities from their source and join them to OSM places."""

from typing import Any

import geopandas as gpd

from comarca import io
from comarca.crs import region_bounds
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.fetch.tiles import one_raster
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import chosen_provider
from comarca.population.grid import gather_raster
from comarca.rasters.bands import Raster
from comarca.results import Check
from comarca.sources.cities.degurba import cities as urban_cities
from comarca.sources.cities.fetched import cities as fetched_cities
from comarca.sources.cities.merge import join_places
from comarca.sources.cities.read import cities_from_file, cities_from_osm, cities_offline
from comarca.sources.cities.seats import seats_from_table
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.read import options_of


def main(
    *,
    territories: str,
    source: dict[str, Any],
    country: str,
    abroad_buffer_km: float,
    cities: str,
    checks: str,
    raster_options: dict[str, Any],
    places: str | None = None,
    receipt: str | None = None,
    **files: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    osm = layer_io.read_layer(places, "places") if places else None
    found = []
    fetched = load_layer_receipt(receipt) if receipt else None
    provider = "degurba" if "degurba" in source["provider"] else chosen_provider(source["provider"], fetched)
    if provider == "degurba":
        with one_raster(files.get("raster"), receipt) as path:
            people = Raster(path, **(raster_options if "raster" in files else {}))
            grid = gather_raster(people, bounds=region_bounds(area.geometry))
        named, found = cities_offline(area, abroad_buffer_km=abroad_buffer_km)
        layer, made = urban_cities(grid, named, area, country=country, abroad_buffer_km=abroad_buffer_km)
        found += made
    elif provider == "file":
        layer, found = own_cities(source, area, osm, country=country)
        found += require_overlap(
            layer.geometry.to_numpy(), area, name="cities", reach_km=abroad_buffer_km, ids=layer["city_id"]
        )
    elif provider == "osm":
        layer = cities_from_osm(osm, country=country)
    elif provider == "geonames":
        layer, found = cities_offline(area, abroad_buffer_km=abroad_buffer_km)
    else:
        files = present_files(fetched)
        layer, found = fetched_cities(files, area, provider=provider, abroad_buffer_km=abroad_buffer_km)
    if osm is not None and provider != "osm":
        layer, joined = join_places(layer, osm)
        found += joined
    layer_io.write_layer(layer, cities, "cities")
    io.write_checks(found, checks)


def own_cities(
    source: dict[str, Any], area: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, *, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the user's cities, which coordinates or codes of territories tell where they are."""
    chosen = {key: source[key] for key in ("name", "population", "id")}
    options = options_of(source)
    if source["territory"] is not None:
        named = {"territory": source["territory"], **chosen}
        return seats_from_table(source["path"], area, country=country, places=places, **named, **options)
    spots = {key: source[key] for key in ("longitude", "latitude")}
    return cities_from_file(source["path"], country=country, **chosen, **spots, **options)


if "snakemake" in globals():
    run(main, snakemake)
