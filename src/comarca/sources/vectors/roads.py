"""Roads from a user's own file, such as an official inventory: noded, classed and worded like those from OSM."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from comarca.crs import STORAGE, geodesic_length_km
from comarca.errors import InputError, did_you_mean
from comarca.layers.schemas import ROAD_TAGS, validate_layer
from comarca.results import Check
from comarca.roads.crossings import position_code, read_vertices
from comarca.roads.network import STEPS_PER_DEGREE
from comarca.roads.noding import node_lines, noding_checks
from comarca.roads.speeds import FASTEST_KMH
from comarca.sources.copies import without_copies
from comarca.sources.names import fold_name
from comarca.sources.osm.lines import grade_separated
from comarca.sources.osm.opl import Vertices
from comarca.sources.tables.numbers import as_texts, is_missing, parse_columns
from comarca.sources.vectors.read import VectorOptions, as_code, open_vector
from comarca.sources.vectors.rows import (
    LEFT_OUT,
    LINES,
    ROW,
    Unknown,
    check_targets,
    left_out_check,
    lines_of,
    row_ids,
    translate,
    understand,
    with_shapes,
    without_left_out,
)
from comarca.sources.vectors.words import ONEWAY_WORDS, SURFACE_WORDS
from comarca.units import KM_PER_MILE, MIN_PER_HOUR, latin_digits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from comarca.io import PathLike

logger = logging.getLogger(__name__)

_LISTED: Final = 20
#: Directions as the configuration names them -> values of the OSM tag ``oneway``.
_DIRECTIONS: Final = {"forward": "yes", "backward": "-1", "both": "no", "closed": "closed"}
#: Words of a column of limits that say that there is none, folded.
_NO_LIMIT: Final = frozenset(
    {"variable", "sin limite", "sem limite", "none", "ninguno", "signals", "walk", "no aplica"}
)
#: Levels that are the ground, folded.
_GROUND: Final = frozenset({"", "0", "no", "nao", "n", "false", "falso", "ninguno", "nenhum", "none", "ground"})
#: Below this middle speed a file holds no speeds that are driven.
_SLOWEST_KMH: Final = 3.0
#: A road of some length that is driven more slowly than anybody walks has another figure than its minutes.
_CRAWL_KMH: Final = 1.0
_CRAWL_KM: Final = 1.0
_LIMIT: Final = r"^(\d+(?:[.,]\d+)?)\s*(km/?h|kph|kmph|mph)?$"


@dataclass(frozen=True)
class RoadColumns:
    """Which columns of the file say what, and how its words are meant.

    Attributes
    ----------
    road_class : str or None
        Column with the class.
    default_class : str or None
        Class of the roads that have none, or of all roads if the file has no such column.
    classes : mapping
        The file's classes -> classes of the speed table, or ``none`` to leave roads out; those not named must be
        classes of the speed table themselves.
    surface : str or None
        Column with the surface.
    surfaces : mapping
        The file's words -> OSM values; before the words known by themselves.
    oneway : str or None
        Column with the direction.
    oneways : mapping
        The file's words -> ``forward``, ``backward``, ``both``, ``closed``, or ``none`` to leave roads out.
    unknown : {"refuse", "untagged"}
        What happens to words of surface, direction and speed that are not understood.
    maxspeed_unit : {"kmh", "mph"}
        Unit of limits and speeds that name none.
    maxspeed : str or None
        Column with the speed limit.
    speed : str or None
        Column with the speed as driven, in the unit of limits.
    minutes : str or None
        Column with the minutes that driving each line takes; before ``speed``.
    level : str or None
        Column that tells bridges and tunnels: any words; none, 0 and no are the ground.
    from_level, to_level : str or None
        Columns with the level at the start and at the end of each line.
    id, name, ref : str or None
        Columns with code, name and number of the road.
    """

    road_class: str | None = None
    default_class: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    surface: str | None = None
    surfaces: Mapping[str, str] = field(default_factory=dict)
    oneway: str | None = None
    oneways: Mapping[str, str] = field(default_factory=dict)
    unknown: Unknown = "refuse"
    maxspeed_unit: Literal["kmh", "mph"] = "kmh"
    maxspeed: str | None = None
    speed: str | None = None
    minutes: str | None = None
    level: str | None = None
    from_level: str | None = None
    to_level: str | None = None
    id: str | None = None
    name: str | None = None
    ref: str | None = None


def roads_from_file(
    path: PathLike,
    columns: RoadColumns,
    *,
    known_classes: Collection[str],
    known_surfaces: Collection[str] = (),
    snap_m: float = 1.0,
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the roads from a vector file of lines, and join them where they meet.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS.
    columns : RoadColumns
        Which columns say what.
    known_classes : collection of str
        Classes of the speed table.
    known_surfaces : collection of str, optional
        OSM surfaces that the tables of speeds and surfaces know.
    snap_m : float, default 1
        Ends that miss another road by up to this distance are joined to it, see `comarca.roads.noding.node_lines`.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        Schema `ROADS`; the parts of a road are roads of their own, ``<id>#1``, ``<id>#2``, ... .
    checks : list of Check
        Rows left out, words not understood, roads drawn twice, what noding did and where it found gaps.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, the geometries are no lines, classes are not known (all such are
        named), or directions cannot be told.
    CRSError
        If the file does not say its CRS.
    """
    where = f"roads: {path}"
    check_targets(columns.classes, known=known_classes, key="roads.classes")
    check_targets(columns.surfaces, known=_surfaces(known_surfaces), key="roads.surfaces")
    check_targets(columns.oneways, known=_DIRECTIONS, key="roads.oneways")
    raw, remarks = open_vector(path, columns=_named(columns), name="roads", **options)
    kept, shapeless = with_shapes(raw, LINES, name="roads", where=where)
    kept = kept.assign(road_class__=_classes(kept, columns, known_classes, where))
    classed = without_left_out(kept, "road_class__", where=where)
    km = geodesic_length_km(classed.geometry.to_numpy())
    surface, unknown_surface = _surface(classed, columns, known_surfaces, km, where)
    oneway, unknown_oneway = _oneway(classed, columns, km, where)
    maxspeed, unknown_maxspeed = _speed(classed, columns, columns.maxspeed, km, where, key="maxspeed")
    driven, unknown_speed = _driven(classed, columns, km, where)
    chosen = classed.assign(surface__=surface, oneway__=oneway, maxspeed__=maxspeed, driven__=driven)
    chosen = chosen[(surface != LEFT_OUT).to_numpy() & (oneway != LEFT_OUT).to_numpy()]
    if chosen.empty:
        raise InputError(where, got=f"{len(kept)} rows, all of them left out", expected="at least one that is kept")
    wanted = lines_of(chosen.reset_index(drop=True))
    surface, oneway = wanted["surface__"], wanted["oneway__"]
    closed = (oneway == "closed").to_numpy()
    level, *ends = _levels(wanted, columns, where)
    noded = node_lines(wanted.geometry.to_numpy(), level=level, snap_m=snap_m)
    tags = dict.fromkeys(ROAD_TAGS, pd.Series(None, index=wanted.index, dtype="str")) | {
        "surface": surface, "oneway": oneway.mask(closed), "maxspeed": wanted["maxspeed__"],
        "maxspeed_practical": wanted["driven__"],
        "motor_vehicle": pd.Series("no", index=wanted.index, dtype="str").where(closed),
        "name": _text(wanted, columns.name, where), "ref": _text(wanted, columns.ref, where),
    }  # fmt: skip
    roads = gpd.GeoDataFrame(
        {
            "road_id": row_ids(wanted, columns.id, where=where),
            "road_class": wanted["road_class__"],
            **tags,
            "grade_separated": _separated(noded.lines, (level, ends[0], ends[1])),
        },
        geometry=noded.lines,
        crs=STORAGE,
    )
    roads, copies = without_copies(roads, id_column="road_id", name="roads", cut=True)
    checks = [
        *remarks, shapeless, left_out_check("roads", len(kept) - len(chosen), len(kept)),
        unknown_surface, unknown_oneway, unknown_maxspeed, *unknown_speed, *copies, *noding_checks(noded),
    ]  # fmt: skip
    logger.info("%d roads from %s", len(roads), path)
    return validate_layer(roads, "roads"), checks


