"""What checks say is said in Spanish and Portuguese, sentence by sentence."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

from comarca.publish.quality import quality_report
from comarca.publish.quality_text import quality_markdown
from comarca.registry import DATA
from comarca.registry.check_messages import check_message, check_word
from comarca.registry.checks import number_in
from comarca.results import Check
from comarca.uncertainty.compute import draws_note

SOURCE = Path(__file__).resolve().parents[2] / "src/comarca"
TEXTS = yaml.safe_load((DATA / "check_messages.yaml").read_text(encoding="utf-8"))
ORDER = ("name", "status", "value", "threshold", "message", "rows")


def texts(node: ast.expr, names: dict[str, list[ast.expr]]) -> list[str]:
    """Texts that an expression can be, with 7 for what is put in; the names are those that the function assigns."""
    match node:
        case ast.Constant(value=str(value)):
            return [value]
        case ast.JoinedStr(values=parts):
            return [
                "".join(str(part.value) if isinstance(part, ast.Constant) else put_in(part, names) for part in parts)
            ]
        case ast.IfExp(body=body, orelse=other):
            return [*texts(body, names), *texts(other, names)]
        case ast.BinOp(left=left, right=right):
            return [one + two for one in texts(left, names) for two in texts(right, names)]
        case ast.Name(id=name):
            # Pieces that are added to a text; those that are sentences stand for themselves, too.
            pieces = [text for value in names.get(name, []) for text in texts(value, {})]
            whole = all(check_message(text.strip(), "es") is not None for text in pieces)
            return pieces if whole else ["".join(pieces)]
        case ast.Call(func=ast.Attribute(value=value, attr="rstrip")):
            return texts(value, names)
    return []


def put_in(part: ast.expr, names: dict[str, list[ast.expr]]) -> str:
    """What stands in braces: 7, or a text that the function has assigned."""
    known = (
        texts(part.value, names) if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) else []
    )
    return known[0] if known and known[0] else "7"


def assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AugAssign(target=ast.Name(id=name), value=value)
            ):
                found.setdefault(name, []).append(value)
    return found


@cache
def messages() -> list[str]:
    """What the checks of the code say."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            names = assigned(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
                    given = dict(zip(ORDER, node.args, strict=False)) | {key.arg: key.value for key in node.keywords}
                    found += texts(given["message"], names) if "message" in given else []
    return found


def test_the_messages_of_the_code_are_found() -> None:
    assert len(messages()) > 120


@pytest.mark.parametrize("language", ["es", "pt"])
def test_every_message_of_the_code_is_translated(language: str) -> None:
    said = {text.strip() for text in messages()}
    with_a_note = {"7 values have a band in indicators_uncertainty.csv. 7"}
    assert sorted(text for text in said - with_a_note if check_message(text, language) is None) == []
    notes = [draws_note(0, 0, max_points=1), draws_note(30, 9, max_points=1), draws_note(0, 9, max_points=1)]
    assert None not in [check_message(note, language) for note in notes]


@pytest.mark.parametrize("part", ["sentences", "phrases"])
def test_each_row_is_in_both_languages(part: str) -> None:
    assert [key for key, row in TEXTS[part].items() if set(row) != {"es", "pt"}] == []


def test_numbers_and_words_are_those_of_the_language() -> None:
    said = "In 3 of 1,234 territories a nearer town city may lie beyond the road data."
    assert check_message(said, "es") == (
        "En 3 de 1\N{NO-BREAK SPACE}234 territorios puede haber una ciudad más cercana (ciudad pequeña) fuera de los "
        "datos viales."
    )
    assert "1.234 territórios" in str(check_message(said, "pt"))
    assert check_message(said, "en") == said
    assert check_message("Something that nobody wrote.", "es") is None
    assert number_in("-1,234.5%", "es") == "\N{MINUS SIGN}1\N{NO-BREAK SPACE}234,5\N{NO-BREAK SPACE}%"
    assert check_word("ways that are not closed: 101", "pt") == "vias que não se fecham: 101"
    assert check_word("Vaduz", "es") == "Vaduz"


def test_several_sentences_are_put_together() -> None:
    said = "3 of 5 rows of parcels have no shape, or one without extent, and are left out."
    assert check_message(f"{said} 2 of them have shapes of another type.", "pt") == (
        "3 de 5 linhas (parcelas) não têm forma, ou uma sem extensão, e ficam de fora. "
        "Delas, com formas de outro tipo: 2."
    )


def test_the_report_says_sentences_and_places() -> None:
    rows = [{"kind": "gap", "longitude": 9.496123, "robust_z": -223.2}]
    check = Check("services_closed", "warn", 3, "", "3 services are closed.", rows)
    text = quality_markdown(quality_report([check], region="X"), language="es")
    assert "Servicios que se cierran: 3." in text
    assert "| hueco | 9,4961 | \N{MINUS SIGN}223,2 |" in text
