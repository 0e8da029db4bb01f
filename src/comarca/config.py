"""The configuration as strict models: every key, its type, its unit and its meaning.

Anything unknown or of the wrong kind is refused before a job runs. `config/README.md` is generated from these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)


class Model(BaseModel):
    """Base: unknown keys are refused, values are not changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Model):
    """Base of the layers' sections: a ladder of providers, tried in order."""

    provider: tuple[str, ...]
    path: str | None = Field(None, description="The file, for provider `file`.")

    @property
    def is_given(self) -> bool:
        """Whether the region has this layer at all."""
        return self.provider != ("none",)

    @model_validator(mode="before")
    @classmethod
    def _provider_alone(cls, value: Any) -> Any:
        return {"provider": value} if isinstance(value, str | list) else value

    @field_validator("provider", mode="before")
    @classmethod
    def _one_provider(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _providers_fit(self) -> Self:
        if not self.provider:
            raise ValueError("a list of providers cannot be empty; write `none` for a layer that is not wanted")
        if "none" in self.provider and len(self.provider) > 1:
            raise ValueError("`none` stands alone")
        if ("file" in self.provider) != (self.path is not None):
            raise ValueError("`path` goes with provider `file`, and only with it")
        return self


class Osm(Source):
    """The OpenStreetMap extract that roads, places, buildings, services and land use come from."""

    provider: tuple[Literal["file", "geofabrik", "overpass", "none"], ...] = Field(
        ("geofabrik",), description="Where the extract comes from."
    )


class Territories(Source):
    """The units of the table."""

    provider: tuple[Literal["osm", "geoboundaries", "cod", "gadm", "file"], ...] = Field(
        ("cod", "geoboundaries", "gadm", "osm"), description="Where the boundaries come from."
    )
    admin_level: Annotated[int, Field(ge=2, le=12)] | None = Field(
        None, description="OSM admin_level of the units, for provider `osm`. Null: what the country catalogue says."
    )
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")
    id: str | None = Field(None, description="Column of the file that holds the code of the unit.")
    name: str | None = Field(None, description="Column of the file that holds its name.")
    parent: str | None = Field(None, description="Column of the file that holds the name of the unit one level up.")
    dissolve: bool = Field(False, description="Merge rows of the file that share a code, instead of refusing them.")

    @model_validator(mode="after")
    def _columns_go_with_file(self) -> Self:
        if "file" in self.provider and (self.id is None or self.name is None):
            raise ValueError("provider `file` needs the columns `id` and `name`")
        return self


class Roads(Source):
    """The road network."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(("osm",), description="Where the roads come from.")
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")
    road_class: str | None = Field(None, alias="class", description="Column of the file with the class of the road.")
    surface: str | None = Field(None, description="Column of the file with the surface.")
    oneway: str | None = Field(None, description="Column of the file with the direction.")
    maxspeed: str | None = Field(None, description="Column of the file with the speed limit in km/h.")
    classes: dict[str, str] = Field(
        default_factory=dict, description="The file's classes -> OSM highway classes; those not named are kept."
    )


class Power(Source):
    """Power lines."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(
        ("osm",), description="Where the power lines come from."
    )
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")