def _named(columns: RoadColumns) -> list[str]:
    names = (columns.road_class, columns.surface, columns.oneway, columns.maxspeed, columns.speed, columns.minutes,
             columns.level, columns.from_level, columns.to_level, columns.id, columns.name, columns.ref)  # fmt: skip
    return [name for name in names if name is not None]


def _classes(kept: gpd.GeoDataFrame, columns: RoadColumns, known: Collection[str], where: str) -> pd.Series:
    """Class of each row; one message names all that are not known."""
    if columns.default_class is not None and columns.default_class not in known:
        raise InputError(
            "configuration, roads.default_class", got=columns.default_class, expected="one of " + ", ".join(known),
            remedy=did_you_mean(columns.default_class, known),
        )  # fmt: skip
    if columns.road_class is None:
        if columns.default_class is None:
            raise InputError(
                where, got="no column for the class", expected="a class for every road, as speeds depend on it",
                remedy=f"Name the column as roads.class (the file has {', '.join(kept.columns[:-2])}),"
                " or set roads.default_class for all.",
            )  # fmt: skip
        return pd.Series(columns.default_class, index=kept.index, dtype="str")
    return class_meanings(kept[columns.road_class], columns, known, where=where)


def class_meanings(raw: pd.Series, columns: RoadColumns, known: Collection[str], *, where: str) -> pd.Series:
    """Translate the classes of a file.

    Parameters
    ----------
    raw : pandas.Series
        The column of the file.
    columns : RoadColumns
        How its words are meant.
    known : collection of str
        Classes of the speed table.
    where : str
        The file, for messages.

    Returns
    -------
    pandas.Series of str
        Classes of the speed table, or ``none``.

    Raises
    ------
    InputError
        Names all words that are not known, with their rows.
    """
    words = as_code(raw, where=f"{where}, column {columns.road_class}")
    meaning = translate(words, columns.classes, {fold_name(name): name for name in known})
    meaning = meaning.where(words.notna(), columns.default_class)
    if meaning.isna().any():
        _refuse_classes(words[meaning.isna()], [*known, *columns.classes], f"{where}, column {columns.road_class}")
    return meaning.astype("str")


