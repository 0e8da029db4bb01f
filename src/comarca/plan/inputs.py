"""Input files of the rules that hang on the configuration. Files that are always the same stand in the rules."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from comarca.layers.index import LAYERS
from comarca.plan.preflight import require_file
from comarca.plan.size import raster_blocks
from comarca.registry import DATA
from comarca.registry.products import ASSEMBLED
from comarca.sources.datasets import files_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from comarca.plan.region import RegionPlan

Files = dict[str, str]

#: Rule -> function of a region's plan and the job's wildcards, which gives files by the names that the script knows.
INPUTS: dict[str, Callable[..., dict[str, Any]]] = {}


def _rule(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    INPUTS[function.__name__] = function
    return function


# Fetching


@_rule
def fetch_layer(region: RegionPlan, layer: str) -> dict[str, Any]:
    """Name the territories, for providers that are asked by area."""
    return region.given("territories") if region.ladder(layer)["needs_outline"] else {}


@_rule
def list_absent(region: RegionPlan) -> dict[str, Any]:
    """Name the receipts of the layers that may turn out to be missing."""
    return {layer: region.file(f"fetched/{layer}.json") for layer in region.losses}


def absent(region: RegionPlan) -> Files:
    """Name the list of what turned out to be missing, where something may."""
    return {"absent": region.file("layers/absent.json")} if region.losses else {}


def receipts(region: RegionPlan) -> Files:
    """Name the receipts of all fetched layers."""
    return {f"receipt_{layer}": region.file(f"fetched/{layer}.json") for layer in region.ladders}


def own_file(region: RegionPlan, key: str) -> str | None:
    """Name the user's file under a key such as ``roads.path``; refuse one that is not there, with the nearest name."""
    path: str | None = attrgetter(key)(region.config)
    if path is not None:
        require_file(path, key=f"regions.{region.name}.{key}")
    return path


def own_files(region: RegionPlan, key: str) -> list[str]:
    """Name all files that the user's data sets under a key consist of, such as the table of a shapefile."""
    path: str | tuple[str, ...] | None = attrgetter(key)(region.config)
    if path is not None:
        require_file(path, key=f"regions.{region.name}.{key}")
    return files_of(path)


def _named(**paths: str | list[str] | None) -> dict[str, Any]:
    return {name: path for name, path in paths.items() if path}


def _companions(paths: list[str]) -> dict[str, Any]:
    """Name the files beside rasters: statistics, world files, overviews."""
    return _named(companions=[file for path in paths for file in files_of(path)[1:]])


# Raw files -> canonical layers


@_rule
def harmonise_osm(region: RegionPlan) -> dict[str, Any]:
    """Name the extract and, where it is fetched, what the region's outline is read from: extracts may be larger."""
    files, fetched = _named(extract=own_file(region, "osm.path")), region.receipt("osm")
    if not fetched:
        return files
    outline = {f"outline_{name}": path for name, path in region.receipt("territories").items()}
    return files | fetched | outline | _named(outline=own_files(region, "territories.path"))


@_rule
def harmonise_territories(region: RegionPlan) -> dict[str, Any]:
    """Name what the territories are read from: a receipt, the user's file, the boundaries in OSM, or what serves."""
    files = region.receipt("territories") | _named(boundaries=own_files(region, "territories.path"))
    from_osm = "osm" in region.config.territories.provider and region.has("boundaries")
    return files | ({"osm": region.path("boundaries")} if from_osm else {})


@_rule
def harmonise_cities(region: RegionPlan) -> dict[str, Any]:
    """Name places in OSM, the user's file and a receipt, as far as there are any."""
    grid = people(region) if region.config.cities.provider == ("degurba",) else {}
    files = region.given("places") | _named(file=own_files(region, "cities.path")) | region.receipt("cities")
    return grid | files


