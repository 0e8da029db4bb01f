import pytest

from comarca.config.region import Config
from comarca.layers.index import CONDITIONS, LAYERS
from comarca.layers.schemas import LAYERS as SCHEMAS
from comarca.layers.schemas import empty_layer
from comarca.plan.layers import available_layers, template_fields
from comarca.registry.columns import load_registry


def region(**changes):
    config = Config.model_validate({"regions": {"A": {"country": "LIE", **changes}}})
    return config.regions["A"]


def test_every_layer_that_a_column_needs_is_known(root):
    registry = load_registry()
    for family in registry.families.values():
        needed = {*family.layers, *family.optional_layers, *(name for c in family.columns for name in c.layers)}
        assert needed <= LAYERS.keys() | CONDITIONS.keys(), family.name


def test_every_field_of_a_template_has_values(root):
    registry = load_registry()
    fields = template_fields(region())
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


def test_settlements_need_osm():
    without = region(osm="none", territories={"provider": "gadm"}, population="settlements")
    assert "population" not in available_layers(without)


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


def test_parcels_from_osm_need_osm():
    assert "parcels" in available_layers(region(parcels="osm"))
    assert "parcels" not in available_layers(region(osm="none", territories="gadm", parcels="osm"))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_layer_without_rows_has_its_columns(name):
    layer = empty_layer(name)
    assert list(layer) == list(SCHEMAS[name].columns)
    assert len(layer) == 0