def _refuse_classes(words: pd.Series, known: list[str], where: str) -> None:
    counts = words.value_counts()
    hints = [
        " ".join(f"{str(word)!r} ({count} rows) {did_you_mean(str(word), known)}".split())
        for word, count in counts.head(_LISTED).items()
    ]
    hints += [f"and {len(counts) - _LISTED} more: is this the right column?"] if len(counts) > _LISTED else []
    without = int(words.isna().sum())
    hints += [f"{without} rows have no class: set roads.default_class."] if without else []
    raise InputError(
        where, got=f"{len(counts)} classes that are not known, in {len(words)} rows",
        expected="classes of the table of speeds, or of the configuration's roads.classes",
        remedy=f"Map each to a class of the table of speeds, or to `{LEFT_OUT}` to leave it out: " + "; ".join(hints),
    )  # fmt: skip


def _surfaces(known: Collection[str]) -> list[str]:
    return sorted({*known, *SURFACE_WORDS.values()})


def _surface(
    rows: gpd.GeoDataFrame, columns: RoadColumns, known: Collection[str], km: NDArray[np.float64], where: str
) -> tuple[pd.Series, Check]:
    words = _text(rows, columns.surface, where)
    ours = SURFACE_WORDS | {fold_name(value): value for value in _surfaces(known)}
    return understand(
        words, columns.surfaces, ours, km=km, name="roads_surface", key="roads.surfaces",
        where=f"{where}, column {columns.surface}", unknown=columns.unknown,
    )  # fmt: skip


