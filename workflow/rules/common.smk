# Configuration, registries, wildcard constraints and input functions. No rules.
import os
import sys
import time
from dataclasses import asdict
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Not `workflow.basedir`, which is that of the workflow that uses this one as a module.
ROOT = Path(str(workflow.current_basedir)).parents[1]
# So that jobs in an environment of their own, and workflows that use this one as a module, find the package.
sys.path.insert(0, str(ROOT / "src"))
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])))

from comarca.registry.countries import country
from comarca.config.families import AccessOptions, LandOptions
from comarca.config.read import read_config
from comarca.plan.code import module_files, script_modules
from comarca.errors import ComarcaError
from comarca.plan.ladders import ladders, layers_resting_on
from comarca.layers.index import CONDITIONS, LAYERS
from comarca.plan.layers import available_layers
from comarca.plan.preflight import check_inputs
from comarca.plan.columns import regional_fields, regional_registry
from comarca.registry import DATA
from comarca.registry.columns import LANGUAGES, load_registry
from comarca.registry.products import ASSEMBLED, PRODUCTS, TEXTS, jobs
from comarca.fetch.failures import failure_table
from comarca.fetch.ladder import lacking
from comarca.fetch.settings import Settings
from comarca.fetch.providers.index import LOCAL, PROVIDERS
from comarca.publish.summary import failed_layers, summarise_run
from comarca.plan.years import DATED_TABLES, osm_layers

STARTED = time.time()
LEGENDS = DATA / "legends"

if "regions" not in config and Path("config/config.yaml").is_file():

    configfile: "config/config.yaml"


try:
    CONFIG = read_config(config)
    check_inputs(CONFIG, legends=LEGENDS)
    REGISTRY = load_registry()
    REGISTRIES = {name: regional_registry(REGISTRY, region) for name, region in CONFIG.regions.items()}
except ComarcaError as error:
    raise WorkflowError(str(error)) from None

REGIONS = CONFIG.regions
WALKING = {"walk_kmh", "walk_detour_ratio", "max_walk_km", "fragment_max_km"}
USED_BY_LAYERS = {
    "access": WALKING | {"half_life_min", "time_thresholds_min"},
    "infrastructure": {"road_classes"},
    "land": {"lorenz"},
}
CONFIG_KEYS = {**{name: layer.switch for name, layer in LAYERS.items()}, **CONDITIONS}
LAYERS_OF = {name: available_layers(region) for name, region in REGIONS.items()}
#: Layers that only OpenStreetMap gives.
FROM_OSM = ("land_use", "economy")
LADDERS = {name: ladders(region) for name, region in REGIONS.items()}


def require_files_offline():
    """Say at once what an offline run lacks; a dry run is only warned."""
    wanted = [(region, layer, ladder) for region, known in LADDERS.items() for layer, ladder in known.items()]
    wanted = [
        entry
        for entry in wanted
        if entry[2].is_required and not Path(f"results/{entry[0]}/fetched/{entry[1]}.json").is_file()
    ]
    rows = lacking(
        ((layer, REGIONS[region].country, ladder.providers, ladder.options) for region, layer, ladder in wanted),
        Settings.of_run(config),
    )
    # While this file is read, Snakemake itself does not know yet what kind of run it is.
    if rows and {"-n", "--dry-run", "--dryrun"} & {*sys.argv}:
        print(f"comarca: offline=true, and these files are not there:\n{failure_table(rows)}", file=sys.stderr)
    elif rows:
        raise WorkflowError(f"offline=true, and these files are not there:\n{failure_table(rows)}")


if CONFIG.offline and workflow.is_main_process:
    try:
        require_files_offline()
    except ComarcaError as error:
        raise WorkflowError(str(error)) from None


wildcard_constraints:
    region="|".join(REGIONS),
    family="|".join(REGISTRY.families),
    layer="[a-z_]+",
    city_class="[a-z][a-z0-9_]*",
    column="[a-z][a-z0-9_]*",
    format="png|svg",


def in_region(path):
    """Prefix a path with the region's results folder."""
    return f"results/{{region}}/{path}"


def code(script, *modules):
    """Files of the package that a rule's result hangs on: its script's imports, and modules it names itself."""
    return module_files(*modules, *script_modules(ROOT / "workflow/scripts" / f"{script}.py"))


