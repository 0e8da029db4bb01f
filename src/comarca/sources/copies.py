"""Lines that stand twice in a layer: each is taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geodesic_length_km
from comarca.results import Check

if TYPE_CHECKING:
    import geopandas as gpd

#: Coordinates that differ by less are one place, degrees.
_SAME_DEG: Final = 1e-7
_LISTED: Final = 20


def without_copies(lines: gpd.GeoDataFrame, *, id_column: str, name: str) -> tuple[gpd.GeoDataFrame, Check]:
    """Take lines of the very same course once, whichever way they are drawn.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Lines, EPSG:4326, with a column of ids. Two one-way roads of opposite directions are no copies.
    id_column : str
        The column of ids.
    name : str
        What the layer is: first word of the check.

    Returns
    -------
    lines : geopandas.GeoDataFrame
        The first of each, by position, on a fresh index.
    check : Check
        ``<name>_drawn_twice``: how many were left out, their length, and the first of them.
    """
    shapes = shapely.set_precision(lines.geometry.to_numpy(), _SAME_DEG, mode="pointwise")
    course = shapely.to_wkb(shapely.normalize(shapes))
    keys = pd.DataFrame({"course": course, "drawn": b""}, index=lines.index)
    if "oneway" in lines:
        is_oneway = lines["oneway"].isin(["yes", "-1", "true", "1", "reverse"]).to_numpy()
        keys["drawn"] = np.where(is_oneway, shapely.to_wkb(shapes), np.array(b"", dtype=object))
    is_copy = keys.duplicated().to_numpy()
    copies = lines[is_copy]
    km = float(geodesic_length_km(copies.geometry.to_numpy()).sum()) if len(copies) else 0.0
    check = Check(
        f"{name}_drawn_twice", "warn" if len(copies) else "pass", len(copies), "no line twice",
        f"{len(copies)} lines of {name}, {km:.1f} km, have the very course of another one; each is taken once.",
        [{"id": str(each)} for each in copies[id_column].head(_LISTED)],
    )  # fmt: skip
    return (lines if not len(copies) else lines[~is_copy].reset_index(drop=True)), check
