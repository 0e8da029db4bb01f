"""Driving speeds of roads, from an editable table of classes, surfaces, grades and limits.

The table has the columns ``country, kind, value, speed_kmh, factor, on_foot`` (others, such as ``note``, are free).
A row without a country holds everywhere; one with an ISO 3166-1 alpha-3 code replaces it in that country. Kinds:

``class``
    Speed of a road class; ``on_foot`` says whether people may walk onto it. Only classes listed here are drivable.
``track_grade``
    Speed of a track by ``tracktype``, in place of that of its class.
``untagged_surface``
    Factor on the speed of a class where the surface is not tagged, or not in the table.
``terrain``
    Factor on all speeds but those as driven and of ferries, where heights say that the ground is ``rolling`` or
    ``mountainous``, see `comarca.roads.terrain`.
``maxspeed``
    ``factor`` (of the limit that is driven, in place of the class speed), ``lowest`` and ``highest`` limit believed.
a tag of the roads layer (``surface``, ``smoothness``, ``tracktype``, ``seasonal``, ...)
    Cap on the speed of every road with that value (but ``tracktype`` not on tracks); no number means no cap, 0 means
    that the road is left out. The most specific of ``motorcar``, ``motor_vehicle`` and ``access`` that is tagged
    counts.

A speed as driven (``maxspeed_practical``) stands in for all of these, but for what leaves the road out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.errors import InputError, did_you_mean
from comarca.layers.schemas import ROAD_TAGS
from comarca.results import Check
from comarca.roads.ferries import ferry_kmh
from comarca.roads.restrictions import ACCESS_TAGS
from comarca.roads.terrain import TERRAINS
from comarca.units import KM_PER_MILE, latin_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: No road of the world is faster on average; no factor makes roads so much faster.
FASTEST_KMH: Final = 200.0
_SLOWEST_KMH: Final = 1.0
_LARGEST_FACTOR: Final = 1.5
_COLUMNS: Final = ("country", "kind", "value", "speed_kmh", "factor", "on_foot")
_KINDS: Final = ("class", "track_grade", "untagged_surface", "terrain", "maxspeed", *ROAD_TAGS)
#: Classes whose limit says nothing of how fast they can be driven: it only slows down.
_SLOW_CLASSES: Final = ("track", "ferry")
#: Values of kinds that have no others.
_VALUES: Final[Mapping[str, Sequence[str]]] = {
    "terrain": TERRAINS,
    "track_grade": tuple(f"grade{grade}" for grade in range(1, 6)),
    "maxspeed": ("factor", "lowest", "highest"),
}
_LIMITS: Final = ("maxspeed", "maxspeed_practical")
_LIMIT: Final = r"^\s*(\d+(?:\.\d+)?)\s*(mph|km/?h|kph)?\s*$"


@dataclass(frozen=True)
class SpeedTable:
    """The speeds that hold in one country.

    Attributes
    ----------
    class_kmh : mapping
        Speed of each drivable class, km/h.
    on_foot : frozenset of str
        Classes that people may walk onto.
    track_grade_kmh : mapping
        Speed of tracks by grade, km/h.
    untagged_factor : mapping
        Class -> factor where the surface is not known.
    caps_kmh : mapping
        Tag -> value -> highest speed, km/h; infinite where known and not capped.
    maxspeed_factor, maxspeed_lowest_kmh, maxspeed_highest_kmh : float
        Share of the limit that is driven; limits that are believed.
    terrain_factor : mapping
        Terrain -> factor on speeds.
    """

    class_kmh: Mapping[str, float]
    on_foot: frozenset[str]
    track_grade_kmh: Mapping[str, float]
    untagged_factor: Mapping[str, float]
    caps_kmh: Mapping[str, Mapping[str, float]]
    maxspeed_factor: float
    maxspeed_lowest_kmh: float
    maxspeed_highest_kmh: float
    terrain_factor: Mapping[str, float] = field(default_factory=dict)


def speed_table(rows: pd.DataFrame, *, country: str = "", name: str = "speed table") -> SpeedTable:
    """Check the rows of a speed table and choose those of a country.

    Parameters
    ----------
    rows : pandas.DataFrame
        The table as it stands in the CSV file; see the module's description.
    country : str, optional
        ISO 3166-1 alpha-3 code whose rows replace the general ones.
    name : str, optional
        What to call the table in messages, such as its path.

    Returns
    -------
    SpeedTable
        The speeds that hold in that country.

    Raises
    ------
    InputError
        If a column lacks, a kind is not known, a row stands twice, or a number is missing or out of range.
    """
    rows = _checked_rows(rows, name)
    rows = rows[rows["country"].isin(["", country])].sort_values("country", kind="stable")
    rows = rows.drop_duplicates(["kind", "value"], keep="last")
    speed, factor = (
        {str(kind): dict(zip(group["value"], group[column], strict=True)) for kind, group in rows.groupby("kind")}
        for column in ("speed_kmh", "factor")
    )
    classes = rows[rows["kind"] == "class"]
    limits = speed.get("maxspeed", {})
    if lacking := {"factor", "lowest", "highest"} - limits.keys():
        raise InputError(f"{name}, kind maxspeed", got=sorted(limits), expected=f"also {sorted(lacking)}")
    if limits["lowest"] > limits["highest"]:
        raise InputError(
            f"{name}, kind maxspeed", got=f"lowest {limits['lowest']:g}, highest {limits['highest']:g}",
            expected="a lowest limit that is not above the highest",
        )  # fmt: skip
    return SpeedTable(
        class_kmh=speed.get("class", {}),
        on_foot=frozenset(classes.loc[classes["on_foot"] == "yes", "value"]),
        track_grade_kmh=speed.get("track_grade", {}),
        untagged_factor=factor.get("untagged_surface", {}),
        caps_kmh={
            tag: {value: np.inf if np.isnan(kmh) else kmh for value, kmh in speed[tag].items()}
            for tag in ROAD_TAGS
            if tag in speed and tag not in _LIMITS
        },
        maxspeed_factor=factor["maxspeed"]["factor"],
        maxspeed_lowest_kmh=limits["lowest"],
        maxspeed_highest_kmh=limits["highest"],
        terrain_factor=factor.get("terrain", {}),
    )


def road_speed_kmh(roads: pd.DataFrame, table: SpeedTable) -> NDArray[np.float64]:
    """Speed at which each road is driven.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    table : SpeedTable
        The speeds of the country.

    Returns
    -------
    numpy.ndarray, shape (n,)
        km/h, positive; NaN for roads that may not or cannot be driven, which a network leaves out.

    Raises
    ------
    InputError
        If a road is of a class that the table does not have.

    Notes
    -----
    ``min(base speed x factor of an untagged surface, caps of the tags)``. The base is maxspeed_factor x maxspeed where
    a limit is tagged, as in the routers OSRM, GraphHopper and Valhalla, else the speed of the class; a track's grade
    stands in for its class, and limits of tracks and ferries only slow them down. The defaults lie between routers'
    free flow and the speeds measured world-wide, so times in congested cities come out short. A speed as driven, from a
    column of the user's file or the tag ``maxspeed:practical``, is taken as it is, up to 200 km/h, and so is the time
    of a ferry's crossing from the tag ``duration``.
    """
    class_kmh = _looked_up(roads["road_class"], table.class_kmh)
    if np.isnan(class_kmh).any():
        row = int(np.flatnonzero(np.isnan(class_kmh))[0])
        unknown = str(roads["road_class"].iloc[row])
        raise InputError(
            f"roads, {roads['road_id'].iloc[row]}, road_class",
            got=unknown,
            expected="a class of the speed table",
            remedy=did_you_mean(unknown, table.class_kmh) or "Add a row of kind `class` to the speed table.",
        )
    is_track = (roads["road_class"] == "track").to_numpy()
    grade_kmh = _looked_up(roads["tracktype"], table.track_grade_kmh)
    speed = np.where(is_track & ~np.isnan(grade_kmh), grade_kmh, class_kmh)
    limit_kmh = table.maxspeed_factor * _believed_limit_kmh(roads["maxspeed"], table)
    is_slow = roads["road_class"].isin(_SLOW_CLASSES).to_numpy()
    speed = np.where(is_slow, np.fmin(speed, limit_kmh), np.where(np.isnan(limit_kmh), speed, limit_kmh))
    has_surface = ~np.isnan(_looked_up(roads["surface"], table.caps_kmh.get("surface", {})))
    untagged_factor = _looked_up(roads["road_class"], table.untagged_factor)
    speed *= np.where(has_surface | np.isnan(untagged_factor), 1.0, untagged_factor)
    for tag, caps in table.caps_kmh.items():
        applies = _cap_applies(roads, tag, is_track)
        speed = np.fmin(speed, np.where(applies, _looked_up(roads[tag], caps), np.nan))
    crossing_kmh = ferry_kmh(roads)
    speed = np.where((speed > 0) & ~np.isnan(crossing_kmh), crossing_kmh, speed)
    driven_kmh = _limit_kmh(roads["maxspeed_practical"], lowest=0.0, highest=FASTEST_KMH)
    return np.where(speed > 0, np.where(driven_kmh > 0, driven_kmh, speed), np.nan)


def may_walk_onto(roads: pd.DataFrame, table: SpeedTable) -> NDArray[np.bool_]:
    """Tell which roads people may walk onto: not motorways, not ferries.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    table : SpeedTable
        The speeds of the country.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where a walk may meet the road anywhere along it, not just at its ends.
    """
    return roads["road_class"].isin(table.on_foot).to_numpy(dtype=bool)


def is_slowed_by_terrain(roads: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which roads are slower in steep terrain: not ferries, nor those whose speed as driven is known.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Whether the factors of terrain hold.
    """
    driven_kmh = _limit_kmh(roads["maxspeed_practical"], lowest=0.0, highest=FASTEST_KMH)
    return ~(driven_kmh > 0) & (roads["road_class"] != "ferry").to_numpy()


