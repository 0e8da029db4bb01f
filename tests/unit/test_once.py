"""Rows that would count something twice, and holdings that have more land than there is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.errors import InputError
from comarca.sources.tables.flows import read_flows
from comarca.sources.tables.holdings_checks import classes_check, land_check
from comarca.sources.tables.input_output import read_input_output
from comarca.sources.tables.once import find_total, is_total, one_name, refuse_totals


def jobs(**sectors):
    rows = [(code, "", name, figure) for code in ("1", "2", "3") for name, figure in sectors.items()]
    return pd.DataFrame(rows, columns=["territory_id", "territory_name", "sector", "jobs"])


@pytest.mark.parametrize(
    "name",
    [
        "Total", "TOTAL GENERAL", "Todos los sectores", "All sectors", "subtotal", "Grand total", "Total ocupados",
        "Empleo total", "TOTAL (A+B)", "Total*", "T O T A L", "Ensemble", "Tous", "Total de ocupados", "Tot.",
        "Todas as atividades", "Pessoal ocupado total", "Total 2010", "Toutes les branches", "Total nacional",
        "Ambos sexos", "Both sexes", "Total general de empresas", "All economic activities", "Total géral",
    ],
)  # fmt: skip
def test_a_class_that_is_called_total_is_refused(name):
    with pytest.raises(InputError, match="total of the others"):
        refuse_totals(jobs(farms=1, **{name: 5}), "sector", "jobs", where="t")


def test_a_class_that_is_the_sum_of_the_others_everywhere_is_refused():
    with pytest.raises(InputError, match="A-Z"):
        refuse_totals(jobs(farms=1, trade=2, **{"A-Z": 3}), "sector", "jobs", where="t")


def test_a_class_that_is_the_sum_in_some_territories_passes():
    table = jobs(farms=1, trade=2, other=3)
    table.loc[table.index[-1], "jobs"] = 4
    refuse_totals(table, "sector", "jobs", where="t")
    refuse_totals(jobs(farms=1, trade=1), "sector", "jobs", where="t")
    refuse_totals(jobs(total=1), "sector", "jobs", where="t")


def test_a_total_beside_withheld_figures_is_refused():
    table = jobs(farms=10, trade=2, other=3, **{"A-Z": 15})
    table.loc[1, "jobs"] = np.nan
    with pytest.raises(InputError, match="A-Z"):
        refuse_totals(table, "sector", "jobs", where="t")
    table.loc[3, "jobs"] = 12  # less than the figures that are told
    refuse_totals(table, "sector", "jobs", where="t")


@pytest.mark.parametrize(
    "name",
    [
        "Totora", "Somalia", "Tourism", "All-terrain vehicles", "Tout compris", "Totalmente mecanizado",
        "Produção total", "Total de la tierra propia", "Comercio total", "All other sectors",
        "Todos los demás sectores", "Total otros",
        "Todas as outras atividades", "Toutes les autres branches", "Suma asegurada", "Conjunto habitacional",
    ],
)  # fmt: skip
def test_names_that_are_like_those_of_totals_pass(name):
    assert not is_total(name)


@pytest.mark.parametrize(
    ("sectors", "total"),
    [
        ({"farms": 6, "trade": 5, "Total censado": 12}, "Total censado"),
        ({"farms": 90, "Comercio mayorista": 2, "Comercio minorista": 3, "Comercio total": 5}, "Comercio total"),
        ({"farms": 6, "trade": 5, "Produção total": 9}, None),
        ({"Total urbano": 90, "Total rural": 5, "Total disperso": 4}, None),
        ({"Total de la tierra propia": 90, "Tierra arrendada": 5}, None),
        ({"farms": 6, "trade": 5, "All other sectors": 40}, None),
    ],
)
def test_a_name_that_may_be_that_of_a_total_is_told_by_its_figures(sectors, total):
    table = pd.DataFrame([sectors, sectors])
    assert find_total(table) == total
    assert find_total(table[::-1]) == total


def flows(tmp_path, heading, parts):
    path = tmp_path / "flows.csv"
    pairs = [(a, b) for a in "123" for b in "123"]
    rows = [f"{a},{b},{part},{n}" for a, b in pairs for part, n in parts]
    path.write_text("\n".join([f"origin_id,destination_id,{heading},persons", *rows]))
    return read_flows(path, known=list("123"))[0]


@pytest.mark.parametrize(
    "parts", [(("T", 10), ("M", 6), ("F", 4)), (("Total", 10), ("F", 4)), (("Total censado", 11), ("M", 6), ("F", 4))]
)
def test_flows_with_rows_of_totals_are_refused(parts, tmp_path):
    with pytest.raises(InputError, match="total"):
        flows(tmp_path, "sex", parts)


def test_flows_whose_codes_lost_zeros_in_part_are_refused(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("origin_id,destination_id,persons\n10,11,5\n10,2,7\n11,99,3\n")
    with pytest.raises(InputError, match=r"destination_id.*'2'.*'02'"):
        read_flows(path, known=["01", "02", "10", "11"])


def test_flows_of_parts_are_added_up(tmp_path):
    found = flows(tmp_path, "mode", (("bus", 10), ("car", 6), ("foot", 3)))
    assert found["persons"].tolist() == [19.0] * 9


def test_an_input_output_table_with_a_total_is_refused(tmp_path):
    path = tmp_path / "io.csv"
    path.write_text("sector,farms,trade,Total,output\nfarms,10,10,20,100\ntrade,10,5,15,100\nTotal,20,15,35,200\n")
    with pytest.raises(InputError, match="'Total', the total of the others"):
        read_input_output(path)
    path.write_text("sector,farms,trade,output\nfarms,10,10,100\ntrade,10,5,100\nTotal,20,15,200\n")
    assert read_input_output(path)[0]["coefficient"].tolist() == [0.1, 0.1, 0.1, 0.05]


def test_rows_of_one_code_get_one_name_and_rows_without_a_code_keep_theirs():
    table = pd.DataFrame(
        {"territory_id": ["1", "1", "", ""], "territory_name": ["Alba", "ALBA", "B", "C"], "year": [1, 1, 1, 1]}
    )
    assert one_name(table, ["year"]).tolist() == ["Alba", "Alba", "B", "C"]


def holdings(*rows):
    return pd.DataFrame(rows, columns=["territory_id", "year", "class_min_ha", "class_max_ha", "area_ha"])


@pytest.fixture
def territories():
    side = 0.1
    shapes = [shapely.box(at * side, 0, (at + 1) * side, side) for at in range(2)]
    return gpd.GeoDataFrame({"territory_id": ["1", "2"]}, geometry=shapes, crs=4326)


def test_holdings_beyond_the_land_of_their_territory_are_told_and_of_all_refused(territories):
    # 0.1 by 0.1 degrees on the equator: 11.132 by 11.057 km.
    check = land_check(holdings(("1", 2000, 0, 10, 13_500), ("2", 2000, 0, 10, 5_000)), territories, where="t")
    assert (check.status, check.value) == ("warn", 1)
    assert check.rows[0]["land_ha"] == pytest.approx(12_309, rel=1e-3)
    assert land_check(holdings(("1", 2000, 0, 10, 12_500)), territories, where="t").status == "pass"
    with pytest.raises(InputError, match="2 times"):
        land_check(holdings(("1", 2000, 0, 10, 2 * 12_309)), territories, where="t")


def test_a_class_that_lacks_between_others_is_told():
    full = holdings(("1", 2000, 0, 9.99, 1), ("1", 2000, 10, 50, 1), ("2", 2000, 50, np.nan, 1))
    assert classes_check(full).status == "pass"
    found = classes_check(full[full["class_min_ha"] != 10])
    assert found.rows == [{"year": 2000, "from_ha": 9.99, "to_ha": 50.0}]
