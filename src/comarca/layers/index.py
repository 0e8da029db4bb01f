"""Which layers there are, where they lie under ``results/<region>/``, and which of them a region has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from comarca.config.region import Region

LayerKind = Literal["vector", "table", "tables", "raster", "reference"]


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name : str
        Name; for kind ``vector`` also that of its schema.
    kind : str
        ``vector`` (GeoParquet by schema), ``table`` (Parquet), ``tables`` (Parquet with one table per value of `field`,
        on top of each other), ``raster`` (GeoTIFF) or ``reference`` (a CSV table of the project's own).
    path : str
        Path under ``results/<region>/``; of a reference, under the project's folder.
    switch : str
        The configuration key that gives the region this layer.
    field : str or None
        For kind ``tables``: the column that tells the tables apart.
    """

    name: str
    kind: LayerKind
    path: str
    switch: str
    field: str | None = None


def _vector(name: str, switch: str) -> Layer:
    return Layer(name, "vector", f"layers/{name}.parquet", switch)


LAYERS: Final[dict[str, Layer]] = {
    layer.name: layer
    for layer in (
        _vector("territories", "territories.provider"),
        _vector("roads", "roads.provider"),
        _vector("power", "power.provider"),
        _vector("services", "services.provider"),
        _vector("land_use", "osm.provider"),
        _vector("places", "osm.provider"),
        _vector("buildings", "osm.provider"),
        _vector("cities", "cities.provider"),
        _vector("demand", "population.provider"),
        Layer("degree_of_urbanisation", "table", "layers/degree_of_urbanisation.parquet", "population.provider"),
        Layer("travel_times", "tables", "layers/travel_times.parquet", "roads.provider", "city_class"),
        Layer("market_potential", "table", "layers/market_potential.parquet", "roads.provider"),
        Layer("surfaces", "reference", "config/surfaces.csv", ""),
        Layer("demand_lights", "table", "layers/demand_lights.parquet", "night_lights.provider"),
        Layer("territory_lights", "table", "layers/territory_lights.parquet", "night_lights.provider"),
        Layer("parcels", "table", "layers/parcels.parquet", "parcels.provider"),
        Layer("holdings", "table", "layers/holdings.parquet", "holdings.provider"),
        Layer("outcomes", "table", "layers/outcomes.parquet", "outcomes.provider"),
        Layer("land_cover_areas", "table", "layers/land_cover_areas.parquet", "land_cover.provider"),
        Layer("land_cover_patches", "table", "layers/land_cover_patches.parquet", "land_cover.provider"),
        Layer("urca_times", "table", "layers/urca_times.parquet", "roads.provider"),
        Layer("population_by_year", "table", "layers/population_by_year.parquet", "population.earlier"),
        Layer("economy", "vector", "layers/economy.parquet", "osm.provider"),
        Layer("employment", "table", "layers/employment.parquet", "employment.provider"),
        Layer("firms", "table", "layers/firms.parquet", "firms.provider"),
        Layer("service_times", "tables", "layers/service_times.parquet", "services.provider", "service"),
    )
}

#: Sectors of the local economy that OSM tags tell apart.
ECONOMY_SECTORS: Final = ("shop", "office", "craft", "industry", "tourism", "service")
#: Conditions without a file: what the columns that ask for them need can come from more than one layer. With the key
#: that fulfils each.
CONDITIONS: Final[dict[str, str]] = {
    "population": "population.provider",
    "farmland": "land_cover.provider",
    "earlier_land_cover": "land_cover.earlier",
    "earlier_night_lights": "night_lights.earlier",
}


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
