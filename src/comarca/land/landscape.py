"""Landscape measures of each territory from the pieces of farmland patches in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.measures.ranked import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.land.parcels import Border

    FloatArray = NDArray[np.float64]


def whole_areas(pieces: pd.DataFrame) -> pd.DataFrame:
    """Add to each piece the area of the whole patch.

    Parameters
    ----------
    pieces : pandas.DataFrame
        Columns ``patch``, ``territory`` and ``area_ha``, with pieces outside all territories as territory -1.

    Returns
    -------
    pandas.DataFrame
        Pieces inside territories, with ``patch_area_ha``, and ``is_main``: it is the patch's largest piece, counting
        all that lies outside as one (a tie goes to the territory that comes first).
    """
    whole = pieces.groupby("patch")["area_ha"].transform("sum")
    outside = pieces["territory"] < 0
    order = pieces.assign(last=outside, whole=whole).sort_values(
        ["patch", "area_ha", "last", "territory"], ascending=[True, False, True, True]
    )
    main = ~order.duplicated("patch")
    inside = order.assign(patch_area_ha=order["whole"], is_main=main)[order["territory"] >= 0]
    columns = ["patch", "territory", "area_ha", "patch_area_ha", "is_main"]
    return inside[columns].sort_values(["patch", "territory"], ignore_index=True)


def patch_units(pieces: pd.DataFrame, *, border: Border = "majority") -> pd.DataFrame:
    """Count patches for territories.

    Parameters
    ----------
    pieces : pandas.DataFrame
        As from `whole_areas`.
    border : {"majority", "cut"}, default "majority"
        A patch that several territories share goes whole to the one that holds most of it, or each piece counts.

    Returns
    -------
    pandas.DataFrame
        Rows of `pieces` that count as units, with their ``area_ha``.
    """
    if border == "cut":
        return pieces
    main = pieces[pieces["is_main"]]
    return main.assign(area_ha=main["patch_area_ha"])


def landscape_measures(pieces: pd.DataFrame, *, total_ha: FloatArray, edge_m: FloatArray) -> pd.DataFrame:
    """Largest patch, effective mesh size and edge density of each territory.

    Parameters
    ----------
    pieces : pandas.DataFrame
        As from `whole_areas`, with positions as ``territory``.
    total_ha : numpy.ndarray, shape (m,)
        Area of each territory that the raster has data for.
    edge_m : numpy.ndarray, shape (m,)
        Length of the edges of patches in each territory.

    Returns
    -------
    pandas.DataFrame, shape (m, 4)
        ``share``: farmland over the area; ``largest_share``: the largest piece over the area; ``mesh_ha``: the
        effective mesh size; ``edge_m_per_ha``. NaN where the raster has no data.

    Notes
    -----
    The effective mesh size is the size of the patch that a point dropped at random in the territory finds itself in, 0
    if it falls outside farmland: ``sum(piece * patch) / total``, with the whole of patches that cross the border (the
    cross-boundary procedure), so that small territories are not taken for fragmented. Sources: Jaeger (2000),
    doi:10.1023/A:1008129329289; Moser et al. (2007), doi:10.1007/s10980-006-9023-0.
    """
    count = len(total_ha)
    territory = pieces["territory"].to_numpy()
    area, whole = pieces["area_ha"].to_numpy(), pieces["patch_area_ha"].to_numpy()
    largest = np.zeros(count)
    np.maximum.at(largest, territory, area)
    return pd.DataFrame(
        {
            "share": ratio(np.bincount(territory, weights=area, minlength=count).astype(np.float64), total_ha),
            "largest_share": ratio(largest, total_ha),
            "mesh_ha": ratio(
                np.bincount(territory, weights=area * whole, minlength=count).astype(np.float64), total_ha
            ),
            "edge_m_per_ha": ratio(edge_m, total_ha),
        }
    )
