"""Travel time to the seat of the unit one level up."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from families import columns_of, demand, only, territories
from road_cases import network_of
from shapely.geometry import Point, box

from comarca.access.cities import routes_to
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.access.routes import quickest_routes
from comarca.access.seats import parent_seats, seat_times
from comarca.errors import ConfigError
from comarca.indicators.access import compute
from comarca.results import Flag

ROOT = Path(__file__).resolve().parents[2]
WALKING = Walking(fragment_max_km=0)
#: Minutes per 0.01 degree along the equator at 60 km/h.
STEP_MIN = 1.1131949
PLACES = territories(*(box(west, -0.1, west + 0.1, 0.1) for west in (0, 0.1, 0.2, 0.3))).assign(
    parent_name=["Norte", "Norte", "Sur", None]
)


def city_layer(*rows):
    ids, names, persons, lon = zip(*rows, strict=True)
    table = {"city_id": list(ids), "city_name": list(names), "country": "XXX",
             "population_persons": [float(p) for p in persons], "osm_id": None}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[Point(each, 0) for each in lon], crs=4326)


CITIES = city_layer(("1", "Alba", 500, 0.05), ("2", "Belén", 900, 0.12), ("3", "Alba", 700, 0.25))
PEOPLE = demand(("01", 1, 0.02, 0), ("01", 3, 0.08, 0), ("02", 1, 0.15, 0), ("03", 1, 0.21, 0), ("04", 1, 0.31, 0))


def times_of(seats, layer=CITIES, people=PEOPLE):
    network = network_of([[(0, 0), (0.35, 0)]])
    routable = routable_network(network, layer, identifier="city_id", walking=WALKING, max_snap_km=5)
    return seat_times(routable, people, PLACES, seats, origins=demand_origins(routable, people), walking=WALKING)


def test_the_seat_is_the_largest_city_of_the_unit_unless_one_is_named():
    seats, (check,) = parent_seats(CITIES, PLACES, {})
    assert seats.to_dict() == {"Norte": "2", "Sur": "3"}
    assert parent_seats(CITIES, PLACES.assign(parent_name=None), {})[1] == []
    seats, (check,) = parent_seats(CITIES, PLACES, {"Norte": "alba"})
    assert seats.to_dict() == {"Norte": "1", "Sur": "3"}
    assert [row["by"] for row in check.rows] == ["configuration", "largest city"]
    assert parent_seats(CITIES, PLACES, {"Norte": "3"})[0]["Norte"] == "3"


def test_a_unit_without_a_city_has_no_seat_and_wrong_names_are_refused():
    seats, (check,) = parent_seats(CITIES.iloc[:2], PLACES, {})
    assert seats.to_dict() == {"Norte": "2"}
    assert check.rows[1] == {"unit": "Sur", "city": None, "by": "no city"}
    with pytest.raises(ConfigError, match="Norte"):
        parent_seats(CITIES, PLACES, {"Nort": "Alba"})
    with pytest.raises(ConfigError, match="Belén"):
        parent_seats(CITIES, PLACES, {"Norte": "Belen"})


def test_people_drive_to_the_seat_of_their_own_unit_past_nearer_cities():
    table = times_of(parent_seats(CITIES, PLACES, {})[0])
    steps = [10, 4, 3, 4]
    np.testing.assert_allclose(table["minutes"].iloc[:4], np.array(steps) * STEP_MIN, rtol=1e-4)
    assert table["city_id"].tolist()[:4] == ["2", "2", "2", "3"]
    assert table["reason"].tolist() == ["", "", "", "", Flag.NO_CITY]


def test_where_the_seat_is_the_nearest_city_the_times_are_the_same():
    rng = np.random.default_rng(1)
    people = demand(*(("03", 1, *at) for at in np.column_stack([rng.uniform(0.2, 0.3, 9), rng.uniform(-0.1, 0.1, 9)])))
    seats, _ = parent_seats(CITIES, PLACES, {})
    table = times_of(seats, people=people)
    routable = routable_network(
        network_of([[(0, 0), (0.35, 0)]]), CITIES, identifier="city_id", walking=WALKING, max_snap_km=5
    )
    route = quickest_routes(routable, demand_origins(routable, people), np.array([False, False, True]), walking=WALKING)
    np.testing.assert_array_equal(table["minutes"], route.minutes)


def test_means_are_over_people_and_gaps_have_reasons():
    columns = only(
        columns_of(ROOT, "access", layers=["demand", "cities", "travel_times", "population", "seat_times"],
                   fields={"city_class": [], "time_threshold": []}),
        "time_parent_seat_mean_min",
    )  # fmt: skip
    table = times_of(parent_seats(CITIES, PLACES, {})[0])
    table.loc["d002", ["minutes", "reason"]] = [np.nan, Flag.UNREACHABLE.value]
    made = compute(
        territories=PLACES, demand=PEOPLE, cities=CITIES, travel_times={}, city_classes_persons={}, seat_times=table,
        columns=columns,
    )  # fmt: skip
    minutes = made.values["time_parent_seat_mean_min"]
    assert minutes.tolist() == pytest.approx([5.5 * STEP_MIN, np.nan, 4 * STEP_MIN, np.nan], rel=1e-4, nan_ok=True)
    assert made.flags["time_parent_seat_mean_min"].tolist() == ["", Flag.UNREACHABLE, "", Flag.NO_CITY]


def test_a_few_searches_give_what_one_per_unit_gives(monkeypatch):
    rng = np.random.default_rng(4)
    squares = [(column, row) for row in range(4) for column in range(5)]
    places = territories(*(box(x / 10, y / 10, (x + 1) / 10, (y + 1) / 10) for x, y in squares))
    places = places.assign(parent_name=[f"U{number:02d}" for number in range(20)])
    layer = city_layer(*((f"c{number:02d}", f"C{number}", 100, 0.0) for number in range(20)))
    layer.geometry = [
        Point((x + a) / 10, (y + b) / 10) for (x, y), a, b in zip(squares, *rng.random((2, 20)), strict=True)
    ]
    x, y = np.arange(11) / 20, np.arange(9) / 20
    lines = [[(west, south) for south in y] for west in x] + [[(west, south) for west in x] for south in y]
    network = network_of(lines)
    at = rng.uniform(0, 1, (200, 2)) * (0.5, 0.4)
    people = demand(*((f"{int(y * 10) * 5 + int(x * 10) + 1:02d}", 1, x, y) for x, y in at))
    routable = routable_network(network, layer, identifier="city_id", walking=WALKING, max_snap_km=5)
    origins = demand_origins(routable, people)
    seats, _ = parent_seats(layer, places, {})
    searches = []
    monkeypatch.setattr("comarca.access.seats.routes_to", lambda *a, **k: searches.append(1) or routes_to(*a, **k))
    table = seat_times(routable, people, places, seats, origins=origins, walking=WALKING)
    for row, name in enumerate(layer["city_id"]):
        own = np.flatnonzero(table["city_id"] == name)
        route, _ = routes_to(routable, origins.take(own), np.arange(20) == row, walking=WALKING)
        np.testing.assert_array_equal(
            table["minutes"].to_numpy()[own], np.where(route.is_reached, route.minutes, np.nan)
        )
    assert table["minutes"].notna().mean() > 0.9
    assert len(searches) < 10
