"""Power lines, canals and services from a user's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.crs import STORAGE, geocentric_m, geodesic_length_km
from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.results import Check
from comarca.sources.copies import without_copies
from comarca.sources.names import fold_name
from comarca.sources.vectors.read import VectorOptions, as_code, open_vector, require_column
from comarca.sources.vectors.rows import (
    LEFT_OUT,
    LINES,
    SPOTS,
    Unknown,
    check_targets,
    left_out_check,
    row_ids,
    understand,
    unknown_words,
    with_shapes,
    without_left_out,
)
from comarca.sources.vectors.spots import read_spots
from comarca.sources.vectors.words import POWER_WORDS, SERVICE_WORDS
from comarca.units import latin_digits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comarca.io import PathLike

#: Two services of one kind that are no farther apart may be one.
_ALIKE_M: Final = 1.0
#: Voltages below this are taken as kilovolts.
_LOWEST_VOLT: Final = 1_000.0


def power_from_file(
    path: PathLike | Sequence[str],
    *,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    power_class: str | None = None,
    classes: Mapping[str, str] | None = None,
    voltage: str | None = None,
    unknown: Unknown = "refuse",
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the power lines from a vector file of lines.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS.
    id : str, optional
        Column with a code; without it, the rows are numbered.
    power_class : str, optional
        Column with the kind of line; without it, all are of class ``line``.
    classes : mapping, optional
        The file's words -> ``line``, ``minor_line`` or ``cable``, or ``none`` to leave rows out.
    voltage : str, optional
        Column with the voltage in volts or kilovolts: numbers below 1,000 are kilovolts.
    unknown : {"refuse", "untagged"}, default "refuse"
        What happens to kinds that are not understood: they stop the run, or are taken as ``line``.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    power : geopandas.GeoDataFrame
        Schema `POWER`.
    checks : list of Check
        Rows left out; words for the kind that were not understood, whose rows are taken as ``line``.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, the geometries are no lines, a class is mapped to an unknown one, or
        kinds are not understood.
    CRSError
        If the file does not say its CRS.
    """
    where = f"power: {path}"
    check_targets(classes or {}, known=POWER_WORDS.values(), key="power.classes")
    columns = [column for column in (id, power_class, voltage) if column is not None]
    raw, remarks = open_vector(path, columns=columns, name="power", **options)
    kept, shapeless = with_shapes(raw, LINES, name="power", where=where)
    words = pd.Series("line", index=kept.index, dtype="str")
    if power_class is not None:
        words = as_code(kept[power_class], where=f"{where}, column {power_class}")
    meaning, _ = understand(
        words, classes or {}, POWER_WORDS, km=geodesic_length_km(kept.geometry.to_numpy()), name="power_class",
        key="power.classes", where=f"{where}, column {power_class}", unknown=unknown,
    )  # fmt: skip
    strange = unknown_words(
        words[meaning.isna()].fillna("(nothing)"), "power_class_unknown",
        what="kinds of power line are not known; they are taken as transmission lines", known=POWER_WORDS,
    )  # fmt: skip
    power = gpd.GeoDataFrame(
        {
            "power_id": row_ids(kept, id, where=where),
            "power_class": meaning.fillna("line"),
            "voltage": _volts(kept[voltage]) if voltage else pd.Series(None, index=kept.index, dtype="str"),
        },
        geometry=kept.geometry,
        crs=STORAGE,
    )
    power = without_left_out(power, "power_class", where=where)
    checks = [*remarks, shapeless, strange, left_out_check("power", len(kept) - len(power), len(kept))]
    power, copies = without_copies(power, id_column="power_id", name="power", cut=True)
    checks += copies
    return validate_layer(power, "power"), checks


