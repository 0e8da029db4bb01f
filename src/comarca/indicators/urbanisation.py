"""How urban a territory is, and which cities its people look to: degree of urbanisation and catchment areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.access.model import NOTABLE_SHARE, SPREAD
from comarca.access.urca import CITY_SIZES_PERSONS, GROUPS, NAMES, band_of, classify
from comarca.crs import require_storage_crs
from comarca.population.degurba import (
    DETAILED_CODES,
    RURAL_CELL,
    URBAN_CENTRE,
    URBAN_CLUSTER,
    classify_units,
    classify_units_in_detail,
)
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain, join_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.registry.columns import TableColumn

_CLASS: Final = "urban_rural_catchment_class"


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    degree_of_urbanisation: pd.DataFrame,
    urca_times: pd.DataFrame | None = None,
    urban_within_min: float = 10.0,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Degree of urbanisation, and urban-rural catchment areas.

    Parameters
    ----------
    degree_of_urbanisation : pandas.DataFrame
        Columns ``cell_class`` (`comarca.population.degurba.classify_cells`), ``detailed_class``
        (`comarca.population.degurba.classify_cells_in_detail`) and ``density_persons_per_km2`` of the cell that each
        demand point lies in, indexed by ``demand_id``.
    urca_times : pandas.DataFrame, optional
        Minutes to the nearest city of each size, indexed by ``demand_id``, one column per name in
        `comarca.access.urca.CITY_SIZES_PERSONS`; NaN where none can be reached. Estimates for cities beyond the edge of
        the road data in columns ``estimated_<name>``.
    urban_within_min : float, optional
        An urban cell lies in the city that it reaches within this time; see `comarca.access.urca.classify`.

    Returns
    -------
    Indicators
        Missing where nobody is known to live (flags ``no_demand``, ``no_population``). Values that rest on estimated
        times have the flag ``border_bias``; a class is missing (``border_undecided``) where these, 30 % shorter and
        30 % longer, lie in two bands of time.
    """
    require_storage_crs(territories, name="layer territories")
    require_storage_crs(demand, name="layer demand")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    cells = degree_of_urbanisation.loc[demand["demand_id"]]
    persons = people_by_territory(demand, index)
    nobody = pd.Series(np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION), index)
    parts = [_degree(demand, cells, index, nobody)]
    if urca_times is not None:
        parts.append(_catchment(demand, cells, urca_times, index, nobody, urban_within_min))
    return join_parts(parts, index).select([column.name for column in columns])


def _degree(demand: gpd.GeoDataFrame, cells: pd.DataFrame, index: pd.Index, nobody: pd.Series) -> Indicators:
    cell_class, detailed_class = cells["cell_class"].to_numpy(), cells["detailed_class"].to_numpy()
    shares = {
        f"population_{name}_share": mean_over_people(demand, cell_class == code, index)
        for name, code in (("urban_centre", URBAN_CENTRE), ("urban_cluster", URBAN_CLUSTER), ("rural", RURAL_CELL))
    }
    values = pd.DataFrame(shares, index=index)
    units = classify_units(values["population_urban_centre_share"], values["population_rural_share"])
    values.insert(0, "degree_of_urbanisation_class", pd.Series(units, index, dtype="str"))
    detail = {code: mean_over_people(demand, detailed_class == code, index) for code in DETAILED_CODES}
    values.insert(1, "settlement_type_class", pd.Series(classify_units_in_detail(detail), index, dtype="str"))
    rural = float(demand["population_persons"][cell_class == RURAL_CELL].sum())
    total = float(demand["population_persons"].sum())
    check = Check(
        name="degree_of_urbanisation",
        status="info",
        value=rural / total if total else None,
        threshold="",
        message=f"{rural:,.0f} of {total:,.0f} people live in rural cells.",
    )
    return Indicators(values, explain(values, Flag.NO_DEMAND, **dict.fromkeys(map(str, values), nobody)), [check])


def _catchment(
    demand: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    urca_times: pd.DataFrame,
    index: pd.Index,
    nobody: pd.Series,
    urban_within_min: float,
) -> Indicators:
    times = urca_times.reindex(demand["demand_id"])
    found = times[list(CITY_SIZES_PERSONS)].to_numpy(dtype=float)
    estimated = times[[f"estimated_{size}" for size in CITY_SIZES_PERSONS]].to_numpy(dtype=float)
    density, is_urban = cells["density_persons_per_km2"].to_numpy(), cells["cell_class"].to_numpy() != RURAL_CELL
    as_found, low, codes, high = (
        classify(
            np.fmin(found, factor * estimated), density_persons_per_km2=density, is_urban=is_urban,
            urban_within_min=urban_within_min,
        )
        for factor in (np.nan, 1 - SPREAD, 1.0, 1 + SPREAD)
    )  # fmt: skip
    shares = {
        f"population_urca_{name}_share": mean_over_people(demand, np.isin(codes, group), index)
        for name, group in GROUPS.items()
    }
    values = pd.DataFrame(shares, index=index)
    bands = [band_of(_most_common(demand, each, index)) for each in (low, high)]
    is_open = pd.Series(bands[0] != bands[1], index)
    class_code = _most_common(demand, codes, index)
    values.insert(0, _CLASS, class_code.map(NAMES).mask(is_open).astype("str"))
    flags = explain(values, Flag.NO_DEMAND, **dict.fromkeys(map(str, values), nobody))
    flags.loc[is_open, _CLASS] = Flag.BORDER_UNDECIDED.value
    differs = (as_found != codes) | (low != codes) | (high != codes)
    is_estimated = mean_over_people(demand, differs, index) > NOTABLE_SHARE
    return Indicators(values, flags.mask(values.notna().mul(is_estimated, axis=0), Flag.BORDER_BIAS.value))


def _most_common(demand: gpd.GeoDataFrame, codes: NDArray[np.int8], index: pd.Index) -> pd.Series:
    """Code of the class that most of each territory's people are in, NaN for nobody; the more urban of a tie."""
    table = pd.DataFrame(
        {"territory_id": demand["territory_id"], "code": codes, "people": demand["population_persons"]}
    )
    people = table[table["people"] > 0].groupby(["territory_id", "code"])["people"].sum()
    first = people.sort_values(ascending=False, kind="stable").reset_index().drop_duplicates("territory_id")
    code: pd.Series = first.set_index("territory_id")["code"].reindex(index)
    return code