def speed_checks(roads: pd.DataFrame, table: SpeedTable, speed_kmh: NDArray[np.float64]) -> list[Check]:
    """Say how many roads were left out, and how many tags could not be used.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    table : SpeedTable
        The speeds of the country.
    speed_kmh : numpy.ndarray, shape (n,)
        What `road_speed_kmh` gave.

    Returns
    -------
    list of Check
        Roads left out as not passable; values of tags without an entry; classes slowed as untagged without a single
        surface; speed limits that were not believed.
    """
    excluded = int(np.isnan(speed_kmh).sum())
    checks = [
        Check(
            "roads_not_passable", "info", excluded, "",
            f"{excluded} of {len(roads)} ways may not or cannot be driven and are left out of the network.",
        )
    ]  # fmt: skip
    for tag in ("surface", "smoothness", "tracktype"):
        given = roads[tag].dropna()
        counts = given[~given.isin(list(table.caps_kmh.get(tag, {})))].value_counts()
        checks.append(
            Check(
                f"roads_{tag}_unknown", "warn" if counts.sum() > 0.01 * max(len(roads), 1) else "pass",
                int(counts.sum()), "at most 1 % of ways",
                f"{counts.sum()} ways have a {tag} that the speed table does not know; it is taken as not tagged.",
                [{"value": str(value), "ways": int(count)} for value, count in counts.items()],
            )
        )  # fmt: skip
    checks.append(_surface_check(roads, table))
    tagged = roads["maxspeed"].notna().to_numpy()
    ignored = int((tagged & np.isnan(_believed_limit_kmh(roads["maxspeed"], table))).sum())
    checks.append(
        Check(
            "roads_maxspeed_ignored", "info", ignored, "",
            f"{ignored} of {tagged.sum()} speed limits are no plain number or not believable, and are not used.",
        )
    )  # fmt: skip
    return checks


