"""The whole workflow from a country code to the table, with every provider on a server of our own."""

import json
import time
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from pyproj import Geod
from servers.bench import ALFA, BETA
from servers.loopback import LoopbackServer
from servers.world import World

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("fetching")]

GEOD = Geod(ellps="WGS84")
NAMES = ["El Alto", "San José", "Santa Cruz", "Ñeembucú"]
#: What every test but the slow ones can do without.
FAMILIES_OFF = dict.fromkeys(("infrastructure", "services", "land", "urbanisation", "production", "settlement"), False)


@pytest.fixture(scope="module")
def start(make_project):
    """Start a server with some countries and a project whose providers are all there."""
    servers = []

    def begin(*places, regions, before=lambda world: None, **settings):
        server = LoopbackServer().__enter__()
        servers.append(server)
        world = World(server)
        for place in places:
            world.everything(place)
        before(world)
        project = replace(make_project(regions), measured=True)
        options = {"regions": regions, "languages": ["en"], "mirrors": dict(world.mirrors), **settings}
        project.config.write_text(yaml.safe_dump(options), encoding="utf-8")
        return project, world

    yield begin
    for server in servers:
        server.__exit__(None, None, None)


def without(*providers):
    """Take providers off the server."""

    def take_away(world):
        for provider in providers:
            world.take_away(provider)

    return take_away


def read(project, region, name):
    return json.loads((project.results(region) / name).read_text())


def rungs(project, region):
    layers = ("osm", "territories", "cities", "population", "land_cover")
    return {layer: read(project, region, f"fetched/{layer}.json")["provider"] for layer in layers}


def table_of(project, region):
    return pd.read_csv(project.results(region) / "indicators.csv", dtype={"territory_id": str})


def planned_rules(project, *arguments):
    return {rule for rule in project.planned(*arguments) if rule != "total"}


# --- From a code to the table, by the last rung of every ladder, without a layer that nobody has -----------------


PRODUCTS = [f"results/XBB/{name}" for name in ("indicators.csv", "quality.md", "SOURCES.md")]


@pytest.fixture(scope="module")
def beta(start):
    region = {
        "country": "XBB", "abroad_buffer_km": 10, "osm": ["geofabrik", "overpass"], "cities": ["geonames_dump", "ucdb"],
        "land_cover": ["mapbiomas", "worldcover"], "night_lights": "nightlights", "indicators": FAMILIES_OFF,
    }  # fmt: skip
    gone = without(
        "geofabrik", "cod", "cod_parquet", "geoboundaries", "fieldmaps", "geonames_dump", "worldpop", "worldcover"
    )
    project, world = start(BETA, regions={"XBB": region}, before=gone)
    done = project.run(*PRODUCTS)
    return project, world, done.stdout + done.stderr


def test_where_the_first_choices_fail_the_others_serve(beta):
    project = beta[0]
    assert rungs(project, "XBB") == {"osm": "overpass", "territories": "gadm", "cities": "ucdb", "population": "ghspop",
                                     "land_cover": ""}  # fmt: skip
    table = table_of(project, "XBB")
    assert sorted(table["territory_name"]) == NAMES
    assert dict(zip(table["territory_name"], table["parent_name"], strict=True))["El Alto"] == "Norte"
    assert table["area_km2"].sum() == pytest.approx(484, rel=0.01)
    assert table["population_persons"].sum() > 0
    assert table["time_intermediate_city_mean_min"].notna().all()
    quality = (project.results("XBB") / "quality.md").read_text()
    assert "Layers from second choice" in quality
    assert "cities1000.zip" in quality
    assert table["night_light_per_population_dn_per_1000persons"].gt(0).any()


def test_columns_of_a_layer_that_nobody_has_are_left_out_and_listed_with_the_reason(beta):
    project, _, said = beta
    absent = read(project, "XBB", "layers/absent.json")
    assert "land_cover_areas" in absent["layers"]
    assert absent["columns"]
    assert not {*absent["columns"]} & {*table_of(project, "XBB")}
    quality = (project.results("XBB") / "quality.md").read_text()
    assert all(f"(`{column}`)" in quality for column in absent["columns"])
    assert "Layers not retrieved" in quality
    assert "worldcover" in quality
    assert said.count("these files could not be had") == 1


def test_provenance_names_every_file_with_address_checksum_date_and_terms(beta):
    inputs = read(beta[0], "XBB", "provenance.json")["inputs"]
    assert {entry["layer"] for entry in inputs} == {"osm", "territories", "cities", "population", "night_lights"}
    assert {entry["origin"] for entry in inputs} == {"download"}
    for entry in inputs:
        assert len(entry["sha256"]) == 64
        assert all(entry[key] for key in ("url", "final_url", "bytes", "retrieved", "licence", "attribution"))
    text = (beta[0].results("XBB") / "SOURCES.md").read_text()
    assert all(entry["sha256"][:16] in text for entry in inputs)


def test_a_second_run_asks_nobody_for_anything(beta):
    project, world, _ = beta
    before = world.server.hits()
    assert "Nothing to be done" in project.run(*PRODUCTS).stderr
    assert world.server.hits() == before


def test_an_edit_of_any_indicators_code_downloads_nothing(beta):
    """Peers, row 11: other tools fetch everything again when a line of code changes."""
    project = beta[0]
    package = project.folder / "src/comarca"
    files = [
        *package.glob("indicators/*.py"),
        *(package / f"{name}.py" for name in ("population/demand", "roads/noding", "publish/table")),
    ]
    before = {path: path.read_text() for path in files}
    for path, text in before.items():
        path.write_text(text + "\n# One more line.\n")
    try:
        planned = planned_rules(project, *PRODUCTS)
    finally:
        for path, text in before.items():
            path.write_text(text)
    assert {"build_demand", "compute_family", "assemble_table"} <= planned
    assert "fetch_layer" not in planned


# --- Two countries at once ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(start):
    """One extract holds both countries; the boundaries of the second are in no other place."""
    project, world = start(regions={"XAA": {"country": "XAA"}})
    extract = world.geofabrik(ALFA, BETA, extract="alfa-and-beta")
    dump = [world.geonames(place) for place in (ALFA, BETA)][-1]
    world.cod(ALFA)
    names = ("territories", "cities", "roads")
    targets = [f"results/{region}/layers/{name}.parquet" for region in ("XAA", "XBB") for name in names]
    project.run(*targets, "--configfile", str(project.config), "--config", "country=XAA,XBB")
    return project, world, (extract, dump)


def test_two_countries_share_the_files_that_hold_both(both):
    project, world, files = both
    first, second = (read(project, region, "fetched/cities.json")["files"] for region in ("XAA", "XBB"))
    assert first == second
    assert [world.server.hits(path) for path in files] == [1, 1]


def test_two_countries_are_kept_apart(both):
    project = both[0]
    assert read(project, "XBB", "fetched/territories.json")["provider"] == "osm"
    for place in (ALFA, BETA):
        layers = project.results(place.iso3) / "layers"
        territories = gpd.read_parquet(layers / "territories.parquet")
        assert set(territories["country"]) == {place.iso3}
        assert sorted(territories["territory_name"]) == NAMES
        around = place.outline.buffer(0.6)
        for name in ("roads", "cities", "territories"):
            layer = gpd.read_parquet(layers / f"{name}.parquet")
            assert len(layer)
            assert layer.within(around).all(), name


# --- When it cannot be done ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without_boundaries(start):
    region = {"country": "XAA", "territories": ["cod", "gadm"]}
    return start(ALFA, regions={"XAA": region}, before=without("cod", "geoboundaries", "gadm"))


