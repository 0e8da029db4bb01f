"""Strict models of the canonical layers, one line of description per column.

Every layer with a geometry is stored in EPSG:4326, sorted by its first column; none has extra columns. Text that is not
known is null; numbers that are not known are NaN. A harmonise step that cannot meet its schema stops with a message.
"""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import pandas as pd

from comarca.crs import STORAGE, require_storage_crs
from comarca.errors import InputError
from comarca.layers.schema import Column, Schema, faults


def _text(description: str, *, nullable: bool = True, unique: bool = False, values: tuple[str, ...] = ()) -> Column:
    return Column("text", description, nullable=nullable, unique=unique, values=values)


def _number(description: str, *, low: float | None = None, high: float | None = None, nullable: bool = True) -> Column:
    return Column("number", description, nullable=nullable, low=low, high=high)


def _whole(description: str) -> Column:
    return Column("whole", description, nullable=False, low=0)


def _boolean(description: str) -> Column:
    return Column("boolean", description, nullable=False)


def _geometry(*types: str) -> Column:
    return Column("geometry", f"{' or '.join(types)}, EPSG:4326", nullable=False, values=types)


AREA: Final = ("Polygon", "MultiPolygon")

TERRITORIES: Final = Schema(
    "territories",
    {
        "territory_id": _text("Code of the territory, as text: leading zeros count", nullable=False, unique=True),
        "territory_name": _text("Name; not unique", nullable=False),
        "parent_name": _text("Name of the unit one level up"),
        "country": _text("ISO 3166-1 alpha-3 code", nullable=False),
        "geometry": _geometry(*AREA),
    },
)

CITIES: Final = Schema(
    "cities",
    {
        "city_id": _text("Identifier in the source, as text", nullable=False, unique=True),
        "city_name": _text("Name", nullable=False),
        "country": _text("ISO 3166-1 alpha-3 code of the country it lies in"),
        "population_persons": _number("Inhabitants; NaN if not known", low=0),
        "osm_id": _text("OSM place that it was joined to, such as n123"),
        "geometry": _geometry("Point", *AREA),
    },
)

#: Tags of a road that speeds, surfaces and passability need.
ROAD_TAGS: Final = (
    "surface", "smoothness", "tracktype", "maxspeed", "oneway", "junction", "access", "motor_vehicle", "motorcar",
    "duration", "seasonal",
    "ford", "four_wd_only", "maxspeed_practical", "bridge", "tunnel", "lanes", "toll", "ref", "name",
)  # fmt: skip

#: OSM keys of columns that are named otherwise.
OSM_KEYS: Final = {"four_wd_only": "4wd_only", "maxspeed_practical": "maxspeed:practical"}

ROADS: Final = Schema(
    "roads",
    {
        "road_id": _text("Identifier of the way in the source, such as w123", nullable=False, unique=True),
        "road_class": _text("OSM highway value, or 'ferry'", nullable=False),
        **{tag: _text(f"Value of the tag {OSM_KEYS.get(tag, tag)}") for tag in ROAD_TAGS},
        "grade_separated": _text(
            "Vertices that share their place with another node they are not joined to: 'index:node index:node'"
        ),
        "geometry": _geometry("LineString"),
    },
)

POWER: Final = Schema(
    "power",
    {
        "power_id": _text("Identifier in the source", nullable=False, unique=True),
        "power_class": _text("Kind of line", nullable=False, values=("line", "minor_line", "cable")),
        "voltage": _text("Value of the tag voltage"),
        "geometry": _geometry("LineString", "MultiLineString"),
    },
)

CANALS: Final = Schema(
    "canals",
    {
        "canal_id": _text("Identifier in the source, such as w123", nullable=False, unique=True),
        "canal_class": _text("canal or ditch", nullable=False, values=("canal", "ditch")),
        "geometry": _geometry("LineString", "MultiLineString"),
    },
)

SERVICES: Final = Schema(
    "services",
    {
        "service_id": _text("Identifier in the source, such as n123, w123, r123", nullable=False, unique=True),
        "kind": _text("Kind of service: school, hospital, bank, ...", nullable=False),
        "name": _text("Name"),
        "geometry": _geometry("Point"),
    },
)

ECONOMY: Final = Schema(
    "economy",
    {
        "economy_id": _text("Identifier in the source, such as n123, w123, r123", nullable=False, unique=True),
        "sector": _text("Sector of the establishment: shop, office, craft, industry, tourism, service", nullable=False),
        "category": _text("What it is within the sector: bakery, hotel, sawmill, ...", nullable=False),
        "name": _text("Name"),
        "brand": _text("Value of the tag brand"),
        "geometry": _geometry("Point"),
    },
)

LAND_USE: Final = Schema(
    "land_use",
    {
        "land_use_id": _text("Identifier in the source, such as w123, r123", nullable=False, unique=True),
        "land_use": _text("OSM landuse value, or natural=* for natural cover", nullable=False),
        "geometry": _geometry(*AREA),
    },
)

#: Value of ``land_use`` of lakes and wide rivers.
WATER: Final = "natural=water"

PLACES: Final = Schema(
    "places",
    {
        "place_id": _text("Identifier in the source, such as n123", nullable=False, unique=True),
        "place": _text("OSM place value: city, town, village, hamlet, ...", nullable=False),
        "name": _text("Name"),
        "population_persons": _number("Value of the tag population", low=0),
        "geometry": _geometry("Point"),
    },
)

BUILDINGS: Final = Schema(
    "buildings",
    {
        "building_id": _text("Identifier in the source, such as w123, r123", nullable=False, unique=True),
        "building": _text("Value of the tag building", nullable=False),
        "levels": _number("Storeys above ground", low=0),
        "footprint_m2": _number("Area on the ground", low=0, nullable=False),
        "geometry": _geometry("Point"),
    },
)

