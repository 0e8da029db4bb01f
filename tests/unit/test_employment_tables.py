"""Tables of jobs and firms: what is read, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from comarca.errors import InputError
from comarca.sources.tables.employment import read_economy_table, read_sectors


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_jobs_keep_their_codes_and_gaps(tmp_path):
    path = written(tmp_path / "jobs.csv", "cod;rama;n\n02;Minería;1.200\n01; Comercio ;\n01;;\n")
    columns = {"territory_id": "cod", "sector": "rama", "jobs": "n"}
    jobs = read_economy_table(path, name="employment", columns=columns, decimal=",")
    assert jobs["territory_id"].tolist() == ["01", "02"]
    assert jobs["sector"].tolist() == ["Comercio", "Minería"]
    assert jobs["jobs"].tolist() == pytest.approx([np.nan, 1200], nan_ok=True)


def test_jobs_without_a_sector_are_refused_by_their_row(tmp_path):
    path = written(tmp_path / "jobs.csv", "territory_id,sector,jobs\n02,Minería,12\n01,,7\n")
    with pytest.raises(InputError, match="7 jobs without a sector"):
        read_economy_table(path, name="employment")


def test_an_open_size_class_has_no_upper_limit(tmp_path):
    path = written(tmp_path / "firms.csv", "territory_id,max_jobs,firms\n01,9,8\n01,,2\n")
    firms = read_economy_table(path, name="firms")
    assert firms["max_jobs"].tolist() == pytest.approx([9, np.nan], nan_ok=True)
    assert firms["firms"].tolist() == [8, 2]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("01,Trade,1\n01,Trade,2\n", "two rows of sector Trade"),
        ("01,Trade,-1\n", "figures of 0 or more"),
        ("01,Trade,many\n", "many"),
    ],
)
def test_rows_that_cannot_be_right_are_refused(tmp_path, rows, message):
    path = written(tmp_path / "jobs.csv", "territory_id,sector,jobs\n" + rows)
    with pytest.raises(InputError, match=message):
        read_economy_table(path, name="employment")


def test_sectors_have_a_key_each(tmp_path):
    path = written(tmp_path / "jobs.csv", "rama,jobs\nMinería,1\nComercio,2\nMinería,3\n")
    assert read_sectors(path, columns={"sector": "rama"}) == {"comercio": "Comercio", "mineria": "Minería"}


def test_sectors_that_would_share_a_column_are_refused(tmp_path):
    path = written(tmp_path / "jobs.csv", "sector\nMinería\nMineria\n")
    with pytest.raises(InputError, match="reads like"):
        read_sectors(path)
