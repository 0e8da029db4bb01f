"""People spread over homes: nobody is lost, nobody is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.crs import STORAGE, geodesic_area_km2
from comarca.polygons import territory_of
from comarca.population.demand import demand_grid, demand_points
from comarca.population.settlements import settlement_population
from comarca.sources.boundaries.read import territories_from_osm
from comarca.sources.cities.merge import join_places
from comarca.sources.cities.read import cities_offline
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.results import Check


def _layer(columns: dict[str, list[Any]], shapes: list[shapely.Geometry], **texts: str) -> gpd.GeoDataFrame:
    table = {name: pd.Series(values, dtype=texts.get(name, "str")) for name, values in columns.items()}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=STORAGE)


def _territories(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    ids = [f"t{number}" for number in range(len(shapes))]
    return _layer({"territory_id": ids, "territory_name": ids}, list(shapes))


def _places(*rows: tuple[str, str, float | None, float, float]) -> gpd.GeoDataFrame:
    columns = {
        "place_id": [row[0] for row in rows],
        "place": [row[1] for row in rows],
        "name": [row[0] for row in rows],
    }
    columns["population_persons"] = [row[2] for row in rows]
    return _layer(columns, [shapely.Point(row[3:]) for row in rows], population_persons="float")


def _cities(*rows: tuple[str, float | None, str | None, float, float]) -> gpd.GeoDataFrame:
    columns = {
        "city_id": [row[0] for row in rows],
        "city_name": [row[0] for row in rows],
        "country": ["XAA"] * len(rows),
        "population_persons": [row[1] for row in rows],
        "osm_id": [row[2] for row in rows],
    }
    return _layer(columns, [shapely.Point(row[3:]) for row in rows], population_persons="float")


def _buildings(*rows: tuple[str, str, float | None, float, float, float]) -> gpd.GeoDataFrame:
    columns = {
        "building_id": [row[0] for row in rows],
        "building": [row[1] for row in rows],
        "levels": [row[2] for row in rows],
        "footprint_m2": [row[3] for row in rows],
    }
    return _layer(columns, [shapely.Point(row[4:]) for row in rows], levels="float", footprint_m2="float")


def _land_use(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    columns = {"land_use_id": [f"w{n}" for n in range(len(rows))], "land_use": [row[0] for row in rows]}
    return _layer(columns, [row[1] for row in rows])


def _spread(**layers: gpd.GeoDataFrame) -> tuple[pd.Series, dict[str, Check]]:
    given = {
        "territories": _territories(shapely.box(0, 0, 1, 1)),
        "cities": _cities(),
        "places": _places(),
        "buildings": _buildings(),
        "land_use": _land_use(),
        **layers,
    }
    population, checks = settlement_population(**given)
    persons = population.set_index("population_id")["population_persons"]
    return persons, {check.name: check for check in checks}


def test_people_are_shared_by_footprint_times_storeys() -> None:
    buildings = _buildings(("w1", "house", None, 100.0, 0.5, 0.5), ("w2", "apartments", 3.0, 200.0, 0.5, 0.6))
    persons, checks = _spread(places=_places(("n1", "town", 700.0, 0.5, 0.5)), buildings=buildings)
    assert persons.to_dict() == pytest.approx({"w1": 100.0, "w2": 600.0})
    assert checks["population_balance"].status == "pass"
    assert checks["population_balance"].value == pytest.approx(700.0)


def test_a_home_belongs_to_the_nearest_settlement_of_its_own_territory() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    places = _places(("n1", "town", 10.0, 0.1, 0.5), ("n2", "town", 20.0, 0.9, 0.5), ("n3", "town", 40.0, 1.05, 0.5))
    buildings = _buildings(
        ("w1", "house", 1.0, 50.0, 0.2, 0.5), ("w2", "house", 1.0, 50.0, 0.99, 0.5), ("w3", "house", 1.0, 9.0, 1.9, 0.5)
    )
    persons, _ = _spread(territories=territories, places=places, buildings=buildings)
    assert persons.to_dict() == pytest.approx({"w1": 10.0, "w2": 20.0, "w3": 40.0})


def test_a_settlement_without_homes_keeps_its_people_at_its_point() -> None:
    places = _places(("n1", "town", 10.0, 0.1, 0.5), ("n2", "village", 20.0, 0.9, 0.5))
    persons, _ = _spread(places=places, buildings=_buildings(("w1", "house", 1.0, 50.0, 0.2, 0.5)))
    assert persons.to_dict() == pytest.approx({"w1": 10.0, "n2": 20.0})


def test_sheds_and_places_of_work_are_no_homes() -> None:
    buildings = _buildings(
        ("w1", "yes", None, 10.0, 0.50, 0.5),
        ("w2", "garage", None, 10.0, 0.51, 0.5),
        ("w3", "yes", None, 10.0, 0.80, 0.8),
        ("w4", "house", None, 10.0, 0.81, 0.8),
    )
    land_use = _land_use(("industrial", shapely.box(0.7, 0.7, 0.9, 0.9)), ("residential", shapely.box(0, 0, 0.6, 0.6)))
    persons, _ = _spread(places=_places(("n1", "town", 30.0, 0.5, 0.5)), buildings=buildings, land_use=land_use)
    assert persons.to_dict() == pytest.approx({"w1": 15.0, "w4": 15.0})


def test_a_joined_city_gives_the_figure_and_its_place_is_not_added() -> None:
    persons, _ = _spread(cities=_cities(("c1", 100.0, "n1", 0.5, 0.5)), places=_places(("n1", "town", 90.0, 0.5, 0.5)))
    assert persons.to_dict() == {"c1": 100.0}


def test_a_section_near_a_larger_place_is_not_added_but_one_farther_off_is() -> None:
    places = _places(
        ("n1", "town", 4459.0, 0.5, 0.5), ("n2", "village", 1407.0, 0.5, 0.519), ("n3", "village", 300.0, 0.5, 0.6)
    )
    persons, checks = _spread(places=places)
    assert persons.to_dict() == {"n1": 4459.0, "n3": 300.0}
    assert checks["population_sections"].rows == [
        {"section": "n2", "persons": 1407.0, "section_of": "n1", "territory_id": "t0"}
    ]


def test_the_reach_of_a_place_grows_with_its_people() -> None:
    distance = 0.06  # degrees: 6.6 km; 500,000 people fill a disc of 5.6 km, 1,000,000 one of 8.0 km
    for persons, left in ((500_000.0, 2), (1_000_000.0, 1)):
        places = _places(("n1", "city", persons, 0.5, 0.5), ("n2", "town", 9000.0, 0.5, 0.5 + distance))
        assert len(_spread(places=places)[0]) == left


def test_a_section_of_a_section_is_judged_by_the_whole() -> None:
    chain = _places(
        ("n1", "town", 300.0, 0.5, 0.50), ("n2", "village", 200.0, 0.5, 0.52), ("n3", "village", 100.0, 0.5, 0.54)
    )
    assert _spread(places=chain)[0].to_dict() == {"n1": 300.0, "n3": 100.0}


def test_places_on_two_sides_of_a_border_are_both_counted() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    places = _places(("n1", "town", 30.0, 0.999, 0.5), ("n2", "town", 20.0, 1.001, 0.5))
    assert _spread(territories=territories, places=places)[0].to_dict() == {"n1": 30.0, "n2": 20.0}


def test_suburbs_count_only_where_there_is_no_town() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    places = _places(
        ("n1", "suburb", 900.0, 0.1, 0.1), ("n2", "town", 500.0, 0.9, 0.9), ("n3", "suburb", 70.0, 1.5, 0.5)
    )
    assert _spread(territories=territories, places=places)[0].to_dict() == {"n2": 500.0, "n3": 70.0}


def test_places_outside_count_for_nobody_and_empty_territories_are_named() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    places = _places(("n1", "town", 30.0, 0.5, 0.5), ("n2", "town", 20.0, 5.0, 5.0), ("n3", "town", None, 1.5, 0.5))
    persons, checks = _spread(territories=territories, places=places)
    assert persons.to_dict() == {"n1": 30.0}
    assert checks["territories_without_population"].status == "warn"
    assert [row["territory_id"] for row in checks["territories_without_population"].rows] == ["t1"]


def test_cities_alone_are_settlements_too() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    cities = _cities(("c1", 500.0, None, 0.5, 0.5), ("c2", 80.0, None, 0.9, 0.9))
    population, checks = settlement_population(territories=territories, cities=cities)
    assert population.set_index("population_id")["population_persons"].to_dict() == {"c1": 500, "c2": 80}
    by_name = {check.name: check for check in checks}
    assert by_name["population_balance"].status == "pass"
    assert [row["territory_id"] for row in by_name["territories_without_population"].rows] == ["t1"]


def test_no_settlements_give_an_empty_population() -> None:
    persons, checks = _spread(buildings=_buildings(("w1", "house", 1.0, 50.0, 0.2, 0.5)))
    assert persons.empty
    assert checks["population_balance"].value == 0
    assert checks["territories_without_population"].value == 1


@pytest.mark.parametrize("extract", ["liechtenstein-2013", "liechtenstein-2021"])
def test_liechtenstein_has_its_38_000_people(cases: Path, extract: str) -> None:
    (pbf,) = (cases / extract).glob("*.osm.pbf")
    osm = read_osm(pbf, ["boundaries", "places", "buildings", "land_use"])
    territories, _ = territories_from_osm(osm["boundaries"], country="LIE", country_alpha2="LI", admin_level=8)
    cities, _ = join_places(cities_offline(territories)[0], osm["places"])
    population, checks = settlement_population(
        territories=territories,
        cities=cities,
        places=osm["places"],
        buildings=osm["buildings"],
        land_use=osm["land_use"],
    )
    assert population["population_persons"].sum() == pytest.approx(38_000, rel=0.01)
    assert {row["section"] for row in checks[1].rows} == {"Gamprin", "Nendeln", "Mäls"}
    demand, (outside,) = demand_points(population, territories, demand_cell_m=250)
    assert outside.value == 0
    by_unit = demand.groupby("territory_id")["population_persons"].sum()
    assert len(by_unit) == 11
    assert by_unit.sum() == pytest.approx(population["population_persons"].sum(), rel=1e-12)


def _population(*rows: tuple[float, float, float]) -> gpd.GeoDataFrame:
    columns = {"population_id": [f"p{n}" for n in range(len(rows))], "population_persons": [row[0] for row in rows]}
    return _layer(columns, [shapely.Point(row[1:]) for row in rows], population_persons="float")


def test_people_of_one_cell_are_gathered_at_their_mean() -> None:
    territories = _territories(shapely.box(0, -1, 2, 1))
    people = _population((3.0, 1.001, 0.001), (1.0, 1.003, 0.005), (5.0, 0.5, 0.5))
    demand, _ = demand_points(people, territories, demand_cell_m=1000.0)
    demand = demand.sort_values("population_persons")
    np.testing.assert_allclose(demand["population_persons"], [4.0, 5.0])
    assert demand.geometry.x.iloc[0] == pytest.approx(1.0015, abs=1e-7)
    assert demand.geometry.y.iloc[0] == pytest.approx(0.002, abs=1e-7)


def test_a_cell_across_a_border_gives_a_point_to_each_territory() -> None:
    territories = _territories(shapely.box(0, -1, 1, 1), shapely.box(1, -1, 2, 1))
    people = _population((3.0, 0.999, 0.001), (1.0, 1.001, 0.001), (2.0, 1.0, 0.001))
    demand, _ = demand_points(people, territories, demand_cell_m=50_000.0)
    assert demand.groupby("territory_id")["population_persons"].sum().to_dict() == {"t0": 5.0, "t1": 1.0}


def test_a_point_on_a_border_belongs_to_exactly_one_territory() -> None:
    territories = _territories(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    points = np.array(shapely.points([[1, 0.5], [0.5, 0.5], [1.5, 0.5], [3, 3]]))
    assert territory_of(points, territories).tolist() == [0, 0, 1, -1]


def test_people_outside_are_reported() -> None:
    people = _population((3.0, 0.5, 0.5), (4.0, 9.0, 9.0), (0.0, 0.6, 0.6))
    demand, (check,) = demand_points(people, _territories(shapely.box(0, 0, 1, 1)), demand_cell_m=1000.0)
    assert demand["population_persons"].tolist() == [3.0, 0.0]  # a place known to be empty is kept
    assert (check.status, check.value) == ("warn", 4.0)


def test_the_grid_covers_each_territory_exactly() -> None:
    hole = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    territories = _territories(hole, shapely.Polygon([(1, 0), (2, 0), (1, 1)]))
    grid = demand_grid(territories, demand_cell_m=7000.0)
    by_unit = grid.groupby("territory_id")["area_km2"].sum()
    np.testing.assert_allclose(by_unit, geodesic_area_km2(territories.geometry.to_numpy()), rtol=1e-4)
    assert territory_of(grid.geometry.to_numpy(), territories).tolist() == [
        int(unit[1:]) for unit in grid["territory_id"]
    ]
    assert grid["area_km2"].max() <= 49.0 * 1.0001


@pytest.mark.parametrize("side", [0.0, -5.0, float("nan")])
def test_a_cell_needs_a_size(side: float) -> None:
    with pytest.raises(ValueError, match="demand_cell_m"):
        demand_grid(_territories(shapely.box(0, 0, 1, 1)), demand_cell_m=side)
