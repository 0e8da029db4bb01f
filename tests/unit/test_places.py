"""Cities: where they come from, which are one, and how they are joined to OpenStreetMap places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.sources.cities.merge import join_places, without_sections
from comarca.sources.cities.read import cities_from_file, cities_from_osm, cities_offline
from comarca.sources.cities.seats import seats_from_table
from comarca.sources.names import fold_name, fold_names

if TYPE_CHECKING:
    from pathlib import Path


def _cities(*rows: tuple[str, float | None, float, float], country: str = "XAA") -> gpd.GeoDataFrame:
    """Cities as (name, persons, longitude, latitude), with ids c0, c1, ..."""
    table = pd.DataFrame(
        {
            "city_id": pd.Series([f"c{number}" for number in range(len(rows))], dtype="str"),
            "city_name": pd.Series([row[0] for row in rows], dtype="str"),
            "country": pd.Series([country] * len(rows), dtype="str"),
            "population_persons": np.array([row[1] for row in rows], dtype=float),
            "osm_id": pd.Series([None] * len(rows), dtype="str"),
        }
    )
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(row[2:]) for row in rows], crs=STORAGE)


def _places(*rows: tuple[str | None, float | None, float, float], place: str = "town") -> gpd.GeoDataFrame:
    """Places as (name, persons, longitude, latitude), with ids n0, n1, ..."""
    table = pd.DataFrame(
        {
            "place_id": pd.Series([f"n{number}" for number in range(len(rows))], dtype="str"),
            "place": pd.Series([place] * len(rows), dtype="str"),
            "name": pd.Series([row[0] for row in rows], dtype="str"),
            "population_persons": np.array([row[1] for row in rows], dtype=float),
        }
    )
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(row[2:]) for row in rows], crs=STORAGE)


def _square(west: float, south: float, side: float) -> gpd.GeoDataFrame:
    shape = shapely.box(west, south, west + side, south + side)
    return gpd.GeoDataFrame({"territory_id": ["t"]}, geometry=[shape], crs=STORAGE)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("Cobán", "coban"), ("SÃO  JOSÉ-do-Rio", "sao jose do rio"), ("Ñandú (2)", "nandu 2"), ("Straße", "strasse")],
)
def test_names_compare_without_case_accents_and_punctuation(name: str, folded: str) -> None:
    assert fold_name(name) == folded


def test_names_without_letters_stay_unknown() -> None:
    assert fold_names(["--", None, "x"]).isna().tolist() == [True, True, False]


def test_the_offline_copy_has_the_towns_of_liechtenstein_and_beyond() -> None:
    cities, _ = cities_offline(_square(9.48, 47.05, 0.2), abroad_buffer_km=5.0)
    own = cities[cities["country"] == "LIE"].set_index("city_name")["population_persons"]
    assert len(own) == 14
    assert (own["Vaduz"], own["Nendeln"]) == (5197, 1407)
    assert {"CHE", "AUT"} <= set(cities["country"])
    assert cities.total_bounds[0] > 9.48 - 0.07


def test_a_larger_buffer_reaches_farther() -> None:
    near, far = (cities_offline(_square(9.5, 47.1, 0.1), abroad_buffer_km=km)[0] for km in (0.0, 30.0))
    assert 0 < len(near) < len(far)
    assert set(near["city_id"]) < set(far["city_id"])


def test_namibia_is_a_country() -> None:
    cities, _ = cities_offline(_square(16.9, -22.7, 0.4), abroad_buffer_km=0.0)
    assert set(cities["country"]) == {"NAM"}
    assert "Windhoek" in set(cities["city_name"])


def test_a_population_of_zero_is_not_known() -> None:
    cities, _ = cities_offline(_square(-92, 14, 4), abroad_buffer_km=50.0)
    assert cities["population_persons"].isna().any()
    assert (cities["population_persons"].dropna() > 0).all()


def test_one_city_listed_twice_is_one() -> None:
    cities = _cities(("Cobán", 200.0, 0.0, 0.0), ("Coban", 900.0, 0.02, 0.0), ("Coban", 900.0, 0.5, 0.0))
    kept, (check,) = without_sections(cities)
    assert list(kept["city_id"]) == ["c1", "c2"]
    assert check.rows == [{"city": "Cobán", "merged_into": "Coban"}]


def test_sections_of_a_large_city_are_merged_but_neighbouring_cities_are_not() -> None:
    capital = ("Lima", 7_737_002.0, -77.028, -12.043)
    section, twin = ("Miraflores", 187_401.0, -77.033, -12.121), ("Callao", 1_226_200.0, -77.135, -12.052)
    outside, unknown = ("Huacho", 60_000.0, -77.605, -11.107), ("Barrio", None, -77.03, -12.05)
    kept, (check,) = without_sections(_cities(capital, section, twin, outside, unknown))
    assert set(kept["city_name"]) == {"Lima", "Callao", "Huacho", "Barrio"}
    assert check.rows == [{"city": "Miraflores", "merged_into": "Lima"}]


def test_a_town_under_two_names_counts_once() -> None:
    town, again = ("Cadereyta Jiménez", 68_111.0, -100.0, 25.6), ("Cadereyta", 67_994.0, -99.984, 25.595)
    mine, works = ("Yacimientos Río Turbio", 6_650.0, -72.3, -51.5), ("Río Turbio", 6_650.0, -72.299, -51.5)
    kept, (check,) = without_sections(_cities(town, again, mine, works))
    assert len(kept) == 2
    assert len(check.rows) == 2


def test_a_city_is_no_section_of_another_one() -> None:
    paulo, guarulhos = ("São Paulo", 12_400_000.0, -46.633, -23.548), ("Guarulhos", 1_169_577.0, -46.533, -23.463)
    osasco, suburb = ("Osasco", 728_615.0, -46.792, -23.533), ("Jardim", 9_000.0, -46.64, -23.55)
    kept, (check,) = without_sections(_cities(paulo, guarulhos, osasco, suburb))
    assert set(kept["city_name"]) == {"São Paulo", "Guarulhos", "Osasco"}
    assert check.rows == [{"city": "Jardim", "merged_into": "São Paulo"}]


def test_villages_of_one_name_in_different_places_stay_two() -> None:
    here, there = ("San José", 900.0, -72.0, 8.0), ("San José", 850.0, -72.06, 8.0)
    assert len(without_sections(_cities(here, there))[0]) == 2


def test_cities_of_two_countries_are_never_merged() -> None:
    both = pd.concat([_cities(("Rivera", 9e4, 0.0, 0.0)), _cities(("Rivera", 8e4, 0.01, 0.0), country="XAB")])
    both["city_id"] = ["c0", "c1"]
    assert len(without_sections(both)[0]) == 2


def test_a_join_takes_the_place_and_keeps_the_known_population() -> None:
    cities = _cities(("Cobán", 200.0, 0.0, 0.0), ("Tactic", None, 1.0, 0.0), ("Far", 5.0, 2.0, 0.0))
    places = _places(("COBAN", 999.0, 0.01, 0.0), ("Tactic", 77.0, 1.01, 0.0), ("Far", 1.0, 2.1, 0.0))
    joined, (check,) = join_places(cities, places)
    assert list(joined["osm_id"][:2]) == ["n0", "n1"]
    assert pd.isna(joined["osm_id"].iloc[2])
    assert list(joined["population_persons"]) == [200.0, 77.0, 5.0]
    np.testing.assert_allclose(joined.geometry.x, [0.01, 1.01, 2.0])
    assert check.value == 2
    assert [row["city"] for row in check.rows] == ["Far"]


def test_a_join_is_one_to_one_and_nearest_first() -> None:
    cities = _cities(("San Juan", 1.0, 0.0, 0.0), ("San Juan", 2.0, 0.02, 0.0))
    places = _places(("San Juan", None, 0.021, 0.0), ("San Juan", None, 0.03, 0.0))
    joined, _ = join_places(cities, places)
    assert list(joined["osm_id"]) == ["n1", "n0"]


def test_nameless_places_are_joined_to_nothing() -> None:
    joined, _ = join_places(_cities(("--", 1.0, 0.0, 0.0)), _places((None, None, 0.0, 0.0)))
    assert joined["osm_id"].isna().all()


def test_cities_join_to_no_places() -> None:
    joined, (check,) = join_places(_cities(("A", 1.0, 0.0, 0.0)), _places())
    assert (len(joined), check.value) == (1, 0)


def test_a_joined_city_polygon_keeps_its_shape() -> None:
    cities = _cities(("A", 1.0, 0.0, 0.0))
    cities.geometry = [shapely.box(-0.01, -0.01, 0.01, 0.01)]
    joined, _ = join_places(cities, _places(("A", None, 0.005, 0.0)))
    assert joined["osm_id"].iloc[0] == "n0"
    assert joined.geometry.iloc[0].equals(cities.geometry.iloc[0])


def test_towns_and_villages_are_cities_but_suburbs_are_not() -> None:
    places = pd.concat([_places(("A", 9.0, 0, 0)), _places(("B", 5.0, 0, 0), place="suburb")], ignore_index=True)
    places["place_id"] = ["n1", "n2"]
    cities = cities_from_osm(places, country="XAA")
    assert cities[["city_id", "osm_id", "city_name", "country"]].to_numpy().tolist() == [["n1", "n1", "A", "XAA"]]


def _file(tmp_path: Path, **columns: Any) -> Path:
    table = {"name": ["A", "B"], "people": [10.0, None], **columns}
    path = tmp_path / "cities.gpkg"
    gpd.GeoDataFrame(table, geometry=[shapely.Point(0, 0), shapely.box(1, 1, 2, 2)], crs=STORAGE).to_file(path)
    return path


def test_a_file_gives_cities_as_points_and_polygons(tmp_path: Path) -> None:
    path = _file(tmp_path, code=["07", "08"])
    cities, _ = cities_from_file(path, name="name", population="people", country="XAA", id="code")
    assert list(cities["city_id"]) == ["07", "08"]
    assert list(cities.geom_type) == ["Point", "Polygon"]
    assert cities["population_persons"].iloc[0] == 10
    assert np.isnan(cities["population_persons"].iloc[1])
    numbered, _ = cities_from_file(path, name="name", population="people", country="XAA")
    assert list(numbered["city_id"]) == ["1", "2"]


def test_populations_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, people=["12", "many"])
    with pytest.raises(InputError, match=r"column people.*got 'many'"):
        cities_from_file(path, name="name", population="people", country="XAA")


def test_cities_with_one_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="7 more than once"):
        cities_from_file(_file(tmp_path, code=[7, 7]), name="name", population="people", country="XAA", id="code")


def test_cities_of_a_census_table_stand_where_their_territory_has_them(tmp_path: Path) -> None:
    corners = [(-75.7, 6.1), (-76.2, 6.6), (-60.0, 0.0)]  # around Medellín, around Abriaquí, forest
    shapes = [shapely.box(x, y, x + 0.4, y + 0.4) for x, y in corners]
    columns = {"territory_id": ["05001", "05004", "91001"], "territory_name": ["Medellín", "Abriaquí", "Selva"]}
    area = gpd.GeoDataFrame(columns, geometry=shapes, crs=STORAGE)
    table = tmp_path / "cabeceras.csv"
    lines = ["DPMP;Cabecera;Poblacion", "05001;MEDELLIN;2.533.424", "05001;Puerto Nuevo;12.000",
             "05004;Otro nombre;800", "91001;Selva;90", "99999;Lejos;1"]  # fmt: skip
    table.write_text("\n".join(lines), encoding="utf-8")
    options = {"territory": "DPMP", "name": "Cabecera", "population": "Poblacion", "country": "COL"}
    osm = _places(("Puerto Nuevo", None, -75.5, 6.4), ("Puerto Nuevo", None, -70.0, 5.0))
    cities, checks = seats_from_table(table, area, places=osm, **options)
    assert cities["population_persons"].tolist() == [2_533_424, 12_000, 800, 90]
    lonlat = shapely.get_coordinates(cities.geometry.to_numpy())
    np.testing.assert_allclose(lonlat[0], (-75.57, 6.245), atol=0.02)  # Medellín's centre
    assert lonlat[1].tolist() == [-75.5, 6.4]
    assert shapely.contains_xy(shapes[1], *lonlat[2])
    assert shapely.contains_xy(shapes[2], *lonlat[3])
    placed = checks[-1]
    assert (placed.status, [row["city"] for row in placed.rows]) == ("warn", ["Otro nombre", "Selva"])
    with pytest.raises(InputError, match="none of which is a territory's code"):
        seats_from_table(table, area.assign(territory_id=["a", "b", "c"]), **options)


def test_a_table_of_cities_may_have_a_title_and_a_heading_of_two_rows(tmp_path: Path) -> None:
    lines = ["Ciudades principales", "Ciudad;Lugar;;Censo", ";longitude;latitude;2018", "Ipiales;-77,64;0,83;1.100"]
    (tmp_path / "c.csv").write_text("\n".join([*lines, "Pasto;-77,28;1,21;400", ""]), encoding="utf-8")
    cities, _ = cities_from_file(
        tmp_path / "c.csv", name="Ciudad", population="Censo - 2018", longitude="Lugar - longitude",
        latitude="Lugar - latitude", country="COL", skip_rows=1, header_rows=2,
    )  # fmt: skip
    assert cities["population_persons"].tolist() == [1_100, 400]
    assert shapely.get_coordinates(cities.geometry.to_numpy()).tolist() == [[-77.64, 0.83], [-77.28, 1.21]]
