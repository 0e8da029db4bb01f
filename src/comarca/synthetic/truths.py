"""What must come out of a synthetic country, known by construction, and the comparison with a run's table."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError
from comarca.registry.columns import sector_key
from comarca.synthetic.country import CORE, PANEL_YEARS, YEARS
from comarca.synthetic.extract import SEAT_SERVICES, VILLAGE_SERVICES, quarry
from comarca.synthetic.land import core_area_ha, gini_of, level, owner_shares, patch_sides
from comarca.synthetic.rasters import RURAL
from comarca.synthetic.roads import FERRY_MIN, link_positions, link_tags
from comarca.synthetic.tables import SECTOR_GROUPS, employment, firms, landless, outcomes, types_of_change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.synthetic.country import Country

    Column = NDArray[Any]

#: Speeds that the project's own table of speeds gives to links, km/h: of a limit 0.85 is driven. A ferry is waited for.
_LIMIT_FACTOR: Final = 0.85
_KMH: Final = {"primary": 60.0, "secondary": 50.0}
FERRY_WAIT_MIN: Final = 20.0
#: Relative difference that is allowed, by column: what rasters, grouping and rounding of coordinates cost.
_TOLERANCE: Final = {
    "population_persons": 1e-5, "population_change_percent_per_year": 1e-3, "night_light_change_percent_per_year": 1e-3,
    "parcel_area_gini_index": 1e-4, "parcel_area_mean_ha": 1e-4, "farmland_patch_area_gini_index": 1e-3,
    "mine_area_share": 1e-4,
    "time_intermediate_city_mean_min": 1e-3, "distance_intermediate_city_mean_km": 1e-3, "holding_area_mean_ha": 1e-5,
}  # fmt: skip
_TIGHT: Final = 1e-6


def truths(country: Country) -> pd.DataFrame:
    """Values that the columns of the table must have.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        Columns of the table by their names, indexed by ``territory_id``; NaN where nothing is planted.
    """
    people, hectares = _people(country), core_area_ha(country)
    table = {
        "parent_name": country.parents,
        "population_persons": people,
        "population_change_percent_per_year": country.growth_percent,
        "night_light_change_percent_per_year": country.light_growth_percent,
        "intermediate_city_count": ((country.city_persons >= 50_000) & (country.city_persons < 1_000_000)).astype(int),
        **_access(country),
        **_land(country, hectares),
        **_services(country),
        **_production(country),
        **_dynamics(country),
    }
    return pd.DataFrame(table, index=pd.Index(country.codes, name="territory_id"))


def bounds(country: Country) -> pd.DataFrame:
    """Gini coefficients of all holdings, which the bounds of the grouped table must hold between them.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    pandas.DataFrame
        Column ``holding_area_gini_index``, indexed by ``territory_id``.
    """
    values = [gini_of(owner_shares(gini)) for gini in level(country, YEARS[1]).tolist()]
    return pd.DataFrame({"holding_area_gini_index": values}, index=pd.Index(country.codes, name="territory_id"))


def differences(table: pd.DataFrame, expected: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Compare a run's table with what was planted.

    Parameters
    ----------
    table : pandas.DataFrame
        Table with all digits, indexed by ``territory_id``.
    expected : pandas.DataFrame
        From `truths`.
    limits : pandas.DataFrame
        From `bounds`.

    Returns
    -------
    pandas.DataFrame
        One row per column that was planted: ``column``, ``compared`` (territories), ``wrong`` (how many of them) and
        ``largest`` (largest relative difference; NaN for texts).

    Raises
    ------
    InputError
        If the table lacks a territory or a column.
    """
    lacking = sorted({*expected.columns, "holding_area_gini_lower_index", "holding_area_gini_upper_index"} - {*table})
    if lacking or not expected.index.isin(table.index).all():
        raise InputError(
            "table of the synthetic country",
            got=f"columns lack: {lacking}" if lacking else f"{len(table)} territories",
            expected=f"all columns with a planted truth, and {len(expected)} territories",
        )  # fmt: skip
    rows = [_difference(table[name].reindex(expected.index), planted) for name, planted in expected.items()]
    low, high = (table[f"holding_area_gini_{side}_index"].reindex(limits.index) for side in ("lower", "upper"))
    inside = limits["holding_area_gini_index"].between(low - _TIGHT, high + _TIGHT)
    rows.append({"column": "holding_area_gini_lower_index", "compared": len(inside), "wrong": int((~inside).sum())})
    return pd.DataFrame(rows)


def _difference(values: pd.Series, planted: pd.Series) -> dict[str, Any]:
    name, is_planted = str(planted.name), planted.notna()
    values, planted = values[is_planted], planted[is_planted]
    if not pd.api.types.is_numeric_dtype(planted):
        is_wrong = values.astype("str") != planted.astype("str")
        return {"column": name, "compared": len(planted), "wrong": int(is_wrong.sum())}
    scale = np.maximum(np.abs(planted.astype(float)), 1e-3)
    relative = np.abs(values.astype(float) - planted.astype(float)) / scale
    wrong = int((~(relative <= _TOLERANCE.get(name, _TIGHT))).sum())
    return {"column": name, "compared": len(planted), "wrong": wrong, "largest": float(relative.max())}


