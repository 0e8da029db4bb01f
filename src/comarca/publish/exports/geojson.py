"""The territories with the mapped columns for web maps: simplified, small, in the order that RFC 7946 asks for."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from comarca.io import write_text
from comarca.publish.rounding import rounded
from comarca.publish.table import attach_geometry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

#: Size of the file, and the part of it that shapes may take.
MAX_BYTES: Final = 1_950_000
_MAX_SHAPE_BYTES: Final = 900_000
#: Digits of the coordinates; the fourth is about ten metres.
_DIGITS: Final = 4
_IDENTITY: Final = ("territory_id", "territory_name", "parent_name")
_log = logging.getLogger(__name__)


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.geojson``."""
    write_text(geojson(data.table, data.territories, data.columns), path)


def geojson(
    table: pd.DataFrame, territories: gpd.GeoDataFrame, columns: Sequence[Column], *, max_bytes: int = MAX_BYTES
) -> str:
    """Make the file.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    columns : sequence of Column
        The registered columns; those with ``mapped`` set become properties.
    max_bytes : int, optional
        Greatest size.

    Returns
    -------
    str
        A FeatureCollection. Borders are simplified as a coverage, so that neighbours stay neighbours, until the shapes
        take at most half of the room; mapped columns follow in the order of the table as long as they fit. Those that
        do not fit are named in ``left_out``.
    """
    shapes = _shapes(attach_geometry(table, territories).geometry.to_numpy(), max_bytes)
    shown = rounded(table, columns)
    mapped = [column.name for column in columns if column.mapped and column.name in shown]
    cells = {name: _cells(shown[name]) for name in (*_IDENTITY, *mapped)}
    room = max_bytes - sum(map(len, shapes)) - 100 * len(shapes)
    names = list(_IDENTITY)
    for name in mapped:
        room -= sum(len(name) + 4 + len(cell.encode()) for cell in cells[name])
        if room > 0:
            names.append(name)
    left_out = [name for name in mapped if name not in names]
    if left_out:
        _log.info("%d mapped columns do not fit into %d bytes: %s", len(left_out), max_bytes, ", ".join(left_out))
    rows = zip(*([f"{json.dumps(name)}:{cell}" for cell in cells[name]] for name in names), strict=True)
    features = [
        f'{{"type":"Feature","properties":{{{",".join(row)}}},"geometry":{shape}}}'
        for row, shape in zip(rows, shapes, strict=True)
    ]
    head = f'"type":"FeatureCollection","left_out":{json.dumps(left_out)}'
    return "".join([f'{{{head},"features":[\n', ",\n".join(features), "\n]}\n"])


def _shapes(geometry: NDArray[np.object_], max_bytes: int) -> list[str]:
    """Shapes as texts, at the finest level of detail that fits."""
    west, south, east, north = shapely.total_bounds(geometry)
    side = max(east - west, north - south)
    for step in range(12):
        simple = shapely.coverage_simplify(geometry, side / 4_000 * 1.6**step) if _is_coverage(geometry) else geometry
        texts = [_shape_text(shape) for shape in simple]
        if sum(map(len, texts)) <= min(_MAX_SHAPE_BYTES, max_bytes // 2):
            break
    return texts


def _is_coverage(geometry: NDArray[np.object_]) -> bool:
    return bool(shapely.is_valid(geometry).all())


def _shape_text(shape: shapely.Geometry) -> str:
    polygons = []
    for polygon in shapely.get_parts(shapely.orient_polygons(shape)):
        rings = [np.round(shapely.get_coordinates(ring), _DIGITS) for ring in shapely.get_rings(polygon)]
        kept = [ring[np.r_[True, (np.diff(ring, axis=0) != 0).any(axis=1)]] for ring in rings]
        full = [ring for ring in kept if len(ring) > 3]
        if full and len(kept[0]) > 3:
            polygons.append([[[_short(x), _short(y)] for x, y in ring] for ring in full])
    if not polygons:
        point = shapely.point_on_surface(shape)
        return json.dumps({"type": "Point", "coordinates": [_short(point.x), _short(point.y)]}, separators=(",", ":"))
    return json.dumps({"type": "MultiPolygon", "coordinates": polygons}, separators=(",", ":"))


def _short(value: float) -> float | int:
    number = round(float(value), _DIGITS)
    return int(number) if number.is_integer() else number


def _cells(values: pd.Series) -> list[str]:
    missing = values.isna()
    return [
        "null" if absent else json.dumps(_plain(value), ensure_ascii=False)
        for value, absent in zip(values, missing, strict=True)
    ]


def _plain(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain
