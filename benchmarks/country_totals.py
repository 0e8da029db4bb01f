"""Uruguay as a whole: road length against GDAL and PROJ, and the people whom no road leads to a city.

python benchmarks/country_totals.py [--results results/URY]

Without finished results the workflow computes them, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import yaml
from pyproj import Geod
from record import FOLDER, Figure, real_cases, record

ROOT = Path(__file__).resolve().parents[1]
LAYER = "municipios_2025_plus_rest"
#: Largest relative difference of the road length, and share of people without a way to a city.
MOST_APART, MOST_UNREACHABLE = 1e-3, 0.005


def compute(folder: Path, into: Path) -> Path:
    """Run the workflow on Uruguay up to the quality report."""
    region = {
        "country": "URY",
        "osm": {"provider": "file", "path": str(folder / "uruguay_roads.osm.pbf")},
        "territories": {
            "provider": "file", "path": str(folder / "territories.gpkg"), "layer": LAYER, "id": "territory_id",
            "name": "nombre", "parent": "departamento",
        },
        "cities": {"provider": "geonames"},
        "population": {"provider": "file", "path": str(folder / "population_100m.tif"), "year": 2011},
        "uncertainty": False,
    }  # fmt: skip
    settings = {"offline": True, "languages": ["en"], "regions": {"URY": region}}
    (into / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(into)]
    command += ["--cores", "2", "--configfile", str(into / "config.yaml"), "--quiet", "all"]
    subprocess.run([*command, "--", "results/URY/quality.json"], check=True)
    return into / "results/URY"


def length_by_gdal(folder: Path) -> float:
    """Length of all roads inside the union of the territories, km: GDAL reads, GEOS cuts, PROJ measures."""
    lines = pyogrio.read_dataframe(folder / "uruguay_roads.osm.pbf", layer="lines", where="highway IS NOT NULL")
    area = gpd.read_file(folder / "territories.gpkg", layer=LAYER).to_crs(4326).union_all()
    shapely.prepare(area)
    whole = shapely.contains_properly(area, lines.geometry.to_numpy())
    cut = shapely.intersection(lines.geometry.to_numpy()[~whole], area)
    geod = Geod(ellps="WGS84")
    return sum(geod.geometry_length(line) for line in [*lines.geometry[whole], *cut]) / 1000


def main() -> int:
    """Hold the totals against others, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path)
    given = parser.parse_args().results
    folder = real_cases() / "uruguay"
    with tempfile.TemporaryDirectory() as scratch:
        results = given or compute(folder, Path(scratch))
        table = pd.read_parquet(results / "assembled/table.parquet")
        checks = json.loads((results / "quality.json").read_text(encoding="utf-8"))["checks"]
    ours = float(table["road_length_km"].sum())
    theirs = length_by_gdal(folder)
    people = table["population_persons"].fillna(0)
    unreachable = float(
        (table["unreachable_intermediate_city_population_share"].fillna(0) * people).sum() / people.sum()
    )
    pieces = next(check for check in checks if check["name"] == "people_on_loose_roads_share")
    figures: list[Figure] = [
        {
            "what": "length of all roads of Uruguay, sum over 152 territories", "ours": f"{ours:,.1f} km",
            "theirs": f"{theirs:,.1f} km (GDAL, GEOS, PROJ)", "error": f"{abs(ours / theirs - 1):.1e}, relative",
            "bound": f"{MOST_APART:g}", "holds": abs(ours / theirs - 1) <= MOST_APART,
            "why": "ways with the very course of another count once in ours",
        },
        {
            "what": "people of Uruguay without a way to a city of 50,000 to 1,000,000", "ours": f"{unreachable:.3%}",
            "theirs": "none, as the country has no islands with many people", "error": f"{unreachable:.3%}",
            "bound": f"at most {MOST_UNREACHABLE:.1%}", "holds": unreachable <= MOST_UNREACHABLE,
            "why": "they live at loose pieces of road, listed on the page",
        },
    ]  # fmt: skip
    record("country_totals", figures)
    (FOLDER / "country_totals.md").write_text(page(figures, pieces), encoding="utf-8")
    return 0 if all(row["holds"] for row in figures) else 1


def page(figures: list[Figure], pieces: dict[str, object]) -> str:
    """Write both figures and the pieces of road out."""
    rows = pd.DataFrame(pieces["rows"])
    lines = [
        "# Uruguay as a whole",
        "",
        "Written by `python benchmarks/country_totals.py`. The roads are cut at the borders of 152 territories and",
        "measured there; GDAL reads the same file, GEOS cuts it once at the union, PROJ measures it on the ellipsoid.",
        "",
        "| what | ours | theirs | error | has to be |",
        "|---|---|---|---|---|",
        *(f"| {row['what']} | {row['ours']} | {row['theirs']} | {row['error']} | {row['bound']} |" for row in figures),
        "",
        "## Pieces of road that lead to no city",
        "",
        str(pieces["message"]),
        "",
        "The pieces with most people. No other road of the data is within a walk of them, so each is a gap in the road",
        "data, or a place that is reached over a track that they lack.",
        "",
        "| persons | km of road | longitude | latitude |",
        "|---|---|---|---|",
        *(f"| {r.persons:.0f} | {r.km:.1f} | {r.longitude:.4f} | {r.latitude:.4f} |" for r in rows.itertuples()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
