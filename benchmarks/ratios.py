"""How much time comarca takes beside programs that answer the same question: ratios of one run, on one machine.

Both sides of a row are measured one after the other, best of a few, and their answers compared. Programs that are not
installed are left out with a message; pandana and pylandstats, whose licences keep them out of the lock, run in an
environment of their own, `.venv-bench`, if `--install` made it. Writes JSON and a page.

    python benchmarks/ratios.py [--size full] [--page docs/validation/ratios.md]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench_routing
import bench_zonal
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from pyproj import CRS
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv-bench"
PEER_PACKAGES = ("numpy<2", "pandana==0.7", "pylandstats==3.1.0")
EXAMPLE = ROOT / "data/raw/example/liechtenstein-2013-08-03.osm.pbf"
SEED = 17


@dataclass(frozen=True)
class Size:
    """How large the inputs are (streets and cells along a side, maps), and how often each side runs."""

    grid: int
    cells: int
    repeat: int
    maps: int
    with_file: bool


SIZES = {"smoke": Size(60, 200, 1, 1, False), "full": Size(700, 1_500, 2, 8, True)}


@dataclass(frozen=True)
class Row:
    """One comparison: microseconds per unit; ``note`` says why there is no figure, or how answers compare."""

    what: str
    unit: str
    peer: str
    ours_us: float | None
    theirs_us: float | None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as long the peer takes."""
        return self.theirs_us / self.ours_us if self.ours_us and self.theirs_us else None


