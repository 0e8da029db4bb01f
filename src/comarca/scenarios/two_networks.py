"""Another road network in place of the region's, of another date or source, and what the two have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geodesic_length_km
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.roads.network import LOCAL_CLASSES
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    import geopandas as gpd

#: Ends of the names of files that are read as OpenStreetMap extracts.
OSM_ENDINGS: Final = (".pbf", ".osm", ".osm.bz2", ".osm.gz")
#: From this rise of the straight segments per kilometre on, roads are taken as drawn anew.
FINER: Final = 1.05
#: From this share of the changed kilometres on, the comparison is doubtful.
_DOUBTFUL: Final = 0.5


def is_extract(path: str) -> bool:
    """Tell whether a file is an OpenStreetMap extract, by its name.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    bool
        False for vector files of roads.

    Examples
    --------
    >>> is_extract("uruguay-2015.osm.pbf"), is_extract("caminos.gpkg")
    (True, False)
    """
    return Path(path).name.lower().endswith(OSM_ENDINGS)


def extract_roads(path: str) -> gpd.GeoDataFrame:
    """Read the roads of an OpenStreetMap extract.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema ``roads``.
    """
    roads: gpd.GeoDataFrame = read_osm(path, ["roads"])["roads"]
    return roads


def mapping_effort(today: gpd.GeoDataFrame, other: gpd.GeoDataFrame, territories: gpd.GeoDataFrame) -> list[Check]:
    """Tell how much of the difference of two networks may be mapping, not building.

    Parameters
    ----------
    today, other : geopandas.GeoDataFrame
        Schema ``roads``.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.

    Returns
    -------
    list of Check
        The share of the changed kilometres in territories where roads are drawn with over 5 % more straight
        segments per kilometre in one of the two, which is what mapping anew does and building does not; and the share
        of the change that is of local classes, which maps complete last.

    Notes
    -----
    A road counts where its middle lies. Changed kilometres are the sum over territories of the difference of their
    lengths, without sign.
    """
    lengths = [_by_territory(roads, territories) for roads in (today, other)]
    change = lengths[1]["km"] - lengths[0]["km"]
    local = (lengths[1]["local_km"] - lengths[0]["local_km"]).abs().sum()
    detail = [table["segments"] / table["km"].where(table["km"] > 0) for table in lengths]
    ratio = (detail[1] / detail[0]).to_numpy(dtype=float)
    is_finer = (np.fmax(ratio, 1 / ratio) > FINER) & ~np.isnan(ratio)
    whole = float(change.abs().sum())
    share = float(change.abs()[is_finer].sum()) / whole if whole else 0.0
    of_local = float(local) / whole if whole else 0.0
    order = change.abs().sort_values(ascending=False, kind="stable").index[:20]
    names = territories.set_index("territory_id")["territory_name"]
    rows = [{"territory": str(names[code]), "km": round(float(change[code]), 1)} for code in order if change[code]]
    return [
        Check(
            "roads_redrawn_share", "warn" if share > _DOUBTFUL else "pass", round(share, 4), "at most 50 % of the km",
            f"Of {whole:,.1f} km by which territories differ, {share:.0%} lie where roads are drawn with over 5 % more "
            "straight segments per km in one of the two networks: mapping, not building, may be what changed there. "
            f"{of_local:.0%} is of local classes.",
            rows,
        )
    ]  # fmt: skip


def _by_territory(roads: gpd.GeoDataFrame, territories: gpd.GeoDataFrame) -> pd.DataFrame:
    """Kilometres, those of local classes, and straight segments, by territory."""
    lines = roads.geometry.to_numpy()
    where = territory_of(shapely.line_interpolate_point(lines, 0.5, normalized=True), territories)
    km = geodesic_length_km(lines)
    parts: dict[str, Any] = {
        "km": km,
        "local_km": km * roads["road_class"].isin(LOCAL_CLASSES),
        "segments": shapely.get_num_points(lines) - 1,
    }
    index = pd.Index(territories["territory_id"])
    sums = {name: np.bincount(where[where >= 0], weights=np.asarray(values, dtype=float)[where >= 0],
                              minlength=len(index)) for name, values in parts.items()}  # fmt: skip
    return pd.DataFrame(sums, index=index)
