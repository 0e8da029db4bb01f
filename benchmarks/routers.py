"""Driving times between places: comarca against the routers Valhalla and OSRM, on two OpenStreetMap extracts.

Both routers' programs come from PyPI, put into folders of their own at the first call. All get the same places and find
the nearest road themselves. Writes a page; fails if a bound is not met.

    python benchmarks/routers.py [--cases lie,ury] [--page docs/validation/routers.md]
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import valhalla
from record import Figure, real_cases, record

from comarca.population.raster import demand_from_raster
from comarca.rasters.bands import Raster
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
#: The wheel is for newer Pythons, but holds programs that need none.
OSRM, WHEEL_FOR = "osrm-bindings==26.10.0", "3.12"
VALHALLA_FOLDER, OSRM_FOLDER = ROOT / ".venv-valhalla", ROOT / ".venv-osrm"
#: Bounds of the median ratio by table, and the share of pairs that has to lie within 30 %.
DEFAULT, OWN, AS_CLASS = "default table", "router's own speeds", "default table, untagged at full class speed"
MEDIAN_BOUNDS = {DEFAULT: (0.90, 1.15), OWN: (0.95, 1.05), AS_CLASS: (0.90, 1.15)}
NEAR, SHARE_NEAR = 0.30, 0.95
#: Why ours differ, by router and table.
WHY = {
    ("Valhalla", DEFAULT): "it drives roads without a tagged limit at 1.2 to 1.7 times our speeds, and limits in full",
    ("Valhalla", AS_CLASS): "it drives primary roads at 75 km/h, we at 60, OSRM at 65",
    ("Valhalla", OWN): "it adds time for turns and crossings",
    ("OSRM", DEFAULT): "it drives 0.8 of a tagged limit, we 0.85, and main roads without one 5 to 15 km/h faster; "
    "it adds time for turns, signals and barriers",
    ("OSRM", AS_CLASS): "its speeds of primary and secondary roads are 5 km/h above ours",
    ("OSRM", OWN): "it adds time for turns, signals and barriers",
}
INTRODUCTION = (
    "Written by `python benchmarks/routers.py` (© OpenStreetMap contributors, ODbL). Driving times between every "
    "two places, in both directions; each program finds the nearest road itself, and the walk to it is left out. "
    "The ratio is ours over the router's. *Default table* is `config/speeds.csv` as shipped; *router's own speeds* "
    "are its speeds by class and its share of a tagged limit, for OSRM surfaces, grades and smoothness as well; "
    "neither slows a road down because its surface is not tagged."
)
ONE_ONLY = (
    "Within 30 % have to be 95 % of the pairs; *one only* are pairs between which only one of both finds a way: "
    "OSRM takes a place on a small loose piece of the network to the main one. Connectors, which do that in a run, "
    "are left out here."
)
NO_FERRIES = (
    "No extract at hand holds a ferry, so crossings are not compared; the tests hold them against worked durations."
)
SAME_NETWORK = (
    "With a router's own speeds on our network its times come out again, so network, ways and places on the roads "
    "agree; what is left there is the time that it adds for turns and crossings, most of all on ways of a few "
    "minutes. With the default table the ratio is that of the speeds. The two routers differ as much from each "
    "other: the median of {second} over {first} is {differ}."
)
CALIBRATED_ON_NEITHER = (
    "The default table is calibrated on neither. Its speeds of main roads are below both routers', which are those "
    "of an empty road; speeds measured world-wide on rural roads are lower still (OpenStreetMapSpeeds: trunk 65, "
    "primary 55, secondary 45, tertiary 35, unclassified 25), and most main roads of Latin America have two lanes, "
    "hills, and towns on their way. On flat and good roads, as in Uruguay, times come out long; where limits are "
    "tagged they stand in for these speeds. Rows with the code of a country in `config/speeds.csv` hold there only."
)
NO_SURFACES = (
    "In an extract without a single surface the factor for untagged roads (0.9 on tertiary, 0.8 on unclassified "
    "roads) tells no road from another, and slows down all. The run says so (`roads_surface_not_recorded`), and two "
    "rows `untagged_surface` with the country's code and the factor 1 switch it off: the third table of Uruguay. It "
    "does not switch itself off, as a road would then be slower or quicker by what is tagged elsewhere in the "
    "region, and a scenario that paves some roads would slow down the others."
)
#: Sources asked for at once.
CHUNK = 10


@dataclass(frozen=True)
class Case:
    """An extract and the places between which times are compared."""

    name: str
    extract: Path
    places: Callable[[], gpd.GeoDataFrame]
    has_surfaces: bool = True


def towns_and_villages(extract: Path) -> gpd.GeoDataFrame:
    """Take the towns and villages of an extract."""
    places = read_osm(extract, ["places"]).layers["places"]
    return places[places["place"].isin(valhalla.KINDS)][["name", "geometry"]].reset_index(drop=True)


def fullest_cells(territories: Path, layer: str, population: Path) -> gpd.GeoDataFrame:
    """Take the middle of the cell of each territory in which most people live."""
    area = gpd.read_file(territories, layer=layer).to_crs(4326)
    demand, _ = demand_from_raster(Raster(str(population)), area, demand_cell_m=1_000)
    most = demand.sort_values("population_persons", ascending=False).drop_duplicates("territory_id")
    most = most[most["population_persons"] > 0].sort_values("territory_id", ignore_index=True)
    return most.rename(columns={"territory_id": "name"})[["name", "geometry"]]


def cases() -> dict[str, Case]:
    """List the extracts."""
    folder = real_cases()
    lie, ury = folder / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf", folder / "uruguay"
    return {
        "lie": Case("Liechtenstein 2021, towns and villages", lie, lambda: towns_and_villages(lie)),
        "ury": Case(
            "Uruguay, fullest cell of each municipio",
            ury / "uruguay_roads.osm.pbf",
            lambda: fullest_cells(ury / "territories.gpkg", "municipios_2025_plus_rest", ury / "population_1km.tif"),
            has_surfaces=False,
        ),
    }


def valhalla_minutes(extract: Path, places: gpd.GeoDataFrame, folder: Path) -> np.ndarray:
    """Build Valhalla's tiles and ask for the times between places, without its limits for public services.

    The algorithm is its search from one to many. That for matrices leaves minor roads once it is some way from both
    ends; where nearly all roads are minor it finds three of four pairs not at all, and the others over detours.
    """
    package, config = VALHALLA_FOLDER / "valhalla", folder / "valhalla.json"
    tiles = ["--mjolnir-tile-dir", str(folder / "tiles"), "--mjolnir-concurrency", "1"]
    settings = json.loads(valhalla.run(sys.executable, package / "valhalla_build_config.py", *tiles))
    settings["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    settings["service_limits"]["auto"] |= {"max_matrix_distance": 1e8, "max_matrix_location_pairs": 10**7}
    config.write_text(json.dumps(settings))
    valhalla.run(package / "bin/valhalla_build_tiles", "-c", config, "-j", "1", extract)
    spots = [{"lon": point.x, "lat": point.y} for point in places.geometry]
    rows = []
    for start in range(0, len(spots), CHUNK):
        request = folder / "request.json"
        body = {"sources": spots[start : start + CHUNK], "targets": spots, "costing": "auto"}
        request.write_text(json.dumps(body))
        program = package / "bin/valhalla_service"
        answer = json.loads(valhalla.run(program, config, "sources_to_targets", request).splitlines()[-1])
        rows += [[cell["time"] for cell in row] for row in answer["sources_to_targets"]]
    return np.array(rows, dtype=float) / 60


def osrm_minutes(extract: Path, places: gpd.GeoDataFrame, folder: Path) -> np.ndarray:
    """Prepare the extract for OSRM and ask a server on this machine for the times between places."""
    package = OSRM_FOLDER / "osrm"
    copy, prepared = folder / "extract.osm.pbf", folder / "extract.osrm"
    copy.symlink_to(extract.resolve())
    valhalla.run(package / "bin/osrm-extract", "-t", "1", "-p", package / "share/profiles/car.lua", copy)
    for step in ("osrm-partition", "osrm-customize"):
        valhalla.run(package / "bin" / step, "-t", "1", prepared)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-a", "mld", "-t", "1", "-i", "127.0.0.1", "-p", port, "--max-table-size", 100_000]
    command = [package / "bin/osrm-routed", *options, prepared]
    server = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    try:
        spots = ";".join(f"{point.x:.7f},{point.y:.7f}" for point in places.geometry)
        rows = []
        for start in range(0, len(places), CHUNK):
            sources = ";".join(str(row) for row in range(start, min(start + CHUNK, len(places))))
            rows += asked(f"http://127.0.0.1:{port}/table/v1/driving/{spots}?sources={sources}")["durations"]
    finally:
        server.terminate()
        server.wait()
    return np.array(rows, dtype=float) / 60


def asked(address: str) -> dict:
    """Read an answer in JSON; wait until the server listens."""
    for attempt in range(60):
        try:
            with urllib.request.urlopen(address, timeout=120) as answer:
                return json.load(answer)
        except OSError:
            if attempt == 59:
                raise
            time.sleep(0.5)
    raise AssertionError


def install_osrm() -> None:
    """Put OSRM's programs into a folder, unless they are there."""
    if not (OSRM_FOLDER / "osrm/bin/osrm-extract").exists():
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        where = ["--python-version", WHEEL_FOR, "--target", OSRM_FOLDER]
        valhalla.run(sys.executable, "-m", "pip", "install", *options, *where, OSRM)
    for program in (OSRM_FOLDER / "osrm/bin").iterdir():
        program.chmod(0o755)


