"""Zonal engines on one raster: seconds and peak memory of each, each in a process of its own.

Run it with ``python benchmarks/bench_zonal.py``; ``--side 2000`` for a quick look. The raster (side x side cells of
population and of land cover, compressed, once in tiles and once in rows) and the zones are made from a fixed seed in a
temporary folder. Peak memory is what the operating system reports of the process; ``start`` is that of one that only
imports.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterstats
import shapely
from affine import Affine
from rasterio.windows import Window

from comarca.rasters.bands import Raster, open_raster
from comarca.rasters.exactextract import Band, ZonalStatistic, extract
from comarca.rasters.zonal import class_areas_ha, zonal, zones_on

NODATA = -99.0
CELL_DEG = 0.001
ZONE_ROWS, ZONE_COLUMNS = 15, 20


def make_rasters(folder: Path, side: int, layout: str) -> None:
    """Write a raster of people and one of seven classes, block of rows by block of rows."""
    blocks = {"tiled": True, "blockxsize": 512, "blockysize": 512} if layout == "tiles" else {"blockysize": 1}
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 1, "crs": "EPSG:4326", "compress": "deflate",
        "transform": Affine(CELL_DEG, 0, -60, 0, -CELL_DEG, 0), **blocks,
    }  # fmt: skip
    random = np.random.default_rng(1)
    people_profile = {**profile, "dtype": "float32", "nodata": NODATA}
    class_profile = {**profile, "dtype": "uint8", "nodata": 0}
    with (
        rasterio.open(folder / f"people_{layout}.tif", "w", **people_profile) as people,
        rasterio.open(folder / f"classes_{layout}.tif", "w", **class_profile) as classes,
    ):
        for row in range(0, side, 512):
            rows = min(512, side - row)
            values = random.gamma(0.2, 20, (rows, side)).round(2).astype("float32")
            values[random.random((rows, side)) < 0.05] = NODATA
            window = Window(0, row, side, rows)
            people.write(values, 1, window=window)
            patches = np.add.outer((np.arange(row, row + rows) // 37) * 5, np.arange(side) // 53) % 7 + 1
            classes.write(patches.astype("uint8"), 1, window=window)


def make_zones(side: int) -> gpd.GeoDataFrame:
    """Tile the raster with 300 zones of some 500 vertices each, whose borders wave and fit each other."""
    width, height = side * CELL_DEG / ZONE_COLUMNS, side * CELL_DEG / ZONE_ROWS

    def waved(vertices: np.ndarray) -> np.ndarray:
        x, y = vertices.T
        wave = 0.1 * min(width, height)
        return np.column_stack([x + wave * np.sin(9 * y / height), y + wave * np.sin(9 * x / width)])

    boxes = [
        shapely.box(column * width, row * height, (column + 1) * width, (row + 1) * height)
        for row in range(ZONE_ROWS)
        for column in range(ZONE_COLUMNS)
    ]
    shapes = shapely.transform(shapely.segmentize(boxes, 4 * max(width, height) / 500), waved)
    shapes = shapely.transform(shapes, lambda vertices: np.add(vertices, (-60, -side * CELL_DEG)))
    frame = gpd.GeoDataFrame({"territory_id": [f"{n:03}" for n in range(len(shapes))]}, geometry=shapes, crs=4326)
    return frame.clip(shapely.box(-60, -side * CELL_DEG, -60 + side * CELL_DEG, 0)).sort_values("territory_id")


def run(case: str, folder: Path) -> float:
    """Run one case and return the total over zones."""
    zones = gpd.read_parquet(folder / "zones.parquet")
    case, layout = case.split(" | ")
    people, classes = Raster(folder / f"people_{layout}.tif"), Raster(folder / f"classes_{layout}.tif")
    if case == "start":
        return 0.0
    if case.startswith("sums, exactextract "):
        with open_raster(people) as grid:
            strategy = case.split()[-1]
            found = extract(
                zones_on(grid, zones), [ZonalStatistic("sum", "sum", Band(grid, "people"))], strategy=strategy
            )
            return float(found["sum"].sum())
    if case == "sums, rasterstats by comarca":
        return float(zonal({"people": people}, zones, engine="rasterstats")["people_sum"].sum())
    if case == "sums, rasterstats from the file":
        found = rasterstats.zonal_stats(zones, str(people.path), stats=["sum"])
        return float(sum(zone["sum"] for zone in found))
    engine = case.split()[-1]
    return float(class_areas_ha(classes, zones, engine=engine).sum().sum())


CASES = (
    "sums, exactextract raster-sequential",
    "sums, exactextract feature-sequential",
    "sums, rasterstats by comarca",
    "sums, rasterstats from the file",
    "class areas, exactextract",
    "class areas, rasterstats",
)
LAYOUTS = ("tiles", "rows")


def peak_mb() -> float:
    """Highest resident memory of this process; what ``getrusage`` says would include that of its parent."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel does not report the peak memory of a process")


def decode_seconds(path: Path) -> float:
    """Time one bare reading of the raster: the floor of every engine."""
    start = time.perf_counter()
    with rasterio.open(path) as file:
        for _, window in file.block_windows(1):
            file.read(1, window=window)
    return time.perf_counter() - start


def main() -> None:
    """Make the data, run each case in its own process, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=8000, help="cells along a side of the raster")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        start = time.perf_counter()
        total = run(options.case, options.folder)
        seconds = time.perf_counter() - start
        print(json.dumps({"total": total, "seconds": seconds, "peak_mb": peak_mb()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_zones(options.side).to_parquet(folder / "zones.parquet")
        floor = {}
        for layout in LAYOUTS:
            make_rasters(folder, options.side, layout)
            floor[layout] = decode_seconds(folder / f"people_{layout}.tif")
        rows = []
        for case in ("start | tiles", *(f"{case} | {layout}" for case in CASES for layout in LAYOUTS)):
            command = [sys.executable, "-W", "ignore", __file__, "--case", case, "--folder", name]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows.append({"case": case, **json.loads(answer)})
        table = pd.DataFrame(rows)
        print(f"{options.side**2 / 1e6:.0f} million cells; one bare reading: {floor}")
        print(table.round({"seconds": 1, "peak_mb": 0}).to_string(index=False))


if __name__ == "__main__":
    main()