def _oneway(
    rows: gpd.GeoDataFrame, columns: RoadColumns, km: NDArray[np.float64], where: str
) -> tuple[pd.Series, Check]:
    column = columns.oneway
    words = _text(rows, column, where)
    against = words.str.fullmatch(r"-1(?:\.0+)?").eq(True)
    plain = words.mask(against, "-1" if "-1" in columns.oneways else "reverse")
    plain = plain.mask(plain.str.fullmatch(r"1\.0+").eq(True), "1").mask(plain.str.fullmatch(r"0\.0+").eq(True), "0")
    letters = plain.str.casefold()
    if not columns.oneways and {"t", "f"} == set(letters.dropna()) and letters.notna().all():
        raise InputError(
            f"{where}, column {column}", got="only T and F", expected="directions that can be told",
            remedy="These may be true and false, or against and along the line: say which with roads.oneways, such as"
            " `{F: forward, T: backward}`.",
        )  # fmt: skip
    direction, check = understand(
        plain, columns.oneways, ONEWAY_WORDS, km=km, name="roads_oneway", key="roads.oneways",
        where=f"{where}, column {column}", unknown=columns.unknown,
    )  # fmt: skip
    return direction.replace(_DIRECTIONS).astype("str"), check


def _speed(
    rows: gpd.GeoDataFrame, columns: RoadColumns, column: str | None, km: NDArray[np.float64], where: str, *, key: str
) -> tuple[pd.Series, Check]:
    """Read speeds as plain km/h; 0 says that none is known."""
    given = rows[column] if column else pd.Series(None, index=rows.index, dtype="str")
    text = given.astype("str").where(given.notna()).str.strip()
    text = text.where(text != "")
    void = is_missing(text.fillna("")) | text.fillna("").map(fold_name).isin(_NO_LIMIT)
    latin = text.map(latin_digits, na_action="ignore").astype("str")
    parts = latin.str.lower().str.extract(_LIMIT, expand=True)
    number = pd.to_numeric(parts[0].str.replace(",", ".", regex=False), errors="coerce")
    kmh = number.where(parts[1].fillna(columns.maxspeed_unit) != "mph", number * KM_PER_MILE)
    words = text.mask(void | kmh.notna()).astype("str")
    _, check = understand(
        words, {}, {}, km=km, name=f"roads_{key}", key=f"roads.{key}", where=f"{where}, column {column}",
        unknown=columns.unknown,
    )  # fmt: skip
    limits = kmh[kmh > 0]
    if key == "maxspeed" and len(limits) and float(limits.median()) > FASTEST_KMH:
        raise InputError(f"{where}, column {column}", got=f"a middle limit of {limits.median():g} km/h",
                         expected=f"limits of at most {FASTEST_KMH:g} km/h",
                         remedy="Is it another column, or another unit?")  # fmt: skip
    return _plain(kmh.where(kmh > 0)), check


def _driven(
    rows: gpd.GeoDataFrame, columns: RoadColumns, km: NDArray[np.float64], where: str
) -> tuple[pd.Series, list[Check]]:
    """Read the speed as driven, km/h, from minutes or a column of speeds; null where neither is known."""
    speed, check = _speed(rows, columns, columns.speed, km, where, key="speed")
    kmh, checks, used = pd.to_numeric(speed).astype(float), [check], [columns.speed]
    if columns.minutes is not None:
        minutes = _minutes(rows[columns.minutes], where)
        kmh = (km / minutes.where(minutes > 0) * MIN_PER_HOUR).fillna(kmh)
        used.append(columns.minutes)
    given = kmh.dropna()
    if given.empty:
        return _plain(kmh), checks
    named = f"{where}, column {' and '.join(name for name in used if name)}"
    middle = float(np.median(given))
    if not _SLOWEST_KMH <= middle <= FASTEST_KMH:
        raise InputError(
            named, got=f"a middle speed of {middle:.3g} km/h",
            expected=f"speeds of {_SLOWEST_KMH:g} to {FASTEST_KMH:g} km/h",
            remedy="Are these minutes and not hours or seconds, or speeds in another unit?",
        )  # fmt: skip
    beyond = (kmh > FASTEST_KMH) | ((kmh < _CRAWL_KMH) & (km >= _CRAWL_KM))
    checks.append(_not_driven(rows, kmh, beyond, without=int(kmh.isna().sum())))
    return _plain(kmh.mask(beyond)), checks