@_rule
def harmonise_layer(region: RegionPlan, layer: str) -> dict[str, Any]:
    """Name the user's file, or the layer read from OSM. Which speeds the table of speeds gives changes no layer."""
    row = LAYERS[layer]
    if layer in region.ladders:
        is_fallback = row.raw_path and "osm" in region.ladders[layer].providers
        return region.receipt(layer) | ({"source": region.file(row.raw_path)} if is_fallback else {})
    source = None if row.section == "osm" else own_files(region, f"{row.section}.path")
    return {"source": source or region.file(row.raw_path)}


def speeds(region: RegionPlan) -> Files:
    """Name the table of speeds: the user's or the project's own."""
    return {"speeds": own_file(region, "speeds") or region.project_file("config/speeds.csv")}


@_rule
def harmonise_settlements(region: RegionPlan) -> dict[str, Any]:
    """Name the layers that homes are found in, a census, and the receipt of the population if others come first."""
    layers = ("territories", "cities", "places", "buildings", "land_use")
    return region.receipt("population") | region.given(*layers) | _census(region)


@_rule
def harmonise_table(region: RegionPlan, layer: str) -> dict[str, Any]:
    """Name a table that people keep."""
    section = LAYERS[layer].section
    divided = own_file(region, f"{section}.divided") if hasattr(getattr(region.config, section), "divided") else None
    return _named(table=own_file(region, f"{section}.path"), divided=divided)


@_rule
def harmonise_city_population(region: RegionPlan) -> dict[str, Any]:
    """Name the table of cities by year."""
    return _named(table=own_file(region, "city_population.path"))


@_rule
def harmonise_canals(region: RegionPlan) -> dict[str, Any]:
    """Name the file of canals, or the extract that they are read from."""
    if files := own_files(region, "canals.path"):
        return {"files": files}
    return _named(extract=own_file(region, "osm.path")) | region.receipt("osm")


@_rule
def harmonise_input_output(region: RegionPlan) -> dict[str, Any]:
    """Name the input-output table."""
    return _named(table=own_file(region, "input_output.path"))


@_rule
def harmonise_internet(region: RegionPlan) -> dict[str, Any]:
    """Name the files of tiles."""
    return _named(files=own_files(region, "internet.path"))


@_rule
def harmonise_outcomes(region: RegionPlan) -> dict[str, Any]:
    """Name the table of outcomes, and what joins municipalities that split or merged."""
    crosswalk = own_file(region, "outcomes.crosswalk.path") if region.config.outcomes.crosswalk else None
    return harmonise_table(region, "outcomes") | _named(crosswalk=crosswalk)


@_rule
def harmonise_attributes(region: RegionPlan) -> dict[str, Any]:
    """Name the user's further tables."""
    return {"tables": [table.path for table in region.config.attributes]}


# Land


@_rule
def build_parcels(region: RegionPlan) -> dict[str, Any]:
    """Name the user's cadastre, or fields mapped in OSM."""
    return _named(cadastre=own_files(region, "parcels.path")) or region.given("land_use")


@_rule
def build_land_cover(region: RegionPlan) -> dict[str, Any]:
    """Name the rasters, the latest last, and the legends that may be theirs."""
    legend = region.config.land_cover.legend
    names = [legend] if legend else region.config.land_cover.provider
    legends = [_legend(region, name) for name in names]
    maps = rasters(region, "land_cover")
    return region.receipt("land_cover") | {"rasters": maps, "legends": legends} | _companions(maps)


def _legend(region: RegionPlan, name: str) -> str:
    shipped = {path.stem: str(path) for path in (DATA / "legends").glob("*.csv")}
    return shipped[name] if name in shipped else str(own_file(region, "land_cover.legend"))


@_rule
def plot_lorenz(region: RegionPlan) -> dict[str, Any]:
    """Name the kinds of evidence on how land is divided."""
    return region.given("holdings", "parcels", "land_cover_patches", "land_use")


# People and rasters


