"""Read any vector file that a user gives, and say clearly what is wrong with it if something is.

One reader for every section of the configuration: paths, layers, encoding, coordinate system, rows, geometry types.
"""

from __future__ import annotations

import json
import logging
import re
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely
import shapely.errors
from pyogrio._err import CPLE_BaseError
from pyproj.exceptions import ProjError

from comarca.crs import STORAGE, crs_checks, geodesic_area_km2, parse_crs, require_known_crs
from comarca.errors import CRSError, InputError, did_you_mean
from comarca.guards.gdal import refuse_virtual, require_driver
from comarca.polygons import polygons_only, valid_areas
from comarca.results import Check
from comarca.sources.datasets import (
    archive_of,
    folder_members,
    is_folder_format,
    paths_of,
    require_data_set,
    vector_members,
)
from comarca.sources.names import same_form, visible
from comarca.sources.rows import Where, choose_rows
from comarca.sources.texts import mojibake_check
from comarca.sources.vectors.encoding import shapefile_encoding
from comarca.sources.vectors.geojson import named_crs
from comarca.sources.vectors.soundness import Policy, sound_shapes
from comarca.sources.vectors.surfaces import plain_surfaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from comarca.io import PathLike

logger = logging.getLogger(__name__)

#: Repairs that change the area of all shapes together by more than this share are worth a warning.
_AREA_CHANGE_SHARE: Final = 1e-6
_AREA_DIMENSION: Final = 2
#: The place in what GEOS says of a broken shape, in more digits than anyone needs.
_DECIMALS: Final = re.compile(r"-?\d+\.\d{6,}")
_POLYGON_TYPES: Final = (3, 6)
_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_GEOJSON: Final = frozenset({".geojson", ".json"})
#: Formats of which GDAL reads the whole file to tell its format.
_READ_WHOLE: Final = frozenset({".geojson", ".json", ".topojson", ".geojsonl", ".kml", ".kmz", ".gml"})
#: Formats whose layers are folders of one data set.
_FOLDERS_AS_LAYERS: Final = frozenset({".kml", ".kmz"})
_DEGREES: Final = np.array([180.0, 90.0, 180.0, 90.0])
_NESTED: Final = (dict, list, tuple, np.ndarray)
#: What damaged files raise.
_DAMAGE: Final = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, CPLE_BaseError, ProjError,
    shapely.errors.ShapelyError, pa.ArrowException, struct.error, ValueError, OverflowError, OSError, TypeError,
    AttributeError,
)  # fmt: skip
_TOLD: Final = 300
#: A vertex at 0, 0 that is farther than this from all others of its shape stands for a place that is not known.
_FAR_DEG: Final = 5.0
_DEGREE_M: Final = 111_000.0
_LIMITS: Final = np.array([-180.0, -90.0, 180.0, 90.0]) * (1 + 1e-9)


class VectorOptions(TypedDict, total=False):
    """What a section says of its vector file beside the path.

    ``layer`` (name of the layer, or names of several that are read as one), ``encoding`` (of a shapefile's texts),
    ``where`` (rows to keep, see `comarca.sources.rows.choose_rows`), ``crs`` (coordinate system, where the file does
    not say it or says a wrong one) and ``broken_shapes`` (see `sound_shapes`). Of tables in place of
    vector files also ``skip_rows`` and ``header_rows``.
    """

    layer: str | Sequence[str] | None
    encoding: str | None
    where: Where | None
    crs: str | None
    broken_shapes: Policy
    skip_rows: int
    header_rows: int


@dataclass(frozen=True)
class _Source:
    """One layer of one data set, as GDAL opens it."""

    path: str
    layer: str | None
    where: str

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix.lower()


def options_of(source: Mapping[str, Any]) -> VectorOptions:
    """Take the keys of a vector file out of a section of the configuration.

    Parameters
    ----------
    source : mapping
        The section.

    Returns
    -------
    VectorOptions
        Those that are set.
    """
    return cast("VectorOptions", {key: source[key] for key in VectorOptions.__annotations__ if source.get(key)})


def read_vector(
    path: PathLike | Sequence[str],
    *,
    columns: Sequence[str] = (),
    name: str = "layer",
    **options: Unpack[VectorOptions],
) -> gpd.GeoDataFrame:
    """Read a layer of a vector file in EPSG:4326.

    Parameters
    ----------
    path, columns, name, **options
        As for `open_vector`.

    Returns
    -------
    geopandas.GeoDataFrame
        As from `open_vector`, without its checks.
    """
    return open_vector(path, columns=columns, name=name, **options)[0]


