"""What must not matter to a whole run does not: runs of one made country, told in other ways, in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import osmium
import pandas as pd
import pytest
import shapely
import shapely.affinity
import shapely.ops
import yaml
from cases import synthetic

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chain")]

ROOT = Path(__file__).resolve().parents[2]
#: Size classes and jobs of three territories.
HOLDINGS = {"01": [(0, 10, 40, 200), (10, 100, 20, 600), (100, None, 5, 1000)],
            "03": [(0, 10, 60, 250), (10, 100, 8, 300), (100, None, 2, 400)]}  # fmt: skip
JOBS = {"01": {"farms": 80, "shops": 20}, "03": {"farms": 20, "shops": 80}, "04": {"mills": 7}}
#: A whole number of zones of UTM, so that all grids lie alike.
SHIFT_DEG = 24.0
LEFT_OUT = ("urbanisation", "dynamics", "environment")
#: Columns that the lengths of roads change.
OF_ROADS = ("road_density_km_per_100km2", "main_road_density_km_per_100km2", "tertiary_road_density_km_per_100km2",
            "road_length_per_population_km_per_1000persons", "paved_road_share", "paved_road_tagged_share",
            "surface_tagged_share", "osm_completeness_ratio")  # fmt: skip
#: How the names of columns end that add up, and those that do not.
SUMS = ("area_km2", "_persons", "_length_km", "_count")
NO_SUMS = ("market_potential_persons",)


def country(
    folder: Path,
    *,
    order: int = 1,
    code: Callable[[str], str] = str,
    east_deg: float = 0.0,
    crs: int = 4326,
    change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame] = lambda areas: areas,
    joined: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Write the files of the country and return the words that run it; `order` is 1 or, for reversed rows, -1."""
    config = yaml.safe_load(synthetic.build(folder).read_text(encoding="utf-8"))
    areas = synthetic.territories()
    areas = change(areas.assign(code=areas["code"].map(code)))
    # Off the border of 01 and 02, where the first of the two has it, whichever that is.
    cities = synthetic.cities().set_geometry(shapely.points([[10.099, 0.05], [10.35, 0.05]]), crs=4326)
    for name, layer in {"territories": areas, "cities": cities}.items():
        moved = layer.set_geometry(layer.geometry.translate(east_deg))[::order].to_crs(crs)
        (folder / f"{name}.gpkg").unlink()
        moved.to_file(folder / f"{name}.gpkg", **({"layer": "units"} if name == "territories" else {}))
    _shift(folder / "country.osm.pbf", east_deg)
    named = {place: code(joined.get(place, place)) for place in JOBS}
    holdings = [(named[place], *row) for place, rows in HOLDINGS.items() for row in rows][::order]
    heads = ["territory_id", "class_min_ha", "class_max_ha", "holdings", "area_ha"]
    pd.DataFrame(holdings, columns=heads).to_csv(folder / "holdings.csv", index=False)
    jobs = [(named[place], *row) for place, rows in JOBS.items() for row in rows.items()][::order]
    pd.DataFrame(jobs, columns=["territory_id", "sector", "jobs"]).to_csv(folder / "jobs.csv", index=False)
    config["regions"]["XXA"] |= {
        "holdings": {"provider": "file", "path": str(folder / "holdings.csv"), "year": 2010},
        "employment": {"provider": "file", "path": str(folder / "jobs.csv")},
        "uncertainty": False, "demand_cell_m": 1000, "indicators": dict.fromkeys(LEFT_OUT, False),
    }  # fmt: skip
    config["regions"]["XXA"]["cities"]["id"] = "name"
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return [str(folder), "results/XXA/indicators_long.csv", "results/XXA/quality.json", "--snakefile",
            str(ROOT / "Snakefile"), "--configfile", str(folder / "config.yaml")]  # fmt: skip


def _shift(path: Path, east_deg: float) -> None:
    objects = []
    for each in osmium.FileProcessor(str(path)):
        if each.is_node():
            place = (each.location.lon + east_deg, each.location.lat)
            objects.append(osmium.osm.mutable.Node(each, location=place, tags=dict(each.tags)))
        else:
            nodes = [node.ref for node in each.nodes]
            objects.append(osmium.osm.mutable.Way(each, nodes=nodes, tags=dict(each.tags)))
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for each in objects:
            (writer.add_node if isinstance(each, osmium.osm.mutable.Node) else writer.add_way)(each)