def _surface_check(roads: pd.DataFrame, table: SpeedTable) -> Check:
    """Report classes that are all slowed down as untagged, where that tells no road from another."""
    has_surface = roads["surface"].isin(list(table.caps_kmh.get("surface", {})))
    ways = roads["road_class"].value_counts().to_dict()
    with_surface = set(roads.loc[has_surface, "road_class"])
    slowed = [name for name, factor in sorted(table.untagged_factor.items()) if factor < 1]
    bare = {name: int(ways[name]) for name in slowed if name in ways and name not in with_surface}
    count = sum(bare.values())
    return Check(
        "roads_surface_not_recorded", "warn" if count else "pass", count, "none",
        f"{count} ways are of a class of which no way has a known surface, and are slowed as untagged. Where the "
        "source records no surfaces, rows `untagged_surface` with the country's code and the factor 1 in the table of "
        "speeds keep the speeds of the classes.",
        [{"class": name, "ways": size, "factor": table.untagged_factor[name]} for name, size in bare.items()],
    )  # fmt: skip


def _looked_up(values: pd.Series, numbers: Mapping[str, float]) -> NDArray[np.float64]:
    codes, words = pd.factorize(values)
    found = np.array([numbers.get(str(word), np.nan) for word in words] + [np.nan])
    return found[codes]


