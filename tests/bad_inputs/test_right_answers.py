"""The corpus notices a reader that errs: with each of them wrong by one factor, its sound case fails."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from bad_inputs import cell_cases, place_cases, raster_cases, table_cases, vector_cases
from bad_inputs.case import ANSWER

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from bad_inputs.case import Case

READERS = [
    (table_cases, "read_holdings", "holdings"), (table_cases, "read_outcomes", "outcomes"),
    (table_cases, "read_economy_table", "employment"), (table_cases, "read_economy_table", "firms"),
    (table_cases, "read_totals", "totals"), (table_cases, "read_flows", "flows"),
    (table_cases, "read_age_groups", "age_groups"), (table_cases, "read_public_finance", "public_finance"),
    (table_cases, "read_input_output", "input_output"), (table_cases, "read_city_population", "city_population"),
    (vector_cases, "territories_from_file", "territories"), (vector_cases, "roads_from_file", "roads"),
    (vector_cases, "power_from_file", "power"), (vector_cases, "services_from_file", "services"),
    (vector_cases, "cities_from_file", "cities"), (vector_cases, "read_parcels", "parcels"),
    (place_cases, "canals_from_file", "canals"), (place_cases, "read_fires", "fires"),
    (place_cases, "covered_by_polygons", "protected_areas"), (place_cases, "read_internet_tiles", "internet"),
    (cell_cases, "demand_from_raster", "population"), (cell_cases, "sums_by_year", "night_lights"),
    (cell_cases, "tabulate_land_cover", "land_cover"), (cell_cases, "friction_from_raster", "friction"),
    (cell_cases, "friction_from_classes", "friction_by_class"), (cell_cases, "elevation_on", "elevation"),
    (cell_cases, "covered_by_raster", "burnt_or_protected"), (cell_cases, "tabulate_forest", "forest_loss"),
    (raster_cases, "open_raster", "rasters"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("module", "reader", "layer"), READERS, ids=lambda value: getattr(value, "__name__", value))
def test_a_reader_that_errs_is_noticed(
    module: ModuleType, reader: str, layer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(case for case in _cases(module) if case.layer == layer and case.outcome == ANSWER)
    assert case.check is not None
    right = getattr(module, reader)
    if reader == "open_raster":
        monkeypatch.setattr("comarca.rasters.bands.OpenRaster.read", _erring_read)
    else:
        monkeypatch.setattr(module, reader, lambda *given, **options: wrong(right(*given, **options)))
    try:
        is_right = case.check(case.make(tmp_path)())
    except AssertionError:
        is_right = False
    assert not is_right


@cache
def _cases(module: ModuleType) -> list[Case]:
    return list(module.cases())


def _erring_read(grid: Any, row: int, column: int, rows: int, columns: int) -> Any:
    values, is_data = grid._read((row, column, rows, columns))
    return values * 1000 + 7, is_data


def wrong(found: Any) -> Any:
    """Make the last column of figures 1000 times as much and 7 more, or move shapes by 0.001 degrees."""
    if isinstance(found, tuple):
        return (*found[:-1], wrong(found[-1])) if isinstance(found[-1], pd.DataFrame) else (wrong(found[0]), *found[1:])
    if isinstance(found, np.ndarray):
        return found * 1000 + 7
    figures = [name for name in found if pd.api.types.is_numeric_dtype(found[name]) and found[name].notna().any()]
    if figures:
        name = "area_ha" if "area_ha" in figures else figures[-1]
        return found.assign(**{name: found[name] * 1000 + 7})
    assert isinstance(found, gpd.GeoDataFrame)
    return found.set_geometry(found.translate(0.001))
