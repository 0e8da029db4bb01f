"""Power lines and services from a user's own files, and what all such files have in common."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError, did_you_mean
from comarca.results import Check
from comarca.schemas import validate_layer
from comarca.sources.names import fold_name
from comarca.sources.tables import decimal_of, parse_numbers, read_text_table
from comarca.sources.vectors import as_code, read_vector, require_column
from comarca.sources.words import POWER_WORDS, SERVICE_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from comarca.io import PathLike

logger = logging.getLogger(__name__)

#: What a class or kind is mapped to in the configuration to leave its rows out.
LEFT_OUT: Final = "none"
_TABLES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
_LONGITUDE: Final = ("longitude", "lon", "long", "lng", "longitud")
_LATITUDE: Final = ("latitude", "lat", "latitud")
_LINES: Final = ("LineString", "LinearRing", "MultiLineString")
_SPOTS: Final = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
_LISTED: Final = 30
#: Voltages below this are taken as kilovolts.
_LOWEST_VOLT: Final = 1_000.0


def power_from_file(
    path: PathLike,
    *,
    layer: str | None = None,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    power_class: str | None = None,
    classes: Mapping[str, str] | None = None,
    voltage: str | None = None,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the power lines from a vector file of lines.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS.
    layer : str, optional
        Layer in the file, if it has several.
    id : str, optional
        Column with a code; without it, the rows are numbered.
    power_class : str, optional
        Column with the kind of line; without it, all are of class ``line``.
    classes : mapping, optional
        The file's words -> ``line``, ``minor_line`` or ``cable``, or ``none`` to leave rows out.
    voltage : str, optional
        Column with the voltage in volts or kilovolts: numbers below 1,000 are kilovolts.

    Returns
    -------
    power : geopandas.GeoDataFrame
        Schema `POWER`.
    checks : list of Check
        Rows left out; words for the kind that were not understood, whose rows are taken as ``line``.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, the geometries are no lines, or a class is mapped to an unknown one.
    CRSError
        If the file does not say its CRS.
    """
    where = f"power: {path}"
    columns = [column for column in (id, power_class, voltage) if column is not None]
    raw = read_vector(path, layer=layer, columns=columns, name="power")
    raw, checks = with_shapes(raw, _LINES, name="power", where=where)
    check_targets(classes or {}, known=POWER_WORDS.values(), where="power.classes")
    kind = pd.Series("line", index=raw.index, dtype="str")
    if power_class is not None:
        words = as_code(raw[power_class], where=f"{where}, column {power_class}")
        found = translate(words, classes or {}, POWER_WORDS)
        checks.append(
            unknown_words(words[found.isna()], "power_class_unknown", "kinds of power line were not understood",
                          "they are taken as transmission lines (class line)", known=POWER_WORDS)
        )  # fmt: skip
        kind = found.fillna("line")
    power = gpd.GeoDataFrame(
        {
            "power_id": row_ids(raw, id, where=where),
            "power_class": kind,
            "voltage": None if voltage is None else _volts(as_code_text(raw[voltage])),
        },
        geometry=raw.geometry,
        crs=STORAGE,
    ).astype({"voltage": "str"})
    power, left = without_left_out(power, "power_class", name="power", where=where)
    return validate_layer(power, "power"), [*checks, left]


def services_from_file(
    path: PathLike,
    *,
    layer: str | None = None,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    kind: str | None = None,
    default_kind: str | None = None,
    kinds: Mapping[str, str] | None = None,
    name: str | None = None,
    longitude: str | None = None,
    latitude: str | None = None,
    known_kinds: Collection[str] = (),
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the services from a vector file of points or polygons, or from a table with coordinates.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS; or a CSV or XLSX table with longitude and latitude in degrees (WGS84).
    layer : str, optional
        Layer in the file, if it has several; sheet of a workbook.
    id : str, optional
        Column with a code; without it, the rows are numbered.
    kind : str, optional
        Column with the kind of service.
    default_kind : str, optional
        Kind of the rows that have none, or of all rows if the file has no such column.
    kinds : mapping, optional
        The file's words -> our kinds, or ``none`` to leave rows out; before the words known by themselves.
    name : str, optional
        Column with the name.
    longitude, latitude : str, optional
        Columns of a table; found by their usual names if not given.
    known_kinds : collection of str, optional
        Kinds that the region counts; others are reported. If not given: those that OSM is read for.

    Returns
    -------
    services : geopandas.GeoDataFrame
        Schema `SERVICES`; a polygon is a point on its surface.
    checks : list of Check
        Rows left out; kinds that nobody counts.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, no kind is known, a coordinate is no number or out of range, or the
        geometries are neither points nor polygons.
    CRSError
        If a vector file does not say its CRS.
    """
    where = f"services: {path}"
    if kind is None and default_kind is None:
        raise InputError(
            where, got="neither `kind` nor `default_kind`", expected="a kind for every service",
            remedy="Name the column as services.kind, or set services.default_kind, for instance to school.",
        )  # fmt: skip
    if Path(path).suffix.lower() in _TABLES:
        raw, checks = _points_of_table(path, layer, longitude, latitude, where=where)
    else:
        raw, checks = with_shapes(read_vector(path, layer=layer, name="services"), _SPOTS, name="services", where=where)
    for column in (id, kind, name):
        if column is not None:
            require_column(column, raw.columns, where=where)
    words = pd.Series(None, index=raw.index, dtype="str")
    if kind is not None:
        words = as_code(raw[kind], where=f"{where}, column {kind}")
    found, said = _kinds(words, kinds or {}, default_kind, set(known_kinds) or set(SERVICE_WORDS.values()), where)
    services = gpd.GeoDataFrame(
        {
            "service_id": row_ids(raw, id, where=where),
            "kind": found,
            "name": None if name is None else as_code_text(raw[name]),
        },
        geometry=_as_points(raw.geometry.to_numpy()),
        crs=STORAGE,
    ).astype({"name": "str"})
    services, left = without_left_out(services, "kind", name="services", where=where)
    return validate_layer(services, "services"), [*checks, said, left]