def region_of(wildcards):
    return REGIONS[wildcards.region]


def family_options(wildcards):
    """Options that a family's `compute` takes: those of its section, but for what only its layers were made with."""
    region, family = region_of(wildcards), wildcards.family
    options = getattr(region.indicators, family, None)
    chosen = options.model_dump(exclude=USED_BY_LAYERS.get(family)) if options else {}
    return chosen | ({"city_classes_persons": region.city_classes_persons} if family == "access" else {})


def family_is_on(region, family):
    options, needed = REGIONS[region].indicators, REGISTRIES[region].families[family].layers
    return getattr(options, family, None) is not False and set(needed) <= LAYERS_OF[region]


def families(region):
    """Families that a region has, with that of the user's own tables."""
    return [family for family in REGISTRIES[region].families if family_is_on(region, family)]


@cache
def columns_of(region, family):
    """Registry columns of a family in a region: those it can compute, and those it lacks a layer for."""
    registry = REGISTRIES[region]
    return registry.columns(family, fields=regional_fields(registry, REGIONS[region]), layers=LAYERS_OF[region])


def active_columns(region):
    return [column for family in families(region) for column in columns_of(region, family)[0]]


def layer_path(region, layer):
    spec = LAYERS[layer]
    return str(ROOT / spec.path) if spec.kind == "reference" else f"results/{region}/{spec.path}"


def ladder_of(wildcards):
    known = LADDERS[wildcards.region]
    if wildcards.layer not in known:
        raise WorkflowError(
            f"{wildcards.region} fetches no {wildcards.layer}; it fetches {', '.join(known) or 'nothing'}."
        )
    return known[wildcards.layer]


def receipt_of(layer):
    """Input function: the receipt of a layer, where the region fetches it."""

    def choose(wildcards):
        is_fetched = layer in LADDERS[wildcards.region]
        return {"receipt": f"results/{wildcards.region}/fetched/{layer}.json"} if is_fetched else {}

    return choose


def receipts(wildcards):
    return {
        f"receipt_{layer}": f"results/{wildcards.region}/fetched/{layer}.json" for layer in LADDERS[wildcards.region]
    }


def fetch_outline(wildcards):
    """The territories, for providers that are asked by area."""
    if not ladder_of(wildcards).needs_outline:
        return {}
    return {"territories": f"results/{wildcards.region}/layers/territories.parquet"}


def layers_at_stake(wildcards):
    """Fetched layer that may turn out to be missing -> the layers and conditions that go with it."""
    return {
        layer: sorted(layers_resting_on(region_of(wildcards), [layer]))
        for layer, ladder in LADDERS[wildcards.region].items()
        if not ladder.is_required and not {*LOCAL, "file"} & {*ladder.providers}
    }


def columns_at_stake(wildcards):
    """Fetched layer that may turn out to be missing -> the columns that go with it."""
    region = wildcards.region
    return {
        layer: [
            column.name
            for family in families(region)
            for column in columns_of(region, family)[0]
            if {*REGISTRIES[region].families[family].layers, *column.layers} & {*lost}
        ]
        for layer, lost in layers_at_stake(wildcards).items()
    }


def optional_receipts(wildcards):
    return {layer: f"results/{wildcards.region}/fetched/{layer}.json" for layer in layers_at_stake(wildcards)}


def absent_file(wildcards):
    """What turned out to be missing, for regions where something may."""
    return {"absent": f"results/{wildcards.region}/layers/absent.json"} if layers_at_stake(wildcards) else {}


OSM_LAYERS = ("roads", "power", "services", "economy", "land_use", "places", "buildings", "boundaries")


def osm_layer(layer):
    return in_region(f"layers/osm/{layer}.parquet")


def own_options(wildcards, section):
    """What the configuration says of the user's file for a layer; nothing where the layer comes from OSM."""
    source = None if section in FROM_OSM else getattr(region_of(wildcards), section)
    return source.model_dump() if source and source.path else {}


def service_kinds(wildcards):
    options = region_of(wildcards).indicators.services
    return list(options.kinds) if options else []


def source_file(section):
    """Input function: the file that a layer is made from: the user's own, or the layer read from OSM."""

    def choose(wildcards):
        return own_options(wildcards, section).get("path") or osm_layer(section)

    return choose


