"""Columns, territories and cities for tests of maps."""

import geopandas as gpd
import numpy as np
import shapely

from comarca.registry.columns import Column


def column(name="time_min", *, kind="number", unit="min", better="lower", categories=None):
    return Column(
        name=name, family="some", title={"en": "A title & <more>", "es": "Un t\u00edtulo", "pt": "Um t\u00edtulo"},
        unit=unit, kind=kind, range=(None, None), better=better, definition="d", method="m", source="s", missing="x",
        layers=(), mapped=True, categories=categories or {},
    )  # fmt: skip


def grid(west, south, east, north, count):
    longitude, latitude = np.linspace(west, east, count + 1), np.linspace(south, north, count + 1)
    return [
        shapely.box(longitude[i], latitude[j], longitude[i + 1], latitude[j + 1])
        for i in range(count)
        for j in range(count)
    ]


def layer(shapes, parents=None):
    ids = [f"{place:03d}" for place in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"territory_id": ids, "territory_name": [f"T{name}" for name in ids], "parent_name": parents, "country": "XXX"},
        geometry=shapes,
        crs=4326,
    )


def settlements(*rows):
    names, people, longitude, latitude = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"city_name": names, "population_persons": people}, geometry=gpd.points_from_xy(longitude, latitude), crs=4326
    )