def osrm_speeds(default: pd.DataFrame) -> pd.DataFrame:
    """Put the numbers of OSRM's ``car.lua`` into the table: classes, surfaces, grades, smoothness, share of a limit."""
    text = (OSRM_FOLDER / "osrm/share/profiles/car.lua").read_text(encoding="utf-8")
    kept = default[~default["kind"].isin(["surface", "smoothness", "tracktype", "track_grade", "untagged_surface"])]
    classes = lua_numbers(text, "highway")
    known = kept[(kept["kind"] != "class") | kept["value"].isin([*classes, "track", "road", "ferry"])].copy()
    is_class = known["kind"] == "class"
    known.loc[is_class, "speed_kmh"] = (
        known.loc[is_class, "value"].map(classes).astype(str).where(known["value"].isin(classes), known["speed_kmh"])
    )
    known.loc[(known["kind"] == "class") & known["value"].isin(["track"]), "speed_kmh"] = str(ROUTABLE_TRACK_KMH)
    known.loc[(known["kind"] == "maxspeed") & (known["value"] == "factor"), "factor"] = str(
        lua_number(text, "speed_reduction")
    )
    caps = [
        {"country": "", "kind": kind, "value": value, "speed_kmh": str(kmh), "factor": "", "on_foot": ""}
        for kind in ("surface", "smoothness", "tracktype")
        for value, kmh in lua_numbers(text, f"{kind}_speeds").items()
    ]
    return pd.concat([known, pd.DataFrame(caps)], ignore_index=True)