def _cap_applies(roads: pd.DataFrame, tag: str, is_track: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if tag == "tracktype":
        return ~is_track
    if tag not in ACCESS_TAGS:
        return np.ones(len(roads), dtype=bool)
    more_specific = list(ACCESS_TAGS[: ACCESS_TAGS.index(tag)])
    return np.asarray(roads[more_specific].isna().all(axis=1), dtype=bool)


def _believed_limit_kmh(maxspeed: pd.Series, table: SpeedTable) -> NDArray[np.float64]:
    return _limit_kmh(maxspeed, lowest=table.maxspeed_lowest_kmh, highest=table.maxspeed_highest_kmh)


def _limit_kmh(texts: pd.Series, *, lowest: float, highest: float) -> NDArray[np.float64]:
    """Read speeds; NaN for what is no plain number or lies outside the limits."""
    codes, words = pd.factorize(texts)
    plain = [latin_digits(str(word)) for word in words]
    parts = pd.Series(plain, dtype=object).astype(str).str.extract(_LIMIT, expand=True)
    kmh = pd.to_numeric(parts[0]).to_numpy(dtype=float) * np.where(parts[1] == "mph", KM_PER_MILE, 1.0)
    kmh[~((kmh >= lowest) & (kmh <= highest))] = np.nan
    return np.append(kmh, np.nan)[codes]


def _checked_rows(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    if lacking := [column for column in _COLUMNS if column not in rows.columns]:
        raise InputError(name, got=list(rows.columns), expected=f"also the columns {lacking}")
    given = rows[list(_COLUMNS)].reset_index(drop=True)
    text = given.astype(object).where(given.notna(), "").astype(str).apply(lambda column: column.str.strip())
    for row, kind in text["kind"].items():
        if kind not in _KINDS:
            raise InputError(_where(name, row), got=kind, expected="a known kind", remedy=did_you_mean(kind, _KINDS))
    # Tags are looked up in small letters; classes are held against the user's own words, so a capital there is refused.
    text["value"] = text["value"].where(text["kind"] == "class", text["value"].str.lower())
    _refuse(text[text["value"] == ""], name, "value", "a value of the kind")
    for kind, values in _VALUES.items():
        strange = (text["kind"] == kind) & ~text["value"].isin(values)
        _refuse(text[strange], name, "value", f"one of {', '.join(values)}")
    if text.duplicated(["country", "kind", "value"]).any():
        row = text.index[text.duplicated(["country", "kind", "value"])][0]
        raise InputError(_where(name, row), got=text.loc[row, "value"], expected="each value of a kind once")
    checked: pd.DataFrame = text.assign(**{column: _numbers(text[column], name) for column in ("speed_kmh", "factor")})
    needs_speed = checked["kind"].isin(["class", "track_grade"]) | checked["value"].isin(["lowest", "highest"])
    _refuse(checked[needs_speed & ~(checked["speed_kmh"] > 0)], name, "speed_kmh", "a positive speed in km/h")
    slow = checked["kind"].isin(["class", "track_grade"]) & (checked["speed_kmh"] < _SLOWEST_KMH)
    _refuse(checked[slow], name, "speed_kmh", f"at least {_SLOWEST_KMH:g} km/h")
    needs_factor = checked["kind"].isin(["untagged_surface", "terrain"]) | checked["value"].isin(["factor"])
    _refuse(checked[needs_factor & ~(checked["factor"] > 0)], name, "factor", "a positive factor")
    _refuse(checked[checked["speed_kmh"] < 0], name, "speed_kmh", "a speed of 0 or more in km/h")
    _refuse(checked[checked["speed_kmh"] > FASTEST_KMH], name, "speed_kmh", f"at most {FASTEST_KMH:g} km/h")
    _refuse(checked[checked["factor"] <= 0], name, "factor", "a positive factor")
    _refuse(checked[checked["factor"] > _LARGEST_FACTOR], name, "factor", f"a factor of at most {_LARGEST_FACTOR:g}")
    idle = ~needs_factor & checked["factor"].notna()
    _refuse(checked[idle], name, "factor", "an empty cell: rows of this kind have a speed")
    idle = needs_factor & checked["speed_kmh"].notna()
    _refuse(checked[idle], name, "speed_kmh", "an empty cell: rows of this kind have a factor")
    wrong_foot = (checked["kind"] == "class") & ~checked["on_foot"].isin(["yes", "no"])
    _refuse(checked[wrong_foot], name, "on_foot", "`yes` or `no`")
    capital = (checked["kind"] == "class") & (checked["value"] != checked["value"].str.lower())
    _refuse(checked[capital], name, "value", "a class of OpenStreetMap, in small letters")
    _refuse(checked[~checked["country"].str.fullmatch("|[A-Z]{3}")], name, "country", "a code such as URY, or none")
    return checked


def _numbers(text: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(text, errors="coerce")
    wrong = text[(numbers.isna() | np.isinf(numbers)) & (text != "")]
    if len(wrong):
        raise InputError(f"{_where(name, wrong.index[0])}, {text.name}", got=wrong.iloc[0], expected="a finite number")
    return numbers


def _refuse(wrong: pd.DataFrame, name: str, column: str, expected: str) -> None:
    if len(wrong):
        first = wrong.iloc[0]
        raise InputError(
            f"{_where(name, wrong.index[0])} ({first['kind']} {first['value']}), {column}",
            got=first[column], expected=expected,
        )  # fmt: skip


def _where(name: str, row: Any) -> str:
    # The first line of the file holds the names of the columns.
    return f"{name}, line {row + 2}"
