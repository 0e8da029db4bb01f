"""Tables that are well formed and say what cannot be: totals among parts, two spellings, units, too much land."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from bad_inputs import table_cases, vector_cases
from bad_inputs.case import ANSWER, REFUSED, Case
from comarca.errors import InputError
from comarca.sources.tables.comparable import in_common_units
from comarca.sources.tables.holdings import read_holdings
from comarca.sources.tables.holdings_checks import classes_check, land_check, means_check
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.outcomes import read_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES = table_cases.NAMES
_SECTORS = ["territory_id", "sector", "jobs"]
_FIRMS = ["territory_id", "max_jobs", "firms"]
_HOLDINGS = ["territory_id", "class_min_ha", "class_max_ha", "holdings", "area_ha"]
_OUTCOMES = ["territory_id", "year"]
_FLOWS = ["origin_id", "destination_id", "persons"]


def _jobs(**of_sector: str) -> list[list[str]]:
    return [[code, sector, jobs] for code in NAMES for sector, jobs in of_sector.items()]


def _outcomes(name: str, first: str, second: str) -> tuple[str, list[str], list[list[str]]]:
    rows = [[code, year, figure] for code in NAMES for year, figure in (("2000", first), ("2010", second))]
    return "outcomes", [*_OUTCOMES, name], rows


def _classes(*limits: tuple[str, str]) -> list[list[str]]:
    return [[code, low, high, "3", "20"] for code in NAMES for low, high in limits]


_WIDE = ["territory_id", "Número - De 0 a menos de 10 ha", "Área - De 0 a menos de 10 ha", "De 10 a menos de 50 ha"]
_LABELS = ["territory_id", "size_class", "holdings", "area_ha"]
_SIZES = ("De 10 a menos de 50 ha", "10-50 ha")
#: Fault -> layer, heading and rows of a table that is refused.
TABLES: dict[str, tuple[str, list[str], list[list[str]]]] = {
    "a sector called total": ("employment", _SECTORS, _jobs(farms="40", trade="20", Total="60")),
    "a sector called todos los sectores": ("employment", _SECTORS, _jobs(farms="4", **{"Todos los sectores": "4"})),
    "a total without its name": ("employment", _SECTORS, _jobs(farms="40", trade="20", A_Z="60")),
    "jobs as shares of 1": ("employment", _SECTORS, _jobs(farms="0.4", trade="0.6")),
    "jobs beyond those of the earth": ("employment", _SECTORS, _jobs(farms="1e15", trade="60")),
    "persons of flows as shares": (
        "flows", _FLOWS, [["0101", "0102", "0.25"], ["0101", "0201", "0.75"], ["0102", "0101", "1"]],
    ),
    "flows with codes that lost zeros in some rows": (
        "flows", _FLOWS, [["0101", "0102", "5"], ["101", "0102", "50"], ["0102", "0101", "3"]],
    ),
    "a sector under two spellings": ("employment", _SECTORS, _jobs(Comércio="40", COMERCIO="20")),
    "women in per cent": (
        "employment", [*_SECTORS, "women"], [[code, "farms", "400", "45%"] for code in NAMES],
    ),
    "jobs of women and men that are not those of both": (
        "employment", [*_SECTORS, "sex"],
        [[code, "farms", n, sex] for code in NAMES for sex, n in (("women", "10"), ("men", "12"), ("both", "50"))],
    ),
    "a sector twice": ("employment", _SECTORS, [*_jobs(farms="4", trade="2"), ["0101", "farms", "3"]]),
    "firms with a row of the total": (
        "firms", _FIRMS, [[code, top, n] for code in NAMES for top, n in (("9", "7"), ("49", "3"), ("", "10"))],
    ),
    "a year of two digits": ("outcomes", [*_OUTCOMES, "income"], [[code, "98", "200"] for code in NAMES]),
    "poverty as share and then in per cent": _outcomes("poverty", "0.5", "40"),
    "poverty of both units in one year": (
        "outcomes", [*_OUTCOMES, "poverty"], [["0101", "2000", "0.5"], ["0102", "2000", "40"]],
    ),
    "a Gini coefficient of 1.4": _outcomes("inequality", "0.4", "1.4"),
    "all Gini coefficients above 1": _outcomes("inequality", "1.3", "1.4"),
    "poverty of 140 per cent": _outcomes("poverty", "20", "140"),
    "negative incomes": _outcomes("income", "-20", "140"),
    "a class upside down": ("holdings", _HOLDINGS, _classes(("50", "10"))),
    "a total among the classes": ("holdings", _HOLDINGS, _classes(("0", "10"), ("10", ""), ("0", ""))),
    "a class under two spellings": (
        "holdings", _LABELS, [[code, size, "3", "60"] for code in NAMES for size in _SIZES],
    ),
    "a heading without its measure": ("holdings", _WIDE, [[code, "3", "20", "60"] for code in NAMES]),
}  # fmt: skip
_SPELLINGS: dict[str, Callable[[str], str]] = {
    "lost zeros": lambda code: code.lstrip("0"),
    "blanks": lambda code: f"{code[:2]} {code[2:]}",
}


def cases() -> Iterator[Case]:
    """List all cases."""
    for fault, (layer, heading, rows) in TABLES.items():
        for suffix in (".csv", ".xlsx", ".parquet"):
            yield Case(layer, suffix, fault, REFUSED, _written(layer, heading, rows, suffix))
    for layer in ("employment", "firms", "outcomes", "holdings"):
        for fault, spell in _SPELLINGS.items():
            yield Case(layer, ".csv", f"a code under two spellings: {fault}", REFUSED, _spelt(layer, spell))
        yield Case(layer, ".csv", "one code under two names", REFUSED, _named(layer))
    yield Case("holdings", ".csv", "areas in square metres", REFUSED, _land(10_000))
    yield Case("holdings", ".csv", "areas in acres", REFUSED, _land(2.471))
    yield Case("holdings", ".csv", "land of one beyond its territory", ANSWER, _land(1, "180"), _warns)
    yield Case("holdings", ".csv", "labels with three decimals", ANSWER, _three_decimals, _gives([0.5, 1.125, 2.5]))
    yield Case("holdings", ".csv", "a class that lacks", ANSWER, _gap, _warns)
    yield Case("holdings", ".csv", "numbers and areas exchanged", REFUSED, _means("400", "10", count=12))
    yield Case("holdings", ".csv", "areas in square kilometres", REFUSED, _means("10", "0.4", count=12))
    yield Case("holdings", ".csv", "one mean outside its class", ANSWER, _means("10", "4", count=1), _warns)
    yield Case(
        "outcomes", ".csv", "poverty from 0.8 to 60 per cent", ANSWER, _poverty, lambda t: max(t["poverty"]) == 60
    )
    for fault, cells, outcome, persons in _CITIES:
        yield Case("cities", ".csv", fault, outcome, _cities_table(cells), _gives(persons) if persons else None)
    yield Case("cities", ".csv", "degrees of three decimals among semicolons", ANSWER, _semicolons,
               _gives([-58.123, -33.456, -57.25, -33.0]))  # fmt: skip
    yield Case("cities", ".geojson", "one text of thousands among numbers", REFUSED, _cities_geojson)
    for suffix in (".xlsx", ".parquet"):
        for decimal in (",", None):
            fault = f"numbers of three decimals, {decimal or 'no'} sign given"
            yield Case("outcomes", suffix, fault, ANSWER, _stored(suffix, decimal), _gives([12.125, 200.125, 13.375]))
    yield Case("outcomes", ".parquet", "decimal numbers", ANSWER, _decimals, _gives([12.125, 200.0, 13.375]))
    yield Case("outcomes", ".xlsx", "a code of more digits than numbers keep", REFUSED, _long_code)
    yield Case("outcomes", ".parquet", "codes in an index with a name", ANSWER, _indexed, _gives(list(NAMES)))
    yield Case("outcomes", ".xlsx", "a text of thousands among numbers", REFUSED, _stored(".xlsx", None, "13.375"))


#: Fault, inhabitants of two cities in a delimited text, what has to come of it.
_CITIES = (
    ("dots of thousands, which counts tell", ("60.000", "45.500"), ANSWER, [60_000, 45_500]),
    ("a dot that nothing tells of", ("60.000", ""), REFUSED, None),
    ("dots of thousands beside decimals", ("10000.0", "12.000"), REFUSED, None),
    ("commas of thousands", ("60,000", "45,000"), ANSWER, [60_000, 45_000]),
    ("thousands with decimals", ("60.5", "12.25"), REFUSED, None),
    ("per cents", ("5%", "12%"), REFUSED, None),
    ("zeros", ("0", "0"), REFUSED, None),
    ("powers of ten", ("6.125e4", "4.5e3"), ANSWER, [61_250, 4500]),
    ("groups of two digits after dots", ("1.23.456", "60.000"), REFUSED, None),
    ("groups of two digits after commas", ("1,23,456", "60,000"), ANSWER, [123_456, 60_000]),
    ("persons of a model", ("812.40625", "61250.5"), ANSWER, [812.40625, 61_250.5]),
    ("persons of a hamlet and a town", ("120", "8000"), ANSWER, [120, 8000]),
    ("decimals that are none", ("10000.0", "12000.0"), ANSWER, [10_000, 12_000]),
)


def _cities_table(cells: tuple[str, str]) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        rows = [["1", "A", cells[0], "-58.12", "-33.45"], ["2", "B", cells[1], "-57.25", "-33.12"]]
        table_cases.write(["code", "label", "people", "lon", "lat"], rows, folder / "t.csv")
        return lambda: vector_cases.read("cities", folder / "t.csv")["population_persons"].tolist()

    return make


def _semicolons(folder: Path) -> Any:
    text = "code;label;people;lon;lat\n1;A;60000;-58.123;-33.456\n2;B;45000;-57.250;-33\n"
    (folder / "t.csv").write_text(text)
    return lambda: vector_cases.read("cities", folder / "t.csv").get_coordinates().to_numpy().ravel().tolist()


def _cities_geojson(folder: Path) -> Any:
    layer = json.loads(vector_cases.good("cities").to_json())
    layer["features"][0]["properties"]["people"] = "12.000"
    (folder / "c.geojson").write_text(json.dumps(layer))
    return lambda: vector_cases.read("cities", folder / "c.geojson")


def _stored(suffix: str, decimal: Any, last: Any = 13.375) -> Callable[[Path], Any]:
    """Incomes stored as numbers and not as text."""

    def make(folder: Path) -> Any:
        path = folder / f"t{suffix}"
        table = pd.DataFrame({"territory_id": list(NAMES), "year": 2010, "income": [12.125, 200.125, last]})
        table.to_parquet(path) if suffix == ".parquet" else table.to_excel(path, index=False)
        return lambda: read_outcomes(path, decimal=decimal)["income"].tolist()

    return make


def _decimals(folder: Path) -> Any:
    incomes = [Decimal("12.125"), Decimal("200.000"), Decimal("13.375")]
    pd.DataFrame({"territory_id": list(NAMES), "year": 2010, "income": incomes}).to_parquet(folder / "t.parquet")
    return lambda: read_outcomes(folder / "t.parquet")["income"].tolist()


def _long_code(folder: Path) -> Any:
    """Write codes of 18 digits as numbers, whose last digits are lost: no territory gets what may be another's."""
    codes = [123456789012345678, 123456789012345696]
    pd.DataFrame(
        {"territory_id": [float(code) for code in codes], "year": [2000, 2010], "income": [1.5, 2.5]}
    ).to_excel(folder / "t.xlsx", index=False)
    territories = {str(code): "A" for code in codes}

    return lambda: join_by_code(read_outcomes(folder / "t.xlsx"), territories, name="outcomes")