#: OSRM drives no tracks but those that its tables of surfaces and grades slow down; slow enough to be no short cut.
ROUTABLE_TRACK_KMH = 5


def lua_numbers(text: str, name: str) -> dict[str, float]:
    """Read a table of numbers out of a Lua profile."""
    block = re.search(rf"\b{name}\s*=\s*\{{(.*?)\}}", text, flags=re.DOTALL)
    if block is None:
        raise LookupError(f"car.lua has no table {name}")
    entries = re.findall(r'^\s*(?:\["([^"]+)"\]|(\w+))\s*=\s*([\d.]+)', block[1], flags=re.MULTILINE)
    return {quoted or plain: float(number) for quoted, plain, number in entries}


def lua_number(text: str, name: str) -> float:
    """Read a number out of a Lua profile."""
    found = re.search(rf"\b{name}\s*=\s*([\d.]+)", text)
    if found is None:
        raise LookupError(f"car.lua has no {name}")
    return float(found[1])


@dataclass(frozen=True)
class Router:
    """A router: how it is asked, and its own speeds as a table of ours."""

    name: str
    minutes: Callable[[Path, gpd.GeoDataFrame, Path], np.ndarray]
    speeds: Callable[[pd.DataFrame], pd.DataFrame]


ROUTERS = (
    Router(f"Valhalla ({valhalla.PACKAGE})", valhalla_minutes, valhalla.router_speeds),
    Router(f"OSRM ({OSRM})", osrm_minutes, osrm_speeds),
)