def _people(country: Country) -> Column:
    rural = np.where(country.is_hamlet, 0.0, RURAL * (CORE[1] - CORE[0]) ** 2)
    return np.asarray(country.seat_persons + country.village_persons.sum(axis=1) + rural)


def _access(country: Country) -> dict[str, Column]:
    """Minutes and km over links and ferries, where all people live in the seat's cell, by Dijkstra's algorithm."""
    pairs, geod = np.concatenate([country.links, country.ferries]), Geod(ellps="WGS84")
    km = np.array([geod.line_length(*link_positions(country, pair).T) / 1000 for pair in pairs])
    minutes = np.array([_minutes(country, pair, length) for pair, length in zip(pairs, km, strict=True)])
    count = country.territory_count
    graph = coo_array((minutes, tuple(pairs.T)), shape=(count, count)).tocsr()
    is_city = (country.city_persons >= 50_000) & (country.city_persons < 1_000_000)
    time, before, _ = dijkstra(
        graph, directed=False, indices=np.flatnonzero(is_city), min_only=True, return_predecessors=True
    )
    way = coo_array((km, tuple(pairs.T)), shape=(count, count)).tocsr()
    length = np.zeros(count)
    for node in np.argsort(time, kind="stable"):
        if before[node] >= 0:
            length[node] = length[before[node]] + way[node, before[node]] + way[before[node], node]
    is_known = country.is_hamlet & np.isfinite(time)
    return {
        "time_intermediate_city_mean_min": np.where(is_known, time, np.nan),
        "distance_intermediate_city_mean_km": np.where(is_known, length, np.nan),
    }


def _minutes(country: Country, pair: Column, km: float) -> float:
    if country.is_island[pair[1]]:
        return FERRY_MIN + FERRY_WAIT_MIN
    tags = link_tags(country, pair)
    return 60 * km / (_LIMIT_FACTOR * float(tags["maxspeed"]) if "maxspeed" in tags else _KMH[tags["highway"]])


def _land(country: Country, hectares: Column) -> dict[str, Column]:
    gini = bounds(country)["holding_area_gini_index"].to_numpy()
    owners = np.full(country.territory_count, len(owner_shares(float(level(country, YEARS[1])[0]))))
    patches = [
        patch_sides(country, number, YEARS[1]).prod(axis=1).astype(float) for number in range(country.territory_count)
    ]
    return {
        "parcel_area_gini_index": gini,
        "parcel_count": owners,
        "parcel_area_mean_ha": hectares / owners,
        "holding_count": owners,
        "holding_area_mean_ha": hectares / owners,
        "holding_landless_share": landless(country) / (landless(country) + owners),
        "farmland_patch_count": np.array([len(cells) for cells in patches]),
        "farmland_patch_area_gini_index": np.array([gini_of(cells) for cells in patches]),
    }


def _services(country: Country) -> dict[str, Column]:
    has_villages = ~country.is_hamlet
    count = country.villages.shape[1]
    seat = [tags.get("amenity") for tags in SEAT_SERVICES]
    posts = count // len(VILLAGE_SERVICES)
    return {
        "school_count": seat.count("school") + has_villages * count,
        "clinic_count": seat.count("clinic") + has_villages * posts,
        "hospital_count": np.full(country.territory_count, seat.count("hospital")),
    }


def _production(country: Country) -> dict[str, Column]:
    jobs = employment(country).pivot_table(index="territory_id", columns="sector", values="jobs")
    share = jobs.div(jobs.sum(axis=1), axis=0)
    total = jobs.sum() / jobs.to_numpy().sum()
    grouped = share.T.groupby([SECTOR_GROUPS.get(str(name), str(name)) for name in share]).sum().T
    diversity, unrelated = (-(part * np.log(part)).sum(axis=1).to_numpy() for part in (share, grouped))
    mines = np.array(
        [shapely.Polygon(quarry(country, number)) for number in range(country.territory_count)], dtype=object
    )
    size = firms(country).assign(max_jobs=lambda rows: rows["max_jobs"].fillna(np.inf))
    size = size.pivot_table(index="territory_id", columns="max_jobs", values="firms")
    return {
        "employment_jobs_count": jobs.sum(axis=1).to_numpy(),
        "employment_shannon_index": diversity,
        "employment_unrelated_variety_index": unrelated,
        "employment_related_variety_index": diversity - unrelated,
        "mine_area_share": geodesic_area_km2(mines) / geodesic_area_km2(country.polygons),
        "employment_hhi_index": (share**2).sum(axis=1).to_numpy(),
        **{
            f"employment_{sector_key(str(name))}_location_quotient_ratio": (share[name] / total[name]).to_numpy()
            for name in share
        },
        "small_firm_share": (size[[9.0, 49.0]].sum(axis=1) / size.sum(axis=1)).to_numpy(),
    }


def _dynamics(country: Country) -> dict[str, Column]:
    panel = outcomes(country).pivot_table(index="territory_id", columns="year")
    letters = np.where(types_of_change(country), "W", "L")
    columns: dict[str, Column] = {}
    for i, (first, last) in enumerate(itertools.pairwise(PANEL_YEARS)):
        columns[f"dynamics_type_{first}_{last}"] = np.array(["".join(row) for row in letters[:, i]])
        change = panel["poverty"][last] - panel["poverty"][first]
        columns[f"poverty_change_points_{first}_{last}"] = change.to_numpy()
    return columns