class Services(Source):
    """Schools, hospitals, banks and other services, as points."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(("osm",), description="Where the services come from.")
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")
    kind: str | None = Field(None, description="Column of the file with the kind of service.")
    name: str | None = Field(None, description="Column of the file with the name.")


class Cities(Source):
    """Cities with their populations: the places that access is measured to."""

    provider: tuple[Literal["geonames", "geonames_dump", "ucdb", "osm", "file"], ...] = Field(
        ("geonames_dump", "geonames"),
        description="Where the cities come from; `geonames` is the offline copy that comes with the environment.",
    )
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")
    name: str | None = Field(None, description="Column of the file with the name.")
    population: str | None = Field(None, description="Column of the file with the number of inhabitants.")
    id: str | None = Field(None, description="Column of the file with a code; null numbers the rows.")


class Population(Source):
    """Where people live."""

    provider: tuple[Literal["worldpop", "ghspop", "file", "settlements", "none"], ...] = Field(
        ("worldpop", "ghspop", "settlements"),
        description="Where the population comes from; `settlements` spreads the inhabitants of places over buildings.",
    )
    year: int | None = Field(None, description="Year of the raster; null takes the provider's default.")
    nodata: float | None = Field(None, description="Value of the raster that means no data, if the file does not say.")


class LandCover(Source):
    """A land-cover raster."""

    provider: tuple[Literal["worldcover", "mapbiomas", "file", "none"], ...] = Field(
        ("none",), description="Where the land cover comes from."
    )
    legend: str | None = Field(
        None,
        description="Legend of the file, required with one: worldcover, mapbiomas, corine, or the path of a CSV of "
        "your own.",
    )
    year: int | None = Field(None, description="Year of the raster; null takes the provider's default.")
    earlier: dict[int, str] = Field(
        default_factory=dict, description="Year -> file of an earlier date, in the same legend: gives the change."
    )

    @model_validator(mode="after")
    def _file_has_legend(self) -> Self:
        if "file" in self.provider and self.legend is None:
            raise ValueError("provider `file` needs a `legend`: worldcover, mapbiomas, corine, or a CSV of your own")
        return self

    @model_validator(mode="after")
    def _earlier_is_earlier(self) -> Self:
        if self.earlier and (self.path is None or self.year is None or max(self.earlier) >= self.year):
            raise ValueError("`earlier` goes with provider `file` and its `year`, and holds years before that one")
        return self


class Friction(Source):
    """How fast people walk off the road. Without it they walk straight."""

    provider: tuple[Literal["land_cover", "file", "none"], ...] = Field(
        ("none",), description="`land_cover` walks by the region's land cover, `file` by a raster of minutes per metre."
    )
    elevation: str | None = Field(None, description="Raster of heights in metres: slopes then slow people down.")
    cell_m: PositiveFloat = Field(200.0, description="Size of the cells, m.")
    barrier_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="Share of barrier (water) in a cell from which on nobody crosses it."
    )


class Parcels(Source):
    """Parcels of land: a cadastre, or mapped fields."""

    provider: tuple[Literal["file", "osm", "none"], ...] = Field(("none",), description="Where the parcels come from.")
    layer: str | None = Field(None, description="Layer of the file; null if it has only one.")
    owner: str | None = Field(None, description="Column of the file that names the owner; null counts parcels.")
    border: Literal["majority", "cut"] = Field(
        "majority", description="A parcel in several territories: to the one with most of it, or cut."
    )


class Table(Source):
    """Base of tables that people keep, joined to the territories by code."""

    columns: dict[str, str] = Field(
        default_factory=dict, description="Our column names -> those of the file, where they differ."
    )
    codes: dict[str, str] = Field(
        default_factory=dict,
        description="Name in the file -> code of the territory, for rows that come without the right code.",
    )
    decimal: Literal[",", "."] | None = Field(
        None, description="Sign of the decimals; null finds it out from the numbers."
    )
    sheet: str | None = Field(None, description="Sheet of a workbook; null takes the first.")
    skip_rows: NonNegativeInt = Field(0, description="Rows above the header.")


class Holdings(Table):
    """Holdings by size class, from an agricultural census."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the size classes come from.")
    header_rows: PositiveInt = Field(1, description="Rows of the header.")
    year: int | None = Field(None, description="Year of all rows, if the file has no such column.")


class Outcomes(Table):
    """Income, poverty and inequality at two or more dates."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the outcomes come from.")


class AttributeColumn(Model):
    """One column of a user's table."""

    title: str = Field(description="Title on maps and in the codebook.")
    unit: str = Field(description="Unit; `1` if it has none.")
    better: Literal["higher", "lower", "neither"] = Field("neither", description="Which direction is better.")


