"""File names of codes that others chose."""

import doctest
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from comarca.guards import file_names as module
from comarca.guards.file_names import file_names


def test_the_example_gives_what_it_says():
    failed, tried = doctest.testmod(module)
    assert (failed, tried) == (0, 1)


@pytest.mark.parametrize("code", ["2101", "LIE.1", "BR-21", "São Luís", "Ñuñoa (Norte)", "01 a"])
def test_usual_codes_are_their_own_names(code):
    assert file_names([code]) == {code: code}


@pytest.mark.parametrize(
    "code", [".hidden", "..", ".", "-rf", "con", "AUX.1", "a/b", "a\\b", "a:b", "end.", "end ", "", "\n"]
)
def test_hidden_reserved_and_impossible_names_are_written_otherwise(code):
    name = file_names([code])[code]
    assert name != code
    assert not set('/\\:*?"<>|\n') & set(name)
    assert not name.startswith((".", "-"))
    assert not name.endswith((".", " "))


def test_codes_that_differ_in_capitals_or_accents_only_have_files_of_their_own():
    names = file_names(["a", "A", "ñ", "n\u0303", "A~2", "STRASSE", "straße"])
    assert len({name.casefold() for name in names.values()}) == 7
    assert list(names.values())[:2] == ["a", "A~2"]


@given(st.lists(st.text(max_size=300), max_size=8, unique=True))
@example(["%", "", "%25"])
@example(["a~2", "a", "A"])
@example(["x" * 300, "x" * 301])
def test_no_two_codes_share_a_file_on_any_system(codes):
    names = file_names(codes)
    same = {unicodedata.normalize("NFKD", name).casefold() for name in names.values()}
    assert len(same) == len(codes)
    assert all(0 < len(name.encode("utf-8", "surrogatepass")) < 200 for name in names.values())
