"""Every bad input ends in one clear message or in the right answer: no traceback, no crash, no wrong table."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from bad_inputs import (
    cell_cases,
    config_cases,
    figure_cases,
    name_cases,
    osm_file_cases,
    place_cases,
    raster_cases,
    settings_cases,
    table_cases,
    variant_cases,
    vector_cases,
)
from bad_inputs.case import ANSWER, REFUSED
from comarca.errors import ComarcaError

if TYPE_CHECKING:
    from pathlib import Path

    from bad_inputs.case import Case

PARTS = (
    vector_cases,
    table_cases,
    variant_cases,
    figure_cases,
    raster_cases,
    cell_cases,
    place_cases,
    name_cases,
    osm_file_cases,
    settings_cases,
    config_cases,
)  # fmt: skip
CASES = [case for part in PARTS for case in part.cases()]


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 400
    assert len({case.name for case in CASES}) == len(CASES)


def test_each_answer_is_compared_with_the_right_one() -> None:
    assert not [case.name for case in CASES if (case.outcome == ANSWER) == (case.check is None)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_comes_out_right(case: Case, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # writing bad files warns
        reader = case.make(tmp_path)
        if case.outcome == REFUSED:
            with pytest.raises(ComarcaError) as caught:
                reader()
            message = str(caught.value)
            assert "\n" not in message.strip()
            assert len(message) > 30
        else:
            assert case.check is not None
            found = reader()
            assert case.check(found), found