def family_layers(wildcards):
    """Layers that a family takes, by name: those it needs and those of its optional ones that the region has."""
    family = REGISTRY.families[wildcards.family]
    optional = [name for name in family.optional_layers if name in LAYERS_OF[wildcards.region]]
    names = [name for name in (*family.layers, *optional) if name not in CONDITIONS]
    return {name: layer_path(wildcards.region, name) for name in names}


def family_columns(wildcards):
    return [asdict(column) for column in columns_of(wildcards.region, wildcards.family)[0]]


def family_code(wildcards):
    return code("compute_family", f"comarca.indicators.{wildcards.family}")


def published_columns(wildcards):
    return [asdict(column) for column in active_columns(wildcards.region)]


def not_computed_columns(wildcards):
    """Columns that the region's configuration leaves out, with the key that would switch each on."""
    region = wildcards.region
    missing = []
    for family in REGISTRY.families:
        active, inactive = columns_of(region, family)
        is_on = family_is_on(region, family)
        for column in inactive if is_on else (*active, *inactive):
            lacking = sorted({*REGISTRY.families[family].layers, *column.layers} - LAYERS_OF[region])
            key = CONFIG_KEYS[lacking[0]] if lacking else f"indicators.{family}"
            missing.append({"column": column.name, "title": column.title["en"], "lacking": lacking, "config_key": key})
    return missing


def walking(wildcards):
    """How people walk where there is no road: what travel times need of the access options."""
    options = region_of(wildcards).indicators.access or AccessOptions()
    return options.model_dump(include=WALKING)


def uses_settlements(region):
    return "settlements" in REGIONS[region].population.provider and REGIONS[region].osm.is_given


def population_file(wildcards):
    """What people are gathered from: the user's raster, or places."""
    if "population" not in LAYERS_OF[wildcards.region]:
        return {}
    source = region_of(wildcards).population
    prefix = f"results/{wildcards.region}"
    files = receipt_of("population")(wildcards)
    files |= {"tiles": f"{prefix}/fetched/population.vrt"} if files else {}
    files |= {"raster": source.path} if source.path else {}
    return files | ({"population": f"{prefix}/layers/population.parquet"} if uses_settlements(wildcards.region) else {})


def dated_rasters(wildcards, section):
    """Year -> raster, the latest last: the user's, or what was fetched; a single raster without a year has 0."""
    source = getattr(region_of(wildcards), section)
    latest = source.path or f"results/{wildcards.region}/fetched/{section}.vrt"
    return {**dict(sorted(source.earlier.items())), source.year or 0: latest}


def friction_file(wildcards):
    """The walking surface off the road, where the region has one; without it people walk straight."""
    if not region_of(wildcards).friction.is_given:
        return {}
    return {"friction": f"results/{wildcards.region}/layers/friction.npz"}


def friction_sources(wildcards):
    """What the walking surface is made from: a friction raster or land cover, and heights if there are any."""
    region = region_of(wildcards)
    source = region.friction
    files = {"raster": source.path or land_cover_rasters(wildcards)[region.land_cover.year or 0]}
    return files | ({"elevation": source.elevation} if source.elevation else {})


def osm_source(wildcards):
    """The extract, and where it is fetched also what the region's outline is read from, as extracts may be larger."""
    region = region_of(wildcards)
    files = {"extract": region.osm.path} if region.osm.path else {}
    if not (fetched := receipt_of("osm")(wildcards)):
        return files
    outline = {f"outline_{name}": path for name, path in receipt_of("territories")(wildcards).items()}
    outline |= {"outline": region.territories.path} if region.territories.path else {}
    return files | fetched | outline


def territories_source(wildcards):
    """What the territories are read from: a receipt, the user's file, the boundaries in OSM, or what of these serves."""
    region = region_of(wildcards)
    files = receipt_of("territories")(wildcards)
    files |= {"boundaries": region.territories.path} if region.territories.path else {}
    if "osm" in region.territories.provider and region.osm.is_given:
        files["osm"] = f"results/{wildcards.region}/layers/osm/boundaries.parquet"
    return files


