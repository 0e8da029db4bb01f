"""Patches of farmland in a land-cover raster: comarca, block by block, against scikit-image with the whole in memory.

Each side runs in a process of its own; imports do not count. scikit-image labels the cells of the farmed classes and
counts them; comarca also measures true areas and edges, and keeps 50 territories apart. Both have to find the same
number of patches.

    python benchmarks/bench_patches.py [raster.tif] [--legend mapbiomas]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 10, 5


def ours(path: Path, legend_name: str, block_size: int) -> dict[str, float]:
    """Measure patches with comarca, for territories that cover the raster like a chequerboard."""
    import geopandas as gpd
    import rasterio
    import shapely

    from comarca.land.cover import tabulate_land_cover
    from comarca.registry.legends import read_legend

    legend = read_legend(legend_name)
    with rasterio.open(path) as raster:
        start = time.perf_counter()
        west, south, east, north = raster.bounds
        x, y = np.linspace(west, east, COLUMNS + 1), np.linspace(south, north, ROWS + 1)
        boxes = [shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for i in range(COLUMNS) for j in range(ROWS)]
        shapes = gpd.GeoSeries(shapely.segmentize(boxes, (east - west) / 200), crs=raster.crs).to_crs(4326)
        names = [f"{number:02d}" for number in range(len(boxes))]
        territories = gpd.GeoDataFrame({"territory_id": names, "territory_name": names}, geometry=shapes)
        patches, _ = tabulate_land_cover(raster, territories, legend=legend, year=2020, block_size=block_size)
        seconds = time.perf_counter() - start
    return {
        "patches": int(patches["patch_id"].nunique()),
        "area_ha": float(patches["area_ha"].sum()),
        "seconds": seconds,
    }


def theirs(path: Path, legend_name: str) -> dict[str, float]:
    """Label and count with scikit-image."""
    import rasterio
    from skimage.measure import label

    from comarca.registry.legends import read_legend

    codes = read_legend(legend_name).codes("is_farmed")
    start = time.perf_counter()
    with rasterio.open(path) as raster:
        farmed = np.isin(raster.read(1), codes)
    labels = label(farmed, connectivity=2)
    cells = np.bincount(labels.ravel())[1:]
    return {"patches": len(cells), "cells": int(cells.sum()), "seconds": time.perf_counter() - start}


def run_apart(side: str, options: argparse.Namespace) -> dict[str, float]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, str(options.raster), "--legend", options.legend, "--side", side]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def default_raster() -> Path:
    """Give the raster that the figures are for."""
    cases = Path(os.environ.get("COMARCA_CASES", ROOT.parent / "shared/data"))
    return cases / "amapa/mapbiomas_2020_araguari.tif"


def main() -> None:
    """Measure all sides, print them, and fail if they do not find the same patches."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raster", type=Path, nargs="?", default=default_raster())
    parser.add_argument("--legend", default="mapbiomas")
    parser.add_argument("--side", choices=["2048", "512", "scikit-image"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        found = (
            theirs(options.raster, options.legend)
            if options.side == "scikit-image"
            else ours(options.raster, options.legend, int(options.side))
        )
        print(json.dumps({**found, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    sides = {side: run_apart(side, options) for side in ("2048", "512", "scikit-image")}
    for side, found in sides.items():
        name = side if side == "scikit-image" else f"comarca, blocks of {side}"
        print(f"{name:24}{found['seconds']:7.1f} s{found['peak_mb']:8.0f} MB{found['patches']:8d} patches")
    if len({found["patches"] for found in sides.values()}) > 1:
        raise SystemExit("The sides do not find the same patches.")


if __name__ == "__main__":
    main()
