"""What a run plans for each kind of region: the example, files only, no OpenStreetMap, fetched, two regions."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from comarca.access.model import Walking
from comarca.errors import ConfigError, InputError, RetrievalError
from comarca.layers.index import LAYERS
from comarca.plan.inputs import INPUTS
from comarca.plan.region import RegionPlan
from comarca.plan.run import RunPlan
from comarca.plan.size import raster_blocks, size_lines
from comarca.registry.products import PRODUCTS

FILES = {
    "country": "NIC",
    "osm": "none",
    "territories": {"provider": "file", "path": "units.gpkg", "id": "code", "name": "name"},
    "roads": {"provider": "file", "path": "roads.gpkg", "class": "kind"},
    "cities": {"provider": "file", "path": "cities.csv", "name": "name", "population": "persons"},
    "population": {"provider": "file", "path": "people.tif", "year": 2020, "earlier": {2010: "people_2010.tif"}},
    "land_cover": {"provider": "file", "path": "cover.tif", "legend": "corine", "year": 2018},
    "parcels": {"provider": "file", "path": "parcels.gpkg"},
    "indicators": {"land": {"lorenz": True}},
}
NAMES = ("units.gpkg", "roads.gpkg", "cities.csv", "people.tif", "people_2010.tif", "cover.tif", "parcels.gpkg")


def of_project(root):
    return lambda path: str(root / path)


def plan(root, **regions):
    return RunPlan.read({"regions": regions, "languages": ["es", "en"]}, project_file=of_project(root))


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder with files of the right names and nothing in them: planning opens none."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        Path(name).touch()
    return tmp_path


@pytest.fixture
def example(root):
    raw = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    return RunPlan.read(raw, project_file=of_project(root))["LIE"]


@pytest.fixture
def files(root, in_folder):
    return plan(root, A=FILES)["A"]


@pytest.fixture
def fetched(root):
    return plan(root, NIC={"country": "NIC", "land_cover": "worldcover", "population": ["worldpop", "ghspop"]})["NIC"]


def test_the_example_has_what_osm_gives(example):
    assert example.has("roads")
    assert not example.has("holdings")
    assert example.path("roads") == "results/LIE/layers/roads.parquet"
    assert example.path("places") == "results/LIE/layers/osm/places.parquet"
    assert example.path("surfaces") == example.project_file("config/surfaces.csv")
    assert example.ladders == {}
    assert example.losses == {}


def test_how_much_was_mapped_is_a_column_of_roads_of_mappers_only(example, files):
    assert "osm_completeness_ratio" in {column.name for column in example.published}
    assert "road_length_km" in {column.name for column in files.published}
    assert "osm_completeness_ratio" not in {column.name for column in files.published}


def test_the_example_makes_its_tables_maps_and_atlases(example):
    products = example.products
    assert {"results/LIE/indicators.csv", "results/LIE/quality.md", "results/LIE/atlas.html"} <= {*products}
    assert "results/LIE/layers/travel_time_town.tif" in products
    assert {"results/LIE/maps/index.json", "results/LIE/maps/index.html", "results/LIE/atlas.pdf"} <= {*products}
    assert "results/LIE/layers/outcomes.parquet" not in products
    assert len(products) == len({*products})


def test_settlements_are_what_people_are_gathered_from(root, monkeypatch):
    monkeypatch.chdir(root)
    raw = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    example = RunPlan.read(raw, project_file=of_project(root))["LIE"]
    folder = "results/LIE/layers"
    expected = {"settlements": f"{folder}/settlements.parquet", "cities": f"{folder}/cities.parquet"}
    assert example.inputs("build_demand") == expected
    assert example.population_providers == ["settlements"]


def test_every_layer_that_is_checked_is_in_the_quality_report(example):
    checks = example.inputs("assemble_quality")["checks"]
    assert {f"results/LIE/checks/{name}.json" for name in ("territories", "osm", "network", "settlements")} <= {*checks}
    assert "results/LIE/checks/families/access.json" in checks
    assert "results/LIE/checks/parcels.json" not in checks


def test_a_region_of_files_reads_them_and_fetches_nothing(files):
    assert files.ladders == {}
    assert files.inputs("harmonise_territories") == {"boundaries": ["units.gpkg"]}
    assert files.inputs("harmonise_layer", "roads")["source"] == ["roads.gpkg"]
    assert files.inputs("build_parcels") == {"cadastre": ["parcels.gpkg"]}
    assert files.inputs("build_demand") == {"raster": "people.tif", "cities": "results/A/layers/cities.parquet"}
    assert files.inputs("build_population_by_year") == {"rasters": ["people_2010.tif", "people.tif"]}
    assert files.raster_years("population") == [2010, 2020]
    assert files.inputs("build_land_cover")["rasters"] == ["cover.tif"]
    assert Path(files.inputs("build_land_cover")["legends"][0]).name == "corine.csv"
    assert "results/A/lorenz" in files.products
    assert files.own_options("roads")["road_class"] == "kind"
    assert not files.has("power")


def test_a_file_that_is_not_there_is_named_with_its_key_when_a_job_needs_it(files):
    Path("roads.gpkg").rename("roods.gpkg")
    with pytest.raises(ConfigError, match=r"regions\.A\.roads\.path.*Did you mean 'roods\.gpkg'"):
        files.inputs("harmonise_layer", "roads")


def test_all_files_are_looked_into_before_the_first_job(root, in_folder):
    with pytest.raises(InputError, match=r"units\.gpkg"):
        plan(root, A=FILES).check()


def test_a_region_without_osm_has_no_layer_of_it(root):
    bare = plan(root, A={"country": "NIC", "osm": "none"})["A"]
    assert not {name for name, layer in LAYERS.items() if layer.from_osm} & bare.layers
    assert bare.inputs("harmonise_cities") == {"receipt": "results/A/fetched/cities.json"}
    assert bare.population_providers == ["worldpop", "ghspop", "settlements"]
    assert "access" not in bare.families
    lacking = {row["column"]: row for row in bare.not_computed}
    assert lacking["road_density_km_per_100km2"]["config_key"] == "roads.provider"


def test_a_column_names_the_keys_that_give_its_data(fetched):
    keys = fetched.column_keys
    assert keys["power_line_density_km_per_100km2"] == "power.provider"
    assert keys["time_large_city_mean_min"] == "cities.provider or city_classes_persons.large"


def test_a_file_of_checks_names_the_columns_that_rest_on_it(fetched):
    columns = fetched.checked_columns
    assert "time_town_city_mean_min" in columns["linked_network"]
    assert "road_length_km" not in columns["linked_network"]
    assert {"road_length_km", "time_town_city_mean_min"} <= {*columns["territories"]}
    paths = fetched.inputs("assemble_quality")["checks"]
    assert paths == [f"results/NIC/checks/{name}.json" for name in columns]


def test_what_goes_with_a_layer_that_turns_out_missing(fetched):
    assert set(fetched.losses) == {"population", "land_cover"}
    assert {"population", "degree_of_urbanisation"} <= {*fetched.losses["population"]}
    assert "farmland" not in fetched.losses["land_cover"]
    assert "population_density_persons_per_km2" in fetched.lost_columns["population"]
    assert fetched.inputs("list_absent") == {
        "population": "results/NIC/fetched/population.json", "land_cover": "results/NIC/fetched/land_cover.json",
    }  # fmt: skip
    assert fetched.inputs("compute_family", "land")["absent"] == "results/NIC/layers/absent.json"


def test_a_provider_asked_by_area_waits_for_the_territories(fetched):
    territories = {"territories": "results/NIC/layers/territories.parquet"}
    assert fetched.inputs("fetch_layer", "land_cover") == territories
    assert fetched.inputs("fetch_layer", "osm") == {}


def test_a_layer_that_is_not_fetched_has_no_ladder(fetched):
    with pytest.raises(ConfigError, match="night_lights"):
        fetched.ladder("night_lights")


def test_roads_that_are_fetched_come_by_their_receipt_and_fall_back_on_osm(root):
    regions = {
        name: {"country": "NIC", "roads": roads} for name, roads in (("A", "overture"), ("B", ["overture", "osm"]))
    }
    plan = RunPlan.read({"regions": regions}, project_file=of_project(root))
    first, second = (plan[name].inputs("harmonise_layer", "roads") for name in ("A", "B"))
    assert first["receipt"] == "results/A/fetched/roads.json"
    assert "source" not in first
    assert second["source"] == "results/B/layers/osm/roads.parquet"


def test_offline_says_which_required_files_lack(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = RunPlan.read({"regions": {"A": {"country": "NIC"}}, "offline": True}, project_file=of_project(root))
    with pytest.raises(RetrievalError, match="offline=true"):
        run.check()


def test_two_regions_share_classes_only_if_both_say_so(root):
    shared = {"country": "NIC", "maps": {"shared_classes": True}}
    run = plan(root, A=shared, B=shared, C={"country": "NIC"})
    tables = [f"results/{name}/assembled/table.parquet" for name in ("A", "B", "C")]
    assert run["A"].inputs("classify_maps") == {"tables": tables[:2]}
    assert run["B"].inputs("classify_maps") == {"tables": [tables[1], tables[0]]}
    assert run["C"].inputs("classify_maps") == {"tables": [tables[2]]}
    own = sum(len(run[name].products) for name in "ABC")
    shared_tables = [path for path in run.products if path.startswith("results/together/")]
    assert len(run.products) == len({*run.products}) == own + len(shared_tables)
    assert shared_tables == [
        f"results/together/{name}.csv" for name in ("indicators", "codebook", "map_classes", "left_out")
    ]


def test_a_familys_options_are_those_its_compute_takes(example):
    for family in (name for name in example.families if name not in {"attributes", "clusters"}):
        compute = importlib.import_module(f"comarca.indicators.{family}").compute
        assert example.options(family).keys() <= inspect.signature(compute).parameters.keys(), family
    assert example.options("access")["city_classes_persons"] == example.config.city_classes_persons
    assert "min_units" in example.options("land")
    assert set(example.walking) == {*Walking.__dataclass_fields__}


def test_columns_are_computed_without_their_texts(example):
    column = example.columns("access")[0]
    assert set(column) == {"name", "family", "kind", "range", "layers", "categories", "template", "fields"}
    assert [entry["name"] for entry in example.table_columns] == [entry["name"] for entry in example.printed_columns]
    assert example.printed_columns[0]["title"]["es"]


def test_an_unknown_map_is_refused_with_the_nearest_name(example):
    with pytest.raises(ConfigError, match="Did you mean 'road_density_km_per_100km2'"):
        example.mapped_column("rode_density_km")


def test_each_table_of_inputs_serves_a_rule(root):
    rules = "".join(path.read_text(encoding="utf-8") for path in (root / "workflow/rules").glob("*.smk"))
    assert [name for name in INPUTS if f'of("inputs", "{name}"' not in rules] == []


def test_each_row_of_products_reads_known_files(example):
    for product in (row for row in PRODUCTS if {*row.needs} <= example.layers):
        assert set(example.product_files(*product.inputs)) <= {*product.inputs}, product.name
        assert all("{" not in path for _, path in product.editions("en"))


def test_planning_a_run_loads_nothing_that_only_reads_or_measures(root):
    lines = (
        "import sys, yaml",
        "from pathlib import Path",
        "from comarca.plan.run import RunPlan",
        "import comarca.plan.code, comarca.publish.summary, comarca.registry.products",
        "run = RunPlan.read(yaml.safe_load(open('config/config.yaml')), project_file=str)",
        "region = run['LIE']",
        "run.products, region.table_columns, region.printed_columns, region.not_computed, region.texts",
        "[region.inputs('compute_family', name) for name in region.families]",
        "heavy = {'pandas', 'geopandas', 'matplotlib', 'shapely', 'pyproj', 'rasterio', 'pyogrio', 'osmium', 'osmnx',",
        "         'pandera', 'scipy', 'pyarrow'}",
        "print(sorted(heavy & {*sys.modules}))",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False, cwd=root
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_dynamics_are_products_of_regions_with_outcomes_and_are_asked_for_in_vain_elsewhere(root):
    outcomes = {"provider": "file", "path": "o.csv", "years": [1991, 2000, 2010]}
    run = plan(root, A={"country": "NIC", "outcomes": outcomes}, B={"country": "NIC"})
    own = {path.removeprefix("results/A/") for path in run["A"].tables}
    assert {"dynamics_summary.csv", "dynamics_transitions.csv", "dynamics_factors.csv", "propositions.csv"} <= own
    assert {"dynamics_type", "dynamics_type_1991_2000", "dynamics_type_2000_2010"} <= {
        column.name for column in run["A"].published
    }
    assert not [path for path in run["B"].tables if "dynamics" in path or "propositions" in path]
    assert "results/B/profiles.csv" in run["B"].tables
    assert "dynamics_summary" not in run["B"].product_files("table", "dynamics_summary")
    with pytest.raises(ConfigError, match=r"regions\.B\.outcomes"):
        run["B"].product_files("dynamics_summary")
    assert run.together("dynamics_summary") == ["results/A/assembled/dynamics_summary.parquet"]
    assert "results/together/dynamics_summary.csv" in run.tables
    assert "checks/dynamics.json" in " ".join(run["A"].inputs("assemble_quality")["checks"])


def test_clusters_are_columns_with_the_layers_and_titles_of_those_they_class(root):
    region = {"country": "NIC", "clusters": {"columns": ["road_density_km_per_100km2"]}}
    run = plan(root, A=region, B={"country": "NIC"})
    (column,) = [column for column in run["A"].published if column.family == "clusters"]
    assert column.name == "road_density_km_per_100km2_cluster_class"
    assert column.title["es"].startswith("Conglomerados: ")
    assert "roads" in column.layers
    assert run["A"].inputs("compute_clusters")["infrastructure"] == "results/A/indicators/infrastructure.parquet"
    assert "clusters" not in run["B"].families
    wrong = {"country": "NIC", "clusters": {"columns": ["road_densty_km_per_100km2"]}}
    with pytest.raises(ConfigError, match="Did you mean 'road_density_km_per_100km2'"):
        _ = plan(root, A=wrong)["A"].families


def test_functional_territories_are_products_where_they_are_grouped(root):
    run = plan(root, A={"country": "NIC", "functional": "city"}, B={"country": "NIC"})
    assert "results/A/indicators_functional.csv" in run["A"].tables
    assert not [path for path in run["B"].tables if "functional" in path]
    assert "clusters" not in run["A"].analysed_families
    assert {"demand", "travel_times", "cities"} <= {*run["A"].inputs("compute_functional")}


def test_no_region_can_be_called_together(root):
    with pytest.raises(ConfigError, match="results/together"):
        plan(root, together={"country": "NIC"})


def test_products_of_columns_and_classes_that_are_gone_are_stale(files):
    from comarca.plan.prune import prune, stale_products

    folder = Path(files.file(""))
    kept = ("maps/road_density_km_per_100km2.png", "layers/travel_time_large.tif", "layers/roads.parquet",
            "maps/notes.txt", "maps/road_density_km_per_100km2__area_km2.png")  # fmt: skip
    gone = ("maps/time_village_city_mean_min.png", "maps/time_village_city_mean_min.svg",
            "layers/travel_time_village.tif", "layers/catchments_village.parquet")  # fmt: skip
    mapped = {column.name for column in files.published if column.mapped}
    kept = [name for name in kept if "area_km2" not in name or "area_km2" in mapped]
    for name in (*kept, *gone):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    stale = stale_products(files)
    assert sorted(path.relative_to(folder).as_posix() for path in stale) == sorted(gone)
    prune(stale)
    assert stale_products(files) == []
    assert all((folder / name).exists() for name in kept)


def test_a_run_plans_each_region_by_its_name(root, in_folder):
    run = plan(root, el_norte=FILES, NIC=FILES)
    regions = [run["el_norte"], run["NIC"]]
    assert all(isinstance(region, RegionPlan) for region in regions)
    assert [region.path("roads") for region in regions] == [
        f"results/{name}/layers/roads.parquet" for name in ("el_norte", "NIC")
    ]
    assert [region.title("es") for region in regions] == ["El Norte", "Nicaragua"]


def test_a_run_tells_its_size_and_what_it_would_fetch_before_it_begins(root, in_folder):
    run = plan(root, BRA={"country": "BRA", "raster_cell_m": 500})
    lines = run.size()
    # 8,511,965 km2 in cells of 0.25 km2.
    assert "34,047,860 raster cells for 3 classes" in size_lines(run["BRA"])[0]
    assert "1.0 GB with 0.14 GB more per million vertices of road" in size_lines(run["BRA"])[0]
    assert "  BRA: `raster_cell_m: 2000` would do, unless you need finer ones." in lines
    assert any(line.startswith("  BRA osm: from geofabrik, https://") for line in lines)
    assert not any("would do" in line for line in plan(root, LIE={"country": "LIE"}).size())
    Path("results/LIE").mkdir(parents=True)
    Path("results/LIE/indicators.csv").touch()
    assert "comarca: the size of this run:" not in plan(root, LIE={"country": "LIE"}).size()


def test_rasters_of_large_countries_are_cut_into_blocks_and_regions_of_the_same_classes_share_a_rule(root, in_folder):
    fine = {"country": "BRA", "raster_cell_m": 100}
    town = {"town": [5000, None]}
    # 851 million cells, and 50 million a block.
    run = plan(root, BRA=fine, LIE={"country": "LIE"}, TEN={**fine, "raster_blocks": 10}, TOWN={**fine,
               "city_classes_persons": {"large": None, "intermediate": None, **town}})  # fmt: skip
    assert {name: raster_blocks(region) for name, region in run.regions.items()} == {
        "BRA": 18, "LIE": 1, "TEN": 10, "TOWN": 18,
    }  # fmt: skip
    times = run["TEN"].inputs("compute_travel_raster")["block_times"]
    assert len(times) == 10
    assert times[-1] == "results/TEN/layers/travel_blocks/10_of_10_times.tif"
    assert run.by_city_classes == {("town", "intermediate", "large"): ["BRA", "LIE", "TEN"], ("town",): ["TOWN"]}
    walked = plan(root, NIC={**FILES, "friction": {"provider": "land_cover"}, "raster_blocks": 10})["NIC"]
    assert raster_blocks(walked) == 1


def test_speeds_are_read_by_what_drives_and_no_layer_is_read_anew_for_them(root, in_folder):
    region = plan(root, A={**FILES, "speeds": "units.gpkg"})["A"]
    assert region.inputs("build_network")["speeds"] == "units.gpkg"
    for layer in ("roads", "power", "services"):
        assert "units.gpkg" not in str(region.inputs("harmonise_layer", layer))
    assert region.speeds_file == "units.gpkg"
