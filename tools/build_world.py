"""Make the outlines of countries that maps show around a region: Natural Earth 1:50 million, public domain.

Run it with the file `countries-50m.json` of the npm package world-atlas (2.0.2), which holds Natural Earth as TopoJSON:
`python tools/build_world.py countries-50m.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.registry import DATA


def decode(topology: dict) -> tuple[list[dict], list[shapely.Geometry]]:
    """Turn TopoJSON into polygons: arcs are running sums of whole steps of a grid, shared by neighbours."""
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> np.ndarray:
        parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
        return np.vstack([parts[0], *(part[1:] for part in parts[1:])])

    def polygon(rings: list[list[int]]) -> shapely.Polygon:
        shell, *holes = [ring(numbers) for numbers in rings]
        return shapely.Polygon(shell, holes)

    entries, shapes = [], []
    for entry in topology["objects"]["countries"]["geometries"]:
        nested = entry["arcs"] if entry["type"] == "MultiPolygon" else [entry["arcs"]]
        entries.append(entry)
        shapes.append(shapely.make_valid(shapely.MultiPolygon([polygon(rings) for rings in nested])))
    return entries, shapes


def _light(shapes: np.ndarray) -> np.ndarray:
    """Polygons alone, with shared edges simplified by about a kilometre, in steps of a thousandth of a degree."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_area = shapely.get_type_id(parts) == 3
    parts, owner = parts[is_area], owner[is_area]
    simple = shapely.set_precision(shapely.coverage_simplify(parts, 0.015), 1e-3)
    parts, owner = _polygons(simple, owner)
    return np.array([shapely.multipolygons(parts[owner == number]) for number in range(len(shapes))], dtype=object)


def _polygons(shapes: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts, index = shapely.get_parts(shapes, return_index=True)
    is_area = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 2e-4)
    return parts[is_area], owner[index][is_area]


def main(path: str) -> None:
    """Read the topology, join ISO codes by English names, write the layer."""
    entries, shapes = decode(json.loads(Path(path).read_text(encoding="utf-8")))
    names = pd.Series([entry["properties"]["name"] for entry in entries])
    countries = pd.read_csv(DATA / "countries.csv", keep_default_na=False)
    codes = dict(zip(countries["name_en"], countries["iso3"], strict=True))
    short = {
        "Bosnia and Herz.": "BIH", "Central African Rep.": "CAF", "Czechia": "CZE", "Dem. Rep. Congo": "COD",
        "Dominican Rep.": "DOM", "Eq. Guinea": "GNQ", "S. Sudan": "SSD", "United States of America": "USA",
        "Antigua and Barb.": "ATG", "St. Vin. and Gren.": "VCT", "St. Kitts and Nevis": "KNA", "Congo": "COG",
        "C\u00f4te d'Ivoire": "CIV", "eSwatini": "SWZ", "Macedonia": "MKD", "Falkland Is.": "FLK", "W. Sahara": "ESH",
    }  # fmt: skip
    iso3 = [short.get(name, codes.get(name)) for name in names]
    layer = gpd.GeoDataFrame({"iso3": pd.array(iso3, dtype="string")}, geometry=shapes, crs=4326)
    layer = layer.assign(geometry=_light(layer.geometry.to_numpy()))
    layer.sort_values("iso3", ignore_index=True).to_parquet(DATA / "world.parquet", index=False, compression="zstd")


if __name__ == "__main__":
    main(sys.argv[1])