def canals_from_file(
    path: PathLike | Sequence[str], **options: Unpack[VectorOptions]
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the canals from a vector file of lines.

    Parameters
    ----------
    path : path-like or sequence of str
        Any vector file, with a CRS; all its lines are canals.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    canals : geopandas.GeoDataFrame
        Schema `CANALS`.
    checks : list of Check
        Rows left out, and lines that stand twice.

    Raises
    ------
    InputError, CRSError
        If the file cannot be read, holds no lines, or does not say its CRS.
    """
    where = f"canals: {path}"
    raw, remarks = open_vector(path, name="canals", **options)
    kept, shapeless = with_shapes(raw, LINES, name="canals", where=where)
    rows = {"canal_id": row_ids(kept, None, where=where), "canal_class": "canal"}
    canals = gpd.GeoDataFrame(rows, geometry=kept.geometry, crs=STORAGE).astype({"canal_class": "str"})
    canals, copies = without_copies(canals, id_column="canal_id", name="canals", cut=True)
    return validate_layer(canals, "canals"), [*remarks, shapeless, *copies]


def services_from_file(
    path: PathLike | Sequence[str],
    *,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    kind: str | None = None,
    default_kind: str | None = None,
    kinds: Mapping[str, str] | None = None,
    name: str | None = None,
    longitude: str | None = None,
    latitude: str | None = None,
    known_kinds: Collection[str] = (),
    unknown: Unknown = "refuse",
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the services from a vector file of points or polygons, or from a table with coordinates.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS; or a CSV or XLSX table with longitude and latitude in degrees (WGS84).
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
        Kinds that the region counts. If not given: those that OSM is read for.
    unknown : {"refuse", "untagged"}, default "refuse"
        What happens to kinds that are not counted: they stop the run, or are kept under their own words.
    **options
        See `comarca.sources.vectors.read.VectorOptions`; ``layer`` is the sheet of a workbook.

    Returns
    -------
    services : geopandas.GeoDataFrame
        Schema `SERVICES`; a polygon is a point on its surface.
    checks : list of Check
        Rows left out; kinds that are not counted.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, kinds are not understood, a coordinate is no number or out of range,
        or the geometries are neither points nor polygons.
    CRSError
        If a vector file does not say its CRS.
    """
    where = f"services: {path}"
    if kind is None and default_kind is None:
        raise InputError(
            where, got="neither `kind` nor `default_kind`", expected="a kind for every service",
            remedy="Name the column as services.kind, or set services.default_kind, for instance to school.",
        )  # fmt: skip
    raw, remarks = read_spots(path, longitude=longitude, latitude=latitude, name="services", **options)
    for column in (id, kind, name):
        if column is not None:
            require_column(column, raw.columns, where=where)
    kept, shapeless = with_shapes(raw, SPOTS, name="services", where=where)
    words = pd.Series(default_kind, index=kept.index, dtype="str")
    if kind is not None:
        words = as_code(kept[kind], where=f"{where}, column {kind}").fillna(default_kind or LEFT_OUT)
    ours = set(known_kinds) or set(SERVICE_WORDS.values())
    known = SERVICE_WORDS | {fold_name(word.replace("_", " ")): word for word in ours} | {LEFT_OUT: LEFT_OUT}
    meaning, _ = understand(
        words, {word: word for word in ours} | dict(kinds or {}), known, km=None, name="services_kind",
        key="services.kinds", where=f"{where}, column {kind}", unknown=unknown,
    )  # fmt: skip
    meaning = meaning.fillna(words.map(lambda word: fold_name(word).replace(" ", "_")))
    strange = unknown_words(
        words[~meaning.isin([*ours, LEFT_OUT])], "services_kind_unknown",
        what="kinds of service are none that is counted here; map them with services.kinds", known=SERVICE_WORDS,
    )  # fmt: skip
    services = gpd.GeoDataFrame(
        {
            "service_id": row_ids(kept, id, where=where),
            "kind": meaning,
            "name": _names(kept, name, where),
        },
        geometry=shapely.point_on_surface(kept.geometry.to_numpy()),
        crs=STORAGE,
    )
    services = without_left_out(services, "kind", where=where)
    left_out = left_out_check("services", len(kept) - len(services), len(kept))
    checks = [*remarks, shapeless, strange, left_out, _alike_check(services)]
    return validate_layer(services, "services"), checks


def _alike_check(services: gpd.GeoDataFrame) -> Check:
    """Report services of the kind of another one within a metre, as where a file holds its rows twice."""
    places = pd.DataFrame(shapely.get_coordinates(services.geometry.to_numpy()).round(7))
    kind = pd.factorize(services["kind"])[0]
    is_copy = places.assign(kind=kind).duplicated().to_numpy()
    apart = np.flatnonzero(~is_copy)  # many may share one place, so pairs are sought among different ones only
    tree = scipy.spatial.cKDTree(geocentric_m(*places.to_numpy()[apart].T))
    first, second = apart[tree.query_pairs(_ALIKE_M, output_type="ndarray").reshape(-1, 2)].T
    again = np.union1d(np.flatnonzero(is_copy), np.maximum(first, second)[kind[first] == kind[second]])
    rows = [{"id": str(code)} for code in services["service_id"].iloc[again[:20]]]
    return Check(
        "services_alike", "warn" if rows else "pass", len(again), "none",
        f"{len(again)} services have the kind of another one within {_ALIKE_M:g} m: if they are the same, they count "
        "twice; leave one of each out with `where`.",
        rows,
    )  # fmt: skip


def _names(kept: gpd.GeoDataFrame, column: str | None, where: str) -> pd.Series:
    if column is None:
        return pd.Series(None, index=kept.index, dtype="str")
    return as_code(kept[column], where=f"{where}, column {column}")


def _volts(values: pd.Series) -> pd.Series:
    """Write voltages as OSM does, in volts; of several the first is taken."""
    text = values.astype("str").where(values.notna()).map(latin_digits, na_action="ignore").astype("str")
    text = text.str.replace(",", ".", regex=False)
    number = pd.to_numeric(text.str.extract(r"(\d+(?:\.\d+)?)", expand=False), errors="coerce")
    volts = number.where(number >= _LOWEST_VOLT, number * _LOWEST_VOLT).where(number > 0)
    return volts.map(lambda value: None if pd.isna(value) else f"{value:.0f}").astype("str")