def best(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Least CPU seconds of some calls after a warm-up, and the last answer; with 0, one call as it comes."""
    answer, seconds = call() if repeat else None, []
    for _ in range(max(repeat, 1)):
        start = time.process_time()
        answer = call()
        seconds.append(time.process_time() - start)
    return min(seconds), answer


def times_on_a_network(size: Size) -> Iterator[Row]:
    """Compare the time from every crossing of a grid of streets to the nearest of ten destinations."""
    import networkx as nx

    from comarca.roads.graph import TravelGraph, nearest_source

    what = "times and lengths on a network"
    graph, sources = street_grid(size.grid)
    count = graph.shape[0]
    ours, found = best(lambda: nearest_source(TravelGraph(graph, graph.data), sources), size.repeat)
    theirs, plain = best(lambda: csgraph.dijkstra(graph, indices=sources, min_only=True), size.repeat)
    # It is SciPy that searches: the rest is lengths.
    yield row(what, "vertex", "SciPy, times alone", ours, theirs, count, found.minutes, plain)
    directed = nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph)
    theirs, reached = best(lambda: nx.multi_source_dijkstra_path_length(directed, {*sources.tolist()}), 0)
    yield row(what, "vertex", "NetworkX", ours, theirs, count, found.minutes,
              np.array([reached[node] for node in range(count)]))  # fmt: skip
    # It contracts a graph first, which takes minutes where streets are many.
    graph, sources = street_grid(min(size.grid, 150))
    ours, found = best(lambda: nearest_source(TravelGraph(graph, graph.data), sources), size.repeat)
    yield from nearest_by_pandana(graph, sources, ours, found.minutes)


def street_grid(side: int) -> tuple[Any, np.ndarray]:
    """Streets that cross each other, each piece with a time of its own, and ten destinations."""
    from scipy.sparse import coo_array

    rng = np.random.default_rng(SEED)
    node = np.arange(side * side).reshape(side, side)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    minutes = rng.uniform(0.1, 1.0, len(start))
    pairs = np.concatenate([start, end]), np.concatenate([end, start])
    graph = coo_array((np.tile(minutes, 2), pairs), shape=(side * side, side * side)).tocsr()
    graph.indices, graph.indptr = graph.indices.astype(np.int32), graph.indptr.astype(np.int32)
    return graph, rng.choice(side * side, 10, replace=False)


def nearest_by_pandana(graph: Any, sources: np.ndarray, ours: float, minutes: np.ndarray) -> Iterator[Row]:
    """Compare with contraction hierarchies, in the environment of their own."""
    what, unit, count = "times and lengths on a smaller network", "vertex", graph.shape[0]
    with tempfile.TemporaryDirectory() as name:
        edges = graph.tocoo()
        np.savez(Path(name) / "graph.npz", start=edges.row, end=edges.col, minutes=edges.data, sources=sources,
                 side=int(count**0.5))  # fmt: skip
        found = in_their_environment(_PANDANA, name)
        if isinstance(found, str):
            yield Row(what, unit, "pandana", None, None, found)
            return
        reached = np.load(Path(name) / "found.npy")
    yield row(what, unit, "pandana, contraction not counted", ours, found["seconds"], count, minutes, reached, 1e-3)


def walks_over_land(size: Size) -> Iterator[Row]:
    """Compare the quickest walk from every cell of a friction surface to one of ten cells."""
    what, unit = "walks over land", "cell"
    if importlib.util.find_spec("skimage") is None:
        yield Row(what, unit, "scikit-image, MCP_Geometric", None, None, "not installed")
        return
    from skimage.graph import MCP_Geometric

    from comarca.access.cells import Seeds, walk_to_seeds
    from comarca.access.friction import FrictionSurface
    from comarca.rasters.grids import Grid

    rng = np.random.default_rng(SEED)
    pace = rng.uniform(0.01, 0.1, (size.cells, size.cells))
    grid = Grid(CRS.from_epsg(6933), Affine(100, 0, 0, 0, -100, 0), pace.shape)
    cell = rng.choice(pace.size, 10, replace=False)
    seeds = Seeds(cell, np.zeros(len(cell)))
    ours, walks = best(lambda: walk_to_seeds(FrictionSurface(grid, pace), seeds), size.repeat)
    starts = list(zip(*np.divmod(cell, size.cells), strict=True))
    theirs, found = best(lambda: MCP_Geometric(pace, sampling=(100, 100)).find_costs(starts)[0], size.repeat)
    yield row(what, unit, "scikit-image, MCP_Geometric", ours, theirs, pace.size, walks.minutes, found.ravel())


def sums_by_zone(size: Size) -> Iterator[Row]:
    """People of 300 zones of 500 vertices each, of a compressed raster in tiles."""
    import rasterstats

    from comarca.rasters.bands import Raster
    from comarca.rasters.zonal import zonal

    with tempfile.TemporaryDirectory() as name:
        bench_zonal.make_rasters(Path(name), size.cells, "tiles")
        zones, path = bench_zonal.make_zones(size.cells), Path(name) / "people_tiles.tif"
        ours, found = best(lambda: zonal({"people": Raster(path)}, zones)["people_sum"], size.repeat)
        theirs, plain = best(lambda: rasterstats.zonal_stats(zones, str(path), stats=["sum"]), 0)
    sums = np.array([zone["sum"] or 0.0 for zone in plain])
    # Cells that a border cuts count by share here and by their middle there.
    yield row("sums by zone", "cell", "rasterstats", ours, theirs, size.cells**2, found.sum(), sums.sum(), 0.02)


def patches(size: Size) -> Iterator[Row]:
    """Patches of a land cover: their number, area and edge."""
    what, unit = "patches", "cell"
    from comarca.rasters.patches import find_patches

    rng = np.random.default_rng(SEED)
    everything = [shapely.box(-180, -85, 180, 85)]
    cover = np.repeat(np.repeat(rng.random((size.cells // 10, size.cells // 10)) < 0.4, 10, 0), 10, 1)
    with tempfile.TemporaryDirectory() as name:
        path = write_cover(Path(name) / "cover.tif", cover)
        import rasterio

        def ours_of() -> int:
            with rasterio.open(path) as raster:
                return find_patches(raster, everything, codes=[1]).pieces["patch"].nunique()

        ours, count = best(ours_of, size.repeat)
        found = in_their_environment(_PYLANDSTATS, str(path))
    if isinstance(found, str):
        yield Row(what, unit, "pylandstats", ours / cover.size * 1e6, None, found)
        return
    yield row(what, unit, "pylandstats", ours, found["seconds"], cover.size, float(count), float(found["count"]))


def write_cover(path: Path, cover: np.ndarray) -> Path:
    """Write a land cover of ones and twos in an equal-area system."""
    import rasterio

    profile = {"driver": "GTiff", "width": cover.shape[1], "height": cover.shape[0], "count": 1, "dtype": "uint8",
               "crs": "EPSG:6933", "transform": Affine(100, 0, 0, 0, -100, 0), "nodata": 0}  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(np.where(cover, 1, 2).astype("uint8"), 1)
    return path


def reading(size: Size) -> Iterator[Row]:
    """Compare reading roads with a bare pass over the file, and all from the file to times with OSMnx."""
    import osmium

    from comarca.sources.osm.read import read_osm

    def bare() -> int:
        return sum(1 for _ in osmium.FileProcessor(str(EXAMPLE)).with_locations())

    ours, _ = best(lambda: read_osm(EXAMPLE, ["roads"]), size.repeat)
    theirs, count = best(bare, size.repeat)
    yield Row(
        "reading roads", "object of the file", "a bare pass of pyosmium", ours / count * 1e6, theirs / count * 1e6
    )
    if not size.with_file:
        return
    with tempfile.TemporaryDirectory() as name:
        xml = Path(name) / "ways.osm"
        speed = bench_routing.write_xml(EXAMPLE, xml)
        ours, (place, minutes) = best(lambda: bench_routing.our_minutes(EXAMPLE), size.repeat)
        bench_routing.CROSSINGS["place"] = bench_routing.key(*place.T)
        theirs, (their_place, their_min) = best(lambda: bench_routing.their_minutes(xml, speed), 0)
        bench_routing.CROSSINGS.clear()
    _, i, j = np.intersect1d(bench_routing.key(*place.T), bench_routing.key(*their_place.T), return_indices=True)
    is_reached = np.isfinite(minutes[i])
    yield row("from the file to times", "vertex", "OSMnx and NetworkX, ways alone", ours, theirs, len(their_place),
              minutes[i][is_reached], their_min[j][is_reached], 1e-5)  # fmt: skip


def drawing(size: Size) -> Iterator[Row]:
    """Compare a map with the least that matplotlib needs for the same polygons and a title, in three formats."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    from comarca.publish.maps.atlas_pdf import pages_of
    from comarca.publish.maps.base import build_base
    from comarca.publish.maps.choropleth import draw_map, save_map
    from comarca.publish.maps.layout import A4_IN
    from comarca.publish.maps.style import RC
    from comarca.publish.maps.theme import MapText
    from comarca.registry.columns import load_registry

    zones = bench_zonal.make_zones(1_000)
    area = zones.assign(territory_name=zones["territory_id"], parent_name=None, country="XXX")
    base = build_base(gpd.GeoDataFrame(area, geometry="geometry", crs=4326))
    column = next(entry for entry in load_registry().columns("territory", fields={}, layers=["territories"])[0])
    values = pd.Series(np.arange(len(zones), dtype=float), zones["territory_id"])
    text = MapText(language="en", region="R", source_line="S")

    def saved(folder: Path) -> Iterator[Figure]:
        for _ in range(size.maps):
            figure = draw_map(base, column, values, text=text)
            for suffix in ("png", "svg"):
                save_map(figure, folder / f"a.{suffix}")
            yield figure

    def theirs_of(folder: Path) -> None:
        with mpl.rc_context(RC):
            figure = Figure(figsize=A4_IN)
            FigureCanvasAgg(figure)
            axes = figure.add_axes((0, 0, 1, 0.9))
            frame = base.frames[0]
            axes.add_collection(PathCollection(frame.paths, facecolors=["white"], edgecolors=["black"]))
            axes.set(xlim=frame.bounds[::2], ylim=frame.bounds[1::2])
            axes.set_axis_off()
            figure.text(0.1, 0.95, "Title")
            for suffix in ("png", "svg", "pdf"):
                figure.savefig(folder / f"b.{suffix}", dpi=200)

    with tempfile.TemporaryDirectory() as name:
        ours, _ = best(lambda: pages_of(saved(Path(name))), size.repeat)
        theirs, _ = best(lambda: theirs_of(Path(name)), size.repeat)
    yield Row("a map in three formats", "map", "matplotlib, polygons and a title", ours / size.maps * 1e6, theirs * 1e6)


def row(
    what: str, unit: str, peer: str, ours: float, theirs: float, count: int, found: Any, expected: Any,
    tolerance: float = 1e-9,
) -> Row:  # fmt: skip
    """Compare both answers, and give both times per unit."""
    difference = np.max(np.abs(np.asarray(found) - np.asarray(expected)) / np.maximum(np.abs(expected), 1e-12))
    if not difference <= tolerance:
        raise SystemExit(f"{what}: comarca and {peer} differ by {difference:.2g}, more than {tolerance:g}")
    return Row(what, unit, peer, ours / count * 1e6, theirs / count * 1e6, f"answers differ by {difference:.0e}")


#: pandana rounds to thousandths of the unit that it is given.
_PANDANA = """
import json, sys, time
import numpy as np, pandas as pd, pandana
data = np.load(sys.argv[1] + "/graph.npz"); side = int(data["side"])
x, y = np.tile(np.arange(side), side), np.repeat(np.arange(side), side)
net = pandana.Network(pd.Series(x), pd.Series(y), pd.Series(data["start"]), pd.Series(data["end"]),
                      pd.DataFrame({"milliminutes": 1000 * data["minutes"]}), twoway=False)
start = time.process_time()
net.set_pois("d", 1e6, 1, x[data["sources"]], y[data["sources"]])
found = net.nearest_pois(1e6, "d", num_pois=1)
seconds = time.process_time() - start
np.save(sys.argv[1] + "/found.npy", found[1].to_numpy() / 1000)
json.dump({"seconds": seconds}, open(sys.argv[2], "w"))
"""
_PYLANDSTATS = """
import json, sys, time
import pylandstats
start = time.process_time()
land = pylandstats.Landscape(sys.argv[1], neighborhood_rule="8")
table = land.compute_class_metrics_df(metrics=["number_of_patches", "total_area", "total_edge"])
count = float(table.loc[1, "number_of_patches"])
json.dump({"seconds": time.process_time() - start, "count": count}, open(sys.argv[2], "w"))
"""


def in_their_environment(program: str, argument: str) -> dict[str, Any] | str:
    """Run a program in the peers' environment; without it, say so."""
    python = PEERS / "bin/python"
    if not python.exists():
        return "not installed: `python benchmarks/ratios.py --install`"
    # Not by what it prints: the programs themselves print, too.
    with tempfile.TemporaryDirectory() as name:
        answer = Path(name) / "answer.json"
        command = [python, "-W", "ignore", "-c", program, argument, str(answer)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            return run.stderr.strip().splitlines()[-1]
        return json.loads(answer.read_text(encoding="utf-8"))


def machine() -> dict[str, Any]:
    """Say what the figures were taken on."""
    model = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    return {
        "processor": model[0].split(":")[1].strip() if model else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def page(rows: list[Row], facts: dict[str, Any]) -> str:
    """Write the table."""
    lines = [
        "# How long others take",
        "",
        "Written by `make bench`: CPU time of both sides in one run, best of a few; the ratio says how many times as",
        "long the other takes. Answers are compared, and the run fails if they differ.",
        "",
        "{processor}, {cores} cores (load {load}), {system}, Python {python}.".format(**facts),
        "",
        "| what | per | comarca, µs | the other | it, µs | ratio | |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in rows:
        figures = ["" if value is None else f"{value:,.3g}" for value in (entry.ours_us, entry.theirs_us, entry.ratio)]
        lines.append(
            "| " + " | ".join([entry.what, entry.unit, figures[0], entry.peer, *figures[1:], entry.note]) + " |"
        )
    return "\n".join(lines) + "\n"


PARTS = (times_on_a_network, walks_over_land, sums_by_zone, patches, reading, drawing)


def measure(size: Size) -> list[Row]:
    """Run all comparisons."""
    return [entry for part in PARTS for entry in part(size)]


def main() -> None:
    """Measure, print, and write JSON and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="full")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--install", action="store_true", help=f"make the environment of {', '.join(PEER_PACKAGES)}")
    options = parser.parse_args()
    if options.install and not (PEERS / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([PEERS / "bin/python", "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=False)
    facts, rows = machine(), measure(SIZES[options.size])
    text = page(rows, facts)
    print(text)
    if options.page:
        options.page.write_text(text, encoding="utf-8")
        entries = [{**asdict(entry), "ratio": entry.ratio} for entry in rows]
        text = json.dumps({"machine": facts, "size": options.size, "rows": entries}, indent=1, ensure_ascii=False)
        options.page.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
