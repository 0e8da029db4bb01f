"""The exercise of docs/add-an-indicator.md, done as it stands there: three places, and the column is published."""

import math
import re

import pandas as pd
import pytest
import yaml
from cases import synthetic

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("add_indicator")]


@pytest.fixture(scope="module")
def blocks(root):
    text = (root / "docs/add-an-indicator.md").read_text(encoding="utf-8")
    return re.findall(r"^```(?:python|yaml)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


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
            "provider": "file",
            "path": str(folder / "cities.gpkg"),
            "name": "name",
            "population": "inhabitants",
        },
        "population": "none",
        "indicators": {"compactness": {"compact_from_index": 0.75}},
    }
    done = make_project({"on": region, "off": region | {"indicators": {"compactness": False}}})
    module, entry, options, line = blocks
    (done.folder / "src/comarca/indicators/compactness.py").write_text(module, encoding="utf-8")
    (done.folder / "src/comarca/registry/data/indicators/compactness.yaml").write_text(entry, encoding="utf-8")
    config = done.folder / "src/comarca/config/families.py"
    above, below = config.read_text(encoding="utf-8").split("class IndicatorOptions(Model):")
    config.write_text(f"{above}{options}class IndicatorOptions(Model):{below}{line}", encoding="utf-8")
    done.run("results/on/indicators.csv", "results/on/codebook.csv", "results/on/maps/compactness_index.png",
             "results/off/indicators.csv")  # fmt: skip
    return done


def read(project, region, name):
    return pd.read_csv(project.results(region) / name, dtype={"territory_id": str})


def test_the_column_is_in_the_table(project):
    table = read(project, "on", "indicators.csv").set_index("territory_id")
    assert table.loc["02", "compactness_index"] == pytest.approx(math.pi / 4, rel=1e-4)
    assert table.loc[["01", "02"], "is_compact"].tolist() == [False, True]


def test_the_column_is_in_the_codebook_and_on_a_map(project):
    codebook = read(project, "on", "codebook.csv").set_index("column")
    assert codebook.loc["compactness_index", "title_pt"] == "Compacidade"
    assert (project.results("on") / "maps/compactness_index.png").stat().st_size > 20_000


def test_false_switches_the_family_off(project):
    assert "compactness_index" not in read(project, "off", "indicators.csv")


def test_a_misspelt_option_is_refused_with_the_right_one(project):
    settings = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    settings["regions"]["on"]["indicators"]["compactness"] = {"compact_form_index": 0.5}
    wrong = project.folder / "wrong.yaml"
    wrong.write_text(yaml.safe_dump(settings), encoding="utf-8")
    done = type(project)(project.folder, wrong).run("-n", ok=False)
    assert "Did you mean 'compact_from_index'?" in done.stdout + done.stderr