def parcel_source(wildcards):
    """What parcels are made from: the user's cadastre, or fields mapped in OSM."""
    if cadastre := region_of(wildcards).parcels.path:
        return {"cadastre": cadastre}
    return {"land_use": layer_path(wildcards.region, "land_use")}


def land_cover_rasters(wildcards):
    """Year -> raster of land cover, the latest last; a single raster without a year has 0."""
    source = region_of(wildcards).land_cover
    tiles = f"results/{wildcards.region}/fetched/land_cover.vrt"
    return {**dict(sorted(source.earlier.items())), source.year or 0: source.path or tiles}


def land_cover_legend(wildcards):
    """Name of the legend: what is configured, or that of the provider."""
    source = region_of(wildcards).land_cover
    return source.legend or source.provider[0]


def legend_file(wildcards):
    """The legend of the land-cover rasters: one that comes with the project, or the user's."""
    source = region_of(wildcards).land_cover
    if source.legend is None:
        return [str(LEGENDS / f"{name}.csv") for name in source.provider]
    legend = source.legend
    known = LEGENDS / f"{legend}.csv"
    return str(known) if known.is_file() else legend


def land_options(wildcards):
    return region_of(wildcards).indicators.land or LandOptions()


def crosswalk_file(wildcards):
    """What joins municipalities that split or merged, where the region has such a table."""
    crosswalk = region_of(wildcards).outcomes.crosswalk
    return {"crosswalk": crosswalk.path} if crosswalk else {}


def lorenz_layers(wildcards):
    """The kinds of evidence on how land is divided that a region has."""
    names = ("holdings", "parcels", "land_cover_patches", "land_use")
    return {name: layer_path(wildcards.region, name) for name in names if name in LAYERS_OF[wildcards.region]}


def context_layers(wildcards):
    """Layers that maps and the GeoPackage show beside the territories, where the region has them."""
    return {
        name: layer_path(wildcards.region, name) for name in ("cities", "roads") if name in LAYERS_OF[wildcards.region]
    }


SECTIONS = ("osm", "territories", "roads", "power", "services", "cities", "population", "land_cover", "parcels",
            "holdings", "outcomes", "night_lights", "employment", "firms")  # fmt: skip


def local_sources(wildcards):
    """Section -> the file that the user, or the example, gives for it."""
    region = region_of(wildcards)
    files = {name: path for name in SECTIONS if (path := getattr(region, name).path)}
    rasters = {"friction": region.friction.path, "elevation": region.friction.elevation}
    files |= {name: path for name, path in rasters.items() if path}
    earlier = {name: getattr(region, name).earlier for name in ("land_cover", "population", "night_lights")}
    files |= {f"{name}_{year}": path for name, paths in earlier.items() for year, path in paths.items()}
    return files | {f"attributes_{place}": table.path for place, table in enumerate(region.attributes, start=1)}


def local_files(wildcards):
    return list(local_sources(wildcards).values())


def osm_header(wildcards):
    if not region_of(wildcards).osm.is_given:
        return {}
    return {"osm_header": f"results/{wildcards.region}/layers/osm/header.json"}


def dated_tables(wildcards):
    """Layers of the region whose rows say which year they are of."""
    region = wildcards.region
    return {name: layer_path(region, name) for name in DATED_TABLES if name in LAYERS_OF[region]}


def country_area_km2(wildcards):
    """What the catalogue says of the country, for regions whose boundaries are those of the whole country."""
    region = region_of(wildcards)
    return None if region.territories.path else country(region.country).area_km2


def region_title(region, language=CONFIG.languages[0]):
    """What readers call a region: its country's name, or the user's own name for it, in capitals if it has none."""
    code = REGIONS[region].country
    if region == code:
        return country(code).names[language]
    return region.replace("_", " ").title() if region.islower() else region


def family_titles(wildcards):
    known = REGISTRIES[wildcards.region].families
    return {family: dict(known[family].title) for family in families(wildcards.region)}


def region_texts(wildcards):
    """What products call the region and its families, and in which languages they speak."""
    region = wildcards.region
    title = {language: region_title(region, language) for language in LANGUAGES}
    return {
        "region": region,
        "title": title,
        "languages": list(CONFIG.languages),
        "families": family_titles(wildcards),
        "city_classes": region_of(wildcards).city_classes_persons,
    }


