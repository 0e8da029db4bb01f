"""The synthetic country: seeded, of any size, and its planted truths come out of the readers."""

import filecmp
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from families import columns_of, only

from comarca.crs import geodesic_area_km2
from comarca.errors import ConfigError, InputError
from comarca.indicators import production
from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes
from comarca.plan.run import RunPlan
from comarca.roads.ferries import with_waits
from comarca.roads.graph import nearest_source, reversed_graph
from comarca.roads.network import build_network
from comarca.roads.speeds import may_walk_onto, road_speed_kmh, speed_table
from comarca.sources.osm.read import read_osm
from comarca.synthetic.__main__ import main
from comarca.synthetic.country import Country
from comarca.synthetic.extract import FIELDS
from comarca.synthetic.land import OWNERS, gini_of, level, owner_shares, patch_sides
from comarca.synthetic.rasters import population_block
from comarca.synthetic.roads import link_positions, link_tags
from comarca.synthetic.tables import SECTOR_GROUPS, types_of_change
from comarca.synthetic.truths import FERRY_WAIT_MIN, bounds, differences, truths
from comarca.synthetic.write import write_country

COUNTRY = Country(12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("synthetic")
    write_country(COUNTRY, path)
    return path


@pytest.fixture(scope="module")
def osm(folder):
    return read_osm(
        folder / "country.osm.pbf", ["roads", "places", "services", "power", "land_use", "buildings"]
    ).layers


@pytest.fixture(scope="module")
def network(osm, root):
    roads, table = osm["roads"], speed_table(pd.read_csv(root / "config/speeds.csv"))
    network = build_network(roads, speed_kmh=road_speed_kmh(roads, table), on_foot=may_walk_onto(roads, table))
    return with_waits(network, roads, wait_min=FERRY_WAIT_MIN)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(folder, tmp_path):
    assert main(["--territories", "12", "--folder", str(tmp_path / "a")]) == 0
    assert main(["--territories", "12", "--seed", "2", "--folder", str(tmp_path / "b")]) == 0
    for path in sorted(folder.iterdir()):
        if path.suffix != ".gpkg":  # holds the time of writing
            assert filecmp.cmp(path, tmp_path / "a" / path.name, shallow=False), path.name
    for name in ("country.osm.pbf", "population_2020.tif", "outcomes.csv", "truths.parquet"):
        assert not filecmp.cmp(folder / name, tmp_path / "b" / name, shallow=False), name


def test_too_small_and_too_large_countries_are_refused():
    for count in (9, 10_001):
        with pytest.raises(ConfigError, match="10 to 10,000"):
            Country(count)


@pytest.mark.parametrize("count", [10, 57, 400])
def test_territories_are_valid_and_share_their_borders(count):
    country = Country(count)
    assert shapely.is_valid(country.polygons).all()
    assert shapely.coverage_is_valid(country.polygons)
    assert len(country.polygons) == count == len(set(country.codes))
    seats = shapely.points(country.seats)
    assert shapely.contains(country.polygons, seats).all()
    assert shapely.contains(country.polygons[:, None], shapely.points(country.villages)).all()


def test_links_join_all_of_the_mainland_and_one_island_has_no_ferry():
    country = Country(120)
    pairs = np.concatenate([country.links, country.ferries])
    assert len(country.ferries) == country.island_count - 1
    assert set(range(120)) - set(pairs.ravel().tolist()) == {119}


def test_the_wider_apart_the_lines_of_a_kind_the_better_the_road():
    country = Country(400)
    kinds = [link_tags(country, np.array([row * country.columns, row * country.columns + 1])) for row in (8, 4, 2, 1)]
    assert [tags["highway"] for tags in kinds] == ["trunk", "primary", "secondary", "secondary"]
    pair = country.links[7]
    assert link_positions(country, pair)[[0, -1]] == pytest.approx(country.seats[pair], abs=1e-7)


def test_the_quickest_way_between_seats_runs_over_links_alone(osm, network):
    expected = truths(COUNTRY)["time_intermediate_city_mean_min"].to_numpy()
    nodes = np.column_stack([network.node_lon, network.node_lat]).round(7).tolist()
    number = {tuple(position): node for node, position in enumerate(nodes)}
    seats = np.array([number[tuple(position)] for position in COUNTRY.seats.round(7).tolist()])
    is_city = (COUNTRY.city_persons >= 50_000) & (COUNTRY.city_persons < 1_000_000)
    minutes = nearest_source(reversed_graph(network), seats[is_city]).minutes[seats]
    planted = np.isfinite(expected)
    assert planted.sum() >= 2
    assert minutes[planted] == pytest.approx(expected[planted], rel=1e-5)
    assert np.isinf(minutes[-1])


def test_roads_have_the_classes_and_degrees_of_real_ones(osm, network):
    assert {"trunk", "secondary", "tertiary", "unclassified", "residential", "track", "ferry"} <= {
        *osm["roads"]["road_class"]
    }
    degree = np.bincount(np.concatenate([network.edge_from, network.edge_to]), minlength=len(network.node_lon))
    share = np.bincount(degree, minlength=5)[:5] / (degree > 0).sum()
    assert 0.1 < share[1] < 0.3
    assert 0.3 < share[3] < 0.7
    assert 0.03 < share[4] < 0.4


def test_services_and_places_are_as_many_as_planted(osm):
    counts, expected = osm["services"]["kind"].value_counts(), truths(COUNTRY)
    for kind in ("school", "clinic", "hospital"):
        assert counts[kind] == expected[f"{kind}_count"].sum()
    people = osm["places"]["population_persons"].sum()
    assert people == COUNTRY.seat_persons.sum() + COUNTRY.village_persons.sum()
    assert len(osm["power"]) == len(COUNTRY.links)
    assert osm["land_use"]["land_use"].isin(["farmland", "orchard"]).sum() == FIELDS * 12


def test_people_on_the_rasters_grow_as_planted(folder):
    totals = []
    for year in (2010, 2020):
        with rasterio.open(folder / f"population_{year}.tif") as raster:
            totals.append(raster.read(1).sum(dtype=float))
    expected = truths(COUNTRY)["population_persons"].to_numpy()
    before = expected / (1 + COUNTRY.growth_percent / 100) ** 10
    assert totals == pytest.approx([before.sum(), expected.sum()], rel=1e-6)
    block = population_block(COUNTRY, 1)
    assert block[:60].sum() == block[240:].sum() == block[:, :60].sum() == block[:, 240:].sum() == 0


def test_owners_have_the_gini_coefficient_of_their_lorenz_curve(folder):
    parcels = gpd.read_parquet(folder / "parcels.parquet")
    area = pd.Series(geodesic_area_km2(parcels.geometry.to_numpy())).groupby(parcels["owner"]).sum()
    by_territory = area.groupby(area.index.str[:5])
    for (_, sizes), planted in zip(by_territory, level(COUNTRY, 2020).tolist(), strict=True):
        assert len(sizes) == OWNERS
        assert gini(RankedSizes.of(sizes.to_numpy()))[0] == pytest.approx(gini_of(owner_shares(planted)), rel=1e-5)
        assert gini_of(owner_shares(planted)) == pytest.approx(planted, abs=0.01)


def test_patches_do_not_touch_and_had_less_land_before():
    now, before = (patch_sides(COUNTRY, 5, year) for year in (2020, 2010))
    assert now.max() <= 28
    assert (before <= now).all()
    assert before.prod(axis=1).sum() < now.prod(axis=1).sum()


def test_all_eight_patterns_of_change_are_planted():
    patterns = types_of_change(Country(200)).reshape(-1, 3)
    assert len(np.unique(patterns, axis=0)) == 8


def test_a_wrong_value_is_found_and_a_missing_column_refused():
    expected, limits = truths(COUNTRY), bounds(COUNTRY)
    table = expected.assign(
        holding_area_gini_lower_index=limits["holding_area_gini_index"] - 0.1,
        holding_area_gini_upper_index=limits["holding_area_gini_index"] + 0.1,
    )
    assert differences(table, expected, limits)["wrong"].sum() == 0
    table.loc["00002", ["school_count", "holding_area_gini_upper_index"]] = [99, 0.0]
    found = differences(table, expected, limits).set_index("column")["wrong"]
    assert found[found > 0].to_dict() == {"school_count": 1, "holding_area_gini_lower_index": 1}
    with pytest.raises(InputError, match="school_count"):
        differences(table.drop(columns="school_count"), expected, limits)


def test_the_command_holds_a_table_against_what_was_planted(tmp_path, capsys):
    path, check = tmp_path / "table.parquet", ["--territories", "12", "--check", str(tmp_path / "table.parquet")]
    index = bounds(COUNTRY)["holding_area_gini_index"]
    table = truths(COUNTRY).assign(holding_area_gini_lower_index=index, holding_area_gini_upper_index=index)
    ends = []
    for changed in (table, table.assign(school_count=99), table.drop(columns="school_count")):
        changed.reset_index().to_parquet(path)
        ends.append(main(check))
    assert ends == [0, 1, 1]
    assert "columns lack: ['school_count']" in capsys.readouterr().err
    assert main(["--territories", "9"]) == 1
    assert "10 to 10,000" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seed", "-1"], "synthetic country, seed: got -1, expected 0, or a whole number above it."),
        (["--check", "{folder}/none.parquet"], "{folder}/none.parquet: got "),
        (["--check", "{folder}"], "{folder}: got "),
        (["--check", "{folder}/text.parquet"], "{folder}/text.parquet: got "),
        (["--check", "{folder}/other.parquet"], "other.parquet: got 'the columns a', expected the table of a run"),
        (["--folder", "{folder}/text.parquet/below"], "Not a directory: '{folder}/text.parquet/below'"),
    ],
)
def test_what_cannot_be_made_or_read_is_told_in_one_line(tmp_path, capsys, arguments, told):
    (tmp_path / "text.parquet").write_text("no table", encoding="utf-8")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    assert main(["--territories", "10", *(each.format(folder=tmp_path) for each in arguments)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told.format(folder=tmp_path) in line


def test_the_share_of_mines_and_the_variety_of_jobs_are_what_was_planted(folder, osm, root):
    config = yaml.safe_load((root / "config/regions/synthetic.yaml").read_text(encoding="utf-8"))
    groups = config["regions"]["synthetic"]["employment"]["groups"]
    assert groups == SECTOR_GROUPS
    territories = gpd.read_file(folder / "territories.gpkg").rename(columns={"code": "territory_id"})
    jobs = pd.read_csv(folder / "employment.csv", dtype={"territory_id": "str"})
    names = ("mine_area_share", "employment_related_variety_index", "employment_unrelated_variety_index")
    columns = only(columns_of(root, "production", layers=["land_use", "employment", "sector_groups"]), *names)
    found = production.compute(
        territories=territories.to_crs(4326), land_use=osm["land_use"], employment=jobs, sector_groups=groups,
        columns=columns,
    ).values  # fmt: skip
    planted = truths(COUNTRY)
    for name, tolerance in zip(names, (1e-4, 1e-9, 1e-9), strict=True):
        assert found[name].reindex(planted.index).to_numpy() == pytest.approx(planted[name], rel=tolerance)
    assert planted["mine_area_share"].nunique() >= 10


def test_the_page_of_benchmarks_lists_the_columns_that_the_country_has_no_files_for(folder, root):
    text = (root / "config/regions/synthetic.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text.replace("data/raw/synthetic", str(folder)))
    region = RunPlan.read(config, project_file=lambda path: str(root / path))["synthetic"]
    known = [column.name for family in region.registry.families.values() for column in family.columns]
    lacking = {*known} - {column.template for column in region.published}
    page = (root / "docs/benchmarks.md").read_text(encoding="utf-8")
    table = page.partition("| no file of |")[2].partition("\n\n")[0]
    listed = re.findall(r"`([^`]+)`", table)
    assert len(listed) == len({*listed})
    # Columns of clusters are named after the column that is clustered.
    assert {*listed} == {name for name in lacking if not name.endswith("_cluster_class")}