def _minutes(values: pd.Series, where: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    return parse_columns(as_texts(values, "minutes"), ["minutes"], decimal=None, hint=".", where=where)["minutes"]


def _not_driven(rows: gpd.GeoDataFrame, kmh: pd.Series, beyond: pd.Series, *, without: int) -> Check:
    return Check(
        "roads_speed_driven", "warn" if beyond.any() else "pass", int(beyond.sum()),
        f"from {_CRAWL_KMH:g} to {FASTEST_KMH:g} km/h",
        f"{int(beyond.sum())} of {len(rows)} roads are driven faster than any road is, or slower than anybody walks,"
        f" and {without} have no speed of their own; these take the speed of their class.",
        [{"row": int(row), "speed_kmh": float(f"{speed:.4g}")}
         for row, speed in zip(rows.loc[beyond, ROW], kmh[beyond], strict=False)],
    )  # fmt: skip


def _plain(kmh: pd.Series) -> pd.Series:
    return kmh.map(lambda value: None if pd.isna(value) else f"{value:.6g}").astype("str")


def _levels(
    wanted: gpd.GeoDataFrame, columns: RoadColumns, where: str
) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]:
    """Level of each line, of its start and of its end."""
    middle = _level(wanted, columns.level, where)
    start = _level(wanted, columns.from_level, where) if columns.from_level else middle
    end = _level(wanted, columns.to_level, where) if columns.to_level else middle
    if columns.level is None and (columns.from_level or columns.to_level):
        middle = np.where(start == end, start, np.char.add(np.char.add(start, " to "), end))
    return middle, start, end


def _level(wanted: gpd.GeoDataFrame, column: str | None, where: str) -> NDArray[np.str_]:
    words = _text(wanted, column, where)
    plain = words.fillna("").map(lambda word: fold_name(word.replace("-", "minus ")))  # folding loses the sign
    return plain.mask(plain.isin(_GROUND), "").to_numpy(dtype=str)


def _text(wanted: gpd.GeoDataFrame, column: str | None, where: str) -> pd.Series:
    if column is None:
        return pd.Series(None, index=wanted.index, dtype="str")
    return as_code(wanted[column], where=f"{where}, column {column}")


def _separated(
    lines: NDArray[np.object_], ends: tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]
) -> pd.Series:
    """Name the vertices at places that roads of several levels run through, a node of its own for each level.

    A level runs through a place if a line of it has an inner vertex there, or two end there, as in data where every
    line is cut at every crossing. Where only one line of a level ends, it meets what runs there: a ramp, or the foot
    of a bridge.
    """
    vertices = read_vertices(lines)
    changes = vertices.line[1:] != vertices.line[:-1]
    first, last = np.append(True, changes), np.append(changes, True)
    middle, start, end = (level[vertices.line] for level in ends)
    words = np.where(first, start, np.where(last, end, middle))
    labels = np.unique(words, return_inverse=True)[1]
    place = np.unique(position_code(vertices.step), return_inverse=True)[1]
    weight = np.where(first | last, 1, 2)
    uses = pd.Series(weight).groupby([place, labels]).sum()
    through = uses[uses > 1].groupby(level=0).size()
    is_shared = np.isin(place, through.index[through > 1])
    node = place * (labels.max() + 1) + np.where(is_shared, labels, 0)
    return grade_separated(Vertices(vertices.line, node, vertices.step / STEPS_PER_DEGREE), len(lines))
