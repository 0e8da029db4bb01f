"""A country's road network, from the OSM file to columns: seconds, memory, and how they grow.

Copies of Liechtenstein stand side by side (`tile_extract.py`): 1, 10 and 100 times, the last with 4.8 million drivable
vertices and 1,100 municipalities. Timed is what the workflow does from the file on: read roads, give them speeds, build
the network, travel times to the nearest city of four classes from every cell of 1 km, columns per municipality. Each
size runs in a process of its own; territories, cities and demand are made beforehand. Beside it stand a bare pass of
pyosmium over the same file, and OSMnx with NetworkX on the smallest.

    python benchmarks/bench_scale.py [extract.osm.pbf] [--folder DIR] [--page docs/validation/scale.md]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from tile_extract import tile

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1, 10, 100)
STEP_DEG = 0.5
CLASSES = {
    "village": (5_000, 20_000),
    "town": (20_000, 50_000),
    "intermediate": (50_000, 1_000_000),
    "large": (1_000_000, None),
}
#: Made-up people, so that each copy has cities of all classes.
PERSONS = {
    "Vaduz": 2_000_000.0, "Schaan": 400_000.0, "Balzers": 80_000.0, "Triesenberg": 40_000.0, "Eschen": 30_000.0,
    "Ruggell": 25_000.0, "Triesen": 12_000.0, "Mauren": 9_000.0, "Nendeln": 8_000.0, "Planken": 7_000.0,
}  # fmt: skip


def make_layers(extract: Path, folder: Path) -> None:
    """Write territories, cities and demand of the small extract."""
    from comarca.population.demand import demand_grid
    from comarca.sources.osm.read import read_osm

    osm = read_osm(extract, ["boundaries", "places"]).layers
    areas = osm["boundaries"]
    areas = areas[(areas["admin_level"] == "8") & areas["subdivision_code"].str.startswith("LI-", na=False)]
    territories = gpd.GeoDataFrame(
        {
            "territory_id": areas["subdivision_code"].to_numpy(), "territory_name": areas["name"].to_numpy(),
            "parent_name": pd.array([None] * len(areas), dtype="str"), "country": "LIE",
        },
        geometry=areas.geometry.to_numpy(), crs=4326,
    ).sort_values("territory_id", ignore_index=True)  # fmt: skip
    places = osm["places"]
    places = places[places["name"].isin(PERSONS) & places["place"].isin(["town", "village"])].reset_index(drop=True)
    cities = gpd.GeoDataFrame(
        {
            "city_id": places["place_id"], "city_name": places["name"], "country": "LIE",
            "population_persons": places["name"].map(PERSONS), "osm_id": places["place_id"],
        },
        geometry=places.geometry, crs=4326,
    )  # fmt: skip
    territories.to_parquet(folder / "territories.parquet")
    cities.to_parquet(folder / "cities.parquet")
    demand_grid(territories, demand_cell_m=1000).to_parquet(folder / "demand.parquet")


def copies(layer: gpd.GeoDataFrame, times: int, identifiers: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Shift a layer as `tile_extract` does, with identifiers of their own."""
    side = int(np.ceil(np.sqrt(times)))
    parts = []
    for k in range(times):
        shift = np.array([(k % side) * STEP_DEG, (k // side) * STEP_DEG])
        moved = layer.assign(**{name: f"{k:03d}-" + layer[name] for name in identifiers})
        parts.append(moved.set_geometry(shapely.transform(layer.geometry.to_numpy(), shift.__add__)))
    return pd.concat(parts, ignore_index=True).set_crs(4326)


def run_ours(extract: Path, folder: Path, times: int) -> dict[str, float]:
    """Do everything from the file to the columns, timed step by step by the processor."""
    from comarca.access.cities import cities_to_reach, travel_times_by_class
    from comarca.access.routable import routable_network
    from comarca.indicators import access
    from comarca.registry.columns import load_registry
    from comarca.roads.network import build_network
    from comarca.roads.speeds import may_walk_onto, road_speed_kmh, speed_table
    from comarca.sources.osm.read import read_osm

    layers = {
        name: copies(gpd.read_parquet(folder / f"{name}.parquet"), times, identifiers)
        for name, identifiers in (
            ("territories", ("territory_id",)),
            ("cities", ("city_id",)),
            ("demand", ("demand_id", "territory_id")),
        )
    }
    fields = {"city_class": list(CLASSES), "time_threshold": ["30", "60", "120"]}
    registry = load_registry()
    columns = registry.columns("access", fields=fields, layers=[*layers, "travel_times"])[0]
    table = speed_table(pd.read_csv(ROOT / "config/speeds.csv", dtype=str))
    at_start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = [time.process_time()]
    roads = read_osm(extract, ["roads"]).layers["roads"]
    clock.append(time.process_time())
    network = build_network(roads, speed_kmh=road_speed_kmh(roads, table), on_foot=may_walk_onto(roads, table))
    clock.append(time.process_time())
    cities = cities_to_reach(layers["cities"], CLASSES.values())
    routable = routable_network(network, cities, identifier="city_id")
    found = travel_times_by_class(routable, cities, layers["demand"], city_classes_persons=CLASSES)
    clock.append(time.process_time())
    values = access.compute(**layers, travel_times=found.times, city_classes_persons=CLASSES, columns=columns).values
    clock.append(time.process_time())
    if values["time_town_city_mean_min"].isna().mean() > 0.2:
        raise SystemExit("Too many municipalities without a travel time: the copies are not what they should be.")
    read, build, travel, gather = np.diff(clock).tolist()
    return {
        "read_s": read, "network_s": build, "times_s": travel, "columns_s": gather, "total_s": clock[-1] - clock[0],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "start_mb": at_start / 1024,
        "vertices": len(network.vertex_lon) - 2 * len(network.edge_from) + len(network.node_lon),
        "territories": len(values), "demand": len(layers["demand"]), "columns": values.shape[1],
    }  # fmt: skip


def run_bare(extract: Path) -> dict[str, float]:
    """Pass over the file with pyosmium, with the places of nodes on ways, and do nothing."""
    start = time.process_time()
    osmium.apply(str(extract), osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem")))
    return {"bare_s": time.process_time() - start}


def run_osmnx(extract: Path) -> dict[str, float]:
    """Do the graph and one class of travel times with OSMnx and NetworkX, from the same ways as XML."""
    import osmnx  # noqa: F401 (its import does not count)
    from bench_routing import their_minutes, write_xml

    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "ways.osm"
        speeds = write_xml(extract, xml)
        start = time.process_time()
        places, _ = their_minutes(xml, speeds)
    return {"osmnx_s": time.process_time() - start, "osmnx_vertices": len(places)}


def page(found: pd.DataFrame, name: str) -> str:
    """Write up the figures in Markdown."""
    last = found.iloc[-1]
    rows = [
        f"| {size} x | {row.vertices:,.0f} | {row.demand:,.0f} | {row.territories:,.0f} | {row.read_s:.2f} |"
        f" {row.network_s:.2f} | {row.times_s:.2f} | {row.columns_s:.2f} | **{row.total_s:.2f}** |"
        f" {row.peak_mb:,.0f} | {row.read_s / row.bare_s:.1f} |"
        for size, row in found.iterrows()
    ]
    growth = exponents(found)
    theirs = found["osmnx_s"].iloc[0] / found["osmnx_vertices"].iloc[0] * 1e6
    ours = (found["read_s"] + found["network_s"] + found["times_s"] / len(CLASSES)) / found["vertices"] * 1e6
    bare = last["bare_s"] / last["vertices"] * 1e6
    return "\n".join([
        "# A country's road network, from the file to columns",
        "",
        f"Written by `make bench` on {os.cpu_count()} cores ({platform.machine()}, Python"
        f" {platform.python_version()}, load {os.getloadavg()[0]:.1f}). Seconds are processor time.",
        f"Input: `{name}` (© OpenStreetMap contributors, ODbL), 1, 10 and 100 copies side by side.",
        f"Columns: all {last['columns']:.0f} of travel time to {len(CLASSES)} classes of cities, weighted by demand in"
        " cells of 1 km. Each size in a process of its own.",
        "",
        "| copies | road vertices | demand points | territories | read, s | network, s | four classes, s | columns, s |"
        " total, s | peak, MB | read / bare pass |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"- Growth of the total: n^{growth['10x']:.2f} from 1 to 10 copies, n^{growth['100x']:.2f} from 10 to 100,"
        f" n^{growth['all']:.2f} from 1 to 100.",
        f"- A bare pass of pyosmium over the largest file, with the places of nodes, takes {last['bare_s']:.2f} s;"
        f" reading its roads takes {last['read_s'] / last['bare_s']:.1f} times as long.",
        f"- Per vertex, from the file to the times of one class: OSMnx with NetworkX {theirs:.0f} µs on one copy, from"
        " XML of just the drivable ways",
        f"  and from nodes only; comarca {ours.iloc[0]:.1f} µs on one copy ({theirs / ours.iloc[0]:.0f} times less) and"
        f" {ours.iloc[-1]:.1f} µs on 100 ({theirs / ours.iloc[-1]:.0f} times less),",
        "  from the whole file and with the walk to the road. A hundred times less would be"
        f" {theirs / 100:.2f} µs; the bare pass alone takes {bare:.2f} µs.",
        "",
    ])  # fmt: skip


def exponents(found: pd.DataFrame) -> dict[str, float]:
    """Exponent of the growth of the total with the number of copies."""
    total = found["total_s"]

    def between(few: int, many: int) -> float:
        return float(np.log(total[many] / total[few]) / np.log(many / few))

    return {"10x": between(1, 10), "100x": between(10, 100), "all": between(1, 100)}


def measure(extract: Path, folder: Path) -> pd.DataFrame:
    """Run every size in processes of their own."""
    make_layers(extract, folder)
    rows = {}
    for times in SIZES:
        large = folder / f"copies_{times}.osm.pbf"
        if not large.exists():
            tile(extract, large, times=times, step_deg=STEP_DEG)
        rows[times] = {
            key: value
            for side in ("bare", "ours", *(["osmnx"] if times == SIZES[0] else []))
            for key, value in run_apart(side, large, folder, times).items()
        }
        print(times, {key: round(value, 3) for key, value in rows[times].items()}, flush=True)
    return pd.DataFrame(rows).T


def run_apart(side: str, extract: Path, folder: Path, times: int) -> dict[str, float]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, str(extract), "--folder", str(folder), "--side", side, "--times", str(times)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def default_extract() -> Path:
    """Give the extract that the figures are for."""
    cases = Path(os.environ.get("COMARCA_CASES", ROOT.parent / "shared/data"))
    return cases / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"


def main() -> None:
    """Measure, print the page and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path, nargs="?", default=default_extract())
    parser.add_argument("--folder", type=Path, help="keeps the copies for the next time (default: a temporary one)")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/validation/scale.md")
    parser.add_argument("--side", choices=["ours", "bare", "osmnx"], help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        runs = {
            "ours": lambda: run_ours(options.extract, options.folder, options.times),
            "bare": lambda: run_bare(options.extract),
            "osmnx": lambda: run_osmnx(options.extract),
        }
        print(json.dumps(runs[options.side]()))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        text = page(measure(options.extract, folder), options.extract.name)
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
