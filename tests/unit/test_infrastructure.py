"""Roads and power lines by territory: hand-worked lengths, shares, access, and balances on real data."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from families import WEST_EAST, columns_of, degree_of_urbanisation, demand, only, territories
from shapely.geometry import LineString, box

from comarca.crs import GEOD, geodesic_length_km, vertex_blocks
from comarca.indicators.infrastructure import compute
from comarca.layers.schemas import ROAD_TAGS
from comarca.results import Flag
from comarca.roads.surfaces import check_surfaces, is_all_season, paved_share_by_class, surface_is
from comarca.sources.boundaries.read import territories_from_osm
from comarca.sources.osm.read import read_osm

KM_PER_DEGREE = GEOD.inv(0, 0, 0, 1)[2] / 1000  # along the meridian, next to the equator
LAYERS = [
    "roads",
    "mapped_roads",
    "power",
    "demand",
    "population",
    "degree_of_urbanisation",
    "surfaces",
    "demand_lights",
]


@pytest.fixture(scope="module")
def columns(root):
    fields = {"road_class": ["track"], "power_distance": ["5"]}
    return columns_of(root, "infrastructure", layers=LAYERS, fields=fields)


@pytest.fixture(scope="module")
def surfaces(root):
    return pd.read_csv(root / "config/surfaces.csv")


def road(geometry, road_class="residential", **tags):
    return {"road_class": road_class, **dict.fromkeys(ROAD_TAGS), **tags, "geometry": geometry}


def roads(*rows):
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=4326)
    return frame.assign(road_id=[f"w{n}" for n in range(len(rows))], grade_separated=None)


def power(*lines):
    ids = [f"w{n}" for n in range(len(lines))]
    return gpd.GeoDataFrame({"power_id": ids, "power_class": "line", "voltage": None}, geometry=list(lines), crs=4326)


def without(columns, *layers):
    return [column for column in columns if not set(layers) & set(column.layers)]


def north_south(lon, km, lat=0.01, road_class="residential", **tags):
    return road(LineString([(lon, lat), (lon, lat + km / KM_PER_DEGREE)]), road_class, **tags)


def test_lengths_and_densities_of_a_toy_country(columns, surfaces):
    network = roads(north_south(0.05, 4), north_south(0.05, 2, road_class="primary_link"), north_south(0.15, 3))
    got = compute(
        territories=territories(*WEST_EAST), roads=network, surfaces=surfaces,
        columns=without(columns, "population", "power"),
    )  # fmt: skip
    area = abs(GEOD.geometry_area_perimeter(WEST_EAST[0])[0]) / 1e6
    assert got.values["road_length_km"].tolist() == pytest.approx([6, 3], rel=1e-4)
    assert got.values["road_density_km_per_100km2"].tolist() == pytest.approx([600 / area, 300 / area], rel=1e-4)
    assert got.values["main_road_density_km_per_100km2"].tolist() == pytest.approx([200 / area, 0], rel=1e-4)
    assert got.values["track_road_density_km_per_100km2"].tolist() == [0, 0]


def test_roads_closed_to_the_public_are_a_column_of_their_own_and_in_no_other(columns, surfaces):
    network = roads(
        north_south(0.05, 4),
        north_south(0.06, 2, access="private"),
        north_south(0.15, 3, access="yes", motor_vehicle="no"),
        north_south(0.16, 1, access="no", motorcar="yes"),
    )
    got = compute(
        territories=territories(*WEST_EAST), roads=network, surfaces=surfaces,
        columns=without(columns, "population", "power"),
    ).values  # fmt: skip
    assert got["road_length_km"].tolist() == pytest.approx([4, 1], rel=1e-4)
    assert got["restricted_road_length_km"].tolist() == pytest.approx([2, 3], rel=1e-4)


def test_without_a_single_surface_tag_the_paved_share_is_not_made_of_defaults(columns, surfaces):
    network = roads(north_south(0.05, 4), north_south(0.15, 3, road_class="primary"))
    got = compute(
        territories=territories(*WEST_EAST, box(1, 1, 2, 2)), roads=network, surfaces=surfaces,
        columns=only(columns, "paved_road_share"),
    )  # fmt: skip
    assert got.values["paved_road_share"].isna().all()
    assert got.flags["paved_road_share"].tolist() == [Flag.NOT_MAPPED, Flag.NOT_MAPPED, Flag.NO_ROADS]


def test_a_ferry_is_no_road(columns):
    network = roads(north_south(0.05, 4), north_south(0.05, 2, road_class="ferry"))
    got = compute(territories=territories(*WEST_EAST), roads=network, columns=only(columns, "road_length_km")).values[
        "road_length_km"
    ]
    assert got.tolist() == pytest.approx([4, 0], rel=1e-4)


def test_paved_shares_with_and_without_imputation(columns, surfaces):
    network = roads(
        north_south(0.01, 1, surface="asphalt"),
        north_south(0.02, 1, surface="gravel"),
        north_south(0.03, 2, road_class="primary"),  # untagged: paved by default
        north_south(0.04, 4, road_class="track"),  # untagged: not paved by default
        north_south(0.11, 1),  # untagged residential: one half, as 1 of 2 tagged km and the default say
    )
    names = ("paved_road_share", "paved_road_tagged_share", "surface_tagged_share")
    got = compute(
        territories=territories(*WEST_EAST, box(1, 1, 2, 2)), roads=network, surfaces=surfaces,
        columns=only(columns, *names),
    )  # fmt: skip
    assert got.values.loc["01"].tolist() == pytest.approx([3 / 8, 1 / 2, 2 / 8], rel=1e-4)
    assert got.values.loc["02"].tolist() == pytest.approx([0.5, np.nan, 0], nan_ok=True)
    assert got.flags.loc["02"].tolist() == ["", Flag.NOT_MAPPED, ""]
    assert got.flags.loc["03"].tolist() == [Flag.NO_ROADS] * 3


def test_the_default_of_a_class_counts_like_ten_tagged_km():
    kinds = pd.Series(["tertiary", "tertiary_link", "tertiary", "track", "primary"])
    table = paved_share_by_class(kinds, np.array([1, 0, np.nan, 1, np.nan]), np.array([45.0, 15.0, 100.0, 10.0, 7.0]))
    assert table.loc["tertiary"].tolist() == pytest.approx([50 / 70, 0.75, 60, 0.5])
    assert table.loc["track"].tolist() == pytest.approx([0.5, 1, 10, 0])
    assert table.loc["primary"].tolist() == pytest.approx([1, np.nan, 0, 1], nan_ok=True)


def test_a_surface_of_several_values_needs_all_of_them(surfaces):
    table = check_surfaces(surfaces)
    got = surface_is(pd.Series(["asphalt;gravel", "asphalt;concrete", "moon dust", None]), table["is_paved"])
    assert got.tolist() == pytest.approx([0, 1, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("kind", "tags", "usable"),
    [
        ("tertiary_link", {}, True),
        ("residential", {}, False),
        ("residential", {"surface": "gravel"}, True),
        ("track", {"surface": "dirt"}, False),
        ("primary", {"surface": "mud"}, False),
        ("primary", {"surface": "moon dust"}, True),
        ("primary", {"seasonal": "dry_season"}, False),
        ("primary", {"seasonal": "no"}, True),
        ("primary", {"ford": "yes"}, False),
        ("primary", {"four_wd_only": "yes"}, False),
        ("ferry", {"surface": "asphalt"}, False),
    ],
)
def test_roads_for_all_seasons(surfaces, kind, tags, usable):
    row = roads(north_south(0, 1, road_class=kind, **tags))
    main = ("motorway", "trunk", "primary", "secondary", "tertiary")
    assert is_all_season(row, check_surfaces(surfaces), main_road_classes=main).tolist() == [usable]


def test_rural_access_of_a_toy_country(columns, surfaces):
    # West: 300 of 400 rural people within 2 km of the road; 60,000 people in a city do not count.
    km = 1 / KM_PER_DEGREE
    network = roads(
        road(LineString([(0.0, 0.05), (0.2, 0.05)]), "secondary"), road(LineString([(0, 0.09), (0.2, 0.09)]), "track")
    )
    people = demand(
        ("01", 300, 0.05, 0.05 + 1.99 * km), ("01", 100, 0.08, 0.05 + 2.01 * km), ("01", 60_000, 0.02, 0.005),
        ("02", 50_000, 0.15, 0.05),
    )  # fmt: skip
    got = compute(
        territories=territories(*WEST_EAST), roads=network, demand=people, surfaces=surfaces,
        degree_of_urbanisation=degree_of_urbanisation(people), columns=only(columns, "rural_access_index_share"),
    )  # fmt: skip
    assert got.values["rural_access_index_share"].tolist() == pytest.approx([0.75, np.nan], nan_ok=True)
    assert got.flags["rural_access_index_share"].tolist() == ["", Flag.ZERO_DENOMINATOR]


def test_no_all_season_road_means_no_access(columns, surfaces):
    people = demand(("01", 10, 0.05, 0.02))
    got = compute(
        territories=territories(*WEST_EAST), roads=roads(north_south(0.05, 4)), surfaces=surfaces,
        demand=people, degree_of_urbanisation=degree_of_urbanisation(people),
        columns=only(columns, "rural_access_index_share"),
    )  # fmt: skip
    assert got.values.loc["01", "rural_access_index_share"] == 0


def test_roads_per_person_need_people(columns):
    name = "road_length_per_population_km_per_1000persons"
    got = compute(
        territories=territories(*WEST_EAST, box(1, 1, 2, 2)), roads=roads(north_south(0.05, 4)),
        demand=demand(("01", 500, 0.05, 0.02), ("02", 0, 0.15, 0.02)), columns=only(columns, name),
    )  # fmt: skip
    assert got.values[name].tolist() == pytest.approx([8, np.nan, np.nan], rel=1e-4, nan_ok=True)
    assert got.flags[name].tolist() == ["", Flag.NO_POPULATION, Flag.NO_DEMAND]


def test_detail_of_mapping_is_relative_to_the_middle_territory(columns):
    lines = [LineString(np.column_stack([np.full(n, lon), np.linspace(0.01, 0.02, n)])) for lon, n in
             ((0.05, 10), (0.15, 40), (0.25, 2))]  # fmt: skip
    squares = [*WEST_EAST, box(0.2, 0, 0.3, 0.1)]
    got = compute(
        territories=territories(*squares), roads=roads(*map(road, lines)),
        demand=demand(*((f"0{n}", 100, n / 10 - 0.05, 0.05) for n in (1, 2, 3))),
        columns=only(columns, "osm_completeness_ratio"),
    )  # fmt: skip
    assert got.values["osm_completeness_ratio"].tolist() == pytest.approx([1, 4, 0.2])
    poor = next(check for check in got.checks if check.name == "road_mapping_effort")
    assert (poor.status, [row["territory_id"] for row in poor.rows]) == ("warn", ["03"])


def test_a_layer_that_is_empty_everywhere_is_not_mapped(columns):
    far = LineString([(50, 50), (51, 50)])
    people = demand(("01", 10, 0.05, 0.02))
    chosen = [column for column in columns if "power" in column.layers]
    got = compute(territories=territories(*WEST_EAST), power=power(far), demand=people, columns=chosen)
    assert got.values.isna().all(axis=None)
    assert (got.flags == Flag.NOT_MAPPED).all(axis=None)


def test_no_power_line_is_zero_where_others_are_mapped(columns):
    line = LineString([(0.05, 0.01), (0.05, 0.02)])
    people = demand(("01", 10, 0.05, 0.03), ("01", 30, 0.05, 0.09), ("02", 5, 0.199, 0.09))
    chosen = [column for column in columns if "power" in column.layers]
    got = compute(territories=territories(*WEST_EAST), power=power(line), demand=people, columns=chosen).values
    assert got["power_line_density_km_per_100km2"].iloc[1] == 0
    assert got["power_line_length_km"].tolist() == pytest.approx([0.01 * KM_PER_DEGREE, 0], rel=1e-4)
    assert got["population_within_5km_power_line_share"].tolist() == pytest.approx([0.25, 0])


def test_lit_people_are_those_above_the_threshold(columns):
    people = demand(("01", 10, 0.05, 0.03), ("01", 30, 0.05, 0.09), ("02", 5, 0.15, 0.09))
    lights = pd.DataFrame({"light": [0.6, 0.5, np.nan]}, index=people["demand_id"])
    got = compute(
        territories=territories(*WEST_EAST), demand=people, demand_lights=lights, lit_above=0.5,
        columns=only(columns, "lit_population_share"),
    )  # fmt: skip
    assert got.values["lit_population_share"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    assert got.flags["lit_population_share"].tolist() == ["", Flag.OUTSIDE_RASTER]


def test_the_order_of_territories_does_not_matter(columns):
    places = territories(*WEST_EAST)
    network = roads(north_south(0.05, 4), north_south(0.15, 3))
    chosen = only(columns, "road_length_km")
    ahead = compute(territories=places, roads=network, columns=chosen).values
    reverse = compute(territories=places.iloc[::-1], roads=network, columns=chosen).values
    pd.testing.assert_frame_equal(ahead, reverse)


def test_the_balance_is_checked(columns):
    border = LineString([(0.1, 0.01), (0.1, 0.05)])
    got = compute(
        territories=territories(*WEST_EAST), roads=roads(road(border)), columns=only(columns, "road_length_km")
    )
    balance = next(check for check in got.checks if check.name == "road_km_balance")
    assert balance.status == "pass"
    assert got.values["road_length_km"].tolist() == pytest.approx([0.02 * KM_PER_DEGREE] * 2, rel=1e-4)


@pytest.mark.parametrize("vertices", [1_000_000, 3])
def test_each_point_is_near_a_line_or_not_as_brute_force_says(monkeypatch, vertices):
    from comarca.roads import lengths

    monkeypatch.setattr(lengths, "vertex_blocks", partial(vertex_blocks, vertices=vertices))
    within_distance = lengths.within_distance
    random = np.random.default_rng(3)
    lines = shapely.linestrings(random.uniform((8, 46), (8.2, 46.2), (5, 4, 2)))
    lon, lat = random.uniform((8, 46), (8.2, 46.2), (400, 2)).T
    got = within_distance(lon, lat, lines, distance_km=2)
    dense = shapely.get_coordinates(shapely.segmentize(lines, 0.0001))
    nearest = np.array([GEOD.inv(*np.broadcast_arrays(x, y, *dense.T))[2].min() for x, y in zip(lon, lat, strict=True)])
    clear = abs(nearest - 2000) > 1
    assert 0.1 < got.mean() < 0.9
    assert (got == (nearest <= 2000))[clear].all()


def compute_country(pbf, columns, surfaces):
    osm = read_osm(pbf, ["roads", "power", "services", "boundaries"])
    units, _ = territories_from_osm(osm["boundaries"], country="LIE", country_alpha2="LI", admin_level=8)
    chosen = without(columns, "population", "demand_lights")
    got = compute(territories=units, roads=osm["roads"], power=osm["power"], surfaces=surfaces, columns=chosen)
    return osm, units, got


@pytest.fixture(params=["example", "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"])
def country_pbf(request, example_pbf):
    if request.param == "example":
        return example_pbf
    return request.getfixturevalue("cases") / request.param


def test_roads_and_power_lines_of_a_country_balance(country_pbf, columns, surfaces):
    osm, units, got = compute_country(country_pbf, columns, surfaces)
    balances = {check.name: check for check in got.checks if check.name.endswith("_km_balance")}
    assert {name: check.status for name, check in balances.items()} == {
        "road_km_balance": "pass", "power_line_km_balance": "pass",
    }  # fmt: skip
    country = shapely.union_all(units.geometry)
    drivable = osm["roads"][osm["roads"]["road_class"] != "ferry"]
    for layer, column in ((drivable, "road_length_km"), (osm["power"], "power_line_length_km")):
        inside = geodesic_length_km(shapely.intersection(layer.geometry.to_numpy(), country)).sum()
        closed = got.values["restricted_road_length_km"].sum() if column == "road_length_km" else 0
        assert got.values[column].sum() + closed == pytest.approx(inside, rel=1e-6)
    assert len(got.values) == 11
    assert (got.values["road_length_km"] > 10).all()


def test_most_roads_of_liechtenstein_2021_are_paved_but_its_tracks_are_not(cases, columns, surfaces):
    pbf = cases / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"
    _, _, got = compute_country(pbf, columns, surfaces)
    by_class = next(check for check in got.checks if check.name == "paved_share_of_untagged_roads").rows
    share = {row["road_class"]: row["share"] for row in by_class}
    assert share["primary"] > 0.95
    assert share["residential"] > 0.8
    assert share["track"] < 0.5
