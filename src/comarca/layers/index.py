"""The list of layers: one row says all that is known of a layer but how it is made. Other lists derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

LayerKind = Literal["vector", "table", "tables", "arrays", "raster", "record", "reference", "condition"]

_SUFFIX: Final[Mapping[LayerKind, str]] = {"arrays": "npz", "raster": "tif", "record": "json"}


@dataclass(frozen=True)
class Layer:
    """One layer, or one condition that columns may ask for.

    Attributes
    ----------
    name : str
        Name; for kind ``vector`` also that of its schema.
    kind : str
        ``vector`` (GeoParquet by schema), ``table`` (Parquet), ``tables`` (Parquet with one table per value of `field`,
        on top of each other), ``arrays`` (NumPy archive), ``raster`` (GeoTIFF), ``record`` (JSON), ``reference`` (a CSV
        table of the project's own) or ``condition`` (no file: what columns need can come from more than one layer).
    section, key : str
        Section of the configuration that gives the layer, and which key or property of it; without a section the layer
        is there whenever those are that it rests on.
    family : str
        Family of indicators without which nobody needs the layer; empty if it serves several.
    rests_on : tuple of str
        Layers that it is made from, as far as it is there and dated by them. Rows stand below those they rest on.
    needs : str
        Whether it takes ``all`` of these layers, ``any`` of them, or ``none`` (it has a fallback).
    field : str or None
        For kind ``tables``: the column that tells the tables apart.
    file : str
        Path under ``results/<region>/`` (of a reference: in the project), where it does not follow from the name.
    from_osm : bool
        Whether the reader of OpenStreetMap extracts gives it.
    dated : bool
        Whether its rows say their year, in a column ``year``.
    checked : bool
        Whether the rule that makes it writes ``checks/<name>.json``.
    shown_on_maps : bool
        Whether maps and the GeoPackage show it beside the territories.
    """

    name: str
    kind: LayerKind
    section: str = ""
    key: str = "provider"
    family: str = ""
    rests_on: tuple[str, ...] = ()
    needs: Literal["all", "any", "none"] = "all"
    field: str | None = None
    file: str = ""
    from_osm: bool = False
    dated: bool = False
    checked: bool = False
    shown_on_maps: bool = False

    @property
    def path(self) -> str:
        """Path under ``results/<region>/``; of a reference, under the project's folder."""
        return self.file or f"layers/{self.name}.{_SUFFIX.get(self.kind, 'parquet')}"

    @property
    def raw_path(self) -> str:
        """Path under ``results/<region>/`` of the layer as read from the whole OSM extract."""
        return f"layers/osm/{self.name}.parquet"

    @property
    def is_cut(self) -> bool:
        """Whether the layer is read from OSM for the whole extract and then cut to the region."""
        return self.from_osm and not self.file


def _raw(name: str) -> Layer:
    return Layer(name, "vector", section="osm", from_osm=True, file=f"layers/osm/{name}.parquet")


LAYERS: Final[dict[str, Layer]] = {
    layer.name: layer
    for layer in (
        Layer("territories", "vector", section="territories", checked=True),
        Layer("osm", "record", section="osm", file="layers/osm/header.json", checked=True),
        Layer("roads", "vector", section="roads", from_osm=True, checked=True, shown_on_maps=True),
        Layer("mapped_roads", "condition", section="roads", key="from_mappers"),
        Layer("power", "vector", section="power", from_osm=True, checked=True),
        Layer("services", "vector", section="services", from_osm=True, checked=True),
        Layer("economy", "vector", section="osm", from_osm=True, checked=True),
        Layer("land_use", "vector", section="osm", from_osm=True, checked=True),
        _raw("places"),
        _raw("buildings"),
        _raw("boundaries"),
        Layer("cities", "vector", section="cities", checked=True, shown_on_maps=True),
        Layer("settlements", "vector", section="population", key="from_settlements", checked=True),
        Layer("population", "condition", section="population"),
        Layer("demand", "vector", rests_on=("population",), needs="none", checked=True),
        Layer("degree_of_urbanisation", "table", rests_on=("population",), checked=True),
        Layer("population_quarters", "arrays", rests_on=("population",)),
        Layer("population_by_year", "table", section="population", key="has_years", dated=True, checked=True),
        Layer("surfaces", "reference", file="config/surfaces.csv"),
        Layer("network", "arrays", rests_on=("roads",), checked=True),
        Layer("linked_network", "arrays", rests_on=("network", "cities"), checked=True),
        Layer("connectors", "vector", rests_on=("network", "cities"), shown_on_maps=True),
        Layer("city_network", "arrays", rests_on=("linked_network", "cities")),
        Layer("friction", "arrays", section="friction", checked=True),
        Layer("city_population", "table", section="city_population", dated=True, checked=True),
        Layer("travel_times", "tables", rests_on=("linked_network", "cities"), field="city_class", checked=True),
        Layer("seat_times", "table", rests_on=("linked_network", "cities")),
        Layer("market_potential", "table", rests_on=("linked_network", "cities")),
        Layer("corridors", "table", rests_on=("linked_network", "cities")),
        Layer("urca_times", "table", rests_on=("linked_network", "cities")),
        Layer("service_times", "tables", family="services", rests_on=("roads", "services"), field="service",
              checked=True),
        Layer("territory_lights", "table", section="night_lights", dated=True, checked=True),
        Layer("demand_lights", "table", rests_on=("territory_lights",)),
        Layer("earlier_night_lights", "condition", section="night_lights", key="earlier"),
        Layer("internet", "table", section="internet", checked=True),
        Layer("forest_loss", "table", section="forest_loss", dated=True, checked=True),
        Layer("fires", "table", section="fires", dated=True, checked=True),
        Layer("burnt_areas", "table", section="burnt_areas", checked=True),
        Layer("protected_areas", "table", section="protected_areas", checked=True),
        Layer("parcels", "table", section="parcels", checked=True),
        Layer("holdings", "table", section="holdings", dated=True, checked=True),
        Layer("women_holders", "condition", section="holdings", key="has_women", rests_on=("holdings",)),
        Layer("absent_holders", "condition", section="holdings", key="has_absent", rests_on=("holdings",)),
        Layer("irrigated_holdings", "condition", section="holdings", key="has_irrigated", rests_on=("holdings",)),
        Layer("outcomes", "table", section="outcomes", dated=True, checked=True),
        Layer("land_cover_areas", "table", section="land_cover", dated=True, checked=True),
        Layer("land_cover_patches", "table", rests_on=("land_cover_areas",)),
        Layer("earlier_land_cover", "condition", section="land_cover", key="earlier"),
        Layer("canals", "vector", section="canals", checked=True),
        Layer("farmland", "condition", rests_on=("land_cover_areas", "land_use"), needs="any"),
        Layer("employment", "table", section="employment", checked=True),
        Layer("job_access", "table", family="markets", rests_on=("linked_network", "employment")),
        Layer("women_employed", "condition", section="employment", key="has_women", rests_on=("employment",)),
        Layer("sector_groups", "condition", section="employment", key="groups", rests_on=("employment",)),
        Layer("chains", "condition", section="employment", key="chains", rests_on=("employment",)),
        Layer("input_output", "table", section="input_output", rests_on=("employment",), checked=True),
        Layer("firms", "table", section="firms", checked=True),
        Layer("public_finance", "table", section="public_finance", dated=True, checked=True),
        Layer("finance_population", "condition", section="public_finance", key="has_population"),
        Layer("finance_people", "condition", rests_on=("population", "finance_population"), needs="any"),
        Layer("age_groups", "table", section="age_groups", dated=True, checked=True),
        Layer("uncertainty", "table", section="uncertainty", key="enabled", file="assembled/uncertainty.parquet",
              checked=True),
    )
}  # fmt: skip

#: Providers that have nothing to give in a region without OpenStreetMap.
PROVIDERS_FROM_OSM: Final = frozenset({"osm"})
#: Sectors of the local economy that OSM tags tell apart.
ECONOMY_SECTORS: Final = ("shop", "office", "craft", "industry", "tourism", "service")


def origins(name: str) -> frozenset[str]:
    """Layers that a layer is made from in the end.

    Parameters
    ----------
    name : str
        Name of a layer.

    Returns
    -------
    frozenset of str
        The layer itself if it rests on no other.
    """
    layer = LAYERS[name]
    return frozenset().union(*map(origins, layer.rests_on)) if layer.rests_on else frozenset({name})
