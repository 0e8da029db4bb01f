import geopandas as gpd
import numpy as np
import pytest
import shapely

from comarca.errors import CRSError
from comarca.sources.cities.read import country_places
from comarca.sources.vectors.overlap import require_country, require_overlap
from comarca.sources.vectors.parcels import read_parcels

RNG = np.random.default_rng(3)


def territories(west=-58.0, south=-34.0):
    shapes = [shapely.box(west, south, west + 1, south + 1), shapely.box(west + 1, south, west + 2, south + 1)]
    return gpd.GeoDataFrame(
        {"territory_id": ["1", "2"], "territory_name": ["A", "B"], "country": "URY"}, geometry=shapes, crs=4326
    )


def points(west, south, *, spread=1.0, count=30):
    at = RNG.random((count, 2)) * spread
    return np.asarray(shapely.points(at[:, 0] + west, at[:, 1] + south), dtype=object)


def swapped(shapes):
    return np.asarray(shapely.transform(shapes, lambda at: at[:, ::-1]), dtype=object)


def test_a_layer_in_the_region_passes():
    (check,) = require_overlap(points(-58, -34), territories(), name="roads", reach_km=50)
    assert (check.status, check.value) == ("info", 30)


def test_swapped_axes_are_named():
    with pytest.raises(CRSError, match="Latitude and longitude look swapped"):
        require_overlap(swapped(points(-58, -34)), territories(), name="cities", reach_km=50)


def test_a_part_with_swapped_axes_is_told_by_its_names():
    shapes = np.concatenate([points(-58, -34), swapped(points(-58, -34, count=8))])
    _, check = require_overlap(shapes, territories(), name="cities", reach_km=50, ids=[f"c{at}" for at in range(38)])
    assert (check.name, check.status, check.value) == ("cities_swapped", "warn", 8)
    assert [row["feature"] for row in check.rows] == [f"c{at}" for at in range(30, 38)]
    assert check.rows[0]["longitude"] < -30
    (check,) = require_overlap(  # of all that lies elsewhere, little would lie in the region
        np.concatenate([shapes[:31], points(10, 50)]), territories(), name="cities", reach_km=50
    )
    assert check.name == "cities_overlap"


@pytest.mark.parametrize("zones", [-1, 1, 2])
def test_a_layer_drawn_in_another_zone_is_refused_with_the_shift(zones):
    far = points(-58 + 6 * zones, -34)
    with pytest.raises(CRSError, match=rf"Shifted by \{-6 * zones:+d} degrees"):
        require_overlap(far, territories(), name="roads", reach_km=50)


def test_a_few_features_far_away_are_told_and_many_are_another_countrys():
    (check,) = require_overlap(
        np.concatenate([points(-58, -34), points(10, 50, count=1)]), territories(), name="cities", reach_km=50
    )
    assert (check.status, check.value) == ("warn", 30)
    assert "1 lie more than ten times as far off" in check.message
    (check,) = require_overlap(
        np.concatenate([points(-58, -34), points(10, 50)]), territories(), name="cities", reach_km=50
    )
    assert check.status == "info"


def test_a_layer_of_another_place_is_refused_with_both_boxes():
    with pytest.raises(CRSError, match=r"longitude 10(\.\d+)? to .*another zone") as error:
        require_overlap(points(10, 50), territories(), name="services", reach_km=50)
    assert "longitude -58 to -56, latitude -34 to -33" in str(error.value)


def test_a_layer_within_ten_times_its_reach_is_warned_of():
    (check,) = require_overlap(points(-55, -34, spread=0.5), territories(), name="cities", reach_km=20)
    assert (check.status, check.value) == ("warn", 0)
    with pytest.raises(CRSError):
        require_overlap(points(-55, -34, spread=0.5), territories(), name="cities", reach_km=2)


def test_a_layer_that_covers_little_of_the_region_is_warned_of():
    (check,) = require_overlap(points(-58, -34, spread=0.05), territories(), name="parcels")
    assert check.status == "warn"
    assert "cover little" in check.message


def test_shapes_that_are_not_there_do_not_count():
    none = np.array([None, shapely.Point()], dtype=object)
    assert require_overlap(none, territories(), name="roads") == []
    (check,) = require_overlap(np.concatenate([none, points(-58, -34, count=3)]), territories(), name="roads")
    assert check.value == 3


def test_parcels_with_swapped_axes_are_refused_when_they_are_read(tmp_path):
    path = tmp_path / "parcels.gpkg"
    shapes = swapped(shapely.buffer(points(-58, -34), 0.01))
    gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=shapes, crs=4326).to_file(path)
    with pytest.raises(CRSError, match="look swapped"):
        read_parcels(str(path), territories())


def test_territories_outside_their_country_are_refused():
    uruguay = country_places("URY")
    assert len(uruguay) > 100
    require_country(territories(), uruguay, country="URY")
    require_country(territories(), country_places("XXA"), country="XXA")
    with pytest.raises(CRSError, match="look swapped"):
        require_country(territories(-34, -58), uruguay, country="URY")
    with pytest.raises(CRSError, match=r"places lie in longitude -5.*of another place"):
        require_country(territories(20, 40), uruguay, country="URY")


def test_dependencies_count_as_parts_of_their_state():
    require_country(territories(-66, 18), country_places("USA"), country="USA")  # Puerto Rico
    require_country(territories(-53, 4), country_places("FRA"), country="FRA")  # French Guiana


def test_a_territory_without_a_place_near_the_others_passes():
    fiji = country_places("FJI")
    across = territories(178, -19)
    require_country(across, fiji, country="FJI")
