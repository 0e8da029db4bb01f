"""Which layers there are, where they lie under ``results/<region>/``, and which of them a region has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

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