def people(region: RegionPlan) -> Files:
    """Name what people are gathered from: a receipt, the user's raster, settlements, a census."""
    if not region.has("population"):
        return {}
    raster = own_file(region, "population.raster")
    files = _named(raster=raster) | _companions([raster] if raster else [])
    return region.receipt("population") | files | region.given("settlements") | _census(region)


@_rule
def build_demand(region: RegionPlan) -> dict[str, Any]:
    """Name what people are gathered from, and the cities that their number is held against."""
    return people(region) | (region.given("cities") if region.has("population") else {})


def _census(region: RegionPlan) -> Files:
    census = region.config.population.census
    if census is None:
        return {}
    key = "population.path" if "totals" in region.config.population.provider else "population.totals.path"
    return _named(totals=own_file(region, key))


@_rule
def build_degree_of_urbanisation(region: RegionPlan) -> dict[str, Any]:
    """Name what people are gathered from, as for demand, and the cities that centres are held against."""
    return build_demand(region)


@_rule
def build_population_by_year(region: RegionPlan) -> dict[str, Any]:
    """Name the population rasters, the latest last, or the table of a census."""
    if census := _census(region):
        return census
    grids = rasters(region, "population")
    return {"rasters": grids} | _companions(grids)


@_rule
def build_night_lights(region: RegionPlan) -> dict[str, Any]:
    """Name the rasters of night lights, the latest last."""
    grids = rasters(region, "night_lights")
    return region.receipt("night_lights") | {"rasters": grids} | _companions(grids)


@_rule
def build_environment_table(region: RegionPlan, layer: str) -> dict[str, Any]:
    """Name the user's files on forest, fire or protection."""
    loss = own_files(region, f"{layer}.loss") if hasattr(getattr(region.config, layer), "loss") else []
    return _named(files=own_files(region, f"{layer}.path"), loss=loss)


def rasters(region: RegionPlan, section: str) -> list[str]:
    """Name the user's rasters of a section, the latest last."""
    source, latest = getattr(region.config, section), own_file(region, f"{section}.path")
    return [*(path for _, path in sorted(source.earlier.items())), *([latest] if latest else [])]


# Roads and travel times


@_rule
def build_network(region: RegionPlan) -> dict[str, Any]:
    """Name the table of speeds, and heights if there are any."""
    return speeds(region) | _named(elevation=own_file(region, "friction.elevation"))


@_rule
def build_connectors(region: RegionPlan) -> dict[str, Any]:
    """Name the uses of land, among which is water that nobody walks over, where they are mapped."""
    return region.given("land_use")


@_rule
def build_friction(region: RegionPlan) -> dict[str, Any]:
    """Name a friction raster, or the latest land cover or its receipt, and heights if there are any."""
    raster = own_file(region, "friction.path") or own_file(region, "land_cover.path")
    files = _named(raster=raster, elevation=own_file(region, "friction.elevation"))
    return files if raster else files | region.receipt("land_cover")


@_rule
def compute_travel_times(region: RegionPlan) -> dict[str, Any]:
    """Name the walking surface off the road, where there is one; without it people walk straight."""
    return region.given("friction")


@_rule
def compute_market_potential(region: RegionPlan) -> dict[str, Any]:
    """Name the inhabitants of the cities by year, where they are given."""
    return region.given("city_population")


# Tables and products


@_rule
def compute_family(region: RegionPlan, family: str) -> dict[str, Any]:
    """Name the layers that a family takes: those it needs and those of its optional ones that the region has."""
    row = region.registry.families[family]
    return region.given(*row.layers, *row.optional_layers) | absent(region)


@_rule
def assemble_table(region: RegionPlan) -> dict[str, Any]:
    """Name the tables of the families."""
    return {name: region.file(f"indicators/{name}.parquet") for name in region.families} | absent(region)


@_rule
def compute_clusters(region: RegionPlan) -> dict[str, Any]:
    """Name the tables of the families that the clustered columns are in."""
    wanted = {*region.config.clusters.columns}
    families = {column.family for column in region.published if column.name in wanted}
    return {name: region.file(f"indicators/{name}.parquet") for name in sorted(families)} | absent(region)


