"""The table holds what the registry says, for every territory, or says why not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from families import columns_of

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError
from comarca.indicators import territory
from comarca.publish.table import IDENTITY, assemble_table, attach_geometry, long_table, opening_column
from comarca.publish.table_checks import impossible_values
from comarca.registry.columns import Column
from comarca.results import Flag, Indicators, explain

IDS = ["02", "01", "10"]


def column(name, *, kind="number", span=(None, None), categories=None, unit="1", family="some"):
    return Column(
        name=name, family=family, title={"en": name, "es": name, "pt": name}, unit=unit, kind=kind, range=span,
        better="neither", definition="d", method="m", source="s", missing="x", layers=(), mapped=True,
        categories=categories or {},
    )  # fmt: skip


@pytest.fixture
def territories():
    return gpd.GeoDataFrame(
        {
            "territory_id": pd.array(IDS, dtype="str"),
            "territory_name": ["Bravo", "Alfa", "Alfa"],
            "parent_name": ["Norte", None, "Sur"],
            "country": "XXX",
        },
        geometry=[shapely.box(west, 0, west + 1, 1) for west in range(3)],
        crs=4326,
    )


def results(reason=Flag.TOO_FEW_UNITS, **values):
    frame = pd.DataFrame(values, index=pd.Index(IDS, name="territory_id"))
    return Indicators(frame, explain(frame, reason))


def test_rows_are_sorted_by_an_id_that_stays_text(territories):
    table, _ = assemble_table(territories, {"some": results(a_km=[2.0, 1.0, 10.0])}, [column("a_km")])
    assert table["territory_id"].tolist() == ["01", "02", "10"]
    assert table["a_km"].tolist() == [1.0, 2.0, 10.0]


def test_columns_stand_in_the_registrys_order_after_the_identity(territories):
    families = {"one": results(b_km=[1.0, 1.0, 1.0]), "two": results(a_km=[1.0, 1.0, 1.0], c_km=[1.0, 1.0, 1.0])}
    columns = [column("c_km", family="two"), column("b_km", family="one"), column("a_km", family="two")]
    table, flags = assemble_table(territories, families, columns)
    assert list(table) == [*IDENTITY, "c_km", "b_km", "a_km"]
    assert list(flags) == [*IDENTITY[1:], "c_km", "b_km", "a_km"]


def test_families_come_in_any_order_of_rows(territories):
    shuffled = pd.DataFrame({"a_km": [10.0, 2.0, 1.0]}, index=pd.Index(["10", "02", "01"], name="territory_id"))
    table, _ = assemble_table(territories, {"some": Indicators(shuffled, explain(shuffled, Flag.OK))}, [column("a_km")])
    assert table["a_km"].tolist() == [1.0, 2.0, 10.0]


@pytest.mark.parametrize(
    ("values", "span", "expected"),
    [
        ([0.5, 1.5, 0.1], (0, 1), "at most 1"),
        ([0.5, 0.1, -1.0], (0, 1), "at least 0"),
        ([np.inf, 0, 0], (0, None), "finite"),
    ],
)
def test_an_impossible_value_costs_itself_and_not_the_table(territories, caplog, values, span, expected):
    table, flags = assemble_table(territories, {"some": results(a_share=values)}, [column("a_share", span=span)])
    wrong = IDS[int(np.argmax(np.abs(np.array(values) - 0.5) > 0.5))]
    is_wrong = flags.index == wrong
    assert table["a_share"].isna().tolist() == is_wrong.tolist()
    assert flags["a_share"].tolist() == np.where(is_wrong, "impossible", "").tolist()
    assert f"column a_share, territory {wrong}" in caplog.text
    assert expected in caplog.text
    check = impossible_values(flags)
    assert (check.status, check.rows) == ("fail", [{"territory_id": wrong, "column": "a_share"}])


def test_counts_are_whole_numbers_and_may_be_missing(territories):
    table, flags = assemble_table(territories, {"some": results(a_count=[3, np.nan, 0])}, [column("a_count")])
    assert table["a_count"].dtype == "Int64"
    assert table["a_count"].tolist() == [pd.NA, 3, 0]
    assert flags["a_count"].tolist() == [Flag.TOO_FEW_UNITS, "", ""]


def test_half_a_school_is_left_out(territories):
    table, flags = assemble_table(territories, {"some": results(a_count=[3, 0.5, 0])}, [column("a_count")])
    assert table["a_count"].isna().sum() == 1
    assert (flags["a_count"] == "impossible").sum() == 1
    assert table["a_count"].dtype == "Int64"


def test_a_class_that_the_registry_does_not_know_is_left_out(territories, caplog):
    entry = column("a_class", kind="class", unit="", categories={"W": {"en": "win"}, "L": {"en": "loss"}})
    table, flags = assemble_table(territories, {"some": results(a_class=["W", "X", None])}, [entry])
    assert sorted(table["a_class"].dropna()) == ["W"]
    assert "got X" in caplog.text
    assert impossible_values(flags).value == 1


def test_a_table_without_impossible_values_passes(territories):
    _, flags = assemble_table(territories, {"some": results(a_count=[3, 1, 0])}, [column("a_count")])
    assert impossible_values(flags).status == "pass"


def test_an_error_of_summation_is_not_taken_for_a_wrong_value(territories):
    values = results(a_share=[np.nextafter(1.0, 2.0), -1e-17, 0.5])
    table, _ = assemble_table(territories, {"some": values}, [column("a_share", span=(0, 1))])
    assert sorted(table["a_share"]) == [0.0, 0.5, 1.0]


def test_a_territory_that_a_family_forgot_is_an_error(territories):
    short = pd.DataFrame({"a_km": [1.0, 2.0]}, index=pd.Index(["01", "02"], name="territory_id"))
    with pytest.raises(InputError, match="'10'"):
        assemble_table(territories, {"some": Indicators(short, explain(short, Flag.OK))}, [column("a_km")])


def test_a_column_that_no_family_computed_is_an_error(territories):
    with pytest.raises(InputError, match="column b_km"):
        assemble_table(territories, {"some": results(a_km=[1.0, 1.0, 1.0])}, [column("b_km")])


def test_long_form_explains_every_gap_and_keeps_numbers_apart_from_texts(territories):
    families = {
        "some": results(
            a_km=[1 / 3, np.nan, 2.0],
            is_far=pd.array([True, None, False], "boolean"),
            a_count=[1, 2, np.nan],
            a_class=["W", None, "L"],
        )
    }
    columns = [
        column("a_km", unit="km"),
        column("is_far", kind="boolean", unit=""),
        column("a_count"),
        column("a_class", kind="class", unit=""),
    ]
    table, flags = assemble_table(territories, families, columns)
    long = long_table(table, flags, columns, {"a_km": 2010})
    assert list(long) == ["territory_id", "column", "indicator", "year", "value", "text", "unit", "flag"]
    assert len(long) == 3 * (len(table.columns) - 1)
    assert (long["flag"] != "").equals(long["value"].isna() & long["text"].isna())
    assert long["indicator"].equals(long["column"])
    assert long[long["column"] == "is_far"].set_index("territory_id")["value"].loc[["02", "10"]].tolist() == ["1", "0"]
    assert long[long["column"] == "a_class"].set_index("territory_id")["text"].loc[["02", "10"]].tolist() == ["W", "L"]
    back = long[long["column"] == "a_km"].set_index("territory_id")
    assert back["value"].loc[["02", "10"]].tolist() == ["0.333", "2.0"]
    assert back["year"].tolist() == [2010] * 3
    assert back["unit"].tolist() == ["km"] * 3
    counts = long[long["column"] == "a_count"].set_index("territory_id")["value"]
    assert counts.loc[["01", "02"]].tolist() == ["2", "1"]
    assert (
        long.loc[(long["column"] == "parent_name") & (long["territory_id"] == "01"), "flag"].item() == "not_in_source"
    )


def test_each_row_gets_its_own_polygon(territories):
    table, _ = assemble_table(territories, {"some": results(a_km=[2.0, 1.0, 10.0])}, [column("a_km")])
    layer = attach_geometry(table, territories)
    assert layer.set_index("territory_id").geometry.bounds["minx"].to_dict() == {"02": 0.0, "01": 1.0, "10": 2.0}
    assert layer.crs.to_epsg() == 4326


@pytest.fixture
def registered(root):
    return columns_of(root, "territory", layers=["population"])


@pytest.fixture
def demand():
    return gpd.GeoDataFrame(
        {"demand_id": ["a", "b", "c"], "territory_id": ["01", "01", "02"], "population_persons": [10.0, 5.5, 0.0]},
        geometry=gpd.points_from_xy([1.5, 1.6, 0.5], [0.5, 0.5, 0.5]),
        crs=4326,
    )


def test_population_is_summed_and_an_uncovered_territory_is_not_called_empty(territories, demand, registered):
    found = territory.compute(territories=territories, demand=demand, columns=registered)
    assert found.values["population_persons"].loc[["01", "02"]].tolist() == [15.5, 0.0]
    assert np.isnan(found.values.loc["10", "population_persons"])
    assert found.flags.loc["10", "population_persons"] == Flag.NO_DEMAND
    area = geodesic_area_km2(territories.set_index("territory_id").loc[["01"]].geometry)[0]
    assert found.values.loc["01", "population_density_persons_per_km2"] == pytest.approx(15.5 / area)


def test_population_columns_without_people_are_a_mistake_of_the_caller(territories, registered):
    with pytest.raises(ValueError, match="demand"):
        territory.compute(territories=territories, columns=registered)


def test_area_of_a_degree_square_at_the_equator(territories, registered):
    columns = [entry for entry in registered if entry.name == "area_km2"]
    found = territory.compute(territories=territories, columns=columns)
    # 111.320 km by 110.574 km, less the sliver between the parallel and the geodesic: 12,308.8 km2.
    assert found.values["area_km2"].to_numpy() == pytest.approx([12_308.8] * 3, rel=1e-4)


def test_the_table_of_the_base_family_begins_as_promised(territories, demand, registered):
    families = {"territory": territory.compute(territories=territories, demand=demand, columns=registered)}
    table, _ = assemble_table(territories, families, registered)
    assert list(table)[:6] == [
        "territory_id",
        "territory_name",
        "parent_name",
        "country",
        "area_km2",
        "population_persons",
    ]


def test_maps_open_on_time_to_intermediate_cities_or_else_beyond_the_territory_itself(root):
    fields = {"city_class": ["town", "intermediate"], "time_threshold": ["60"]}
    access = columns_of(root, "access", layers=["demand", "cities", "travel_times"], fields=fields)
    territory = columns_of(root, "territory", layers=["demand", "population"])
    assert opening_column([*territory, *access]) == "time_intermediate_city_mean_min"
    towns = [column for column in access if column.fields.get("city_class") == "town"]
    assert opening_column([*territory, *towns]) == "time_town_city_mean_min"
    assert opening_column(territory) == territory[0].name
    assert opening_column([]) == ""


def test_a_column_without_any_value_is_left_out_but_says_why(territories):
    values = {"some": results(a_km=[np.nan] * 3, b_km=[1.0, np.nan, 2.0], area_km2=[np.nan] * 3)}
    columns = [column("a_km"), column("b_km"), column("area_km2")]
    table, flags = assemble_table(territories, values, columns, keep_empty=False)
    assert "a_km" not in table
    assert {"b_km", "area_km2"} <= {*table}
    assert flags["a_km"].ne("").all()
    assert "a_km" in assemble_table(territories, values, columns, keep_empty=True)[0]
