"""What the city offers that people reach first: its centrality, its services, its rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.access.centrality import city_of_service, davies_centrality
from comarca.crs import require_storage_crs
from comarca.polygons import territory_of
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    cities: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    travel_times: Mapping[str, pd.DataFrame],
    columns: Sequence[TableColumn],
) -> Indicators:
    """Gather what the city offers that people reach first, by territory.

    Parameters
    ----------
    cities, services : geopandas.GeoDataFrame
        Layers of these names, EPSG:4326.
    travel_times : mapping of str to pandas.DataFrame
        City class -> rows with ``demand_id`` and ``city_id``, the city reached first.

    Returns
    -------
    Indicators
        Means over the people who reach a city of the region. Cities abroad are left out, as their services are not in
        the layer.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    offered = _offers(cities, services, territories)
    persons = people_by_territory(demand, index)
    nobody = np.where(persons.isna(), Flag.NO_DEMAND, np.where(persons == 0, Flag.NO_POPULATION, Flag.UNREACHABLE))
    values = pd.DataFrame(index=index)
    for name in dict.fromkeys(column.fields["city_class"] for column in columns):
        times = travel_times[name]
        times = times.set_index("demand_id") if "demand_id" in times else times
        city = times["city_id"].reindex(demand["demand_id"]).to_numpy(dtype=object)
        for measure, column in (
            ("centrality", f"{name}_city_centrality_index"),
            ("kinds", f"{name}_city_service_kinds_index"),
            ("density", f"{name}_city_service_density_per_10000persons"),
            ("place", f"{name}_city_hierarchy_index"),
        ):
            values[column] = mean_over_people(demand, pd.Series(city).map(offered[measure]), index)
    flags = explain(values, Flag.UNREACHABLE, **dict.fromkeys(map(str, values), pd.Series(nobody, index)))
    first = offered["centrality"].sort_values(ascending=False, kind="stable").head(20)
    names = cities.set_index("city_id")["city_name"]
    rows = [{"city": str(names[code]), "centrality": float(value)} for code, value in first.items()]
    message = f"{int(offered['services'].sum())} of {len(services)} services lie in a city."
    check = Check("city_centrality", "info", len(offered), "", message, rows)
    return Indicators(values, flags, [check]).select([column.name for column in columns])


def _offers(cities: gpd.GeoDataFrame, services: gpd.GeoDataFrame, territories: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure what the cities of the region offer, by code."""
    inside = territory_of(cities.geometry.representative_point().to_numpy(), territories) >= 0
    own = cities[inside].reset_index(drop=True)
    table = davies_centrality(city_of_service(services, own), services["kind"], city_count=len(own))
    persons = own["population_persons"].to_numpy(dtype=float)
    table["density"] = 10_000 * table["services"] / np.where(persons > 0, persons, np.nan)
    table["place"] = pd.Series(persons).rank(ascending=False, method="min")
    return table.set_index(pd.Index(own["city_id"]))
