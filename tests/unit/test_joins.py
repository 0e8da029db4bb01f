"""A table whose codes are not those of the territories is refused before any job runs."""

import geopandas as gpd
import pytest
import shapely

from comarca.config.layers import Territories
from comarca.config.tables import Holdings
from comarca.errors import ConfigError
from comarca.plan.joins import check_joins
from comarca.sources.tables.join import code_repairs


@pytest.fixture
def territories(tmp_path):
    shapes = [shapely.box(place, 0, place + 1, 1) for place in range(3)]
    rows = {"code": ["01", "02", "03"], "name": list("ABC")}
    gpd.GeoDataFrame(rows, geometry=shapes, crs=4326).to_file(tmp_path / "units.gpkg")
    return Territories(provider="file", path=str(tmp_path / "units.gpkg"), id="code", name="name")


def holdings(path, codes):
    path.write_text("territory_id;holdings;area_ha\n" + "".join(f"{code};5;10\n" for code in codes), encoding="utf-8")
    return Holdings(provider="file", path=str(path))


def test_one_code_of_the_region_is_enough(territories, tmp_path):
    check_joins(territories, {"holdings": (holdings(tmp_path / "h.csv", ["01", "99"]), "territory_id")})


def test_codes_that_lost_their_zeros_are_refused_unless_the_user_has_them_repaired(territories, tmp_path):
    table = holdings(tmp_path / "h.csv", ["1", "2"])
    with pytest.raises(ConfigError, match="repair_codes"):
        check_joins(territories, {"holdings": (table, "territory_id")})
    check_joins(territories, {"holdings": (table.model_copy(update={"repair_codes": True}), "territory_id")})


def test_a_table_without_any_code_of_the_region_is_refused_by_its_key(territories, tmp_path):
    table = holdings(tmp_path / "h.csv", ["X1", "X2"])
    with pytest.raises(ConfigError, match="holdings") as caught:
        check_joins(territories, {"holdings": (table, "territory_id")})
    assert "column territory_id" in str(caught.value)


def test_a_column_that_is_not_there_is_left_to_its_own_message(territories, tmp_path):
    check_joins(territories, {"holdings": (holdings(tmp_path / "h.csv", ["X1"]), "municipio")})


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        (["05001000", "05002000"], "go on with zeros"),
        (["5.001", "5.002"], "signs for thousands"),
        (["05-001", "05-002"], "signs between"),
        (["CO05001", "CO05002"], "begin with letters"),
        (["050010", "050020"], "check digit"),
    ],
)
def test_what_happened_to_codes_is_told(codes, fault):
    (repair,) = code_repairs(codes, ["05001", "05002", "05003"])
    assert fault in repair.fault
    assert list(repair.code_of.values()) == ["05001", "05002"]
