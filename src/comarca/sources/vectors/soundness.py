"""Rows of users' layers whose shape is missing, empty or broken beyond repair: refused, or left out and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from comarca.errors import InputError
from comarca.polygons import polygons_only, valid_areas
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

Policy = Literal["refuse", "drop"]
_AREA_DIMENSION = 2


def sound_shapes(layer: gpd.GeoDataFrame, policy: Policy | None, *, where: str) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Refuse or leave out the rows whose shape cannot be used.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        Rows of a file; the index is the position in the file, from 0.
    policy : {"refuse", "drop"}, optional
        What happens to rows without a shape, with an empty one, or with a polygon that has no area left once it is
        repaired. None leaves them to who reads the layer.
    where : str
        The file, for messages.

    Returns
    -------
    sound : geopandas.GeoDataFrame
        The other rows, with their index.
    checks : list of Check
        With `drop`: how many were left out, and a row for each.

    Raises
    ------
    InputError
        With `refuse`, if there are such rows, all of which it names; with `drop`, if no row is left.
    """
    if policy is None:
        return layer, []
    faults = _faults(layer.geometry.to_numpy())
    bad = faults != ""
    if bad.any() and (policy == "refuse" or bad.all()):
        told = "; ".join(
            f"{fault}: {row_ranges(layer.index[faults == fault] + 1)}" for fault in sorted({*faults[bad].tolist()})
        )
        raise InputError(
            where, got=f"{int(bad.sum())} of {len(layer)} rows without a shape that can be used ({told})",
            expected="a shape in every row",
            remedy="" if bad.all() else "Mend the rows in the file, or set `broken_shapes: drop` to leave them out.",
        )  # fmt: skip
    rows = [
        {"row": int(row) + 1, "fault": str(fault)} for row, fault in zip(layer.index[bad], faults[bad], strict=True)
    ]
    message = f"{len(rows)} of {len(layer)} rows have no shape that can be used, and are left out."
    return layer[~bad], [Check("broken_shapes", "warn" if rows else "pass", len(rows), "0 rows", message, rows)]


def row_ranges(numbers: Sequence[int] | NDArray[np.int64]) -> str:
    """Write numbers of rows in full, runs as ranges.

    Parameters
    ----------
    numbers : sequence of int
        In any order.

    Returns
    -------
    str
        Such as ``"3, 7-9"``.
    """
    rows = np.unique(np.asarray(numbers))
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _faults(shapes: NDArray[np.object_]) -> NDArray[np.str_]:
    """Say what is wrong with each shape; empty where nothing is, or a repair mends it."""
    missing, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    faults = np.select([missing, empty], ["no shape", "empty shape"], default="").astype("<U24")
    crossed = np.flatnonzero((shapely.get_dimensions(shapes) == _AREA_DIMENSION) & ~shapely.is_valid(shapes))
    if len(crossed):
        lost = shapely.is_empty(polygons_only(valid_areas(shapes[crossed])))
        faults[crossed[lost]] = "polygon without an area"
    return faults