def cut(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut territory 02 in two, between its places and over its roads, and join 03 and 04."""
    whole = areas.set_index("code")
    west, east = shapely.get_parts(
        shapely.ops.split(whole.geometry["02"], shapely.LineString([(10.1612, -1), (10.1637, 1)]))
    )
    rest = whole.drop(["02", "03", "04"]).reset_index()
    new = [("021", "Brea", "West", west), ("022", "Brea", "West", east),
           ("034", "Brea", "East", whole.geometry[["03", "04"]].union_all())]  # fmt: skip
    return pd.concat([rest, gpd.GeoDataFrame(new, columns=rest.columns, crs=areas.crs)], ignore_index=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folders of results of the plain run and of the others."""
    folder = tmp_path_factory.mktemp("chain")
    told = {
        "plain": {}, "shuffled": {"order": -1},
        "elsewhere": {"code": lambda code: f"{99 - int(code)}", "east_deg": SHIFT_DEG},
        "projected": {"crs": 32632}, "cut": {"change": cut, "joined": {"03": "034", "04": "034"}},
    }  # fmt: skip
    words: list[str] = []
    for name, options in told.items():
        words += [*(["--"] if words else []), *country(folder / name, **options)]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("in_process.py")), *words],
        capture_output=True, text=True, timeout=900, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return {name: folder / name / "results/XXA" for name in told}


def table(folder: Path) -> pd.DataFrame:
    """The table with all digits."""
    return pd.read_parquet(folder / "assembled/table.parquet").set_index("territory_id")


def same(one: pd.DataFrame, other: pd.DataFrame, *, leave: tuple[str, ...] = ()) -> None:
    """Compare all columns but those left out, the rows by their territories."""
    columns = [name for name in one.columns if name not in leave]
    assert set(columns) == {*other.columns} - {*leave}
    pd.testing.assert_frame_equal(other.loc[one.index, columns], one[columns], rtol=1e-9, atol=1e-12)


def test_the_order_of_rows_changes_no_byte(runs):
    for name in ("indicators_long.csv", "indicators.csv", "quality.json"):
        assert (runs["shuffled"] / name).read_bytes() == (runs["plain"] / name).read_bytes(), name


def test_neither_codes_nor_the_place_on_the_parallel_matter(runs):
    plain, elsewhere = table(runs["plain"]), table(runs["elsewhere"])
    assert elsewhere.index.tolist() == ["92", "93", "94", "95", "96", "97", "98"]
    elsewhere = elsewhere.rename(index=lambda code: f"{99 - int(code):02}")
    # Settlements are groups of cells of one grid for the whole globe, which cuts Duna in another way there.
    same(plain, elsewhere, leave=("largest_settlement_population_share",))


def test_the_system_of_coordinates_of_the_files_does_not_matter(runs):
    plain, projected = table(runs["plain"]), table(runs["projected"])
    # A road runs exactly along the border of 02 and 07: after rounding the one or the other has it.
    for rows in (plain, projected):
        rows.loc["02", "road_length_km"] += rows.loc["07", "road_length_km"]
    same(plain.drop(index="07"), projected.drop(index="07"), leave=OF_ROADS)


def test_territories_cut_and_joined_have_the_sums_of_what_they_were(runs):
    plain, parts = table(runs["plain"]), table(runs["cut"])
    sums = [name for name in plain.columns if name.endswith(SUMS) and name not in NO_SUMS]
    assert {"area_km2", "population_persons", "road_length_km", "school_count", "holding_count"} <= {*sums}
    now = parts[sums].astype(float).rename(index={"021": "02", "022": "02"}).groupby(level=0).sum()
    before = plain[sums].astype(float).rename(index={"03": "034", "04": "034"}).groupby(level=0).sum()
    pd.testing.assert_frame_equal(now, before, rtol=1e-6)
    rest = ["01", "05", "06", "07"]
    reached = [name for name in plain.columns if name.startswith(("time_", "distance_", "market_", "population_"))]
    same(plain.loc[rest, reached], parts.loc[rest, reached])
