"""The models of the configuration, one by one."""

import inspect

import pytest
from pydantic import ValidationError

from comarca.config import dynamics, families, layers, tables
from comarca.config.base import Model, Source
from comarca.config.dynamics import Clusters, Functional
from comarca.config.families import IndicatorOptions, LandOptions
from comarca.config.layers import Cities, LandCover, NightLights, Parcels, Roads, Totals
from comarca.config.region import Region
from comarca.config.tables import Attributes, CityPopulation, Holdings
from comarca.indicators import infrastructure, land, production, urbanisation


class Example(Source):
    provider: tuple[str, ...] = ("osm",)


@pytest.mark.parametrize(
    ("written", "providers"), [("osm", ("osm",)), (["a", "b"], ("a", "b")), ({"provider": "x"}, ("x",)), ({}, ("osm",))]
)
def test_a_section_may_be_its_provider_alone(written, providers):
    assert Example.model_validate(written).provider == providers


@pytest.mark.parametrize(
    ("written", "word"),
    [([], "empty"), (["none", "osm"], "alone"), ({"path": "a.gpkg"}, "path"), ({"provider": "file"}, "path")],
)
def test_providers_that_do_not_go_together_are_refused(written, word):
    with pytest.raises(ValidationError, match=word):
        Example.model_validate(written)


def test_only_the_provider_none_means_that_there_is_no_layer():
    assert not Example.model_validate("none").is_given
    assert Example.model_validate(["none_else"]).is_given


def test_a_model_refuses_unknown_keys_and_is_not_changed_after_reading():
    with pytest.raises(ValidationError, match="min_unit"):
        LandOptions.model_validate({"min_unit": 3})
    with pytest.raises(ValidationError, match="frozen"):
        LandOptions().min_units = 3


def test_every_key_of_every_model_says_what_it_means():
    models = {
        model
        for module in (dynamics, families, layers, tables)
        for _, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, Model) and model.__module__ == module.__name__
    }
    assert len(models) > 20
    assert [
        f"{model.__name__}.{name}"
        for model in models
        for name, field in model.model_fields.items()
        if not field.description
    ] == []
    assert all((model.__doc__ or "").strip() for model in models)


@pytest.mark.parametrize(
    ("family", "options"),
    [
        (land.compute, LandOptions()),
        (infrastructure.compute, IndicatorOptions().infrastructure),
        (production.compute, IndicatorOptions().production),
        (urbanisation.compute, IndicatorOptions().urbanisation),
    ],
)
def test_a_family_called_without_options_does_what_the_configuration_does_by_default(family, options):
    own = inspect.signature(family).parameters
    shared = [name for name in type(options).model_fields if name in own]
    assert shared
    for name in shared:
        default, configured = own[name].default, getattr(options, name)
        assert (tuple(default) if isinstance(default, list | tuple) else default) == configured, name


@pytest.mark.parametrize("model", [LandCover, NightLights])
def test_earlier_rasters_need_a_file_with_a_later_year(model):
    rest = {"legend": "corine"} if model is LandCover else {}
    good = model(provider="file", path="a.tif", year=2020, earlier={2010: "b.tif"}, **rest)
    assert good.earlier == {2010: "b.tif"}
    for wrong in ({2020: "b.tif"}, {2021: "b.tif"}):
        with pytest.raises(ValidationError, match="earlier"):
            model(provider="file", path="a.tif", year=2020, earlier=wrong, **rest)


def test_a_key_that_is_a_word_of_python_is_written_as_users_write_it():
    assert Roads.model_validate({"provider": "file", "path": "a.gpkg", "class": "kind"}).road_class == "kind"


def test_fields_are_cut_by_default_and_parcels_stay_whole():
    assert (LandOptions().border, Parcels().border) == ("cut", "majority")


def test_tables_need_what_joins_them():
    with pytest.raises(ValidationError, match="name"):
        Attributes.model_validate({"path": "a.csv", "columns": {"x": {"title": "X", "unit": "1"}}})
    assert not Holdings().is_given
    assert Cities().is_given


def test_a_region_chooses_the_engine_of_zonal_sums():
    assert Region(country="NIC").zonal.engine == "exactextract"
    with pytest.raises(ValidationError, match="exactextract"):
        Region(country="NIC", zonal={"engine": "gdal"})


def test_functional_territories_may_be_named_by_one_word_and_need_what_it_asks_for():
    assert Functional.model_validate("city").max_time_min == 60
    assert Functional.model_validate({"by": "flows", "path": "commuters.csv"}).method == "travel_to_work"
    for wrong in ("flows", "column", {"by": "city", "path": "a.csv"}, {"by": "city", "column": "x"}):
        with pytest.raises(ValidationError, match="goes with"):
            Functional.model_validate(wrong)


def test_the_options_of_a_test_are_all_but_its_columns():
    assert Clusters(columns=("a",)).tests == {"permutations": 999, "level": 0.05, "seed": 12_345}
    with pytest.raises(ValidationError, match="level"):
        Clusters(level=1.0)


def test_one_column_stands_for_one_year():
    assert Totals(path="README.md", id="code", population={2010: "p10", 2020: "p20"}).latest == 2020
    with pytest.raises(ValidationError, match="the column 'p' stands for 2010 and for 2020"):
        Totals(path="README.md", id="code", population={2010: "p", 2020: "p"})
    with pytest.raises(ValidationError, match="the column 'p' stands for 2010 and for 2020"):
        CityPopulation(provider="file", path="README.md", id="code", population={2010: "p", 2020: "p"})