def open_vector(
    path: PathLike | Sequence[str],
    *,
    columns: Sequence[str] = (),
    name: str = "layer",
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read a layer of a vector file, or several as one, in EPSG:4326.

    Parameters
    ----------
    path : path-like or sequence of str
        GeoPackage, Shapefile, GeoJSON, GeoParquet, file geodatabase, ... : whatever GDAL reads, or a Parquet file; also
        a zip file with one of them at any depth, a path inside it, a folder with one, or several of all these.
    columns : sequence of str, optional
        Columns that have to be there.
    name : str, optional
        What the layer is, for messages.
    **options
        See `VectorOptions`.

    Returns
    -------
    layer : geopandas.GeoDataFrame
        The rows asked for, with all columns, in two dimensions, on a fresh index. Columns asked for stand under the
        name asked for. Shapes with coordinates that are no numbers, or with a lone vertex at 0, 0, are missing.
    checks : list of Check
        Encoding, coordinate system, rows left out.

    Raises
    ------
    InputError
        If the file, the layer or a column is missing, the file is no vector file, it has no rows, coordinates are
        no longitudes and latitudes, or shapes are refused that cannot be used.
    CRSError
        If the file does not say its CRS, or one that has no known relation to others.

    Notes
    -----
    Heights and measures are dropped before anything else, as a height that is no number would spoil the place.
    """
    where = _where(path, name)
    parts: list[gpd.GeoDataFrame] = []
    checks: list[Check] = []
    for source in _sources(path, options, name):
        part, remarks = _read_source(source, options)
        parts.append(_with_columns(part, columns, source.where))
        checks += remarks
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE) if len(parts) > 1 else parts[0]
    if frame.empty:
        raise InputError(where, got="no rows", expected="at least one feature")
    kept, left_out = choose_rows(frame, options.get("where"), where=where)
    logger.info("%s: %d of %d rows from %d layer(s)", where, len(kept), len(frame), len(parts))
    kept, unsound = sound_shapes(kept, options.get("broken_shapes"), where=where)
    notes = [*checks, *left_out, *unsound, *mojibake_check(kept, where)]
    return kept.reset_index(drop=True), [_named(check, name) for check in notes]


def read_fields(path: PathLike | Sequence[str], *, name: str, **options: Unpack[VectorOptions]) -> list[str]:
    """Look at a vector file without reading its rows.

    Parameters
    ----------
    path, name, **options
        As for `open_vector`.

    Returns
    -------
    list of str
        Names of the columns that all layers asked for have.

    Raises
    ------
    InputError, CRSError
        What `open_vector` would say of files, layers, coordinate system and extent.
    """
    fields: list[list[str]] = []
    for source in _sources(path, options, name):
        if source.suffix in _PARQUET:
            with _told(source.where):
                fields.append(list(pd.read_parquet(source.path).columns))  # the schema does not tell the geometry
            continue
        with _told(source.where):
            info = pyogrio.read_info(source.path, layer=source.layer)
        crs = _crs(source, info["crs"], options.get("crs"))
        _require_extent(info.get("total_bounds"), crs, source.where)
        fields.append([str(field) for field in info["fields"]])
    return [field for field in fields[0] if all(field in others for others in fields)]


def read_column(
    path: PathLike | Sequence[str], column: str, *, name: str, **options: Unpack[VectorOptions]
) -> pd.Series:
    """Read one column of a vector file without its shapes, all rows of all layers asked for.

    Parameters
    ----------
    path, name, **options
        As for `open_vector`.
    column : str
        The column.

    Returns
    -------
    pandas.Series
        Its values as they are stored.

    Raises
    ------
    InputError
        What `open_vector` would say of files, layers and columns.
    """
    parts: list[pd.Series] = []
    for source in _sources(path, options, name):
        encoding = options.get("encoding")
        if encoding is None and source.suffix == ".shp":
            encoding, _ = shapefile_encoding(source.path)
        with _told(source.where):
            frame = (
                pd.read_parquet(source.path)
                if source.suffix in _PARQUET
                else pyogrio.read_dataframe(source.path, layer=source.layer, read_geometry=False, encoding=encoding)
            )
        theirs = {same_form(str(label)): label for label in frame.columns}
        require_column(same_form(column), theirs, where=source.where)
        parts.append(frame[theirs[same_form(column)]])
    return pd.concat(parts, ignore_index=True)


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
        Texts keep their leading zeros, and lose characters that are not seen; whole numbers, also those stored as
        floats, lose their ``.0``.
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
    text = values.astype("str").where(values.notna()).map(visible, na_action="ignore").astype("str")
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
    shapes, _ = parts_of(layer.geometry.to_numpy(), _AREA_DIMENSION)
    void = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    _refuse(void, ids, name, got="an empty geometry, or one with a vertex that is no place")
    shapes = shapely.force_2d(shapes)
    _refuse(~np.isin(shapely.get_type_id(shapes), _POLYGON_TYPES), ids, name, got="a geometry that is no polygon")
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    before = geodesic_area_km2(shapes[broken])
    reason = [
        _DECIMALS.sub(lambda place: f"{float(place[0]):.5f}", why) for why in shapely.is_valid_reason(shapes[broken])
    ]
    shapes[broken] = polygons_only(valid_areas(shapes[broken]))
    _refuse(shapely.is_empty(shapes) | ~shapely.is_valid(shapes), ids, name, got="a shape that cannot be repaired")
    after = geodesic_area_km2(shapes[broken])
    rows = [
        {"id": str(ids.iloc[row]), "reason": why, "area_before_km2": float(old), "area_after_km2": float(new)}
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


def parts_of(shapes: NDArray[np.object_], dimension: int) -> tuple[NDArray[np.object_], int]:
    """Take of each collection the parts of one dimension: polygons with their label point are polygons.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries, shape (n,)
        Of any type.
    dimension : int
        0 for points, 1 for lines, 2 for polygons.

    Returns
    -------
    parts : numpy.ndarray of shapely geometries, shape (n,)
        Shapes that are no collection as they came; of collections a multi-part shape, empty if nothing is left.
    count : int
        How many collections there were.
    """
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if not mixed.any():
        return shapes, 0
    pieces, owner = shapes[mixed], np.arange(int(mixed.sum()))
    while (shapely.get_type_id(pieces) >= shapely.GeometryType.MULTIPOINT).any():
        pieces, inner = shapely.get_parts(pieces, return_index=True)
        owner = owner[inner]
    fits = shapely.get_dimensions(pieces) == dimension
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    empty = np.full(
        int(mixed.sum()), (shapely.MultiPoint(), shapely.MultiLineString(), shapely.MultiPolygon())[dimension]
    )
    parts = shapes.copy()
    parts[mixed] = make(pieces[fits], indices=owner[fits], out=empty)
    return parts, int(mixed.sum())


def _named(check: Check, name: str) -> Check:
    return Check(f"{name}_{check.name}", check.status, check.value, check.threshold, check.message, check.rows)


def _where(path: PathLike | Sequence[str], name: str) -> str:
    return f"{name}: {', '.join(paths_of(path))}"


def _sources(path: PathLike | Sequence[str], options: VectorOptions, name: str) -> list[_Source]:
    """Layers to read, in order: of every path, every layer asked for, or the only one."""
    layer = options.get("layer")
    wanted = [] if layer is None else [layer] if isinstance(layer, str) else list(layer)
    sources: list[_Source] = []
    for each in paths_of(path):
        where = f"{name}: {each}"
        _require(each, where)
        data_sets, named = _data_sets(each, wanted, where)
        for data_set in data_sets:
            if Path(data_set).suffix.lower() in _PARQUET:
                sources.append(_Source(data_set, None, where))
            else:
                if options.get("crs") is None and Path(data_set).suffix.lower() in _GEOJSON:
                    named_crs(data_set, STORAGE, where=where)  # before GDAL takes another one for it
                sources += [_Source(data_set, one, where) for one in _layers(data_set, named, where)]
    return sources


def _require(path: str, where: str) -> None:
    place = Path(archive_of(path)[0])
    if not place.parent.is_dir():
        raise InputError(where, got="no such file", expected="a vector file",
                         remedy=f"The folder {place.parent} does not exist either.")  # fmt: skip
    require_data_set(path, where=where)


def _data_sets(path: str, wanted: list[str], where: str) -> tuple[list[str], list[str]]:
    """Find what GDAL opens of a path, and which of the layers asked for are still to be found in it."""
    archive, inside = archive_of(path)
    if inside:
        return [f"/vsizip/{archive}/{inside}"], wanted
    if archive.lower().endswith(".zip") and not archive.lower().endswith((".gdb.zip", ".shp.zip", ".gpkg.zip")):
        members = {member: f"/vsizip/{archive}/{member}" for member in vector_members(archive)}
    elif Path(path).is_dir() and not is_folder_format(path):
        members = {Path(member).name: member for member in folder_members(path)}
    else:
        return [path], wanted
    chosen = [place for member, place in members.items() if {member, Path(member).stem, Path(member).name} & {*wanted}]
    if chosen:
        return chosen, []
    if len(members) == 1:
        return list(members.values()), wanted
    raise InputError(
        where, got=f"{len(members)} data sets" if members else "no data set", expected="one vector file in it",
        remedy=f"Name one or several with the key `layer`: {', '.join(members)}." if members else "Unpack it.",
    )  # fmt: skip


def _layers(path: str, wanted: list[str], where: str) -> list[str]:
    refuse_virtual(path, where=where)
    with _told(where):
        listed = [(str(layer), kind) for layer, kind in pyogrio.list_layers(path)]
        if listed and Path(path).suffix.lower() not in _READ_WHOLE:
            require_driver(path, pyogrio.read_info(path, layer=listed[0][0])["driver"], where=where)
    spatial = [layer for layer, kind in listed if kind is not None]
    names = {same_form(layer): layer for layer, _ in listed}
    for layer in wanted:
        if same_form(layer) not in names:
            hint = did_you_mean(layer, spatial)
            raise InputError(where, got=layer, expected=f"one of the layers {', '.join(spatial)}", remedy=hint)
    if wanted:
        return [names[same_form(layer)] for layer in wanted]
    if not spatial:
        raise InputError(where, got="a table without geometry", expected="a layer with geometry")
    if len(spatial) > 1 and Path(path).suffix.lower() not in _FOLDERS_AS_LAYERS:
        raise InputError(
            where, got="no layer", expected=f"the name of one of its layers: {', '.join(spatial)}",
            remedy="Set the key `layer`, to one of them or to a list.",
        )  # fmt: skip
    return spatial


def _read_source(source: _Source, options: VectorOptions) -> tuple[gpd.GeoDataFrame, list[Check]]:
    frame, checks = _read_parquet(source) if source.suffix in _PARQUET else _read(source, options.get("encoding"))
    with _told(source.where):
        crs = _crs(source, frame.crs, options.get("crs"))
    logger.info("read: %s, %d rows, %s", source.path, len(frame), str(crs)[:60])
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    at_zero = _is_at_zero(shapes, crs)
    finite = _is_finite(shapes) & ~at_zero
    with _told(source.where):
        stored = gpd.GeoSeries(np.where(finite, shapes, None), crs=crs, index=frame.index).to_crs(STORAGE)
    if finite.any():
        _require_extent(shapely.total_bounds(shapes[finite]), crs, source.where)
        _require_extent(stored.total_bounds, STORAGE, source.where)
    frame = _flat(frame)
    renamed = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    return renamed.set_geometry(stored), [*checks, *_zero_check(at_zero), *crs_checks(crs, name=source.where)]


def _is_at_zero(shapes: NDArray[np.object_], crs: CRS) -> NDArray[np.bool_]:
    """Whether each shape has a vertex at 0, 0 that is far from its other ones, or from those of the layer."""
    coordinates, shape = shapely.get_coordinates(shapes, return_index=True)
    zero = (coordinates == 0).all(axis=1)
    doubtful = np.zeros(len(shapes), dtype=bool)
    if not zero.any() or zero.all():
        return doubtful
    far = _FAR_DEG if crs.is_geographic else _FAR_DEG * _DEGREE_M
    distance = pd.Series(np.abs(coordinates[~zero]).max(axis=1))
    nearest = distance.groupby(shape[~zero]).min().reindex(np.unique(shape[zero]))
    nearest = nearest.fillna(float(np.nanmedian(distance)))
    doubtful[nearest.index[nearest > far]] = True
    return doubtful


def _zero_check(at_zero: NDArray[np.bool_]) -> list[Check]:
    rows = np.flatnonzero(at_zero) + 1
    if not len(rows):
        return []
    message = f"{len(rows)} rows have a vertex at 0, 0, far from all others, and are taken to have no shape."
    return [Check("zero_coordinates", "warn", len(rows), "0 rows", message, [{"row": int(row)} for row in rows])]


def _is_finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which shapes have coordinates, and no vertex that is not a number; bounds pass such a vertex over."""
    coordinates, shape = shapely.get_coordinates(shapes, return_index=True)
    is_finite = np.asarray(shapely.get_num_coordinates(shapes) > 0)
    is_finite[shape[~np.isfinite(coordinates).all(axis=1)]] = False
    return is_finite


def _read(source: _Source, encoding: str | None) -> tuple[gpd.GeoDataFrame, list[Check]]:
    checks: list[Check] = []
    if encoding is None and source.suffix == ".shp":
        encoding, checks = shapefile_encoding(source.path)
    chosen = {"encoding": encoding} if encoding and source.suffix in {".shp", ".dbf", ".csv", ".tab", ".mif"} else {}
    with _told(source.where):
        try:
            frame = pyogrio.read_dataframe(source.path, layer=source.layer, force_2d=True, **chosen)
        except shapely.errors.GEOSException:
            frame = _read_surfaces(source, chosen)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(source.where, got="a table without geometry", expected="a layer with geometry")
    return frame, checks


def _flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write lists and objects in cells, which GeoJSON and Parquet can hold, as JSON text."""
    nested = [
        name
        for name in frame.columns.drop(frame.geometry.name)
        if frame[name].dtype == object and any(isinstance(cell, _NESTED) for cell in frame[name])
    ]
    return frame.assign(
        **{
            name: [json.dumps(cell, default=list) if isinstance(cell, _NESTED) else cell for cell in frame[name]]
            for name in nested
        }
    )


def _read_surfaces(source: _Source, chosen: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Read a layer with triangulated or polyhedral surfaces as polygons."""
    meta, _, shapes, columns = pyogrio.raw.read(source.path, layer=source.layer, force_2d=True, **chosen)
    table = pd.DataFrame(dict(zip(meta["fields"], columns, strict=True)))
    return gpd.GeoDataFrame(table, geometry=plain_surfaces(shapes), crs=meta["crs"])


def _read_parquet(source: _Source) -> tuple[gpd.GeoDataFrame, list[Check]]:
    with _told(source.where, "a GeoParquet file"):
        return gpd.read_parquet(source.path), []


@contextmanager
def _told(where: str, expected: str = "a vector file that GDAL can read to its end") -> Iterator[None]:
    """Turn what GDAL, pyarrow and GEOS say of a file into one message."""
    try:
        yield
    except KeyError as error:
        raise InputError(where, got=f"no {error}", expected=expected) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(
            where, got=str(error), expected="texts in a known encoding",
            remedy="Say which it is with the key `encoding`, such as cp1252 or utf-8.",
        ) from error  # fmt: skip
    except _DAMAGE as error:
        raise InputError(
            where, got=" ".join(str(error).split())[:_TOLD], expected=expected,
            remedy="It is damaged, cut short or of another kind: fetch or export it anew.",
        ) from error  # fmt: skip


def _crs(source: _Source, stated: Any, given: str | None) -> Any:
    """Coordinate system of a layer: the one given, or what the file says if that is one."""
    if given is not None:
        return parse_crs(given, name=f"{source.where}, crs")
    if source.suffix in _GEOJSON:
        stated = named_crs(source.path, stated, where=source.where)
    return require_known_crs(stated, name=source.where)


def _require_extent(bounds: Any, crs: Any, where: str) -> None:
    """Refuse coordinates that are no longitudes and latitudes though the system says so."""
    if bounds is None:
        return
    low_high = np.asarray(bounds, dtype=float)
    if not crs.is_geographic:
        if (np.abs(low_high) <= _DEGREES).all():
            raise CRSError(
                where, got=[float(f"{side:.7g}") for side in low_high],
                expected=f"coordinates of {crs.name}, which are no degrees",
                remedy="They look like longitudes and latitudes: set `crs: EPSG:4326` if they are.",
            )  # fmt: skip
        return
    if not np.isfinite(low_high).all() or (low_high[:2] < _LIMITS[:2]).any() or (low_high[2:] > _LIMITS[2:]).any():
        raise CRSError(
            where, got=[float(f"{side:.7g}") for side in low_high], expected="longitudes and latitudes",
            remedy="Its coordinate system is not the one that the file says, or longitude and latitude are swapped. Set"
            " the right one with the key `crs`, such as EPSG:9377.",
        )  # fmt: skip


def _with_columns(frame: gpd.GeoDataFrame, columns: Sequence[str], where: str) -> gpd.GeoDataFrame:
    """Give the columns asked for the names asked for, which may differ in the form of their accents."""
    names = {same_form(str(name)): name for name in frame.columns}
    for column in columns:
        require_column(column, [*frame.columns, *(column for _ in [0] if same_form(column) in names)], where=where)
    theirs = {names[same_form(column)]: column for column in columns}
    return frame.rename(columns={name: column for name, column in theirs.items() if name != column})


def _refuse(bad: NDArray[np.bool_], ids: pd.Series, name: str, *, got: str) -> None:
    if bad.any():
        rows = ", ".join(str(ids.iloc[row]) for row in np.flatnonzero(bad))
        raise InputError(f"{name}, {int(bad.sum())} row(s): {rows}", got=got, expected="a polygon with an area")
