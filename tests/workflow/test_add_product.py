"""The exercise of docs/add-a-product.md, done as it stands there: a module and a row, and the file is written."""

import re

import pandas as pd
import pytest
from cases import synthetic

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("add_product")]


@pytest.fixture(scope="module")
def project(root, make_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("summary")
    synthetic.territories().to_file(folder / "units.gpkg")
    region = {
        "country": "XXA", "osm": "none", "cities": "geonames", "population": "none",
        "territories": {"provider": "file", "path": str(folder / "units.gpkg"), "id": "code", "name": "name"},
    }  # fmt: skip
    done = make_project({"some": region})
    guide = (root / "docs/add-a-product.md").read_text(encoding="utf-8")
    module, row = re.findall(r"^```(?:python|text)\n(.*?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    (done.folder / "src/comarca/publish/exports/summary_csv.py").write_text(module, encoding="utf-8")
    products = done.folder / "src/comarca/registry/products.py"
    text = products.read_text(encoding="utf-8")
    products.write_text(text.replace("PRODUCTS: Final = (\n", f"PRODUCTS: Final = (\n{row}"), encoding="utf-8")
    return done


def test_a_run_without_a_target_would_make_it(project):
    assert project.planned()["export_summary"] == 1


def test_the_product_is_written_by_its_name(project):
    project.run("results/some/summary.csv", "results/some/indicators.parquet")
    summary = pd.read_csv(project.results("some") / "summary.csv").set_index("column")
    area = pd.read_parquet(project.results("some") / "indicators.parquet", columns=["area_km2"])["area_km2"]
    assert summary.loc["area_km2", "max"] == pytest.approx(area.max())
    assert summary.loc["area_km2", "title"] == "Area"