BOUNDARIES: Final = Schema(
    "boundaries",
    {
        "boundary_id": _text("Identifier in the source, such as r123", nullable=False, unique=True),
        "admin_level": _text("OSM admin_level", nullable=False),
        "name": _text("Name"),
        "iso_code": _text("ISO 3166-1 alpha-2 code, upper case, for countries"),
        "subdivision_code": _text("ISO 3166-2 code, or else the tag ref"),
        "geometry": _geometry(*AREA),
    },
)

#: Inhabitants of places spread over their buildings.
SETTLEMENTS: Final = Schema(
    "settlements",
    {
        "population_id": _text("Identifier: the building, place or cell", nullable=False, unique=True),
        "population_persons": _number("Inhabitants", low=0, nullable=False),
        "geometry": _geometry("Point"),
    },
)

#: Where people are, for access: one row per demand cell and territory.
DEMAND: Final = Schema(
    "demand",
    {
        "demand_id": _text("Identifier, unique", nullable=False, unique=True),
        "territory_id": _text("Territory that the people belong to", nullable=False),
        "population_persons": _number("Inhabitants; missing throughout where no population is known", low=0),
        "area_km2": _number("Area that stands for people where no population is known, else missing", low=0),
        "geometry": _geometry("Point"),
    },
)

LAND_COVER_PATCHES: Final = Schema(
    "land_cover_patches",
    {
        "patch_id": _whole("Number of the patch in its raster"),
        "territory_id": _text("Territory that the piece lies in", nullable=False),
        "year": _whole("Year of the raster; 0 if not known"),
        "area_ha": _number("Area of the piece", low=0, nullable=False),
        "patch_area_ha": _number("Area of the whole patch", low=0, nullable=False),
        "is_main": _boolean("Whether this is the largest piece of its patch"),
    },
)

LAND_COVER_AREAS: Final = Schema(
    "land_cover_areas",
    {
        "territory_id": _text("Territory", nullable=False),
        "year": _whole("Year of the raster; 0 if not known"),
        "class_code": _whole("Code of the class in the raster"),
        "class_name": _text("Its name; empty if the legend lacks the code", nullable=True),
        "is_farmed": _boolean("Whether the class is farmland"),
        "is_natural": _boolean("Whether it is natural cover"),
        "is_built_up": _boolean("Whether it is built up"),
        "is_water": _boolean("Whether it is water"),
        "area_ha": _number("Area of the class in the territory", low=0, nullable=False),
        "edge_m": _number("Length of the edge between the class and others", low=0, nullable=False),
    },
)

TERRITORY_LIGHTS: Final = Schema(
    "territory_lights",
    {
        "territory_id": _text("Territory", nullable=False),
        "year": _whole("Year of the raster; 0 if not known"),
        "light": _number("Sum of the light; NaN where the raster has no data"),
    },
)

DEMAND_LIGHTS: Final = Schema(
    "demand_lights",
    {"light": _number("Light of the cell that the place lies in; NaN where the raster has no data")},
    index=("demand_id", _text("Identifier of the place", nullable=False, unique=True)),
)

CONNECTORS: Final = Schema(
    "connectors",
    {
        "kind": _text("gap, component, city or foot", nullable=False, values=("gap", "component", "city", "foot")),
        "name": _text("City, or people of the component, that it joins"),
        "length_km": _number("Length, straight", low=0, nullable=False),
        "minutes": _number("Time over it", low=0, nullable=False),
        "geometry": _geometry("LineString"),
    },
)

LAYERS: Final = {
    schema.name: schema
    for schema in (
        TERRITORIES, CITIES, ROADS, POWER, CANALS, SERVICES, ECONOMY, LAND_USE, PLACES, BUILDINGS, BOUNDARIES,
        SETTLEMENTS, DEMAND, CONNECTORS, LAND_COVER_PATCHES, LAND_COVER_AREAS, TERRITORY_LIGHTS, DEMAND_LIGHTS,
    )
}  # fmt: skip


def empty_layer(name: str) -> Any:
    """Make a layer without rows.

    Parameters
    ----------
    name : str
        A key of `LAYERS`.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        Its columns with their types; EPSG:4326 if it has a geometry.
    """
    schema = LAYERS[name]
    columns = {column: pd.Series(dtype=part.dtype) for column, part in schema.columns.items() if column != "geometry"}
    if "geometry" in schema.columns:
        return validate_layer(gpd.GeoDataFrame(columns, geometry=[], crs=STORAGE), name)
    index = None if schema.index is None else pd.Index([], dtype="str", name=schema.index[0])
    return validate_layer(pd.DataFrame(columns, index=index), name)


def validate_layer(layer: Any, name: str) -> Any:
    """Check a layer against its schema.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame or pandas.DataFrame
        The layer.
    name : str
        A key of `LAYERS`.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        The same layer; one with a geometry sorted by its first column, with a fresh index.

    Raises
    ------
    InputError
        If a column is missing, unknown, of the wrong type, or a value is not allowed; the message names the first
        few offending rows.
    CRSError
        If the CRS is not EPSG:4326.
    """
    schema = LAYERS[name]
    if "geometry" in schema.columns:
        require_storage_crs(layer, name=f"layer {name}")
    if found := faults(layer, schema):
        first = found[0]
        raise InputError(
            f"layer {name}, column {first.column}" + (f", row {first.row}" if first.row is not None else ""),
            got=first.got,
            expected=first.expected,
            remedy=f"{len(found)} such case(s) in all.",
        )
    if "geometry" not in schema.columns:
        return layer
    return layer.sort_values(next(iter(schema.columns)), kind="stable", ignore_index=True)