def ratios(ours: np.ndarray, theirs: np.ndarray, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give one row per ordered pair of places: ``origin, destination, theirs_min, ours_min, ratio``."""
    i, j = np.nonzero(~np.eye(len(places), dtype=bool))
    names = places["name"].to_numpy()
    pairs = pd.DataFrame(
        {"origin": names[i], "destination": names[j], "theirs_min": theirs[i, j], "ours_min": ours[i, j]}
    )
    pairs["ours_min"] = pairs["ours_min"].where(np.isfinite(pairs["ours_min"]))
    return pairs.assign(ratio=pairs["ours_min"] / pairs["theirs_min"].where(pairs["theirs_min"] > 0))


def compare(case: Case) -> list[dict]:
    """Compare one extract with both routers and all tables."""
    places = case.places()
    roads = read_osm(case.extract, ["roads"]).layers["roads"]
    default = pd.read_csv(ROOT / "config/speeds.csv", dtype=str)
    ours = {DEFAULT: valhalla.our_minutes(roads, places, default)[0]}
    if not case.has_surfaces:
        rows = default[default["kind"] != "untagged_surface"]
        ours[AS_CLASS] = valhalla.our_minutes(roads, places, rows)[0]
    rows, times = [], {}
    for router in ROUTERS:
        with tempfile.TemporaryDirectory() as folder:
            times[router.name] = theirs = router.minutes(case.extract, places, Path(folder))
        own = valhalla.our_minutes(roads, places, router.speeds(default))[0]
        for table, minutes in {**ours, OWN: own}.items():
            pairs = ratios(minutes, theirs, places)
            rows.append(summary(case, router, table, pairs) | {"far": far_places(pairs)})
            print(rows[-1])
    first, second = (times[router.name] for router in ROUTERS)
    between = ratios(second, first, places)["ratio"].median()
    return [row | {"between": float(between)} for row in rows]


def summary(case: Case, router: Router, table: str, pairs: pd.DataFrame) -> dict:
    """One row of the page."""
    ratio = pairs["ratio"].dropna()
    low, high = MEDIAN_BOUNDS[table]
    near = float((abs(ratio - 1) <= NEAR).mean())
    return {
        "extract": case.name, "router": router.name, "speeds": table, "pairs": len(ratio),
        "median": float(ratio.median()), "bounds": f"{low:.2f} to {high:.2f}", "low": float(ratio.quantile(0.025)),
        "high": float(ratio.quantile(0.975)), "near_share": near,
        "one_only": int((pairs["ours_min"].isna() != pairs["theirs_min"].isna()).sum()),
        "why": WHY[router.name.split()[0], table],
        "holds": low <= ratio.median() <= high and near >= SHARE_NEAR,
    }  # fmt: skip


def far_places(pairs: pd.DataFrame) -> list[tuple[str, float]]:
    """Places whose median ratio to all others is farther than 30 % off."""
    both = pd.concat([pairs[["origin", "ratio"]].rename(columns={"origin": "place"}),
                      pairs[["destination", "ratio"]].rename(columns={"destination": "place"})])  # fmt: skip
    median = both.groupby("place")["ratio"].median()
    far = median[abs(median - 1) > NEAR].sort_values()
    return [(str(name), float(ratio)) for name, ratio in far.items()]


def page(rows: list[dict]) -> str:
    """Write up the comparisons in Markdown."""
    lines = [
        "# Travel times against the routers Valhalla and OSRM",
        "",
        *wrap(INTRODUCTION, 119),
        "",
        "| extract | router | speeds | pairs | median | has to be | 95 % of pairs | within 30 % | one only | holds |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {r['extract']} | {r['router']} | {r['speeds']} | {r['pairs']:,} | {r['median']:.3f} | {r['bounds']} |"
            f" {r['low']:.2f} to {r['high']:.2f} | {r['near_share']:.1%} | {r['one_only']} |"
            f" {'yes' if r['holds'] else 'no'} |"
            for r in rows
        ),
        "",
        *wrap(ONE_ONLY, 119),
        "",
        *wrap(NO_FERRIES, 119),
        "",
        *why_lines(rows),
        "## Places more than 30 % off at the median",
        "",
        "| extract | router | speeds | place | median ratio |",
        "|---|---|---|---|---|",
        *(
            f"| {r['extract']} | {r['router']} | {r['speeds']} | {name} | {ratio:.2f} |"
            for r in rows
            for name, ratio in r["far"]
        ),
        *((["| none |  |  |  |  |"]) if not any(r["far"] for r in rows) else []),
    ]
    return "\n".join(lines) + "\n"


def why_lines(rows: list[dict]) -> list[str]:
    """Say where what is left comes from: the speeds, not the ways."""
    tables = [pd.read_csv(ROOT / "config/speeds.csv", dtype=str)]
    tables += [router.speeds(tables[0]) for router in ROUTERS]
    classes = [table[table["kind"] == "class"].set_index("value")["speed_kmh"].astype(float) for table in tables]
    names = [router.name.split()[0] for router in ROUTERS]
    between = {row["extract"]: row["between"] for row in rows}
    shown = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service")
    differ = ", ".join(f"{ratio:.2f} in {name}" for name, ratio in between.items())
    return [
        "## Where the difference comes from",
        "",
        *wrap(SAME_NETWORK.format(second=names[1], first=names[0], differ=differ), 119),
        "",
        "Speeds where no limit is tagged, km/h:",
        "",
        "| class | default table | " + " | ".join(names) + " |",
        "|---|---|---|---|",
        *(f"| {name} | " + " | ".join(f"{table[name]:g}" for table in classes) + " |" for name in shown),
        "",
        *wrap(CALIBRATED_ON_NEITHER, 119),
        "",
        *wrap(NO_SURFACES, 119),
        "",
    ]


def figure(row: dict) -> Figure:
    """Sum up one comparison."""
    return {
        "what": f"{row['extract']}: {row['pairs']:,} pairs", "ours": row["speeds"], "theirs": row["router"],
        "error": f"median ratio {row['median']:.3f}; {row['near_share']:.1%} within 30 %",
        "bound": f"{row['bounds']}; 95 %", "holds": bool(row["holds"]), "why": row["why"],
    }  # fmt: skip


def main() -> None:
    """Compare, write the page, and fail if a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default="lie,ury", help="which extracts: lie, ury")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/validation/routers.md")
    parser.add_argument("--only-install", action="store_true", help="put the routers there, and do no more")
    options = parser.parse_args()
    valhalla.install(VALHALLA_FOLDER)
    install_osrm()
    if options.only_install:
        return
    rows = [row for name in options.cases.split(",") for row in compare(cases()[name])]
    options.page.write_text(page(rows), encoding="utf-8")
    record("routers", [figure(row) for row in rows])
    if not all(row["holds"] for row in rows):
        raise SystemExit("A bound does not hold.")


if __name__ == "__main__":
    main()
