"""What a region fetches, by its configuration alone."""

import subprocess
import sys

import pytest

from comarca.config.read import read_config
from comarca.errors import ConfigError
from comarca.fetch.ladder import plan_layer
from comarca.fetch.settings import Settings
from comarca.plan.ladders import ladders, layers_resting_on, population_source
from comarca.registry.countries import countries


def region(**sections):
    return read_config({"regions": {"A": {"country": "NIC", **sections}}}).regions["A"]


def test_every_country_of_the_catalogue_has_a_plan_without_the_network():
    settings = Settings()
    for code in countries():
        known = ladders(read_config({"country": code}).regions[code])
        assert set(known) == {"osm", "territories", "cities", "population"}
        for layer, ladder in known.items():
            steps = plan_layer(layer, code, providers=ladder.providers, settings=settings, options=ladder.options)
            assert [step.provider for step in steps] == list(ladder.providers)
            assert all(step.is_local or step.refusal or step.requests for step in steps), (code, layer)
            # Of two lands without inhabitants there is no extract.
            assert any(not step.refusal for step in steps) or (code in {"BVT", "UMI"} and layer == "osm"), (code, layer)


def test_planning_loads_nothing_that_only_reads_or_measures():
    """Snakemake reads the workflow's rules anew for every job, so what planning imports is paid hundreds of times."""
    lines = (
        "import sys",
        "import comarca.config.read, comarca.plan.code, comarca.plan.ladders, comarca.plan.preflight",
        "import comarca.fetch.ladder, comarca.plan.columns, comarca.registry.columns",
        "import comarca.fetch.settings, comarca.publish.summary",
        "heavy = {'pandas', 'geopandas', 'shapely', 'pyproj', 'rasterio', 'pyogrio', 'osmium', 'osmnx', 'pandera'}",
        "print(sorted(heavy & {*sys.modules}))",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_region_of_files_fetches_nothing():
    sections = {"osm": {"provider": "file", "path": "a.pbf"}, "territories": "osm", "cities": "geonames",
                "population": "settlements"}  # fmt: skip
    assert ladders(region(**sections)) == {}


def test_without_osm_no_ladder_ends_in_what_osm_would_give():
    known = ladders(region(osm="none"))
    assert known["territories"].providers == ("cod", "cod_parquet", "geoboundaries", "fieldmaps", "gadm")
    assert known["population"].providers == ("worldpop", "ghspop", "settlements")


def test_roads_of_overture_are_fetched_by_area_and_those_of_osm_or_a_graph_are_not():
    known = ladders(region(roads=["overture", "osm"]))["roads"]
    assert (known.providers, known.is_required, known.needs_outline) == (("overture", "osm"), True, True)
    assert known.options == {"buffer_km": 50.0}
    assert "roads" not in ladders(region())
    assert "roads" not in ladders(region(roads={"provider": "graphml", "path": "a.graphml"}))


def test_only_providers_that_are_asked_by_area_wait_for_the_territories():
    known = ladders(region(land_cover="worldcover", population="worldpop"))
    assert {layer: ladder.needs_outline for layer, ladder in known.items()} == {
        "osm": False, "territories": False, "cities": False, "population": False, "land_cover": True,
    }  # fmt: skip


def test_what_goes_with_a_missing_land_cover():
    chosen = region(land_cover="worldcover", osm="none", roads="none")
    assert {"land_cover_areas", "land_cover_patches", "farmland"} <= layers_resting_on(chosen, ["land_cover"])
    assert "farmland" not in layers_resting_on(region(land_cover="worldcover"), ["land_cover"])


def test_overpass_does_not_take_its_area_from_osm():
    assert "osm" not in region(osm="overpass").territories.provider
    with pytest.raises(ConfigError, match="does not go with"):
        region(osm="overpass", territories="osm")


def test_the_level_asked_for_reaches_the_provider():
    assert ladders(region(territories={"provider": "gadm", "level": 1}))["territories"].options == {"level": 1}


@pytest.mark.parametrize(
    ("provider", "given", "source"),
    [
        ("worldpop", {"receipt"}, "receipt"), ("file", {"raster"}, "raster"),
        ("settlements", {"settlements"}, "settlements"),
        ("settlements", set(), ""), ("none", set(), ""),
    ],
)  # fmt: skip
def test_people_are_gathered_from_what_answered(provider, given, source):
    assert population_source([provider], None, given) == source
