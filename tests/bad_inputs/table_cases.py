"""Bad tables: what can be wrong with one, in each format and for each layer that is read from one."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd

from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.right import is_table, tables
from comarca.config.tables import ConfiguredColumn
from comarca.sources.tables.age_groups import read_age_groups
from comarca.sources.tables.attributes import read_attributes
from comarca.sources.tables.city_population import read_city_population
from comarca.sources.tables.employment import read_economy_table
from comarca.sources.tables.flows import read_flows
from comarca.sources.tables.holdings import read_holdings
from comarca.sources.tables.input_output import read_input_output
from comarca.sources.tables.outcomes import read_outcomes
from comarca.sources.tables.public_finance import read_public_finance
from comarca.sources.tables.totals import read_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES = {"0101": "A", "0102": "B", "0201": "C"}
#: Layer -> heading and rows of a sound table, and the column of its figures.
SOUND: dict[str, tuple[list[str], list[list[str]], str]] = {
    "holdings": (
        ["territory_id", "class_min_ha", "class_max_ha", "holdings", "area_ha"],
        [
            ["0101", "0", "10", "10", "50.5"], ["0101", "10", "", "4", "400.25"],
            ["0102", "0", "10", "20", "80"], ["0102", "10", "", "6", "1500"],
            ["0201", "0", "10", "31", "95.75"], ["0201", "10", "", "2", "1234.5"],
        ],
        "area_ha",
    ),
    "outcomes": (
        ["territory_id", "year", "income", "poverty"],
        [
            ["0101", "2000", "200.5", "30"], ["0101", "2010", "310", "25.5"],
            ["0102", "2000", "150.25", "41"], ["0102", "2010", "180", "40"],
            ["0201", "2000", "1234.5", "18"], ["0201", "2010", "1500", "12.25"],
        ],
        "income",
    ),
    "employment": (
        ["territory_id", "sector", "jobs"],
        [
            ["0101", "caña", "40"], ["0101", "trade", "25"], ["0102", "caña", "1200"], ["0102", "trade", "10"],
            ["0201", "caña", "7"], ["0201", "trade", "33"],
        ],
        "jobs",
    ),
    "firms": (
        ["territory_id", "max_jobs", "firms"],
        [
            ["0101", "9", "7"], ["0101", "49", "3"], ["0102", "9", "1250"], ["0102", "49", "12"],
            ["0201", "9", "30"], ["0201", "49", "5"],
        ],
        "firms",
    ),
    "totals": (["territory_id", "people"], [["0101", "1000"], ["0102", "25000"], ["0201", "4321"]], "people"),
    "attributes": (
        ["territory_id", "income_currency"], [["0101", "12.5"], ["0102", "1730.25"], ["0201", "9"]], "income_currency",
    ),
    "flows": (
        ["origin_id", "destination_id", "persons"],
        [
            ["0101", "0102", "5"], ["0101", "0201", "8"], ["0102", "0101", "1300"], ["0102", "0201", "9"],
            ["0201", "0101", "4"], ["0201", "0102", "26"],
        ],
        "persons",
    ),
    "age_groups": (
        ["territory_id", "age_from", "age_to", "persons"],
        [
            ["0101", "0", "14", "120"], ["0101", "15", "64", "300"], ["0101", "65", "", "45"],
            ["0102", "0", "14", "80"], ["0102", "15", "64", "1700"], ["0102", "65", "", "60"],
            ["0201", "0", "14", "12"], ["0201", "15", "64", "33"], ["0201", "65", "", "20"],
        ],
        "persons",
    ),
    "public_finance": (
        ["territory_id", "year", "budget", "transfers"],
        [
            ["0101", "2019", "1200.5", "300"], ["0101", "2020", "1310", "310.25"],
            ["0102", "2019", "900.25", "410"], ["0102", "2020", "950", "400"],
            ["0201", "2019", "77.5", "12"], ["0201", "2020", "81", "18.75"],
        ],
        "budget",
    ),
    "input_output": (
        ["sector", "caña", "trade", "output"],
        [["caña", "20.5", "60", "1000"], ["trade", "100", "50.25", "500"]],
        "trade",
    ),
    "city_population": (
        ["territory_id", "people"], [["0101", "12000"], ["0102", "25500"], ["0201", "1001"]], "people",
    ),
}  # fmt: skip
RIGHT = tables()
FORMATS = (".csv", ".xlsx", ".parquet")
_ATTRIBUTE = {"income_currency": ConfiguredColumn(title="Income", unit="", kind="number")}


def read(layer: str, path: Path) -> Any:
    """Read a file as the workflow does."""
    if layer == "holdings":
        return read_holdings(path)
    if layer == "outcomes":
        return read_outcomes(path)
    if layer in {"employment", "firms"}:
        return read_economy_table(path, name=layer)
    if layer == "totals":
        return read_totals(path, NAMES, id="territory_id", population={2010: "people"})[0]
    if layer == "flows":
        return read_flows(path, known=list(NAMES))[0]
    if layer == "age_groups":
        return read_age_groups(path, year=2020)
    if layer == "public_finance":
        return read_public_finance(path)
    if layer == "input_output":
        return read_input_output(path)[0]
    if layer == "city_population":
        return read_city_population(path, _towns(), id="territory_id", population={2010: "people"})[0]
    territories = pd.DataFrame(
        {"territory_id": list(NAMES), "territory_name": list(NAMES.values()), "parent_name": "P"}
    )
    return read_attributes(path, territories, _ATTRIBUTE, id_column="territory_id").values


def _towns() -> gpd.GeoDataFrame:
    columns = {"city_id": list(NAMES), "city_name": list(NAMES.values()), "population_persons": [1.0, 2.0, 3.0]}
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([0, 1, 2], [0, 0, 0]), crs=4326)


def write(heading: list[str], rows: list[list[str]], path: Path) -> None:
    """Write a table of texts in the format of the suffix."""
    table = pd.DataFrame(rows, columns=pd.Index(heading), dtype=str)
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_parquet(path)


def with_figures(layer: str, *figures: str) -> tuple[list[str], list[list[str]]]:
    """Put figures into the first rows."""
    heading, rows, column = SOUND[layer]
    place, changed = heading.index(column), [list(row) for row in rows]
    for row, figure in zip(changed, figures, strict=False):
        row[place] = figure
    return heading, changed


def renamed(layer: str, which: int, name: str) -> tuple[list[str], list[list[str]]]:
    """Give a column another name."""
    heading, rows, _ = SOUND[layer]
    return [*heading[:which], name, *heading[which + 1 :]], rows


#: Fault of the content -> change. All formats can hold it.
CONTENT: dict[str, Callable[[str], tuple[list[str], list[list[str]]]]] = {
    "sound": lambda layer: SOUND[layer][:2],
    "no rows": lambda layer: (SOUND[layer][0], []),
    "no column of codes": lambda layer: renamed(layer, 0, "unit_of_nothing"),
    "no column of figures": lambda layer: renamed(layer, SOUND[layer][0].index(SOUND[layer][2]), "other_things"),
    "words as figures": lambda layer: with_figures(layer, "many"),
    "negative figures": lambda layer: with_figures(layer, "-5"),
    "infinite figures": lambda layer: with_figures(layer, "inf"),
    "badly grouped figures": lambda layer: with_figures(layer, "1.234.56"),
    "two numbers in a cell": lambda layer: with_figures(layer, "12 13"),
    "a huge exponent": lambda layer: with_figures(layer, "1e999"),
    "figures that are all 0": lambda layer: with_figures(layer, *["0"] * len(SOUND[layer][1])),
    "one figure in per cent": lambda layer: with_figures(layer, "12%"),
    "all figures in per cent": lambda layer: with_figures(layer, *["12%"] * len(SOUND[layer][1])),
    "a figure of -9999": lambda layer: with_figures(layer, "-9999"),
    "the rows twice": lambda layer: (SOUND[layer][0], SOUND[layer][1] * 2),
}
#: Fault and layer in which the table is read all the same, since it can mean something there -> change of the answer.
READ_WHERE: dict[tuple[str, str], Callable[[pd.DataFrame], pd.DataFrame]] = {
    ("negative figures", "attributes"): lambda right: right.assign(income_currency=[-5.0, 1730.25, 9.0]),
    ("figures that are all 0", "attributes"): lambda right: right.assign(income_currency=0.0),
    ("all figures in per cent", "attributes"): lambda right: right.assign(income_currency=12.0),
    ("figures that are all 0", "holdings"): lambda right: right.assign(area_ha=0.0),
    ("no column of figures", "outcomes"): lambda right: right.drop(columns="income"),  # poverty is left
    ("no column of figures", "public_finance"): lambda right: right.drop(columns="budget"),  # transfers are left
    # A row without a column is no sector.
    ("no column of figures", "input_output"): lambda right: right.head(1),
    ("figures that are all 0", "input_output"): lambda right: right.assign(coefficient=[0.0205, 0.0, 0.1, 0.0]),
    # Rows of one pair are added up, such as those of women and men.
    ("the rows twice", "flows"): lambda right: right.assign(persons=right["persons"] * 2),
    **{("sound", layer): lambda right: right for layer in SOUND},
}
#: Fault of the file -> its bytes, of those of a sound one. All formats refuse them.
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda body: bytes(len(body)),
    "cut in its head": lambda body: body[:7],
    "a web page": lambda _: b"<!DOCTYPE html><html><title>Log in</title></html>",
}
#: Fault of a delimited text -> its change.
TEXT: dict[str, Callable[[str], bytes]] = {
    "a quote that is never closed": lambda text: text.replace("\n0102", '\n"0102', 1).replace("\n\"0102", '\n"0102', 1)
    .encode(),
    "a row with a field too many": lambda text: (text.rstrip("\n") + ",9,9,9\n").encode(),
    "a row with fields too few": lambda text: (text + "0201\n").encode(),
    "a row without its last cell": lambda text: (text.rstrip("\n").rpartition(",")[0] + "\n").encode(),
    "rows parted by another sign": lambda text: (lambda head, rest: f"{head.replace(',', ';')}\n{rest}")(
        *text.split("\n", 1)
    ).encode(),
    "a heading twice": lambda text: (lambda head, rest: f"{head},{head.split(',')[-1]}\n{rest}")(*text.split("\n", 1))
    .replace("\n0", "\n0").encode(),
    "bytes of no encoding": lambda text: text.encode().replace(b"0101", b"01\x81\x8d\x8f\x9001", 1),
    "bytes of zero": lambda text: text.encode().replace(b"0101", b"0\x00101", 1),
    "a huge field": lambda text: text.replace("0101", "0101" + "x" * 300_000, 1).encode(),
}  # fmt: skip
#: What stands below a sound table -> whether it is a note, or else a row that lacks cells.
_OF_CODES = ("a quote that is never closed", "bytes of no encoding", "bytes of zero", "a huge field")
BELOW: dict[str, bool] = {
    "Fuente: INE, 2010\n": True,
    "(1) Cifras provisorias; véase el anexo\n\n": True,
    "Notas: 1, los datos; 2, las fuentes, 3\n": True,
    "0201\n": False,
    "Monte\n": False,
}


def cases() -> Iterator[Case]:
    """List all cases."""
    for layer in SOUND:
        for suffix in FORMATS:
            for fault, change in CONTENT.items():
                answer = READ_WHERE.get((fault, layer))

                def make(folder: Path, layer: str = layer, suffix: str = suffix, change: Any = change) -> Any:
                    path = folder / f"table{suffix}"
                    write(*change(layer), path)
                    return lambda: read(layer, path)

                yield (
                    Case(layer, suffix, fault, ANSWER, make, is_table(answer(RIGHT[layer])))
                    if answer
                    else Case(layer, suffix, fault, REFUSED, make)
                )
            for fault, damage in BYTES.items():

                def spoil(folder: Path, layer: str = layer, suffix: str = suffix, damage: Any = damage) -> Any:
                    path = folder / f"table{suffix}"
                    write(*SOUND[layer][:2], path)
                    path.write_bytes(damage(path.read_bytes()))
                    return lambda: read(layer, path)

                yield Case(layer, suffix, fault, REFUSED, spoil)
        for fault, retell in TEXT.items():
            if layer == "input_output" and fault in _OF_CODES:
                continue

            def tear(folder: Path, layer: str = layer, retell: Any = retell) -> Any:
                path = folder / "table.csv"
                write(*SOUND[layer][:2], path)
                path.write_bytes(retell(path.read_text()))
                return lambda: read(layer, path)

            yield Case(layer, ".csv", fault, REFUSED, tear)
        for below, is_read in BELOW.items():

            def write_below(folder: Path, layer: str = layer, below: str = below) -> Any:
                path = folder / "table.csv"
                write(*SOUND[layer][:2], path)
                path.write_text(path.read_text() + below)
                return lambda: read(layer, path)

            told = (ANSWER, write_below, is_table(RIGHT[layer])) if is_read else (REFUSED, write_below)
            yield Case(layer, ".csv", f"below it {below.strip()}", *told)
        yield from _workbooks(layer)


def _edited(layer: str, change: Callable[[Any, int], None]) -> Callable[[Path], Any]:
    """Write a sound workbook of numbers, and change it: takes the workbook and the column of the figures."""

    def make(folder: Path) -> Any:
        path = folder / "table.xlsx"
        heading, rows, figure = SOUND[layer]
        place = heading.index(figure)
        table = pd.DataFrame(rows, columns=pd.Index(heading))
        table.assign(**{figure: table[figure].astype(float)}).to_excel(path, index=False)
        book = openpyxl.load_workbook(path)
        change(book, place + 1)
        book.save(path)
        return lambda: read(layer, path)

    return make


def _merge(book: Any, column: int) -> None:
    book.active.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)


def _never_computed(book: Any, column: int) -> None:
    book.active.cell(2, column).value = "=1+1"


def _hide(book: Any, column: int) -> None:
    hidden = book.copy_worksheet(book.active)
    hidden.cell(2, column).value = 1
    hidden.sheet_state = "hidden"
    book.move_sheet(hidden, -1)
    book.active = 1


#: Fault of a workbook -> change, and what comes of it.
SHEETS: dict[str, tuple[Callable[[Any, int], None], str]] = {
    "one figure in merged cells": (_merge, REFUSED),
    "a formula without a value": (_never_computed, REFUSED),
    "a second sheet of one heading": (lambda book, _: book.copy_worksheet(book.active), REFUSED),
    "a hidden sheet before it": (_hide, ANSWER),
}


def _workbooks(layer: str) -> Iterator[Case]:
    for fault, (change, outcome) in SHEETS.items():
        check = is_table(RIGHT[layer]) if outcome == ANSWER else None
        yield Case(layer, ".xlsx", fault, outcome, _edited(layer, change), check)

    def bomb(folder: Path) -> Any:
        path = folder / "table.xlsx"
        write(*SOUND[layer][:2], path)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
            member._file_size = 0  # type: ignore[attr-defined]
            member.write(b" " * 1_000)
        body = path.read_bytes()
        size = (1_000).to_bytes(4, "little")
        path.write_bytes(body.replace(size, (4_000_000_000).to_bytes(4, "little")))
        return lambda: read(layer, path)

    def archive_of_nothing(folder: Path) -> Any:
        path = folder / "table.xlsx"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("readme.txt", "no workbook")
        path.write_bytes(packed.getvalue())
        return lambda: read(layer, path)

    def cut(folder: Path) -> Any:
        path = folder / "table.xlsx"
        write(*SOUND[layer][:2], path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return lambda: read(layer, path)

    def far_cell(folder: Path) -> Any:
        path = folder / "table.xlsx"
        with pd.ExcelWriter(path, engine="xlsxwriter") as book:
            pd.DataFrame(SOUND[layer][1], columns=pd.Index(SOUND[layer][0])).to_excel(book, index=False)
            book.sheets["Sheet1"].write(1_048_575, 16_383, "x")
        return lambda: read(layer, path)

    yield Case(layer, ".xlsx", "a cell at the far end", REFUSED, far_cell)
    yield Case(layer, ".xlsx", "grows without end", REFUSED, bomb)
    yield Case(layer, ".xlsx", "an archive of something else", REFUSED, archive_of_nothing)
    yield Case(layer, ".xlsx", "cut", REFUSED, cut)
    yield Case(layer, ".csv", "not there", REFUSED, lambda folder: lambda: read(layer, folder / "nowhere.csv"))
    yield Case(layer, ".docx", "a format of its own", REFUSED, lambda folder: _foreign(layer, folder))


def _foreign(layer: str, folder: Path) -> Any:
    path = folder / "table.docx"
    path.write_bytes(b"PK\x03\x04")
    return lambda: read(layer, path)
