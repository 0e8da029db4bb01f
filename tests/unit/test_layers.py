import subprocess
import sys

import pytest
from pydantic import ValidationError

from comarca.config.region import Config
from comarca.layers.index import LAYERS
from comarca.layers.schemas import LAYERS as SCHEMAS
from comarca.layers.schemas import empty_layer
from comarca.plan.layers import available_layers, missing_key, providers, template_fields
from comarca.registry.columns import load_registry


def region(**changes):
    config = Config.model_validate({"regions": {"A": {"country": "LIE", **changes}}})
    return config.regions["A"]


def test_every_layer_that_a_column_needs_is_known(root):
    registry = load_registry()
    for family in registry.families.values():
        needed = {*family.layers, *family.optional_layers, *(name for c in family.columns for name in c.layers)}
        assert needed <= LAYERS.keys(), family.name


def test_every_field_of_a_template_has_values(root):
    registry = load_registry()
    fields = template_fields(region()) | {"cluster_column": ["area_km2"]}
    for family in registry.families:
        active, inactive = registry.columns(family, fields=fields, layers=LAYERS)
        names = [column.name for column in (*active, *inactive)]
        assert names
        assert not [name for name in names if "{" in name]


def test_without_osm_its_layers_are_not_there():
    layers = available_layers(region(osm="none", territories={"provider": "gadm"}))
    assert not {"roads", "power", "services", "land_use", "travel_times"} & layers


def test_roads_from_a_file_give_travel_times_without_osm():
    roads = {"provider": "file", "path": "roads.gpkg", "class": "kind"}
    assert "travel_times" in available_layers(region(osm="none", territories={"provider": "gadm"}, roads=roads))


def test_settlements_need_no_osm():
    without = region(osm="none", territories={"provider": "gadm"}, population="settlements")
    assert {"population", "settlements", "degree_of_urbanisation"} <= available_layers(without)


CENSUS = {"provider": "totals", "path": "t.csv", "id": "code"}


def test_totals_are_spread_over_settlements_or_a_pattern():
    table = region(osm="none", territories="gadm", population={**CENSUS, "population": "p", "year": 2015})
    assert {"population", "settlements"} <= available_layers(table)
    assert "population_by_year" not in available_layers(table)
    assert table.population.census.columns == {2015: "p"}
    by_raster = region(population={**CENSUS, "population": {1993: "a", 2015: "b"}, "pattern": "cells.tif"})
    assert "settlements" not in available_layers(by_raster)
    assert "population_by_year" in available_layers(by_raster)
    assert by_raster.population.latest_year == 2015
    scaled = region(population={"provider": "ghspop", "totals": {"path": "t.csv", "id": "code", "population": "p"}})
    assert "settlements" not in available_layers(scaled)
    assert scaled.population.census.columns == {0: "p"}


@pytest.mark.parametrize(
    ("population", "words"),
    [
        ({**CENSUS}, "needs `id` and `population`"),
        ({**CENSUS, "population": "p", "provider": ["totals", "ghspop"]}, "stands alone"),
        ({**CENSUS, "population": "p", "earlier": {1990: "a.tif"}}, "name the years"),
        ({"provider": "ghspop", "pattern": "a.tif"}, "go with provider `totals`"),
    ],
)
def test_totals_that_do_not_fit_are_refused(population, words):
    with pytest.raises(ValidationError, match=words):
        region(population=population)


def test_cities_of_the_grid_need_a_raster_of_people():
    assert "cities" in available_layers(region(cities="degurba", population={"provider": "file", "path": "a.tif"}))
    for population in ("none", "settlements", ["ghspop", "settlements"]):
        with pytest.raises(ValidationError, match="needs a raster of people"):
            region(cities="degurba", population=population)


@pytest.mark.parametrize("section", ["power", "services", "parcels", "roads"])
def test_a_source_that_is_asked_for_and_cannot_be_used_is_refused(section):
    with pytest.raises(ValidationError, match=f"{section}.provider `osm` needs an osm section"):
        region(osm="none", territories="gadm", **{section: "osm"})
    assert section not in available_layers(region(osm="none", territories="gadm"))