def _indexed(folder: Path) -> Any:
    table = pd.DataFrame({"territory_id": list(NAMES), "year": 2010, "income": [12.5, 20.5, 13.5]})
    table.set_index("territory_id").to_parquet(folder / "t.parquet")
    return lambda: read_outcomes(folder / "t.parquet")["territory_id"].tolist()


def _gives(expected: Any) -> Callable[[Any], bool]:
    return lambda found: bool(found == expected)


def _warns(check: Any) -> bool:
    return bool(check.status == "warn" and len(check.rows) == 1)


def _written(layer: str, heading: list[str], rows: list[list[str]], suffix: str) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        path = folder / f"table{suffix}"
        table_cases.write(heading, rows, path)
        return lambda: _read(layer, path)

    return make


def _read(layer: str, path: Path) -> Any:
    table = table_cases.read(layer, path)
    return in_common_units(table, where=str(path)) if layer == "outcomes" else table


def _spelt(layer: str, spell: Callable[[str], str]) -> Callable[[Path], Any]:
    """Write the first territory's rows once more, under another spelling of its code."""

    def make(folder: Path) -> Any:
        heading, rows, _ = table_cases.SOUND[layer]
        first = [row for row in rows if row[0] == "0101"]
        table_cases.write(heading, [*rows, *([spell(row[0]), *row[1:]] for row in first)], folder / "t.csv")
        return lambda: _joined(layer, folder / "t.csv")

    return make