@_rule
def compute_profiles(region: RegionPlan) -> dict[str, Any]:
    """Name the kinds of evidence on how land is divided, as for the Lorenz curves."""
    return plot_lorenz(region)


@_rule
def compute_dynamics(region: RegionPlan) -> dict[str, Any]:
    """Name outcomes, and what says of which years natural cover is."""
    return region.given("outcomes", "land_cover_areas")


@_rule
def compute_scenario(region: RegionPlan, scenario: str) -> dict[str, Any]:
    """Name the layers that are edited or compared, the tables of the base, and the user's files of the scenario."""
    edits = region.config.scenarios[scenario]
    files = [file for path in edits.files.values() for file in files_of(path)]
    families = [region.file(f"indicators/{family}.parquet") for family in region.scenario_families(scenario)]
    layers = region.given(*edits.edited_layers, "connectors", "travel_times", "service_times")
    return layers | _named(files=files, families=families)


@_rule
def compute_travel_raster(region: RegionPlan) -> dict[str, Any]:
    """Name the blocks of rows that the rasters are gathered from."""
    count = raster_blocks(region)
    blocks = [f"layers/travel_blocks/{block}_of_{count}" for block in range(1, count + 1)]
    return {f"block_{kind}": [region.file(f"{block}_{kind}.tif") for block in blocks] for kind in ("times", "cities")}


@_rule
def compute_critical_links(region: RegionPlan) -> dict[str, Any]:
    """Name the file of the places whose roads close, where there is one."""
    links = region.config.critical_links
    return _named(places=files_of(links.path) if links and links.path else None)


@_rule
def compute_siting(region: RegionPlan) -> dict[str, Any]:
    """Name the candidate places, and today's travel times."""
    siting = region.config.siting
    candidates = files_of(siting.path) if siting else None
    return region.given("travel_times", "service_times") | _named(candidates=candidates)


@_rule
def compute_functional(region: RegionPlan) -> dict[str, Any]:
    """Name the layers of all families, and the user's table of flows."""
    layers = {layer for family in region.analysed_families.values() for layer in family["layers"]}
    flows = _named(flows=own_file(region, "functional.path"))
    return region.given(*sorted(layers | {"cities"})) | flows | absent(region)


@_rule
def compute_uncertainty(region: RegionPlan) -> dict[str, Any]:
    """Name the layers of the families, the roads with cities on them, and the people in quarters of cells."""
    layers = {layer for family in region.banded_families.values() for layer in family["layers"]} - {
        "holdings",
        "parcels",
    }
    further = ("territories", "roads", "cities", "demand", "city_network", "linked_network", "population_quarters")
    files = region.given(*sorted({*layers, *further, "friction"})) | absent(region)
    return files | ({"origins": region.file("layers/origins.npz")} if region.has("city_network") else {})


@_rule
def assemble_columns(region: RegionPlan) -> dict[str, Any]:
    """Name what says of which year the data are."""
    return region.given("osm") | region.receipt("population") | region.dated_layers


@_rule
def assemble_provenance(region: RegionPlan) -> dict[str, Any]:
    """Name the receipts, the header of the extract, and the user's files."""
    return (
        region.given("osm")
        | receipts(region)
        | {"local": [file for path in region.own_files.values() for file in files_of(path)]}
    )


@_rule
def assemble_quality(region: RegionPlan) -> dict[str, Any]:
    """Name all checks that the region's jobs write, and the receipts."""
    files = [region.file(f"checks/{name}.json") for name in region.checked_columns]
    return receipts(region) | absent(region) | {"checks": files}


@_rule
def classify_maps(region: RegionPlan) -> dict[str, Any]:
    """Name the tables that map classes are made of: the region's own first, then those it shares classes with."""
    return {"tables": [f"results/{name}/{ASSEMBLED['table']}" for name in (region.name, *region.peers)]}
