"""Small layers and registry columns for the tests of families."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
from shapely.geometry import box

from comarca.population.grid import classify_population, gather_points
from comarca.registry.columns import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    import shapely

    from comarca.registry.columns import Column

#: Two squares of a tenth of a degree on the equator, side by side.
WEST_EAST = (box(0, 0, 0.1, 0.1), box(0.1, 0, 0.2, 0.1))


def columns_of(
    root: Path, family: str, *, layers: Iterable[str], fields: Mapping[str, Sequence[str]] | None = None
) -> tuple[Column, ...]:
    """Columns of one family that the layers allow, from the family's own registry file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "_index.yaml").write_text(f"families: [{family}]\n")
        entry = (root / f"src/comarca/registry/data/indicators/{family}.yaml").read_text(encoding="utf-8")
        (Path(folder) / f"{family}.yaml").write_text(entry, encoding="utf-8")
        return load_registry(Path(folder)).columns(family, fields=fields or {}, layers=["territories", *layers])[0]


def only(columns: Iterable[Column], *names: str) -> list[Column]:
    """Columns of these names."""
    chosen = {column.name: column for column in columns}
    return [chosen[name] for name in names]


def territories(*areas: shapely.Geometry) -> gpd.GeoDataFrame:
    """Territories 01, 02, ... with these areas."""
    names = [f"{n:02}" for n in range(1, len(areas) + 1)]
    rows = {"territory_id": names, "territory_name": names, "parent_name": None, "country": "XXX"}
    return gpd.GeoDataFrame(rows, geometry=list(areas), crs=4326)


def demand(*rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    """Demand d000, d001, ... from rows of territory, persons, longitude, latitude."""
    owner, persons, longitude, latitude = zip(*rows, strict=True)
    ids = [f"d{n:03}" for n in range(len(rows))]
    return gpd.GeoDataFrame(
        {
            "demand_id": ids,
            "territory_id": owner,
            "population_persons": [float(each) for each in persons],
            "area_km2": math.nan,
        },
        geometry=gpd.points_from_xy(longitude, latitude),
        crs=4326,
    )


def degree_of_urbanisation(demand: gpd.GeoDataFrame) -> pd.DataFrame:
    """The layer of this name, made from the demand itself."""
    lon, lat = demand.geometry.x, demand.geometry.y
    places = gather_points(lon, lat, demand["population_persons"], bounds=tuple(demand.total_bounds))
    return classify_population(places, lon, lat)[1].set_index(demand["demand_id"])
