"""Roads from the segments of Overture Maps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.layers.schemas import ROAD_TAGS, validate_layer
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

logger = logging.getLogger(__name__)

_NEEDED: Final = ("id", "subtype", "class", "geometry")
#: Classes that have links of their own.
_WITH_LINKS: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
_UNITS: Final = {"km/h": "", "mph": " mph"}


def roads_from_overture(path: Path, *, known_classes: Collection[str]) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the roads from segments of Overture.

    Parameters
    ----------
    path : pathlib.Path
        GeoParquet of segments.
    known_classes : collection of str
        Classes of the speed table; roads of other classes are left out.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        Schema `ROADS`. Segments meet where they share a vertex, which Overture's connectors are.
    checks : list of Check
        Roads left out.

    Raises
    ------
    InputError
        If the file lacks a column, or has no road of a known class.

    Notes
    -----
    Overture says of parts of a segment what holds there. The rule of the longest part stands for the segment: surface,
    speed limit, bridge. A segment on which driving backward is denied to everybody at any time is one-way; rules
    for some vehicles or times are not used.
    """
    table = pq.read_table(path)
    if lacking := [name for name in _NEEDED if name not in table.column_names]:
        raise InputError(f"roads: {path}", got=table.column_names, expected=f"also {lacking}")
    table = table.filter(pc.equal(table.column("subtype"), "road"))
    classes = _classes(table)
    is_known = classes.isin(list(known_classes)).to_numpy()
    if not is_known.any():
        raise InputError(f"roads: {path}", got=sorted(classes.dropna().unique()), expected="roads of known classes")
    tags = {name: pd.Series(np.array(None, dtype=object), index=classes.index) for name in ROAD_TAGS} | _tags(table)
    lines = shapely.from_wkb(table.column("geometry").combine_chunks().to_numpy(zero_copy_only=False))
    roads = gpd.GeoDataFrame(
        {
            "road_id": table.column("id").to_pandas().astype("str"),
            "road_class": classes.astype("str"),
            **{name: values.astype("str") for name, values in tags.items()},
            "grade_separated": pd.Series(None, index=classes.index, dtype="str"),
        },
        geometry=lines,
        crs=STORAGE,
    )[is_known].reset_index(drop=True)
    logger.info("%d roads of %d segments of %s", len(roads), table.num_rows, path)
    return validate_layer(roads, "roads"), [_left_out(classes[~is_known], len(roads))]


def _classes(table: pa.Table) -> pd.Series:
    """OSM highway value of each segment: links are a flag or a subclass here."""
    classes: pd.Series = table.column("class").to_pandas()
    is_link = _has_flag(table, "is_link")
    if "subclass" in table.column_names:
        is_link = is_link | (table.column("subclass").to_pandas() == "link")
    return classes.where(~(is_link & classes.isin(_WITH_LINKS)), classes + "_link")


def _tags(table: pa.Table) -> dict[str, pd.Series]:
    count = table.num_rows
    rules = _rules(table, "road_surface")
    surface = _longest(rules[rules["value"] != "unknown"], "value", count) if "value" in rules else _nothing(count)
    return {
        "surface": surface,
        "maxspeed": _maxspeed(table),
        **_access(table),
        "bridge": _yes(_has_flag(table, "is_bridge")),
        "tunnel": _yes(_has_flag(table, "is_tunnel")),
        "name": _field(table, "names", "primary"),
    }


def _maxspeed(table: pa.Table) -> pd.Series:
    rules = _rules(table, "speed_limits")
    if "max_speed.value" not in rules:
        return _nothing(table.num_rows)
    always = rules[rules["max_speed.value"].notna() & _is_unconditional(rules)]
    value = always["max_speed.value"].astype("Int64").astype("str")
    return _longest(always.assign(text=value + always["max_speed.unit"].map(_UNITS)), "text", table.num_rows)


def _access(table: pa.Table) -> dict[str, pd.Series]:
    """One-way roads and closed ones: what is denied to everybody at any time."""
    oneway, access = _nothing(table.num_rows), _nothing(table.num_rows)
    rules = _rules(table, "access_restrictions")
    if "access_type" not in rules:
        return {"oneway": oneway, "access": access}
    heading = rules["when.heading"] if "when.heading" in rules else pd.Series(None, index=rules.index, dtype="str")
    denied = rules[
        (rules["access_type"] == "denied") & _is_unconditional(rules.drop(columns="when.heading", errors="ignore"))
    ]
    direction = heading[denied.index]
    oneway[denied.loc[direction == "backward", "row"]] = "yes"
    oneway[denied.loc[direction == "forward", "row"]] = "-1"
    whole = denied[direction.isna() & (denied["share"] > 0.5)]
    access[whole["row"]] = "no"
    return {"oneway": oneway, "access": access}


def _is_unconditional(rules: pd.DataFrame) -> pd.Series:
    """Whether a rule holds for all vehicles at all times."""
    conditions = [name for name in rules if str(name).startswith("when.")]
    return rules[conditions].isna().all(axis=1) if conditions else pd.Series(data=True, index=rules.index)


def _has_flag(table: pa.Table, flag: str) -> pd.Series:
    """Whether most of each segment has a flag."""
    rules = _rules(table, "road_flags")
    if "values" not in rules:
        return pd.Series(data=False, index=range(table.num_rows))
    flags = rules[["row", "share", "values"]].explode("values")
    share = flags[flags["values"] == flag].groupby("row")["share"].sum()
    return share.reindex(range(table.num_rows), fill_value=0.0) > 0.5


def _rules(table: pa.Table, column: str) -> pd.DataFrame:
    """Rules of all segments in one table: number of the segment, share of it, and the rule's fields."""
    if column not in table.column_names:
        return pd.DataFrame({"row": [], "share": []})
    lists = table.column(column).combine_chunks()
    flat = pa.Table.from_struct_array(lists.flatten())
    while any(pa.types.is_struct(kind) for kind in flat.schema.types):
        flat = flat.flatten()
    rules: pd.DataFrame = flat.to_pandas()
    rules["row"] = pc.list_parent_indices(lists).to_numpy()
    between = rules.get("between")
    rules["share"] = 1.0 if between is None else [1.0 if part is None else float(part[1] - part[0]) for part in between]
    return rules


def _longest(rules: pd.DataFrame, column: str, count: int) -> pd.Series:
    """Value of the rule that holds on the longest part of each segment."""
    best = rules.sort_values(["row", "share"], kind="stable").groupby("row")[column].last()
    return best.reindex(range(count)).astype(object)


def _field(table: pa.Table, column: str, name: str) -> pd.Series:
    if column not in table.column_names:
        return _nothing(table.num_rows)
    values: pd.Series = pc.struct_field(table.column(column), name).to_pandas()
    return values.astype(object)


def _yes(flag: pd.Series) -> pd.Series:
    return pd.Series(np.where(flag, "yes", np.array(None, dtype=object)), index=flag.index)


def _nothing(count: int) -> pd.Series:
    return pd.Series(np.full(count, None, dtype=object), index=range(count))


def _left_out(classes: pd.Series, kept: int) -> Check:
    counts: dict[Any, int] = classes.fillna("none").value_counts().to_dict()
    rows = [{"class": str(name), "count": int(count)} for name, count in counts.items()]
    message = f"{kept} roads were taken; {len(classes)} segments of classes that have no speed were left out."
    return Check("roads_left_out", "info", len(classes), "", message, rows)
