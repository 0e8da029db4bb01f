"""The GeoPackage: territories with all columns, cities and roads, and styles that QGIS applies on opening."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import pyogrio

from comarca.publish.exports.qgis_styles import (
    Style,
    amount_style,
    category_style,
    city_style,
    graduated_style,
    road_style,
)
from comarca.publish.maps.files import classes_of
from comarca.publish.maps.theme import column_classes, is_amount
from comarca.publish.table import attach_geometry, opening_column
from comarca.publish.words import stored_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from comarca.publish.assembled import Assembled
    from comarca.publish.maps.classify import Classes
    from comarca.registry.columns import Column

logger = logging.getLogger(__name__)

#: Roads that go into the file; all of them are in ``layers/roads.parquet``.
ROAD_CLASSES: Final = tuple(
    name + link for name in ("motorway", "trunk", "primary", "secondary", "tertiary") for link in ("", "_link")
)
_ROAD_COLUMNS: Final = ("road_id", "road_class", "surface", "name", "ref")
_CITY_COLUMNS: Final = ("city_id", "city_name", "country", "population_persons")
#: GeoPackage asks for a time of last change. This one stands for none: the same table gives the same file.
NO_TIME: Final = "1980-01-01T00:00:00.000Z"
_GEOMETRY: Final = "geom"
#: Counter of changes, the count for which the size in the header holds, which has to be the same, and the version.
_HEADER: Final = {24: 1, 92: 1, 96: 3_000_000}
_SELECT_STYLES: Final = """
SELECT f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time
FROM layer_styles ORDER BY id"""
_INSERT_STYLE: Final = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
    styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# The table as QGIS creates and reads it.
_LAYER_STYLES: Final = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""
_DATA_COLUMNS: Final = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)"""
_CONSTRAINTS: Final = """
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
    max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
)"""
_EXTENSIONS: Final = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)"""


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.gpkg``."""
    write_geopackage(
        data.table,
        data.territories,
        data.columns,
        path,
        cities=_configured(data.layer("cities"), data.city_classes),
        roads=data.layer("roads"),
        classes=classes_of(data),
        language=data.language,
    )


def take_over(before: Path, path: Path) -> None:
    """Take the styles that users added or changed in QGIS into a file that is written anew.

    Parameters
    ----------
    before : pathlib.Path
        The file before, which is only read.
    path : pathlib.Path
        The new file. A style of the user's replaces ours of that name, and is the default if it was.
    """
    with closing(sqlite3.connect(before.resolve().as_uri() + "?mode=ro", uri=True)) as old:
        if not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'layer_styles'").fetchone():
            return
        rows = old.execute(_SELECT_STYLES).fetchall()
    with closing(sqlite3.connect(path)) as database:
        layers = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
        kept = [row for row in rows if row[0] in layers and not _is_ours(qml=row[3], owner=row[7], updated=row[8])]
        for layer, _, name, _, _, is_default, *_ in kept:
            database.execute("DELETE FROM layer_styles WHERE f_table_name = ? AND styleName = ?", (layer, name))
            if is_default:
                database.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = ?", (layer,))
        database.executemany(_INSERT_STYLE, kept)
        database.commit()
    _settle_header(path)
    logger.info("%s: %d styles of the user's were taken over", path.name, len(kept))


def _is_ours(*, qml: str | None, owner: str | None, updated: str | None) -> bool:
    """Tell an unchanged style of ours; one without owner and time was written before styles were marked."""
    return (not owner and updated == NO_TIME) or owner == _mark(qml or "")


def _configured(
    cities: gpd.GeoDataFrame | None, classes: Mapping[str, tuple[float, float | None]]
) -> gpd.GeoDataFrame | None:
    """Keep the cities of the configured classes: smaller ones are no destination of any column."""
    if cities is None or not classes:
        return cities
    return cities[cities["population_persons"] >= min(low for low, _ in classes.values())]