def map_options(wildcards):
    return {"language": CONFIG.languages[0], "region": region_title(wildcards.region)}


def classified_tables(wildcards):
    """The tables that a region's map classes are made of: its own first, then those it shares classes with."""
    region = wildcards.region
    others = [name for name in REGIONS if name != region and REGIONS[name].maps.shared_classes]
    shared = others if region_of(wildcards).maps.shared_classes else []
    return [f"results/{name}/{ASSEMBLED['table']}" for name in (region, *shared)]


CHECKED_LAYERS = ("roads", "power", "services", "economy", "land_use", "service_times", "parcels", "holdings",
                  "outcomes", "employment", "firms", "population_by_year", "territory_lights")  # fmt: skip


def check_files(wildcards):
    region, layers = wildcards.region, LAYERS_OF[wildcards.region]
    prefix = f"results/{region}/checks/"
    steps = ["territories", "cities", "demand"]
    steps += ["osm"] if REGIONS[region].osm.is_given else []
    steps += [name for name in CHECKED_LAYERS if name in layers]
    steps += ["population"] if uses_settlements(region) else []
    steps += ["land_cover"] if "land_cover_areas" in layers else []
    steps += ["network", "travel_times"] if "travel_times" in layers else []
    steps += ["friction"] if "travel_times" in layers and REGIONS[region].friction.is_given else []
    return [
        *(f"{prefix}{step}.json" for step in steps),
        *(f"{prefix}families/{family}.json" for family in families(region)),
    ]


def product_inputs(products):
    """Input function: the assembled files and layers that rows of products name, where the region has them."""
    names = list(dict.fromkeys(name for product in products for name in product.inputs))

    def choose(wildcards):
        region = wildcards.region
        files = {name: f"results/{region}/{ASSEMBLED[name]}" for name in names if name in ASSEMBLED}
        return files | {name: layer_path(region, name) for name in names if name in LAYERS_OF[region]}

    return choose


def product_languages(product):
    return LANGUAGES if "{language}" in product.path else CONFIG.languages[:1]


def product_paths(product):
    return [product.path.replace("{language}", language) for language in product_languages(product)]


def in_report(product, path):
    """Path of a product, marked for Snakemake's report if its row has a label for it."""
    if not product.report:
        return in_region(path)
    marks = {"category": "Tables and texts", "subcategory": "{region}", "labels": {"product": product.report}}
    return report(in_region(path), caption=f"../report/{product.report}.rst", **marks)


def table_products(wildcards):
    """The products of every region that are no maps."""
    return [path for region in REGIONS for path in _tables_of(region)]


def region_products(wildcards):
    """All that a run makes: tables, travel-time rasters, maps and atlases of every region."""
    maps = [
        f"results/{region}/maps/{column.name}.{suffix}"
        for region in REGIONS
        for column in active_columns(region)
        if column.mapped
        for suffix in ("png", "svg")
    ]
    atlases = [f"results/{region}/atlas.{suffix}" for region in REGIONS for suffix in ("pdf", "html")]
    return table_products(wildcards) + maps + atlases


def _tables_of(region):
    shown = [product for product in PRODUCTS if product.in_all and not product.name.startswith("atlas_")]
    names = [path for product in shown for path in product_paths(product)]
    names += TEXTS
    if "travel_times" in LAYERS_OF[region]:
        names += [f"layers/travel_time_{name}.tif" for name in REGIONS[region].city_classes_persons]
        names += [f"layers/catchments_{name}.parquet" for name in REGIONS[region].city_classes_persons]
    options = REGIONS[region].indicators.land
    names += ["lorenz"] if options and options.lorenz else []
    names += ["layers/outcomes.parquet"] if "outcomes" in LAYERS_OF[region] else []
    return [f"results/{region}/{name}" for name in names]


def print_failures():
    """One table of what could not be had, whichever layers and regions it belongs to."""
    if rows := failed_layers({region: f"results/{region}" for region in REGIONS}):
        print(f"\ncomarca: these files could not be had:\n{failure_table(rows)}\n", file=sys.stderr)


def print_summary():
    for line in summarise_run({region: f"results/{region}" for region in REGIONS}, seconds=time.time() - STARTED):
        print(line)