def _joined(layer: str, path: Path) -> Any:
    table, check = join_by_code(table_cases.read(layer, path), NAMES, name=layer, repair=True)
    if check.rows:  # what did not join is reported; refused here, to tell it from what was taken in
        raise InputError(str(path), got=check.rows[0], expected="codes of the territories")
    return table


def _named(layer: str) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        heading, rows, _ = table_cases.SOUND[layer]
        first = [[*row, "ALBA"] for row in rows if row[0] == "0101"]
        named = [*([*row, "Alba"] for row in rows), *first]
        table_cases.write([*heading, "territory_name"], named, folder / "t.csv")
        return lambda: table_cases.read(layer, folder / "t.csv")

    return make


def _land(factor: float, first: str = "80") -> Callable[[Path], Any]:
    """Holdings of three territories of 100 ha each."""

    def make(folder: Path) -> Any:
        side = 0.00898  # degrees, about 1 km
        shapes = [shapely.box(at, 0, at + side, side) for at in range(3)]
        area = gpd.GeoDataFrame({"territory_id": list(NAMES)}, geometry=shapes, crs=4326)
        land = zip(NAMES, (first, "80", "80"), strict=True)
        rows = [[code, "0", "", "10", str(float(each) * factor)] for code, each in land]
        table_cases.write(_HOLDINGS, rows, folder / "t.csv")
        return lambda: land_check(read_holdings(folder / "t.csv"), area, where="t.csv")

    return make


