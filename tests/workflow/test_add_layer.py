"""The exercise of docs/add-a-layer.md, done as it stands there: four places, and the layer is made and checked."""

import json
import re

import pandas as pd
import pytest
from cases import synthetic

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("add_layer")]


@pytest.fixture(scope="module")
def blocks(root):
    text = (root / "docs/add-a-layer.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def insert(path, mark, text):
    before = path.read_text(encoding="utf-8")
    assert before.count(mark) == 1, mark
    path.write_text(before.replace(mark, text + mark), encoding="utf-8")


@pytest.fixture(scope="module")
def project(make_project, tmp_path_factory, blocks):
    folder = tmp_path_factory.mktemp("shapes")
    synthetic.territories().to_file(folder / "units.gpkg")
    synthetic.cities().to_file(folder / "cities.gpkg")
    region = {
        "country": "XXA",
        "osm": "none",
        "territories": {"provider": "file", "path": str(folder / "units.gpkg"), "id": "code", "name": "name"},
        "cities": {
            "provider": "file", "path": str(folder / "cities.gpkg"), "name": "name", "population": "inhabitants",
        },
        "population": "none",
    }  # fmt: skip
    done = make_project({"on": region})
    row, schema, module, rule, script = blocks
    source = done.folder / "src/comarca"
    row = row.strip().removeprefix("(").removesuffix(",)")
    insert(source / "layers/index.py", '        Layer("osm", "record"', f"        {row},\n")
    insert(source / "layers/schemas.py", "LAYERS: Final = {\n", f"{schema}\n")
    schemas = source / "layers/schemas.py"
    schemas.write_text(schemas.read_text().replace("DEMAND_LIGHTS,\n    )", "DEMAND_LIGHTS, BORDERS,\n    )"))
    (source / "land/borders.py").write_text(module, encoding="utf-8")
    with (done.folder / "workflow/rules/land.smk").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{rule}")
    (done.folder / "workflow/scripts/build_borders.py").write_text(script, encoding="utf-8")
    done.run("results/on/quality.json")
    return done


def test_the_layer_is_made_because_its_checks_are_asked_for(project):
    borders = pd.read_parquet(project.results("on") / "layers/borders.parquet")
    # All but the island have neighbours.
    assert set(borders["territory_id"]) == {"01", "02", "03", "04", "06", "07"}
    length = borders.set_index(["territory_id", "neighbour_id"])["border_km"]
    assert length[("02", "03")] == length[("03", "02")] == pytest.approx(11.057, rel=1e-3)


def test_the_check_stands_in_the_quality_report(project):
    checks = json.loads((project.results("on") / "quality.json").read_text())["checks"]
    assert [check["status"] for check in checks if check["name"] == "borders_total"] == ["info"]


def test_an_edit_of_the_module_makes_the_layer_anew(project):
    module = project.folder / "src/comarca/land/borders.py"
    module.write_text(module.read_text() + "\n# An edit.\n")
    assert project.planned("results/on/quality.json").keys() >= {"build_borders", "assemble_quality"}
