"""Jobs within reach: the jobs of each territory, spread over the places where its people live."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from comarca.access.market import city_minutes
from comarca.access.model import WALKING
from comarca.access.routes import quickest_routes
from comarca.population.people import demand_weight
from comarca.results import Flag

if TYPE_CHECKING:
    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork

logger = logging.getLogger(__name__)

#: Travel time that counts as within reach, minutes.
REACH_MIN: Final = 60.0
#: People of a territory within a cell of this size have their jobs at one place, degrees of latitude: 5 km.
CELL_DEG: Final = 0.045


def job_places(demand: gpd.GeoDataFrame, employment: pd.DataFrame, *, cell_deg: float = CELL_DEG) -> gpd.GeoDataFrame:
    """Spread the jobs of the territories over places, in proportion to the people who live there.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    employment : pandas.DataFrame
        Layer of this name: ``territory_id`` and ``jobs`` by sector.
    cell_deg : float, optional
        Size of the cells that people are gathered in, degrees of latitude.

    Returns
    -------
    geopandas.GeoDataFrame
        ``place_id``, ``territory_id``, ``jobs`` (above 0, or NaN where the territory lacks a figure), ``gap`` (the flag
        that says why, else empty) and the most peopled point of each cell of a territory, EPSG:4326. They add up to
        the jobs of the territories with demand.
    """
    total = employment.groupby("territory_id")["jobs"].agg(lambda jobs: jobs.sum(skipna=False))
    lon, lat = demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy()
    narrow = np.cos(np.radians(lat.mean())) if len(lat) else 1.0
    rows = pd.DataFrame(
        {
            "territory_id": demand["territory_id"].to_numpy(),
            "row": np.floor(lat / cell_deg).astype(np.int64),
            "column": np.floor(lon * narrow / cell_deg).astype(np.int64),
            "weight": demand_weight(demand),
            "point": np.arange(len(demand)),
        }
    ).sort_values("weight", ascending=False, kind="stable")
    places = rows.groupby(["territory_id", "row", "column"], as_index=False).agg({"weight": "sum", "point": "first"})
    whole = places.groupby("territory_id")["weight"].transform("sum")
    places["jobs"] = places["territory_id"].map(total) * places["weight"] / whole.where(whole > 0)
    gap = np.where(places["territory_id"].isin(total.index), Flag.NOT_IN_SOURCE, Flag.NO_SOURCE_ROW)
    places["gap"] = np.where(places["territory_id"].map(total).isna(), gap, Flag.OK)
    places = places[(places["jobs"] > 0) | ((places["gap"] != "") & (places["weight"] > 0))].reset_index(drop=True)
    logger.info("%d places with %.0f of %.0f jobs", len(places), places["jobs"].sum(), total.sum())
    return gpd.GeoDataFrame(
        {"place_id": [f"p{n:06d}" for n in range(len(places))], **places[["territory_id", "jobs", "gap"]]},
        geometry=demand.geometry.to_numpy()[places["point"]], crs=demand.crs,
    )  # fmt: skip


def jobs_within_reach(
    routable: RoutableNetwork,
    places: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    origins: Origins,
    reach_min: float = REACH_MIN,
    walking: Walking = WALKING,
) -> pd.DataFrame:
    """Count the jobs that each demand point reaches within a time.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the places on them, identified by ``place_id``.
    places : geopandas.GeoDataFrame
        What `job_places` gives.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    origins : Origins
        The demand points with their nearest roads, in the order of `demand`.
    reach_min : float, optional
        Travel time that counts as within reach.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``demand_id``: ``jobs``, 0 where none are reached; ``lacks_jobs``: a place is reached whose jobs are
        not known; ``gap``: the flag of the point's own territory, empty if its jobs are known.

    Notes
    -----
    Cumulative opportunities, see Handy and Niemeier (1997, doi:10.1068/a291175). Times are those of
    `comarca.access.market.city_minutes`: one bounded search per place.
    """
    jobs = places["jobs"].to_numpy(dtype=float)[routable.destinations.rows_in(places["place_id"])]
    is_unknown = np.isnan(jobs)
    counts = (jobs > 0) | is_unknown
    nearest = quickest_routes(routable, origins, counts, walking=walking)
    total, lacks_jobs = np.zeros(len(demand)), np.zeros(len(demand), dtype=bool)
    for place, near, _ in city_minutes(routable, origins, nearest, counts, limit_min=reach_min, walking=walking):
        if is_unknown[place]:
            lacks_jobs[near] = True
        else:
            total[near] += jobs[place]
    gaps = places.drop_duplicates("territory_id").set_index("territory_id")["gap"]
    own = demand["territory_id"].map(gaps).fillna(Flag.OK.value).astype(str).to_numpy()
    index = pd.Index(demand["demand_id"], name="demand_id")
    return pd.DataFrame({"jobs": total, "lacks_jobs": lacks_jobs, "gap": own}, index=index)
