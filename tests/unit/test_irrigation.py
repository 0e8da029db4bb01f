"""Canals out of OpenStreetMap and out of a file, and their length over the farmland."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, territories
from shapely.geometry import LineString, Point, box

from comarca.config.region import Region
from comarca.crs import GEOD
from comarca.errors import InputError
from comarca.indicators import irrigation
from comarca.plan.layers import available_layers
from comarca.results import Flag
from comarca.sources.osm.read import OSM_LAYERS, read_osm
from comarca.sources.vectors.power_services import canals_from_file

PLACES = territories(*WEST_EAST)
#: From the middle of the west to the middle of the east, along the equator's first parallel.
LINE = LineString([(0.05, 0.05), (0.15, 0.05)])
KM = GEOD.line_length([0.05, 0.1], [0.05, 0.05]) / 1000


def canals(*lines):
    return gpd.GeoDataFrame({"canal_id": [str(n) for n in range(len(lines))], "canal_class": "canal"},
                            geometry=list(lines), crs=4326)  # fmt: skip


def run(root, layer, **layers):
    columns = columns_of(root, "irrigation", layers=["canals", "farmland"])
    return irrigation.compute(territories=PLACES, canals=layer, columns=columns, **layers)


def test_canals_are_cut_at_borders_and_set_over_farmland(root):
    rows = [("01", 2020, True, 2500.0), ("01", 2020, False, 9.0), ("01", 2010, True, 1.0), ("02", 2020, False, 5.0)]
    areas = pd.DataFrame(rows, columns=["territory_id", "year", "is_farmed", "area_ha"])
    result = run(root, canals(LINE), land_cover_areas=areas)
    assert result.values["irrigation_canal_length_km"].tolist() == pytest.approx([KM, KM])
    assert result.values.loc["01", "irrigation_canal_density_km_per_100km2"] == pytest.approx(100 * KM / 25)
    assert result.flags.loc["02", "irrigation_canal_density_km_per_100km2"] == Flag.ZERO_DENOMINATOR
    beyond = run(root, canals(LINE), land_cover_areas=areas[areas["territory_id"] == "01"])
    assert beyond.flags.loc["02", "irrigation_canal_density_km_per_100km2"] == Flag.OUTSIDE_RASTER
    none = run(root, canals(LineString([(5, 5), (6, 6)])), land_cover_areas=areas)
    assert (none.flags == Flag.NOT_MAPPED).all(axis=None)


def test_mapped_fields_are_the_farmland_where_there_is_no_land_cover(root):
    fields = gpd.GeoDataFrame({"land_use_id": ["1", "2"], "land_use": ["orchard", "forest"]},
                              geometry=[box(0, 0, 0.05, 0.1), box(0.1, 0, 0.2, 0.1)], crs=4326)  # fmt: skip
    name = "irrigation_canal_density_km_per_100km2"
    density = run(root, canals(LINE), land_use=fields, field_classes=["orchard"]).values[name]
    half_km2 = abs(GEOD.geometry_area_perimeter(box(0, 0, 0.05, 0.1))[0]) / 1e6
    assert density.tolist() == pytest.approx([100 * KM / half_km2, np.nan], rel=1e-3, nan_ok=True)
    few = fields.set_geometry([box(0, 0, 0.004, 0.1), box(0.1, 0, 0.2, 0.1)])
    result = run(root, canals(LINE), land_use=few, field_classes=["orchard"])
    assert result.flags[name].tolist() == [Flag.NOT_MAPPED, Flag.NOT_MAPPED]


def test_openstreetmap_tells_canals_of_fields_from_others(tmp_path):
    tags = [{"waterway": "canal"}, {"waterway": "canal", "usage": "transportation"}, {"waterway": "ditch"},
            {"waterway": "ditch", "usage": "irrigation"}, {"waterway": "river"}]  # fmt: skip
    nodes = "".join(f'<node id="{n}" lat="{n / 100}" lon="0"/>' for n in range(1, 7))
    ways = ""
    for n, each in enumerate(tags, start=1):
        written = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in each.items())
        ways += f'<way id="{n}"><nd ref="{n}"/><nd ref="{n + 1}"/>{written}</way>'
    path = tmp_path / "made.osm"
    path.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    layer = read_osm(path, ["canals"])["canals"]
    assert layer["canal_id"].tolist() == ["w1", "w4"]
    assert layer["canal_class"].tolist() == ["canal", "ditch"]
    assert "canals" not in OSM_LAYERS


def test_lines_of_a_file_are_canals_and_points_are_refused(tmp_path):
    path = tmp_path / "lines.gpkg"
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[LINE, LINE], crs=4326).to_file(path)
    layer, checks = canals_from_file(str(path))
    assert len(layer) == 1
    assert any(check.name == "canals_drawn_twice" for check in checks)
    spots = tmp_path / "spots.gpkg"
    gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=4326).to_file(spots)
    with pytest.raises(InputError, match="canals"):
        canals_from_file(str(spots))


def test_canals_are_off_unless_asked_for():
    assert "canals" not in available_layers(Region(country="LIE"))
    assert "canals" in available_layers(Region(country="LIE", canals="osm"))
