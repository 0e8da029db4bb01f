import json
from pathlib import Path

import pytest

from comarca.publish.folders import without_folders
from comarca.publish.inputs import local_input
from comarca.publish.provenance import provenance, sources_table
from comarca.publish.quality import quality_report
from comarca.publish.quality_text import quality_markdown
from comarca.publish.sources_text import sources_markdown
from comarca.results import Check


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in a home folder with blanks and accents, and a file outside of it."""
    home = tmp_path / "home/José Ñ"
    root = home / "my project"
    (root / "data").mkdir(parents=True)
    (root / "data/units.gpkg").write_bytes(b"a")
    (home / "private roads.gpkg").write_bytes(b"b")
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(home))
    return root


def test_paths_are_told_from_the_project_and_others_by_their_name(project):
    home = project.parent
    assert without_folders(str(project / "data/units.gpkg")) == "data/units.gpkg"
    assert without_folders(str(home / "private roads.gpkg")) == "private roads.gpkg"
    assert (
        without_folders(f"territories: {project}/data/units.gpkg, column a") == "territories: data/units.gpkg, column a"
    )
    assert without_folders(f"roads: {home}/private roads.gpkg: 3 rows") == "roads: private roads.gpkg: 3 rows"
    assert without_folders(f"read '{project.parents[2]}/x.tif'") == "read 'x.tif'"


@pytest.mark.parametrize(
    "text",
    [
        "https://data.example/home/a/b.zip",
        "people/km2",
        "2010/2020",
        "a/b/c",
        "1/2",
        "/nowhere-at-all/a/b",
        "and/or",
        "",
    ],
)
def test_what_is_no_path_of_this_computer_stays(text):
    assert without_folders(text) == text


def test_no_product_names_a_home_folder(project):
    home = project.parent
    files = [str(project / "data/units.gpkg"), str(home / "private roads.gpkg")]
    inputs = [local_input("territories", files[0]), local_input("roads", files)]
    config = {"territories": {"path": files[0]}, "roads": {"path": files}, "note": f"see {files[0]}"}
    checks = [Check("a", "warn", 1, "", f"roads: {files[1]}: 3 rows left out", rows=[{"file": files[0]}])]
    report = quality_report(checks, region="x")
    products = [
        json.dumps(provenance(inputs, region="x", config=config), ensure_ascii=False),
        sources_markdown(inputs, region="x", title="X"),
        sources_table(inputs).to_csv(),
        json.dumps(report, ensure_ascii=False),
        quality_markdown(report),
    ]
    for product in products:
        assert str(home) not in product
        assert home.name not in product
    assert "data/units.gpkg" in products[0]
    assert Path(files[0]).is_file()
