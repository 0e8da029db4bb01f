"""Maps of several regions, or of one at several dates, with the same classes."""

from __future__ import annotations

import importlib.util
from dataclasses import asdict

import pandas as pd
import pytest
from families import columns_of

from comarca import io
from comarca.publish.maps.files import read_classes


@pytest.fixture(scope="module")
def classify_maps(root):
    spec = importlib.util.spec_from_file_location("classify_maps", root / "workflow/scripts/classify_maps.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def described(root, folder):
    entries = [asdict(column) for column in columns_of(root, "infrastructure", layers=["roads"])]
    io.write_json({"columns": entries}, folder / "columns.json")
    return folder / "columns.json"


def classes_of(classify_maps, root, folder, tables):
    paths = []
    for number, values in enumerate(tables):
        paths.append(folder / f"{number}.parquet")
        io.write_table(
            pd.DataFrame({"territory_id": map(str, values), "road_density_km_per_100km2": values}), paths[-1]
        )
    columns = described(root, folder)
    classify_maps(
        tables=[str(path) for path in paths], columns=columns, scheme="quantiles", k=4, classes=folder / "c.json"
    )
    return read_classes(folder / "c.json")["road_density_km_per_100km2"]


def test_classes_are_of_all_tables_together(classify_maps, root, tmp_path):
    low, high = [1.0, 2, 3, 4, 5, 6], [10.0, 20, 30, 40, 50, 60]
    both = classes_of(classify_maps, root, tmp_path, [low, high])
    assert both == classes_of(classify_maps, root, tmp_path, [high, low])
    assert both == classes_of(classify_maps, root, tmp_path, [low + high])
    assert both != classes_of(classify_maps, root, tmp_path, [low])


def test_a_column_that_one_region_lacks_takes_the_classes_of_the_others(classify_maps, root, tmp_path):
    values = [1.0, 2, 3, 4, 5, 6]
    alone = classes_of(classify_maps, root, tmp_path, [values])
    io.write_table(pd.DataFrame({"territory_id": ["a", "b"]}), tmp_path / "9.parquet")
    columns = described(root, tmp_path)
    paths = [str(tmp_path / "9.parquet"), str(tmp_path / "0.parquet")]
    classify_maps(tables=paths, columns=columns, scheme="quantiles", k=4, classes=tmp_path / "c.json")
    assert read_classes(tmp_path / "c.json")["road_density_km_per_100km2"] == alone