class Attributes(Model):
    """A table of the user's own, joined by code."""

    path: str = Field(description="CSV, XLSX or Parquet file.")
    id: str = Field(description="Column with the code of the territory.")
    columns: dict[str, AttributeColumn] = Field(description="Columns to take over.")


class AccessOptions(Model):
    """Travel time and distance to cities."""

    walk_kmh: PositiveFloat = Field(4.0, description="Walking speed off the road, km/h.")
    walk_detour_ratio: Annotated[float, Field(ge=1)] = Field(
        1.3, description="Length of the way walked off the road over the straight line."
    )
    max_walk_km: PositiveFloat = Field(
        5.0, description="How far people walk past an isolated bit of road to a better connected one, km."
    )
    fragment_max_km: Annotated[float, Field(ge=0)] = Field(
        1.0, description="Isolated bits of road shorter than this are not taken for islands, km."
    )
    time_thresholds_min: tuple[PositiveInt, ...] = Field(
        (30, 60, 120), description="Thresholds of the shares of population within reach, minutes."
    )
    half_life_min: PositiveFloat = Field(60.0, description="Time at which a city counts half in market potential, min.")


class InfrastructureOptions(Model):
    """Roads and power lines by territory."""

    main_road_classes: tuple[str, ...] = Field(
        ("motorway", "trunk", "primary", "secondary", "tertiary"),
        description="Classes that count as main roads, their links included.",
    )
    road_classes: tuple[str, ...] = Field(
        ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "track"),
        description="Classes that have a column of their own, their links included.",
    )
    rural_access_distance_km: PositiveFloat = Field(2.0, description="Distance to an all-season road, km (SDG 9.1.1).")
    power_distance_km: PositiveFloat = Field(5.0, description="Distance to a power line that counts as near, km.")
    lit_above: Annotated[float, Field(ge=0)] = Field(
        0.0, description="People live in lit places where night lights are above this value."
    )


class ServicesOptions(Model):
    """Schools, hospitals and other services."""

    kinds: tuple[str, ...] = Field(
        ("school", "hospital", "clinic", "bank", "marketplace", "fuel", "townhall", "post_office", "telecom",
         "bus_station"),
        description="Kinds that are counted and whose travel times are computed.",
    )  # fmt: skip


class LandOptions(Model):
    """Concentration of land."""

    min_units: PositiveInt = Field(30, description="Fewest units (parcels, patches, fields) to speak of concentration.")
    large_unit_ha: PositiveFloat = Field(1000.0, description="From this size on a unit counts as large, ha.")
    field_classes: tuple[str, ...] = Field(
        ("farmland", "orchard", "vineyard", "meadow", "plant_nursery", "greenhouse_horticulture"),
        description="OSM landuse values that are fields.",
    )
    border: Literal["majority", "cut"] = Field(
        "majority", description="A field or patch in several territories: to the one with most of it, or cut."
    )
    suppressed: Literal["lognormal", "geometric", "midpoint", "drop"] = Field(
        "lognormal", description="How areas that a census withholds for secrecy are estimated, or drop the territory."
    )
    lorenz: bool = Field(False, description="Draw the Lorenz curves of each territory, lorenz/<territory_id>.svg.")


class UrbanisationOptions(Model):
    """How urban a territory is, and which cities its people look to."""

    urban_within_min: PositiveFloat = Field(
        10.0, description="People this near to a centre count as living in it, minutes (URCA)."
    )


class ProductionOptions(Model):
    """What a territory lives from."""

    min_establishments: PositiveInt = Field(30, description="Fewest mapped establishments to speak of diversity.")
    small_firm_max_jobs: PositiveInt = Field(49, description="Firms with up to so many jobs are small.")


class NoOptions(Model):
    """A family without options."""