def _three_decimals(folder: Path) -> Any:
    sizes = (("De 0.500 a 1.125 ha", "2"), ("De 1.125 a 2.500 ha", "4"), ("De 2.500 ha y más", "9"))
    rows = [[code, size, "3", area] for code in NAMES for size, area in sizes]
    table_cases.write(_LABELS, rows, folder / "t.csv")
    return lambda: sorted(set(read_holdings(folder / "t.csv")["class_min_ha"]))


def _gap(folder: Path) -> Any:
    rows = [[code, low, high, "10", "100"] for code in NAMES for low, high in (("0", "10"), ("50", ""))]
    table_cases.write(_HOLDINGS, rows, folder / "t.csv")
    return lambda: classes_check(read_holdings(folder / "t.csv"))


def _means(number: str, area: str, *, count: int) -> Callable[[Path], Any]:
    """Give some of the twelve classes of sound holdings other figures."""

    def make(folder: Path) -> Any:
        limits = ("10", "100"), ("100", "1000"), ("1000", "5000"), ("5000", "")
        sound = ("10", "400"), ("10", "4000"), ("10", "30000"), ("10", "90000")
        rows = [[code, *limit, *figures] for code in NAMES for limit, figures in zip(limits, sound, strict=True)]
        rows = [[*row[:3], number, area] if place < count else row for place, row in enumerate(rows)]
        table_cases.write(_HOLDINGS, rows, folder / "t.csv")
        return lambda: means_check(read_holdings(folder / "t.csv"), where="t.csv")

    return make


def _poverty(folder: Path) -> Any:
    rows = [[code, "2000", figure] for code, figure in zip(NAMES, ("0.8", "2", "60"), strict=True)]
    table_cases.write([*_OUTCOMES, "poverty"], rows, folder / "t.csv")
    return lambda: _read("outcomes", folder / "t.csv")
