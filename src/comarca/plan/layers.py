"""Which layers a region has by its configuration, and the values that column names are expanded over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.layers.index import ECONOMY_SECTORS

if TYPE_CHECKING:
    from comarca.config.region import Region


def available_layers(region: Region) -> frozenset[str]:
    """Name the layers that a region has by its configuration.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    frozenset of str
        Names of layers and conditions, keys of `LAYERS` and `CONDITIONS`.
    """
    has_osm = region.osm.is_given

    def given(section: str) -> bool:
        source = getattr(region, section)
        return bool(source.is_given and (source.provider != ("osm",) or has_osm))

    present = {
        "territories": True,
        "cities": given("cities"),
        "roads": given("roads"),
        "power": given("power"),
        "services": given("services"),
        "land_use": has_osm,
        "places": has_osm,
        "buildings": has_osm,
        # People are known; demand itself falls back to a grid of areas.
        "population": region.population.is_given and (region.population.provider != ("settlements",) or has_osm),
        "demand": True,
        "surfaces": True,
        "parcels": given("parcels"),
        "holdings": given("holdings"),
        "outcomes": given("outcomes"),
        "land_cover_patches": given("land_cover"),
        "land_cover_areas": given("land_cover"),
        "economy": has_osm,
        "employment": given("employment"),
        "firms": given("firms"),
        "population_by_year": bool(region.population.earlier),
        "earlier_land_cover": bool(region.land_cover.earlier),
        "earlier_night_lights": bool(region.night_lights.earlier),
        "demand_lights": given("night_lights"),
        "territory_lights": given("night_lights"),
    }
    present["farmland"] = present["land_use"] or present["land_cover_patches"]
    present["degree_of_urbanisation"] = present["population"]
    present["travel_times"] = present["roads"] and present["cities"]
    present["market_potential"] = present["urca_times"] = present["travel_times"]
    # Only that family uses them, and says to which kinds of service.
    present["service_times"] = present["roads"] and present["services"] and region.indicators.services is not False
    return frozenset(name for name, is_present in present.items() if is_present)


def template_fields(region: Region) -> dict[str, list[str]]:
    """Values of the fields that registry entries are expanded over.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Field -> values as text.
    """
    options = region.indicators
    power_km = options.infrastructure.power_distance_km if options.infrastructure else None
    return {
        "city_class": list(region.city_classes_persons),
        "time_threshold": [str(t) for t in options.access.time_thresholds_min] if options.access else [],
        "road_class": list(options.infrastructure.road_classes) if options.infrastructure else [],
        "power_distance": [f"{power_km:g}"] if power_km else [],
        "service": list(options.services.kinds) if options.services else [],
        "economy_sector": list(ECONOMY_SECTORS),
    }
