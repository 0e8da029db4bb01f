from comarca.config import Config
from comarca.layers import LAYERS, available_layers, template_fields
from comarca.registry import load_registry


def region(**changes):
    config = Config.model_validate({"regions": {"A": {"country": "LIE", **changes}}})
    return config.regions["A"]


def test_every_layer_that_a_column_needs_is_known(root):
    registry = load_registry(root / "workflow/registry/indicators")
    for family in registry.families.values():
        needed = {*family.layers, *family.optional_layers, *(name for c in family.columns for name in c.layers)}
        assert needed <= LAYERS.keys() | {"population"}, family.name


def test_every_field_of_a_template_has_values(root):
    registry = load_registry(root / "workflow/registry/indicators")
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