class IndicatorOptions(Model):
    """Options per family; `false` switches a family off."""

    access: AccessOptions | Literal[False] = Field(AccessOptions(), description="Access to cities.")
    infrastructure: InfrastructureOptions | Literal[False] = Field(
        InfrastructureOptions(), description="Roads and power lines."
    )
    services: ServicesOptions | Literal[False] = Field(ServicesOptions(), description="Services.")
    land: LandOptions | Literal[False] = Field(LandOptions(), description="Concentration of land.")
    urbanisation: UrbanisationOptions | Literal[False] = Field(
        UrbanisationOptions(), description="Degree of urbanisation, urban-rural catchments."
    )
    production: ProductionOptions | Literal[False] = Field(ProductionOptions(), description="Productive structure.")
    settlement: NoOptions | Literal[False] = Field(NoOptions(), description="Settlement and its change.")
    environment: NoOptions | Literal[False] = Field(NoOptions(), description="Cover of the land, night lights.")


class MapOptions(Model):
    """How maps are classified."""

    scheme: Literal["quantiles", "fisher_jenks", "equal_interval", "natural_breaks", "pretty_breaks"] = Field(
        "fisher_jenks", description="Method of the class breaks (mapclassify)."
    )
    classes_count: Annotated[int, Field(ge=2, le=9)] = Field(5, description="Number of classes.")


Interval = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(gt=0)] | None]


class Region(Model):
    """One region: what its layers come from, and the options of its indicators."""

    country: str = Field(description="ISO 3166-1 alpha-3 code.")
    osm: Osm = Osm()
    territories: Territories = Territories()
    roads: Roads = Roads()
    power: Power = Power()
    services: Services = Services()
    cities: Cities = Cities()
    population: Population = Population()
    land_cover: LandCover = LandCover()
    friction: Friction = Friction()
    parcels: Parcels = Parcels()
    holdings: Holdings = Holdings()
    outcomes: Outcomes = Outcomes()
    attributes: tuple[Attributes, ...] = Field((), description="Tables of your own, joined by code.")
    city_classes_persons: dict[str, Interval] = Field(
        {"town": (20_000, 50_000), "intermediate": (50_000, 1_000_000), "large": (1_000_000, None)},
        description="Classes of cities by inhabitants: from (included) and to (not included; null is no limit).",
    )
    abroad_buffer_km: Annotated[float, Field(ge=0)] = Field(
        50.0, description="How far beyond the border cities and roads are taken along, km."
    )
    demand_cell_m: PositiveFloat = Field(1000.0, description="Size of the cells that people are gathered in, m.")
    raster_cell_m: PositiveFloat = Field(500.0, description="Size of the cells of the travel-time raster, m.")
    speeds: str | None = Field(None, description="Table of speeds; null is the project's own config/speeds.csv.")
    indicators: IndicatorOptions = IndicatorOptions()
    maps: MapOptions = MapOptions()

    @model_validator(mode="after")
    def _osm_territories_need_osm(self) -> Self:
        if self.territories.provider == ("osm",) and not self.osm.is_given:
            raise ValueError("territories.provider `osm` needs an osm section; give the boundaries as a file instead")
        return self

    @model_validator(mode="after")
    def _friction_from_land_cover_needs_one(self) -> Self:
        if self.friction.provider == ("land_cover",) and not self.land_cover.is_given:
            raise ValueError("friction.provider `land_cover` needs a land_cover section")
        return self

    @model_validator(mode="after")
    def _intervals_are_not_empty(self) -> Self:
        for name, (low, high) in self.city_classes_persons.items():
            if high is not None and high <= low:
                raise ValueError(
                    f"city_classes_persons.{name}: the upper limit {high} is not above the lower one {low}"
                )
        return self


class Config(Model):
    """The whole configuration."""

    regions: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], Region] = Field(
        min_length=1, description="Regions by name; the name is that of the folder in results/."
    )
    languages: tuple[Literal["en", "es", "pt"], ...] = Field(
        ("en", "es", "pt"), min_length=1, description="Languages of the products; maps speak the first one."
    )
    offline: bool = Field(False, description="Nothing touches the network.")
    mirrors: dict[str, str] = Field(default_factory=dict, description="Provider -> base URL used instead of its own.")
    cache_dir: str | None = Field(None, description="Folder shared by projects that keeps what was downloaded.")
