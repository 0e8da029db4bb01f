"""The workflow on the synthetic country: what was planted in it comes out."""

import pandas as pd
import pytest
import yaml

from comarca.plan.run import RunPlan
from comarca.synthetic.country import Country
from comarca.synthetic.truths import bounds, differences, truths
from comarca.synthetic.write import write_country

pytestmark = [pytest.mark.workflow, pytest.mark.slow, pytest.mark.xdist_group("planted")]

COUNTRY = Country(12)


@pytest.fixture(scope="module")
def project(make_project, root):
    """A run on the country."""
    config = yaml.safe_load((root / "config/regions/synthetic.yaml").read_text(encoding="utf-8"))
    project = make_project(config["regions"])
    write_country(COUNTRY, project.folder / "data/raw/synthetic")
    project.run("results/synthetic/assembled/table.parquet")
    return project


@pytest.fixture(scope="module")
def table(project):
    """The table with all digits."""
    return pd.read_parquet(project.results("synthetic") / "assembled/table.parquet").set_index("territory_id")


def test_what_was_planted_comes_out(table):
    found = differences(table, truths(COUNTRY), bounds(COUNTRY))
    assert found[found["wrong"] > 0].to_dict("records") == []
    assert found["compared"].min() >= 2
    assert len(found) >= 25


def test_every_column_that_is_planned_has_values(table, project, root):
    text = (root / "config/regions/synthetic.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text.replace("data/raw/synthetic", str(project.folder / "data/raw/synthetic")))
    planned = RunPlan.read(config, project_file=lambda path: str(root / path))["synthetic"].published
    has_values = {"territory_id", *table.columns[table.notna().any()]}
    assert [column.name for column in planned if column.name not in has_values] == []