def write_geopackage(
    table: pd.DataFrame,
    territories: gpd.GeoDataFrame,
    columns: Sequence[Column],
    path: Path,
    *,
    cities: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    classes: Mapping[str, Classes | None] | None = None,
    default_column: str | None = None,
    language: str = "en",
) -> None:
    """Write the styled GeoPackage.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    columns : sequence of Column
        The registered columns.
    path : pathlib.Path
        Where to.
    cities, roads : geopandas.GeoDataFrame, optional
        Layers ``cities`` and ``roads``; roads of `ROAD_CLASSES` are written.
    classes : mapping, optional
        Column name -> the classes of its map; made of the table if not given.
    default_column : str, optional
        The column that colours the territories on opening; that of `comarca.publish.table.opening_column` if not given.
    language : str, optional
        Language of legends and field names: ``en``, ``es`` or ``pt``.

    Notes
    -----
    There is a style for each mapped column; in QGIS: Properties, Style, Load Style, From Datasource Database.
    """
    layers = {"territories": attach_geometry(table, territories).rename_geometry(_GEOMETRY)}
    if roads is not None:
        chosen = roads[roads["road_class"].isin(ROAD_CLASSES)]
        layers["roads"] = chosen[[*(name for name in _ROAD_COLUMNS if name in chosen), chosen.geometry.name]]
    if cities is not None:
        layers["cities"] = cities[[*_CITY_COLUMNS, cities.geometry.name]]
    with _fixed_time():
        for name, layer in layers.items():
            pyogrio.write_dataframe(
                layer.rename_geometry(_GEOMETRY) if layer.geometry.name != _GEOMETRY else layer,
                path,
                layer=name,
                driver="GPKG",
                append=name != "territories",
                promote_to_multi=name == "territories",
                layer_options={"GEOMETRY_NAME": _GEOMETRY, "FID": "fid"},
            )
    mapped = [column for column in columns if column.mapped and column.name in table]
    styles = [("territories", style) for style in _territory_styles(table, mapped, classes or {}, language)]
    styles += [
        (name, style(language)) for name, style in (("roads", road_style), ("cities", city_style)) if name in layers
    ]
    with closing(sqlite3.connect(path)) as database:
        _add_styles(database, styles, default_column or opening_column(mapped))
        _add_descriptions(database, [column for column in columns if column.name in table], language)
        database.commit()
    _settle_header(path)


def _settle_header(path: Path) -> None:
    """Take out of SQLite's header how often the file was changed and by which version of the library."""
    with path.open("r+b") as file:
        for offset, number in _HEADER.items():
            file.seek(offset)
            file.write(number.to_bytes(4, "big"))


def _territory_styles(
    table: pd.DataFrame, columns: Sequence[Column], classes: Mapping[str, Classes | None], language: str
) -> Iterator[Style]:
    for column in columns:
        values = table[column.name]
        if is_amount(column) and values.max() > 0:
            yield amount_style(column, values, language=language)
        elif column.kind == "number" and values.notna().any():
            yield graduated_style(
                column, values, classes.get(column.name) or column_classes(column, values), language=language
            )
        elif column.kind == "class" and values.notna().any():
            yield category_style(column, values, language=language)


@contextmanager
def _fixed_time() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": NO_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(database: sqlite3.Connection, styles: Sequence[tuple[str, Style]], default_column: str) -> None:
    database.execute(_LAYER_STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (NO_TIME,),
    )
    names = [style.name for layer, style in styles if layer == "territories"]
    chosen = default_column if default_column in names else (names[0] if names else "")
    rows = [
        (
            layer,
            _GEOMETRY,
            style.name,
            style.qml,
            style.sld,
            layer != "territories" or style.name == chosen,
            style.title,
            _mark(style.qml),
            NO_TIME,
        )
        for layer, style in styles
    ]
    database.executemany(_INSERT_STYLE, rows)


def _mark(qml: str) -> str:
    """Owner of a style of ours: it no longer fits once the style is changed."""
    return f"comarca {hashlib.sha256(qml.encode()).hexdigest()[:16]}"


def _add_descriptions(database: sqlite3.Connection, columns: Sequence[Column], language: str) -> None:
    """Give the fields their titles and units, by the GeoPackage Schema extension, which GDAL and QGIS read."""
    database.execute(_DATA_COLUMNS)
    database.execute(_EXTENSIONS)
    extension = "http://www.geopackage.org/spec121/#extension_schema"
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [("gpkg_data_columns", extension), ("gpkg_data_column_constraints", extension)],
    )
    database.execute(_CONSTRAINTS)
    used: set[str] = set()
    for column in columns:
        title = column.title[language]
        # Names have to be unique within a layer; titles need not be.
        name = title if title not in used else f"{title} [{column.name}]"
        used.add(name)
        unit = stored_unit(column, language)
        definition = column.text("definition", language) + (f" [{unit}]" if unit else "")
        database.execute(
            "INSERT INTO gpkg_data_columns VALUES ('territories', ?, ?, ?, ?, NULL, NULL)",
            (column.name, name, title, definition),
        )
