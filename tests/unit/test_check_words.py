"""Checks have titles in Spanish and Portuguese, and what they are held against too."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from comarca.publish.quality import NotComputed, quality_report
from comarca.publish.quality_text import quality_markdown
from comarca.registry import DATA
from comarca.registry.checks import NUMBER, check_expected, check_title, has_word, number_in
from comarca.results import Check

SOURCE = Path(__file__).resolve().parents[2] / "src/comarca"
TEXTS = yaml.safe_load((DATA / "checks.yaml").read_text(encoding="utf-8"))
#: Names that are made of the name of a layer and that of another check.
COMPOSED = {"{}_{}", "population_raster_balance"}
FIELDS = ("name", "status", "value", "threshold", "message", "rows")


def texts(node: ast.expr | None) -> list[str]:
    """Texts that an expression can be, with what is put in as braces."""
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.JoinedStr(values=values):
            return ["".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)]
        case ast.IfExp(body=body, orelse=other):
            return [*texts(body), *texts(other)]
    return []


@cache
def checks() -> list[dict[str, ast.expr]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
                given = dict(zip(FIELDS, node.args, strict=False))
                found.append(given | {word.arg: word.value for word in node.keywords if word.arg})
    return found


def test_every_check_has_a_title_in_each_language() -> None:
    lacking = {name for given in checks() for name in texts(given.get("name")) if name not in TEXTS["titles"]}
    assert lacking <= COMPOSED


def test_the_headings_of_cases_are_translated() -> None:
    """Rows are written as a list of dictionaries, given to the check or named `rows` before."""
    keys: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "Check(" in text else ():
            named = (
                isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "rows"
            )
            if named or (isinstance(node, ast.keyword) and node.arg == "rows"):
                cases = [part for part in ast.walk(node.value) if isinstance(part, ast.ListComp | ast.List)]
                rows = [row for case in cases for row in ast.walk(case) if isinstance(row, ast.Dict)]
                keys |= {key.value for row in rows for key in row.keys if isinstance(key, ast.Constant)}
    assert len(keys) > 60
    assert sorted(key for key in keys if not has_word(key)) == []


def test_what_a_check_is_held_against_is_translated() -> None:
    def fits(text: str) -> bool:
        pattern = re.compile(re.escape(text).replace(r"\{\}", r"[\w {},]+"))
        return any(pattern.fullmatch(key) for key in TEXTS["expected"])

    found = {NUMBER.sub("{}", text) for given in checks() for text in texts(given.get("threshold")) if text}
    assert sorted(text for text in found if not fits(text)) == []


@pytest.mark.parametrize("part", ["titles", "expected", "words"])
def test_each_row_keeps_its_fields_in_both_languages(part: str) -> None:
    for key, row in TEXTS[part].items():
        assert set(row) == {"es", "pt"}
        assert {text.count("{}") for text in row.values()} == {key.count("{}")}, key


def test_titles_take_in_layers_and_classes() -> None:
    assert check_title("osm_roads_left_out", "es") == "Objetos de OpenStreetMap que se dejaron fuera: carreteras"
    assert check_title("demand_unreachable_town_share", "pt").endswith("nenhuma cidade (cidade pequena)")
    assert check_title("cities_apart", "en") == "Cities apart"
    assert (
        check_title("territories_broken_shapes", "pt") == "Linhas sem forma utilizável que ficaram de fora: territórios"
    )
    assert check_title("protected_areas_broken_shapes", "es").endswith(": áreas protegidas")
    assert check_title("not_of_the_list", "es") == "Not of the list"


def test_limits_keep_their_numbers() -> None:
    assert check_expected("at most 0.1 % of the km of road", "es") == "0,1 % de los km de carretera como máximo"
    assert check_expected("at most 0.1 % of the km of road", "pt") == "no máximo 0,1% dos km de estrada"
    assert check_expected("relative difference at most 1e-06", "es") == "diferencia relativa de 0,000001 como máximo"
    assert check_expected("no column with more than 50% missing", "es").startswith(
        "ninguna columna con más de 50\u00a0%"
    )
    assert check_expected("none", "es") == "que no haya casos"
    assert check_expected("152 to 163 km2, within 2%", "pt") == "de 152 a 163 km², com uma margem de 2%"
    assert check_expected("something new", "es") == "something new"
    assert [number_in(text, "es") for text in ("2.5e-05", "1e-05%")] == ["0,000025", "0,00001\u00a0%"]


@pytest.mark.parametrize(("language", "heading", "either", "meant"), [
    ("es", "Para revisar", "o", "menos unidades que el mínimo configurado: 6"),
    ("pt", "Para rever", "ou", "menos unidades que o mínimo configurado: 6"),
])  # fmt: skip
def test_the_report_holds_no_english_sentence(language: str, heading: str, either: str, meant: str) -> None:
    rows = [{"city": "A", "snap_km": 1.5, "p": 1e-103, "reasons": {"too_few_units": 6}}]
    check = Check("cities_off_network", "warn", 3, "none", "3 of 9 cities are off.", rows)
    titles = {"es": "Título", "pt": "Título"}
    either_key = "services.provider or territories.provider"
    lacking = [
        NotComputed("a", "Title", ("roads",), "regions.X.roads", titles=titles),
        NotComputed("b", "Title", (), either_key, reasons={"too_few_units": 6, "": 1}, titles=titles),
    ]
    report = quality_report([check], region="LIE", not_computed=lacking)
    text = quality_markdown(report, language=language, title="Liechtenstein")
    assert f"## {heading}" in text
    assert "3 of 9" not in text
    assert "1,5" in text
    assert "| < 0,0001 |".replace("<", "&lt;") in text
    assert "Título (`a`)" in text
    assert text.splitlines()[0].endswith(": Liechtenstein")
    assert text.count(meant) == 2
    assert f"`services.provider` {either} `territories.provider`" in text
    assert "too few units" not in text
    assert "LIE" not in text
    body = text.split("## ")[0]
    assert not re.search(r"\b(the|of|and|which)\b", body)
