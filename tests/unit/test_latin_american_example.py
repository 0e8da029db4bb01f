"""The Latin American example: its data lie in the repository, are small, and say under which licence they are."""

import pytest
import yaml

from comarca.plan.run import RunPlan


@pytest.fixture(scope="module")
def plan(root):
    raw = yaml.safe_load((root / "config/examples/matopiba.yaml").read_text(encoding="utf-8"))
    return RunPlan.read(raw, project_file=lambda path: str(root / path))["Matopiba"]


def test_its_data_are_in_the_repository_and_under_two_megabytes(root, plan):
    files = [root / path for path in plan.own_files.values()]
    assert len(files) == 2
    assert all(path.is_relative_to(root / "data/raw/matopiba") for path in files)
    assert sum(path.stat().st_size for path in files) < 2_000_000


def test_every_file_has_a_source_and_a_licence(plan):
    descriptions = plan.own_descriptions
    assert descriptions.keys() == plan.own_files.keys()
    assert {entry["licence"] for entry in descriptions.values()} == {"CC0", "MIT"}
    assert all(entry["source"].startswith("IBGE") for entry in descriptions.values())


def test_it_has_a_name_in_each_language_and_columns_on_land(plan):
    assert [plan.title(language) for language in ("es", "pt", "en")] == [
        "Matopiba (Brasil)",
        "Matopiba",
        "Matopiba (Brazil)",
    ]
    assert "holding_area_gini_index" in {column.name for column in plan.published}
