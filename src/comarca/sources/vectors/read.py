"""Read any vector file that a user gives, and say clearly what is wrong with it if something is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from comarca.crs import geodesic_area_km2, to_storage_crs
from comarca.errors import InputError, did_you_mean
from comarca.polygons import polygons_only, valid_areas
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from comarca.io import PathLike

#: Repairs that change the area of all shapes together by more than this share are worth a warning.
_AREA_CHANGE_SHARE: Final = 1e-6
_AREA_DIMENSION: Final = 2
_POLYGON_TYPES: Final = (3, 6)


def read_vector(
    path: PathLike, *, layer: str | None = None, columns: Sequence[str] = (), name: str = "layer"
) -> gpd.GeoDataFrame:
    """Read a layer of a vector file in EPSG:4326.

    Parameters
    ----------
    path : path-like
        GeoPackage, Shapefile, GeoJSON, GeoParquet, ... : whatever GDAL reads, or a Parquet file.
    layer : str, optional
        Layer in the file; may be left out if there is only one.
    columns : sequence of str, optional
        Columns that have to be there.
    name : str, optional
        What the layer is, for messages.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer as it stands in the file, with all its columns, reprojected if needed.

    Raises
    ------
    InputError
        If the file, the layer or a column is missing, the file is no vector file, or it has no rows.
    CRSError
        If the file does not say its CRS.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{name}: {path}", got="no such file", expected="a vector file", remedy=_nearby(path))
    frame = (
        _read_parquet(path, name) if path.suffix.lower() in {".parquet", ".geoparquet"} else _read(path, layer, name)
    )
    if frame.empty:
        raise InputError(f"{name}: {path}", got="no rows", expected="at least one feature")
    for column in columns:
        require_column(column, frame.columns, where=f"{name}: {path}")
    return to_storage_crs(frame, name=f"{name}: {path}")


def require_column(column: str, known: Iterable[str], *, where: str) -> None:
    """Refuse a column name that a table does not have.

    Parameters
    ----------
    column : str
        The name asked for.
    known : iterable of str
        The names there are.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        If it is not there.
    """
    known = [name for name in known if name != "geometry"]
    if column not in known:
        hint = did_you_mean(column, known)
        raise InputError(where, got=column, expected=f"one of the columns {', '.join(known)}", remedy=hint)


def as_code(values: pd.Series, *, where: str) -> pd.Series:
    """Read codes as text without harming them.

    Parameters
    ----------
    values : pandas.Series
        Texts keep their leading zeros; whole numbers, also those stored as floats, lose their ``.0``.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of str
        Same index; null where the value is null or blank.

    Raises
    ------
    InputError
        If a number has a fraction or is too large to be exact.
    """
    if pd.api.types.is_float_dtype(values):
        inexact = values.notna() & ((values % 1 != 0) | (values.abs() > 2**53))
        if inexact.any():
            raise InputError(where, got=values[inexact].iloc[0], expected="whole numbers or text as codes")
        values = values.astype("Int64")
    text = values.astype("str").where(values.notna()).str.strip()
    return text.where(text != "").astype("str")


def repair_polygons(layer: gpd.GeoDataFrame, *, ids: pd.Series, name: str) -> tuple[gpd.GeoDataFrame, Check]:
    """Repair polygons that cross themselves, and say by how much their area changed.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        (Multi)Polygons, EPSG:4326.
    ids : pandas.Series of str
        How to name the rows in messages; same index.
    name : str
        What the layer is, for messages.

    Returns
    -------
    repaired : geopandas.GeoDataFrame
        Valid (Multi)Polygons.
    check : Check
        How many were repaired, their area before and after.

    Raises
    ------
    InputError
        If a geometry is missing, empty, not a polygon, or has no area left after the repair.
    """
    shapes = layer.geometry.to_numpy()
    _refuse(shapely.is_missing(shapes) | shapely.is_empty(shapes), ids, name, got="an empty geometry")
    shapes = shapely.force_2d(shapes)
    _refuse(~np.isin(shapely.get_type_id(shapes), _POLYGON_TYPES), ids, name, got="a geometry that is no polygon")
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    before = geodesic_area_km2(shapes[broken])
    reason = shapely.is_valid_reason(shapes[broken])
    shapes[broken] = polygons_only(valid_areas(shapes[broken]))
    _refuse(shapely.is_empty(shapes) | ~shapely.is_valid(shapes), ids, name, got="a shape that cannot be repaired")
    after = geodesic_area_km2(shapes[broken])
    rows = [
        {"id": str(ids.iloc[row]), "reason": str(why), "area_before_km2": float(old), "area_after_km2": float(new)}
        for row, why, old, new in zip(broken, reason, before, after, strict=True)
    ]
    changed = float(np.abs(after - before).sum())
    check = Check(
        name=f"{name}_repaired",
        status="warn" if len(broken) and changed > _AREA_CHANGE_SHARE * after.sum() else "pass",
        value=changed,
        threshold=f"area changed by less than {_AREA_CHANGE_SHARE:g} of the repaired shapes",
        message=f"{len(broken)} of {len(layer)} shapes of {name} crossed themselves and were repaired;"
        f" that changed {changed:.6g} km2.",
        rows=rows,
    )
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs)), check


def _read(path: Path, layer: str | None, name: str) -> gpd.GeoDataFrame:
    try:
        layers = [str(entry[0]) for entry in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            f"{name}: {path}", got="a file that GDAL cannot open", expected="a vector file", remedy=str(error)
        ) from error
    if layer is not None and layer not in layers:
        hint = did_you_mean(layer, layers)
        raise InputError(f"{name}: {path}", got=layer, expected=f"one of the layers {', '.join(layers)}", remedy=hint)
    if layer is None and len(layers) > 1:
        expected = f"the name of one of its layers: {', '.join(layers)}"
        raise InputError(f"{name}: {path}", got="no layer", expected=expected, remedy="Set the key `layer`.")
    frame = pyogrio.read_dataframe(path, layer=layer or layers[0])
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{name}: {path}", got="a table without geometry", expected="a layer with geometry")
    return frame


def _read_parquet(path: Path, name: str) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{name}: {path}", got=str(error), expected="a GeoParquet file") from error


def _refuse(bad: NDArray[np.bool_], ids: pd.Series, name: str, *, got: str) -> None:
    if bad.any():
        rows = ", ".join(str(ids.iloc[row]) for row in np.flatnonzero(bad)[:5])
        raise InputError(f"{name}, {int(bad.sum())} row(s): {rows}", got=got, expected="a polygon with an area")


def _nearby(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"The folder {folder} does not exist either."
    return did_you_mean(path.name, [entry.name for entry in folder.iterdir()])
