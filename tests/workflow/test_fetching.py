"""The whole workflow from a country code to the table, with every provider on a server of our own."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from pyproj import Geod
from servers.bench import ALFA, BETA
from servers.loopback import LoopbackServer
from servers.world import SOURCES, World

pytestmark = [pytest.mark.slow, pytest.mark.workflow, pytest.mark.xdist_group("retrieval")]

GEOD = Geod(ellps="WGS84")
NAMES = ["El Alto", "San José", "Santa Cruz", "Ñeembucú"]


@pytest.fixture(scope="module")
def start(make_project, tmp_path_factory):
    """Start a server with some countries and a project whose providers are all there."""
    servers = []

    def begin(*places, regions, before=lambda world: None, **settings):
        server = LoopbackServer().__enter__()
        servers.append(server)
        world = World(server)
        for place in places:
            world.everything(place)
        before(world)
        project = make_project(regions)
        options = {"regions": regions, "languages": ["en"], "mirrors": dict(world.mirrors), **settings}
        project.config.write_text(yaml.safe_dump(options), encoding="utf-8")
        return project, world

    yield begin
    for server in servers:
        server.__exit__(None, None, None)


def read(project, region, name):
    return json.loads((project.results(region) / name).read_text())


def table_of(project, region):
    return pd.read_csv(project.results(region) / "indicators.csv", dtype={"territory_id": str})


def planned_rules(project, *arguments):
    return {rule for rule in project.planned(*arguments) if rule != "total"}


# --- From a code to the table -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alfa(start):
    project, world = start(ALFA, regions={"XAA": {"country": "XAA", "land_cover": "worldcover"}})
    project.run("tables")
    return project, world


def test_a_country_code_is_enough_for_the_table(alfa):
    table = table_of(alfa[0], "XAA")
    assert sorted(table["territory_name"]) == NAMES
    assert dict(zip(table["territory_name"], table["parent_name"], strict=True))["El Alto"] == "Norte"
    assert table["area_km2"].sum() == pytest.approx(484, rel=0.01)
    assert table["population_persons"].sum() > 0
    assert table["time_intermediate_city_mean_min"].notna().all()
    x, y = ALFA.capital
    street = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 0)]
    metres = GEOD.line_length(*np.transpose(street) * 0.05 + [[x], [y]])
    assert table["road_length_km"].sum() == pytest.approx(metres / 1000, rel=1e-6)


def test_the_first_rung_of_each_ladder_answers(alfa):
    rungs = {layer: read(alfa[0], "XAA", f"fetched/{layer}.json")["provider"] for layer in
             ("osm", "territories", "cities", "population", "land_cover")}  # fmt: skip
    assert rungs == {"osm": "geofabrik", "territories": "cod", "cities": "geonames_dump", "population": "worldpop",
                     "land_cover": "worldcover"}  # fmt: skip


def test_provenance_names_every_file_with_address_checksum_date_and_terms(alfa):
    inputs = read(alfa[0], "XAA", "provenance.json")["inputs"]
    assert {entry["layer"] for entry in inputs} == {"osm", "territories", "cities", "population", "land_cover"}
    assert {entry["origin"] for entry in inputs} == {"download"}
    for entry in inputs:
        assert len(entry["sha256"]) == 64
        assert all(entry[key] for key in ("url", "final_url", "bytes", "retrieved", "licence", "attribution"))
    text = (alfa[0].results("XAA") / "SOURCES.md").read_text()
    assert all(entry["sha256"][:16] in text for entry in inputs)


def test_a_second_run_asks_nobody_for_anything(alfa):
    project, world = alfa
    before = world.server.hits()
    assert "Nothing to be done" in project.run("tables").stderr
    assert world.server.hits() == before


@pytest.mark.parametrize("module", ["indicators/access.py", "indicators/land.py", "noding.py", "table.py"])
def test_an_edit_of_the_code_downloads_nothing(alfa, module):
    """Peers, row 11: other tools fetch everything again when a line of code changes."""
    project = alfa[0]
    path = project.folder / "src/comarca" / module
    before = path.read_text()
    path.write_text(before + "\n# One more line.\n")
    try:
        planned = planned_rules(project, "tables")
    finally:
        path.write_text(before)
    assert planned
    assert "fetch_layer" not in planned


# --- Every fallback, and an optional layer that nobody has --------------------------------------------------------


@pytest.fixture(scope="module")
def beta(start):
    def before(world):
        for provider in ("geofabrik", "cod", "geoboundaries", "geonames_dump", "worldpop", "worldcover"):
            world.take_away(provider)

    region = {
        "country": "XBB", "osm": ["geofabrik", "overpass"], "cities": ["geonames_dump", "ucdb"],
        "land_cover": ["mapbiomas", "worldcover"],
    }  # fmt: skip
    project, _ = start(BETA, regions={"XBB": region}, before=before)
    done = project.run("results/XBB/indicators.csv", "results/XBB/quality.md", "results/XBB/SOURCES.md",
                       "results/XBB/codebook.csv", "results/XBB/indicators_long.csv")  # fmt: skip
    return project, done.stdout + done.stderr


def test_where_the_first_choices_fail_the_others_serve(beta):
    project = beta[0]
    rungs = {layer: read(project, "XBB", f"fetched/{layer}.json")["provider"] for layer in
             ("osm", "territories", "cities", "population", "land_cover")}  # fmt: skip
    assert rungs == {"osm": "overpass", "territories": "gadm", "cities": "ucdb", "population": "ghspop",
                     "land_cover": ""}  # fmt: skip
    table = table_of(project, "XBB")
    assert sorted(table["territory_name"]) == NAMES
    assert table["population_persons"].sum() > 0
    assert table["time_intermediate_city_mean_min"].notna().all()


def test_columns_of_a_layer_that_nobody_has_are_left_out_and_listed_with_the_reason(beta):
    project, said = beta
    absent = read(project, "XBB", "layers/absent.json")
    assert {"land_cover_areas", "land_cover_patches"} <= {*absent["layers"]}
    assert absent["columns"]
    assert not {*absent["columns"]} & {*table_of(project, "XBB")}
    quality = (project.results("XBB") / "quality.md").read_text()
    for column in absent["columns"]:
        assert f"| `{column}` |" in quality
    assert "layers not retrieved" in quality
    assert "worldcover" in quality
    assert said.count("these files could not be had") == 1


def test_a_column_that_was_left_out_has_a_map_without_data(beta):
    project = beta[0]
    absent = read(project, "XBB", "layers/absent.json")["columns"]
    mapped = [name for name in absent if f"maps/{name}.png" in project.run("-n", "all").stdout]
    project.run(f"results/XBB/maps/{mapped[0]}.png")
    assert (project.results("XBB") / f"maps/{mapped[0]}.png").stat().st_size > 0


# --- Two countries at once ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(start):
    project, world = start(ALFA, BETA, regions={"XAA": {"country": "XAA"}})
    del world.server.documents[world.path("geofabrik", "https://download.geofabrik.de/testland/xaa-latest.osm.pbf")]
    world._index.clear()
    extract = world.geofabrik(ALFA, BETA, extract="alfa-and-beta")
    names = ("territories", "cities", "roads", "demand")
    targets = [f"results/{region}/layers/{name}.parquet" for region in ("XAA", "XBB") for name in names]
    project.run(*targets, "--configfile", str(project.config), "--config", "country=XAA,XBB")
    return project, world, extract


def test_two_countries_share_the_files_that_hold_both(both):
    project, world, _ = both
    first, second = (read(project, region, "fetched/cities.json")["files"] for region in ("XAA", "XBB"))
    assert first == second
    assert world.server.hits(world.path("geonames_dump", SOURCES["geonames_cities"].url[0])) == 1


def test_two_countries_are_kept_apart(both):
    project = both[0]
    for place in (ALFA, BETA):
        layers = project.results(place.iso3) / "layers"
        assert set(gpd.read_parquet(layers / "territories.parquet")["country"]) == {place.iso3}
        around = place.outline.buffer(0.6)
        for name in ("roads", "cities", "demand"):
            layer = gpd.read_parquet(layers / f"{name}.parquet")
            assert len(layer)
            assert layer.within(around).all(), name


# --- When it cannot be done ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without_boundaries(start):
    def before(world):
        for provider in ("cod", "geoboundaries", "gadm"):
            world.take_away(provider)

    return start(ALFA, regions={"XAA": {"country": "XAA", "territories": ["cod", "gadm"]}}, before=before)


def test_a_required_layer_that_nobody_has_ends_in_one_table_after_the_rest_is_done(without_boundaries):
    project = without_boundaries[0]
    done = project.run("tables", "--keep-going", ok=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    table = said[said.rindex("these files could not be had") :]
    for word in ("cod", "gadm", "territories", "data/raw/"):
        assert word in table
    assert read(project, "XAA", "fetched/cities.json")["status"] == "ready"
    assert read(project, "XAA", "fetched/osm.json")["status"] == "ready"
    assert not (project.results("XAA") / "fetched/territories.json").exists()


def test_a_file_put_there_by_hand_ends_the_trouble(without_boundaries):
    project, world = without_boundaries
    other = World(world.server)
    path = other.gadm(ALFA)
    body = world.server.documents.pop(path).body
    rows = read(project, "XAA", "logs/fetch_layer/territories.failed.json")
    target = project.folder / next(row["target"] for row in rows if row["provider"] == "gadm")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    project.run("results/XAA/layers/territories.parquet")
    assert [file["origin"] for file in read(project, "XAA", "fetched/territories.json")["files"]] == ["by_hand"]
    assert not (project.results("XAA") / "logs/fetch_layer/territories.failed.json").exists()


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
    assert "offline=true" in project.run("-n", "tables").stderr


@pytest.mark.parametrize("code", ["ATG", "BRA", "HTI", "NIC", "PSE", "TWN", "VAT"])
def test_a_country_is_planned_offline(start, code):
    project, world = start(regions={"XAA": {"country": "XAA"}})
    planned = planned_rules(project, "--config", f"country={code}")
    assert {"fetch_layer", "harmonise_osm", "assemble_table", "plot_map"} <= planned
    assert world.server.hits() == 0