def test_a_required_layer_that_nobody_has_ends_in_one_table_after_the_rest_is_done(without_boundaries):
    project = without_boundaries[0]
    done = project.run("results/XAA/layers/cities.parquet", "--keep-going", ok=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    table = said[said.rindex("these files could not be had") :]
    for word in ("cod", "gadm", "territories", "data/raw/"):
        assert word in table
    assert read(project, "XAA", "fetched/cities.json")["status"] == "ready"
    assert not (project.results("XAA") / "fetched/territories.json").exists()


def test_a_file_put_there_by_hand_ends_the_trouble(without_boundaries):
    project, world = without_boundaries
    body = world.server.documents.pop(World(world.server).gadm(ALFA)).body
    rows = read(project, "XAA", "logs/fetch_layer/territories.failed.json")
    target = project.folder / next(row["target"] for row in rows if row["provider"] == "gadm")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    project.run("results/XAA/layers/territories.parquet")
    assert [file["origin"] for file in read(project, "XAA", "fetched/territories.json")["files"]] == ["by_hand"]
    assert not (project.results("XAA") / "logs/fetch_layer/territories.failed.json").exists()


def test_a_country_is_planned_without_asking_anybody(without_boundaries):
    project, world = without_boundaries
    before = world.server.hits()
    planned = planned_rules(project, "--config", "country=NIC")
    assert {"fetch_layer", "harmonise_osm", "assemble_table", "draw_maps"} <= planned
    assert world.server.hits() == before


def test_an_offline_run_says_what_it_lacks_before_any_job(start):
    project, world = start(ALFA, regions={"XAA": {"country": "XAA", "cities": "geonames_dump"}}, offline=True)
    done = project.run("tables", ok=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    # Territories could be read from OSM boundaries: what lacks is the extract.
    assert "osm " in said
    assert "cities " in said
    assert "offline=true" in said
    assert "Select jobs" not in said
    assert world.server.hits() == 0
    assert "build_demand" in project.planned("tables")  # a dry run looks for no files


# --- All families, and a map --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alfa(start):
    project, _ = start(
        ALFA, regions={"XAA": {"country": "XAA", "land_cover": "worldcover"}}, before=without("worldcover")
    )
    project.run("tables")
    return project


@pytest.mark.slow
def test_a_country_code_is_enough_for_all_tables(alfa):
    assert rungs(alfa, "XAA") == {"osm": "geofabrik", "territories": "cod", "cities": "geonames_dump",
                                     "population": "worldpop", "land_cover": ""}  # fmt: skip
    table = table_of(alfa, "XAA")
    assert sorted(table["territory_name"]) == NAMES
    x, y = ALFA.capital
    street = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 0)]
    metres = GEOD.line_length(*np.transpose(street) * 0.05 + [[x], [y]])
    assert table["road_length_km"].sum() == pytest.approx(metres / 1000, rel=1e-6)


@pytest.mark.slow
def test_a_map_of_a_column_that_was_left_out_ends_with_the_reason(alfa):
    project = alfa
    absent = read(project, "XAA", "layers/absent.json")["columns"]
    columns = read(project, "XAA", "assembled/columns.json")["columns"]
    name = next(column["name"] for column in columns if column["mapped"] and column["name"] in absent)
    done = project.run(f"results/XAA/maps/{name}.png", ok=False)
    said = done.stdout + done.stderr
    assert f"the map of {name}: got 'a column that this run could not compute'" in said


def test_without_a_network_the_run_ends_at_once_with_what_to_do(make_project):
    """Every address is sent to a port where nobody listens: no job starts, and the message comes within seconds."""
    from comarca.registry.files import load_sources, providers

    nobody = dict.fromkeys(providers(load_sources()), "http://127.0.0.1:9")
    project = make_project({"NIC": {"country": "NIC"}})
    settings = {"regions": {"NIC": {"country": "NIC"}}, "mirrors": nobody}
    project.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    start = time.monotonic()
    done = project.run("tables", ok=False)
    assert time.monotonic() - start < 30
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.count("The internet cannot be reached") == 1
    assert "-> data/raw/geofabrik/latest/nicaragua.osm.pbf" in said
    assert "Select jobs" not in said
    assert not (project.folder / "results/NIC/fetched").exists()