def test_each_kind_of_land_evidence_comes_from_its_own_file():
    files = {"holdings": {"path": "a.csv"}, "parcels": {"path": "a.gpkg"}, "outcomes": {"path": "b.csv"}}
    layers = available_layers(
        region(osm="none", territories="gadm", **{name: {"provider": "file", **f} for name, f in files.items()})
    )
    assert set(files) <= layers
    assert not {"land_cover_areas", "farmland"} & layers


def test_farmland_is_known_from_a_land_cover_raster_or_from_osm():
    raster = {"provider": "file", "path": "a.tif", "legend": "corine"}
    assert "farmland" in available_layers(region(osm="none", territories="gadm", land_cover=raster))
    assert "farmland" in available_layers(region())


def test_parcels_may_come_from_osm():
    assert "parcels" in available_layers(region(parcels="osm"))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_layer_without_rows_has_its_columns(name):
    layer = empty_layer(name)
    assert list(layer) == list(SCHEMAS[name].columns)
    assert len(layer) == 0


def test_a_row_stands_below_those_it_rests_on():
    names = list(LAYERS)
    for position, layer in enumerate(LAYERS.values()):
        assert {*layer.rests_on} <= {*names[:position]}, layer.name


def test_each_section_that_a_row_names_is_one_of_the_configuration():
    chosen = region()
    for layer in LAYERS.values():
        assert not layer.section or layer.section in type(chosen).model_fields, layer.name
        assert not layer.section or hasattr(getattr(chosen, layer.section), layer.key), layer.name
        assert not layer.family or hasattr(chosen.indicators, layer.family), layer.name


def test_no_two_layers_share_a_file():
    paths = [layer.path for layer in LAYERS.values() if layer.kind != "condition"]
    assert len(paths) == len({*paths})


def test_vector_layers_have_a_schema():
    assert {layer.name for layer in LAYERS.values() if layer.kind == "vector"} <= SCHEMAS.keys() <= LAYERS.keys()


def test_without_services_nobody_needs_the_times_to_them():
    assert "service_times" in available_layers(region())
    assert "service_times" not in available_layers(region(indicators={"services": False}))


def test_providers_that_read_osm_have_nothing_to_give_without_it():
    without = region(osm="none", territories="gadm")
    assert providers(without, "population") == ("worldpop", "ghspop", "settlements")
    assert providers(without, "roads") == ()
    assert providers(region(), "roads") == ("osm",)


def test_what_lacks_is_named_by_the_key_that_would_give_it():
    bare = region(osm="none", territories="gadm", population="none")
    assert missing_key(bare, "roads") == "roads.provider"
    assert missing_key(bare, "urca_times") == "roads.provider"
    assert missing_key(bare, "farmland") == "land_cover.provider"
    assert missing_key(bare, "degree_of_urbanisation") == "population.provider"
    assert missing_key(bare, "earlier_night_lights") == "night_lights.earlier"
    assert missing_key(region(indicators={"services": False}), "service_times") == "indicators.services"


def test_jobs_that_read_and_count_do_not_load_what_checks_draws_compiles_or_fetches():
    """A second or two for each of them, which is more than such a job takes."""
    lines = (
        "import sys, comarca.layers.files, comarca.layers.schemas, comarca.fetch.receipts",
        "import comarca.indicators.access, comarca.indicators.markets, comarca.indicators.urbanisation",
        "import comarca.publish.maps.base, comarca.publish.maps.files, comarca.publish.table_checks",
        "import comarca.dynamics.clusters, comarca.dynamics.propositions",
        "heavy = {'pandera', 'pydantic', 'matplotlib', 'numba', 'rasterio', 'requests', 'esda', 'libpysal', 'sklearn'}",
        "print(sorted(heavy & {*sys.modules}))",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
