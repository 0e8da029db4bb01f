"""Whether the people of a region can be right: held against its cities and against its country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from comarca.crs import geodesic_area_km2
from comarca.results import Check

if TYPE_CHECKING:
    import geopandas as gpd

    from comarca.registry.countries import Country
    from comarca.results import Status

_DOUBTFUL: Final = 2.0
_IMPOSSIBLE: Final = 10.0
#: From this share of the country's area on, a region is taken for the country.
_WHOLE: Final = 0.9


def plausibility_check(
    persons: float, *, territories: gpd.GeoDataFrame, cities: gpd.GeoDataFrame, country: Country
) -> Check:
    """Hold the people of a region against what is known of them.

    Parameters
    ----------
    persons : float
        People in all territories.
    territories, cities : geopandas.GeoDataFrame
        Layers of these names.
    country : Country
        The region's country in the catalogue.

    Returns
    -------
    Check
        ``population_plausibility``: ``warn`` where the people differ from what is expected by a factor above 2,
        ``fail`` above 10.

    Notes
    -----
    Expected are at least the inhabitants of the cities in the territories, and at most those and the people that the
    country has on average on as much land; where the region is the country, the country's population.
    """
    area = float(geodesic_area_km2(territories.geometry.to_numpy()).sum())
    inside = shapely.intersects(territories.union_all(), shapely.point_on_surface(cities.geometry.to_numpy()))
    in_cities = float(np.nansum(cities["population_persons"].to_numpy(dtype=float)[inside]))
    low, high, source = in_cities, None, f"{int(inside.sum())} cities inside have {in_cities:,.0f}"
    if country.population_persons and country.area_km2:
        on_land = country.population_persons * area / country.area_km2
        if area > _WHOLE * country.area_km2:
            low, high, source = on_land, on_land, f"the country has {country.population_persons:,.0f}"
        else:
            high = in_cities + on_land
            source += f", and as much land of the country has {on_land:,.0f} on average"
    factor = _factor(persons, low, high)
    status: Status = "fail" if factor > _IMPOSSIBLE else "warn" if factor > _DOUBTFUL else "pass"
    remedy = (
        " Check the unit of the population (persons per cell, or per km2: `unit: density`), and what it covers."
        if status != "pass"
        else ""
    )
    return Check(
        name="population_plausibility",
        status=status,
        value=factor if np.isfinite(factor) else None,
        threshold=f"a factor of at most {_DOUBTFUL:g} from the expected population; {_IMPOSSIBLE:g} cannot be right",
        message=f"The territories have {persons:,.0f} persons; {source}." + remedy,
    )


def _factor(persons: float, low: float, high: float | None) -> float:
    """How far the people are outside the range expected, as a factor; 1 inside it."""
    if low <= persons and (high is None or persons <= high):
        return 1.0
    if persons < low:
        return low / persons if persons > 0 else np.inf
    return persons / high if high else np.inf
