"""People of a census: every total comes back, wherever its people are put."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from families import demand, territories
from shapely.geometry import box

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.polygons import territory_of
from comarca.population.demand import demand_points
from comarca.population.totals import scale_to_totals, spread_totals
from comarca.sources.tables.totals import read_totals

PLACES = territories(
    box(0, 0, 0.2, 0.2), box(0.2, 0, 0.4, 0.2), box(0.4, 0, 0.6, 0.2), box(0.6, 0, 0.601, 0.001), box(1, 0, 1.1, 0.1)
)
TOTALS = pd.Series({"01": 1_000.5, "02": 300.0, "03": 70.0, "04": 12.0, "99": 5.0})


def settlements(*rows: tuple[float, float, float]):
    ids = [f"s{number}" for number in range(len(rows))]
    columns = {"population_id": pd.Series(ids, dtype="str"), "population_persons": [float(row[0]) for row in rows]}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(row[1:]) for row in rows], crs=STORAGE)


def test_totals_come_back_through_demand_points():
    known = settlements((600, 0.1, 0.1), (100, 0.05, 0.05), (500, 0.3, 0.1), (100, 0.35, 0.1), (9, 7, 7))
    population, checks = spread_totals(TOTALS, territories=PLACES, settlements=known)
    people, _ = demand_points(population, PLACES, demand_cell_m=2000)
    sums = people.groupby("territory_id")["population_persons"].sum().reindex(PLACES["territory_id"])
    assert sums.tolist() == pytest.approx([1_000.5, 300, 70, 12, np.nan], rel=1e-12, nan_ok=True)
    balance, pattern, lacking = checks
    assert (balance.status, pattern.status, lacking.status) == ("pass", "info", "warn")
    assert pattern.value == pytest.approx((300.5 + 70 + 12) / 1_382.5)
    assert [row["territory_id"] for row in lacking.rows] == ["05"]


def test_settlements_keep_their_people_and_the_rest_lives_on_the_land():
    known = settlements((600, 0.1, 0.1), (500, 0.3, 0.1), (100, 0.35, 0.1))
    population, _ = spread_totals(TOTALS, territories=PLACES, settlements=known)
    persons = population.set_index("population_id")["population_persons"]
    # More people than the total of 02 are scaled down to it, and nobody is left for its land.
    assert persons[["s0", "s1", "s2"]].tolist() == pytest.approx([600, 250, 50])
    on_land = population[population["population_id"].str.startswith("land")]
    owner = territory_of(on_land.geometry.to_numpy(), PLACES)
    counts = np.bincount(owner, minlength=5)
    # 22 km on a side at the equator: one point per km2; none but one inside a territory smaller than a cell.
    assert counts[[0, 2]] == pytest.approx([492, 492], rel=0.02)
    assert counts[[1, 3, 4]].tolist() == [0, 1, 0]
    assert np.ptp(on_land["population_persons"][owner == 0]) == 0


def test_without_settlements_people_are_spread_evenly():
    population, checks = spread_totals(TOTALS, territories=PLACES)
    assert population["population_persons"].sum() == pytest.approx(1_382.5)
    assert checks[1].value == 1
    assert "none are known" in checks[1].message


def test_nobody_stays_nobody():
    population, _ = spread_totals(pd.Series({"01": 0.0}), territories=PLACES, settlements=settlements((5, 0.1, 0.1)))
    people, _ = demand_points(population, PLACES, demand_cell_m=2000)
    assert people.groupby("territory_id")["population_persons"].sum().to_dict() == {"01": 0.0}


def test_a_settlement_of_one_person_is_scaled_as_any_other_is():
    population, _ = spread_totals(pd.Series({"01": 0.5}), territories=PLACES, settlements=settlements((1, 0.1, 0.1)))
    assert population["population_persons"].tolist() == [0.5]


def test_a_negative_total_is_refused():
    with pytest.raises(InputError, match="territory 02"):
        spread_totals(pd.Series({"01": 5.0, "02": -1.0}), territories=PLACES)


def test_a_raster_is_scaled_to_the_totals():
    raster = demand(("01", 400, 0.1, 0.1), ("01", 100, 0.05, 0.05), ("02", 0, 0.3, 0.1), ("05", 8, 1.05, 0.05))
    layer, factor, checks = scale_to_totals(raster, TOTALS, territories=PLACES)
    validate_layer(layer, "demand")
    sums = layer.groupby("territory_id")["population_persons"].sum().reindex(PLACES["territory_id"])
    # 02 and 03 have nobody in the raster: evenly over their land; 05 has no total: as the raster has it.
    assert sums.tolist() == pytest.approx([1_000.5, 300, 70, 12, 8], rel=1e-12)
    assert factor.tolist() == pytest.approx([2.001, 1, 1, 1, 1])
    in_first = layer[layer["territory_id"] == "01"]
    assert sorted(in_first["population_persons"]) == pytest.approx([200.1, 800.4])
    balance, factors, lacking = checks
    assert (balance.status, factors.status, lacking.status) == ("pass", "warn", "warn")
    assert factors.rows == [{"territory_id": "01", "factor": pytest.approx(2.001)}]


def table(tmp_path, text: str):
    path = tmp_path / "census.csv"
    path.write_text(text, encoding="utf-8")
    return path


NAMES = {"01": "Uno", "02": "Dos", "03": "Tres"}


def test_totals_of_several_years_are_read_by_column(tmp_path):
    path = table(tmp_path, "cod;p1993;p2015\n01;1.000;1.500\n02;;20\n77;3;4\n")
    totals, check = read_totals(path, NAMES, id="cod", population={2015: "p2015", 1993: "p1993"}, decimal=",")
    assert totals["territory_id"].tolist() == ["01", "01", "02", "02"]
    assert totals["year"].tolist() == [1993, 2015, 1993, 2015]
    assert totals["persons"].tolist() == pytest.approx([1000, 1500, np.nan, 20], nan_ok=True)
    assert (check.status, check.value, len(check.rows)) == ("warn", 2, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cod,p\n01,5\n01,6\n", "two rows"),
        ("cod,p\n1,5\n2,6\n", "leading zeros"),
        ("cod,p\n01,-5\n02,6\n", "0 or more"),
        ("cod,q\n01,5\n", "p"),
    ],
)
def test_tables_that_give_no_totals_are_refused(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read_totals(table(tmp_path, text), NAMES, id="cod", population={2020: "p"})


def test_totals_are_read_from_a_sheet_with_titles_and_codes_without_zeros(tmp_path):
    cells = [
        ["Cuadro 1", None],
        ["Codigo", "Poblacion"],
        [1, "1.200"],
        [2, "(D)"],
        [3, "-1"],
        [4, "800"],
        ["Fuente: censo", None],
    ]
    pd.DataFrame(cells).to_excel(tmp_path / "t.xlsx", header=False, index=False, sheet_name="C1")
    layout = {"sheet": "C1", "skip_rows": 1, "missing": ["-1"], "repair_codes": True}
    people, check = read_totals(tmp_path / "t.xlsx", dict.fromkeys(["01", "02", "03", "04"], ""), id="Codigo",
                                population={2018: "Poblacion"}, **layout)  # fmt: skip
    assert people["persons"].tolist() == pytest.approx([1200, np.nan, np.nan, 800], nan_ok=True)
    assert "leading zeros" in check.message
