"""Bands: draws against closed forms, bounds worked by hand, the shifted grid against plain counting."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, only, territories
from road_cases import network_of, road_layer
from shapely.geometry import LineString, Point

from comarca import io
from comarca.access.cities import travel_times_by_class
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.config.region import Region
from comarca.config.uncertainty import Uncertainty
from comarca.crs import MOLLWEIDE, STORAGE
from comarca.measures.coverage import bootstrap_entropy, chao_shen_entropy, sample_coverage
from comarca.measures.diversity import shannon
from comarca.population.grid import SHIFTS, PopulationGrid, gather_points, shifted
from comarca.publish.bands import printed_bands
from comarca.publish.exports import uncertainty_csv
from comarca.publish.maps.atlas_words import METHOD_WORDS
from comarca.registry.columns import TableColumn
from comarca.results import Check
from comarca.uncertainty.bands import (
    COLUMNS,
    Method,
    band_of_draws,
    band_table,
    bounds,
    class_band,
    rank_stability,
)
from comarca.uncertainty.compute import draws_for
from comarca.uncertainty.diversity import diversity_bands
from comarca.uncertainty.draws import drawn_walking, edge_classes, redrawn, sample
from comarca.uncertainty.grid_shifts import grid_bands, rests_on_cells
from comarca.uncertainty.land import land_bands
from comarca.uncertainty.roads import road_bands
from comarca.uncertainty.times import Family, Journeys, drawn_layers, time_bands, values_of
from comarca.uncertainty.widths import band_check, band_widths

ROAD = [(0, 0), (0.1, 0)]


@pytest.fixture(scope="module")
def journeys():
    """One road with a city at its west end, and people on it and 1 km beside it."""
    roads = road_layer([ROAD], road_class="residential")
    cities = gpd.GeoDataFrame(
        {"city_id": ["c"], "city_name": ["C"], "population_persons": [60_000.0]}, geometry=[Point(0, 0)], crs=4326
    )
    people = demand(("01", 10, 0.05, 0.0), ("01", 30, 0.08, 0.01))
    walking = Walking(fragment_max_km=0)
    routable = routable_network(network_of([ROAD], speed_kmh=60), cities, identifier="city_id", walking=walking)
    return Journeys(
        cities_on_roads=routable,
        services_on_roads=None,
        service_kind=np.zeros(0, dtype=object),
        road_class=roads["road_class"],
        cities=cities,
        demand=people,
        territories=territories(*WEST_EAST),
        origins=demand_origins(routable, people),
        walking=walking,
        friction=None,
        city_classes_persons={"intermediate": (50_000, None)},
        market={"min_persons": 50_000},
    )


def minutes(journeys, routable, walking):
    return travel_times_by_class(
        routable, journeys.cities, journeys.demand, city_classes_persons=journeys.city_classes_persons,
        origins=journeys.origins, walking=walking,
    ).times["intermediate"]["minutes"].to_numpy()  # fmt: skip


def test_a_draw_without_change_gives_the_base_run(journeys):
    base = minutes(journeys, journeys.cities_on_roads, journeys.walking)
    ones = np.ones(len(journeys.cities_on_roads.destinations.network.edge_min))
    same = minutes(journeys, redrawn(journeys.cities_on_roads, ones), drawn_walking(journeys.walking, 1.0))
    assert same == pytest.approx(base, rel=1e-12)


def test_drives_shrink_with_speed_and_walks_grow_with_the_detour(journeys):
    base = minutes(journeys, journeys.cities_on_roads, journeys.walking)
    edges = len(journeys.cities_on_roads.destinations.network.edge_min)
    faster = minutes(journeys, redrawn(journeys.cities_on_roads, np.full(edges, 1.25)), journeys.walking)
    assert faster[0] == pytest.approx(base[0] / 1.25, rel=1e-4)
    # A slower walk is no longer when everything is 1.2 times as slow.
    slower = minutes(
        journeys, redrawn(journeys.cities_on_roads, np.full(edges, 1 / 1.2)), drawn_walking(journeys.walking, 1.2)
    )
    assert slower == pytest.approx(1.2 * base)
    assert drawn_walking(Walking(walk_detour_ratio=1.1), 0.8).walk_detour_ratio == 1.0


def test_links_and_connectors_have_classes_of_their_road(journeys):
    network = replace(network_of([ROAD, [(0.1, 0), (0.2, 0)]]), edge_road=np.array([1, -1]))
    assert edge_classes(network, pd.Series(["track", "trunk_link"])).tolist() == ["trunk", "connector"]


def test_draws_cover_their_range_evenly_and_come_back_with_their_seed():
    drawn = sample(20, 3, seed=1)
    assert drawn.min() >= 0.8
    assert drawn.max() <= 1.2
    place = np.floor((drawn - 0.8) / 0.4 * 20).astype(int)
    assert np.sort(place, axis=0).tolist() == [[row] * 3 for row in range(20)]
    assert (sample(20, 3, seed=1) == drawn).all()
    assert (sample(20, 3, seed=2) != drawn).any()


def test_bands_of_times_hold_what_the_draws_gave(journeys, root):
    columns = columns_of(
        root, "access", layers=["population", "demand", "cities", "travel_times"],
        fields={"city_class": ["intermediate"], "time_threshold": ["6"]},
    )  # fmt: skip
    mean, within = only(columns, "time_intermediate_city_mean_min", "population_within_6min_intermediate_city_share")
    layers = {"territories": journeys.territories, "demand": journeys.demand, "cities": journeys.cities}
    options = {"city_classes_persons": journeys.city_classes_persons}
    family = Family("access", layers, options, (mean, within))
    wanted = frozenset({"travel_times"})
    [base] = list(drawn_layers(replace(journeys), wanted, draws=1, seed=0))
    times = {"travel_times": {"intermediate": travel_times_by_class(
        journeys.cities_on_roads, journeys.cities, journeys.demand, origins=journeys.origins,
        city_classes_persons=journeys.city_classes_persons, walking=journeys.walking,
    ).times["intermediate"]}}  # fmt: skip
    assert base["travel_times"].keys() == times["travel_times"].keys()
    published = values_of([family], times)[[mean.name, within.name]]
    bands = {band.column: band for band in time_bands(journeys, [family], published, times, draws=20, seed=1)}
    drawn = [values_of([family], layer)[mean.name]["01"] for layer in drawn_layers(journeys, wanted, draws=20, seed=1)]
    row = bands[mean.name].rows.loc["01"]
    assert row["low"] == pytest.approx(min(np.quantile(drawn, 0.05), published[mean.name]["01"]))
    assert row["high"] == pytest.approx(np.quantile(drawn, 0.95))
    # One person of four drives 5.57 min: inside 6, beyond 5.4 at the usual speed.
    assert published[within.name]["01"] == pytest.approx(0.25)
    alone = {band.column: band for band in time_bands(None, [family], published, times, draws=0, seed=1)}
    assert list(alone) == [within.name]
    assert alone[within.name].rows.loc["01", ["low", "high"]].tolist() == [0.0, 0.25]
    assert "02" not in bands[mean.name].rows.index


def test_a_band_holds_the_published_value_and_leaves_gaps_out():
    value = pd.Series([1.0, np.nan, 3.0], index=["a", "b", "c"])
    draws = np.array([[2.0, 1.0, 2.0], [4.0, 1.0, np.nan]])
    band = band_of_draws("x", Method.DRAWS, value, draws)
    assert band.rows.index.tolist() == ["a", "c"]
    assert band.rows["low"].tolist() == pytest.approx([1.0, 2.0])
    assert band.rows["high"].tolist() == pytest.approx([3.9, 3.0])


def test_ranks_that_stay_within_a_tenth_of_the_territories_are_stable():
    value = pd.Series(np.arange(20.0))
    moved = value.to_numpy().copy()
    moved[0] = 2.5  # two places up, which is a tenth of twenty
    far = value.to_numpy().copy()
    far[0] = 3.5
    stable = rank_stability(value, np.array([moved, far]))
    assert stable[0] == 0.5
    assert stable[1:].tolist() == [1.0] * 19


def test_a_class_band_names_the_first_and_last_class_that_came_out():
    value = pd.Series(["town", "rural", None], index=["a", "b", "c"], dtype="str")
    drawn = [pd.Series(["city", "rural", "rural"], index=value.index), value]
    band = class_band("k", Method.GRID_SHIFTS, value, drawn, ("city", "town", "rural"))
    assert band.rows.loc["a"].tolist() == ["city", "town", 0.5]
    assert band.rows.loc["b"].tolist() == ["rural", "rural", 1.0]
    assert len(band.rows) == 2


def test_untagged_roads_make_the_bounds_of_the_paved_share(root):
    rows = road_layer(
        [LineString([(0.01, 0.01), (0.01, 0.05)]), LineString([(0.02, 0.01), (0.02, 0.03)])],
        surface=["asphalt", None],
    )
    columns = only(
        columns_of(root, "infrastructure", layers=["roads", "surfaces"], fields={"power_distance": ["5"]}),
        "paved_road_share",
    )
    layers = {
        "territories": territories(*WEST_EAST),
        "roads": rows,
        "surfaces": pd.read_csv(root / "config/surfaces.csv"),
    }
    options = {"rural_access_distance_km": 2.0, "power_distance_km": 5.0}
    published = pd.DataFrame({"paved_road_share": [0.8, np.nan]}, index=pd.Index(["01", "02"], name="territory_id"))
    [band] = road_bands(layers, options, columns, published)
    assert band.rows.loc["01", ["low", "high"]].tolist() == pytest.approx([2 / 3, 1.0], rel=1e-3)
    assert band.rows.index.tolist() == ["01"]


def test_the_shifted_grid_counts_people_in_cells_moved_by_half_a_kilometre():
    from pyproj import Transformer

    generator = np.random.default_rng(3)
    lon, lat = generator.uniform(-60.2, -59.9, 500), generator.uniform(-10.1, -9.9, 500)
    persons = generator.integers(1, 9, 500).astype(float)
    places = gather_points(lon, lat, persons, bounds=(-60.2, -10.1, -59.9, -9.9), with_quarters=True)
    x, y = Transformer.from_crs(STORAGE, MOLLWEIDE, always_xy=True).transform(lon, lat)
    again = PopulationGrid.from_arrays(places.to_arrays())
    assert (again.persons == places.persons).all()
    assert again.grid.transform == places.grid.transform
    for down, across in SHIFTS:
        moved = shifted(again, down, across)
        west, north = moved.grid.transform.c, moved.grid.transform.f
        rows, columns = moved.grid.shape
        edges = north - 1000.0 * np.arange(rows, -1, -1), west + 1000.0 * np.arange(columns + 1)
        counted, _, _ = np.histogram2d(y, x, bins=edges, weights=persons)
        assert (moved.persons == counted[::-1]).all()
        assert west % 1000 == 500 * across
        assert north % 1000 == 500 * down


def test_bounds_of_land_carry_over_to_the_gini_with_landless_households():
    table = pd.DataFrame(
        {
            "holding_area_gini_index": [0.6], "holding_area_gini_lower_index": [0.5],
            "holding_area_gini_upper_index": [0.7], "holding_landless_share": [0.2],
            "holding_gini_with_landless_index": [0.68],
        },
        index=["a"],
    )  # fmt: skip
    plain, landless = land_bands(table)
    assert plain.rows.loc["a", ["low", "high"]].tolist() == pytest.approx([0.5, 0.7])
    assert landless.rows.loc["a", ["low", "high"]].tolist() == pytest.approx([0.6, 0.76])


def test_coverage_makes_up_for_kinds_that_a_small_sample_misses():
    share = 0.85 ** np.arange(60)
    share /= share.sum()
    true = float(-(share * np.log(share)).sum())
    counts = np.random.default_rng(5).multinomial(40, share, size=2_000)
    assert chao_shen_entropy(counts).mean() == pytest.approx(true, abs=0.1)
    assert shannon(counts).mean() < true - 0.3
    assert sample_coverage([[1, 0], [0, 0]]).tolist() == pytest.approx([1, np.nan], nan_ok=True)
    # Good's estimate errs little on average from the share of the kinds that were seen.
    assert sample_coverage(counts).mean() == pytest.approx(((counts > 0) * share).sum(axis=1).mean(), abs=0.005)


def test_most_bands_of_a_sample_hold_the_true_entropy():
    share = 0.9 ** np.arange(40)
    share /= share.sum()
    true = float(-(share * np.log(share)).sum())
    generator = np.random.default_rng(7)
    hits = 0
    for counts in generator.multinomial(100, share, size=200):
        low, high = np.quantile(bootstrap_entropy(counts[counts > 0], resamples=100, generator=generator), [0.05, 0.95])
        hits += low <= true <= high
    assert 0.75 <= hits / 200 <= 0.97


def test_bands_are_printed_with_the_digits_of_their_unit(root):
    time, kind = only(
        columns_of(root, "access", layers=["population", "demand", "cities", "travel_times"],
                   fields={"city_class": ["town"]}),
        "time_town_city_mean_min", "has_town_city",
    )  # fmt: skip
    value = pd.Series([10.0], index=["a"])
    table = band_table(
        [
            bounds(time.name, Method.DRAWS, value, [8.04], [12.26], rank_stability_share=[1 / 3]),
            class_band(
                "k", Method.GRID_SHIFTS, pd.Series(["x"], index=["a"]), [pd.Series(["y"], index=["a"])], ["x", "y"]
            ),
        ]
    )
    assert {name: str(kind) for name, kind in table.dtypes.items()} == COLUMNS
    printed = printed_bands(table, [time, kind])
    assert printed.iloc[0].tolist()[:6] == ["a", time.name, "8.0", "12.3", "draws_of_speeds", 0.3333]
    assert printed.iloc[1][["low", "high", "same_class_share"]].tolist() == ["x", "y", 0.0]
    assert len(printed_bands(band_table([]), [time])) == 0


def test_every_method_is_told_in_all_languages():
    assert METHOD_WORDS.keys() == {str(method) for method in Method}
    assert all(words.keys() == {"en", "es", "pt"} for words in METHOD_WORDS.values())


def test_widths_are_absolute_for_shares_and_relative_for_times():
    value = pd.DataFrame({"a_share": [0.5, 0.2], "b_min": [10.0, 0.0]}, index=["x", "y"])
    table = band_table(
        [
            bounds("a_share", Method.THRESHOLD, value["a_share"], [0.4, 0.2], [0.6, 0.2]),
            bounds("b_min", Method.DRAWS, value["b_min"], [9.0, 0.0], [12.0, 1.0]),
        ]
    )
    facts = {"family": "f", "kind": "number", "layers": ()}
    columns = [TableColumn(name=n, range=(0, high), **facts) for n, high in (("a_share", 1), ("b_min", None))]
    widths = band_widths(table, value, columns).set_index("measure")
    assert widths.loc["absolute", ["bands", "median", "p90"]].tolist() == pytest.approx([2, 0.1, 0.18])
    assert widths.loc["relative", ["bands", "median"]].tolist() == pytest.approx([1, 0.3])
    check = band_check(widths.reset_index(), note="")
    assert isinstance(check, Check)
    assert check.value == 3


def test_draws_are_made_unasked_up_to_a_size():
    assert draws_for(None, 5_000, max_points=5_000) == 30
    assert draws_for(None, 5_001, max_points=5_000) == 0
    assert draws_for(7, 10**7, max_points=5_000) == 7


@pytest.mark.parametrize("word", ["none", False])
def test_bands_are_switched_off_by_a_word(word):
    assert not Region(country="LIE", uncertainty=word).uncertainty.enabled
    assert Region(country="LIE", uncertainty={"draws": 5}).uncertainty.draws == 5
    assert Uncertainty.model_validate(word).draws is None


def test_the_band_of_diversity_begins_below_what_is_mapped_and_ends_above_it():
    economy = gpd.GeoDataFrame(
        {"sector": "shop", "category": ["a"] * 20 + ["b"] * 10 + ["c", "d", "e"] + ["a"] * 9},
        geometry=[Point(0.05, 0.05)] * 33 + [Point(0.15, 0.05)] * 9,
        crs=4326,
    )
    shares = np.array([20, 10, 1, 1, 1]) / 33
    plain = -(shares * np.log(shares)).sum()
    published = pd.DataFrame({"economy_shannon_index": [plain, 0.0]}, index=["01", "02"])
    (band,) = diversity_bands(economy, territories(*WEST_EAST), published, seed=1)
    low, high = band.rows.loc["01", ["low", "high"]]
    assert low <= plain < high
    # Three kinds of 33 were seen once: what was missed may be as much again, not ten times as much.
    assert high < 2 * plain
    assert band.rows.loc["02", ["low", "high"]].tolist() == [0.0, 0.0]


def test_a_class_that_one_position_of_the_grid_changes_has_a_band(root):
    people = demand(*[("01", 30_000.0, 0.0010 * n, 0.0005) for n in range(4)], ("02", 50.0, 0.15, 0.05))
    columns = [
        column
        for column in columns_of(root, "urbanisation", layers=["population", "demand", "degree_of_urbanisation"])
        if rests_on_cells(column)
    ]
    assert "degree_of_urbanisation_class" in [column.name for column in columns]
    places = gather_points(
        people.geometry.x, people.geometry.y, people["population_persons"], bounds=(-0.1, -0.1, 0.2, 0.1),
        with_quarters=True,
    )  # fmt: skip
    published = pd.DataFrame(
        {"population_urban_centre_share": [1.0, 0.0], "degree_of_urbanisation_class": ["city", "rural"]},
        index=pd.Index(["01", "02"], name="territory_id"),
    )
    chosen = only(columns, *published)
    bands = grid_bands(places, territories(*WEST_EAST), people, chosen, published, {})
    share = bands[[column.name for column in chosen].index("population_urban_centre_share")]
    # 120,000 people in one square kilometre are an urban centre wherever the grid lies; 50 never are.
    assert share.rows.loc["01", ["low", "high"]].tolist() == [1.0, 1.0]
    assert share.rows.loc["02", ["low", "high"]].tolist() == [0.0, 0.0]


def test_the_file_of_bands_is_read_back_as_it_was_written(root, tmp_path):
    (time,) = only(
        columns_of(root, "access", layers=["population", "demand", "cities", "travel_times"],
                   fields={"city_class": ["town"]}),
        "time_town_city_mean_min",
    )  # fmt: skip
    table = band_table([bounds(time.name, Method.DRAWS, pd.Series([10.0], index=["007"]), [8.04], [12.26])])
    io.write_table(table, tmp_path / "uncertainty.parquet")
    data = SimpleNamespace(path=lambda name: tmp_path / f"{name}.parquet", columns=[time])
    uncertainty_csv.write(data, tmp_path / "bands.csv")
    (row,) = pd.read_csv(tmp_path / "bands.csv", dtype=str).to_dict("records")
    assert (row["territory_id"], row["low"], row["high"]) == ("007", "8.0", "12.3")
