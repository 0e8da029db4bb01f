"""A table of attributes that names a column as population is the census of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from comarca.config.read import read_config
from comarca.errors import ConfigError
from comarca.plan.run import RunPlan

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {"literacy": {"column": "alf", "title": "Literacy", "unit": "1"}}
TABLE = {"path": "data/censo.xlsx", "id": "codigo", "columns": COLUMNS, "population": "personas", "year": 2022,
         "sheet": "T1"}  # fmt: skip


def region(**keys: Any) -> Any:
    return read_config({"regions": {"R": {"country": "COL", "attributes": [TABLE], **keys}}}).regions["R"]


def test_people_of_a_raster_are_scaled_to_the_column() -> None:
    population = region().population
    assert population.provider == ("worldpop", "ghspop", "settlements")
    census = population.census
    assert (census.path, census.id, census.columns) == ("data/censo.xlsx", "codigo", {2022: "personas"})
    assert census.layout == {"sheet": "T1"}


def test_people_are_spread_by_the_column_where_totals_are_asked_for() -> None:
    for written in ("totals", {"provider": "totals", "pattern": "data/built.tif"}):
        census = region(population=written).population.census
        assert (census.path, census.columns) == ("data/censo.xlsx", {2022: "personas"})


def test_the_census_reaches_the_jobs_that_gather_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/censo.xlsx").touch()
    raw = {"regions": {"R": {"country": "COL", "attributes": [TABLE], "population": "totals"}}}
    plan = RunPlan.read(raw, project_file=lambda name: name)["R"]
    assert plan.census == {"id": "codigo", "population": {2022: "personas"}, "sheet": "T1"}
    assert "data/censo.xlsx" in plan.inputs("build_demand").values()


def test_a_configuration_written_out_reads_the_same_again() -> None:
    once = region()
    again = read_config({"regions": {"R": once.model_dump(mode="json", by_alias=True)}}).regions["R"]
    assert again.population == once.population


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"population": {"totals": {"path": "data/b.csv", "id": "c", "population": "p"}}}, "both name a census"),
        ({"population": {"provider": "totals", "path": "data/b.csv", "id": "c", "population": "p"}}, "both name a"),
        ({"population": "none"}, "is `none`"),
        ({"attributes": [TABLE, TABLE]}, "two tables"),
        ({"attributes": [{**TABLE, "id": None, "name": "nombre"}]}, "needs `id`"),
    ],
)
def test_what_would_be_two_censuses_or_none_is_refused(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        region(**keys)
