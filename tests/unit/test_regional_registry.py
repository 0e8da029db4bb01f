"""The registry of one region: with the user's columns and sectors."""

from __future__ import annotations

import pytest

from comarca.config.region import Region
from comarca.errors import InputError
from comarca.plan.columns import regional_fields, regional_registry
from comarca.registry.columns import load_registry


@pytest.fixture(scope="module")
def registry(root):
    return load_registry()


def region(**sections):
    return Region.model_validate({"country": "LIE", "osm": "none", "territories": "gadm", **sections})


def attributes(**columns):
    return region(attributes=[{"path": "t.csv", "id": "code", "columns": columns}])


def test_without_tables_there_is_no_further_family(registry):
    own = regional_registry(registry, region())
    assert list(own.families) == list(registry.families)
    assert regional_fields(own, region())["employment_sector"] == []


def test_the_users_columns_come_last_and_always(registry):
    chosen = attributes(income_usd={"title": "Income {2020}", "unit": "USD"})
    own = regional_registry(registry, chosen)
    assert list(own.families)[-1] == "attributes"
    (column,), inactive = own.columns("attributes", fields={}, layers=())
    assert (column.name, column.title["pt"], inactive) == ("income_usd", "Income {2020}", ())


@pytest.mark.parametrize("name", ["area_km2", "time_town_city_mean_min", "employment_mining_location_quotient_ratio"])
def test_names_of_our_columns_are_taken(registry, tmp_path, name):
    path = tmp_path / "jobs.csv"
    path.write_text("territory_id,sector,jobs\n01,Mining,1\n")
    chosen = attributes(**{name: {"title": "x", "unit": "1"}})
    chosen = chosen.model_copy(
        update={"employment": region(employment={"provider": "file", "path": str(path)}).employment}
    )
    with pytest.raises(InputError, match="no other column bears"):
        regional_registry(registry, chosen)


def test_two_tables_cannot_share_a_name(registry):
    table = {"path": "t.csv", "id": "code", "columns": {"income_usd": {"title": "x", "unit": "1"}}}
    with pytest.raises(InputError, match="no other column bears"):
        regional_registry(registry, region(attributes=[table, table | {"path": "u.csv"}]))


def test_sectors_are_columns_with_the_users_words(registry, tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("territory_id,sector,jobs\n01,Minería y petróleo,1\n", encoding="utf-8")
    chosen = region(employment={"provider": "file", "path": str(path)})
    own = regional_registry(registry, chosen)
    active, _ = own.columns("production", fields=regional_fields(own, chosen), layers=["territories", "employment"])
    titles = {column.name: column.title["es"] for column in active}
    assert "Minería y petróleo" in titles["employment_mineria_y_petroleo_location_quotient_ratio"]
