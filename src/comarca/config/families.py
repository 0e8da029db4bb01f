"""The configuration of the families of indicators: one class per family, and one line in `IndicatorOptions`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from comarca.config.base import FamilyOptions, Model, Word


class AccessOptions(FamilyOptions):
    """Travel time and distance to cities."""

    #: How people walk where there is no road.
    WALKING: ClassVar[frozenset[str]] = frozenset(
        {"walk_kmh", "walk_detour_ratio", "max_walk_km", "max_walk_total_km", "fragment_max_km", "local_road_kmh",
         "max_local_road_km"}
    )  # fmt: skip
    #: How the way to cities beyond the edge of the road data is estimated.
    BEYOND: ClassVar[frozenset[str]] = frozenset({"beyond_kmh", "beyond_detour_ratio"})
    NOT_COMPUTED_WITH: ClassVar[frozenset[str]] = (
        WALKING | BEYOND | {"half_life_min", "time_thresholds_min", "ferry_wait_min", "parent_seats"}
    )

    walk_kmh: Annotated[float, Field(gt=0, le=20)] = Field(4.0, description="Walking speed off the road, km/h.")
    walk_detour_ratio: Annotated[float, Field(ge=1, le=10)] = Field(
        1.3, description="Length of the way walked off the road over the straight line."
    )
    max_walk_km: Annotated[float, Field(gt=0, le=1000)] = Field(
        5.0, description="How far people walk past an isolated bit of road to a better connected one, km."
    )
    max_walk_total_km: Annotated[float, Field(gt=0, le=1000)] = Field(
        30.0, description="How far people walk at all, detours included; beyond it a city is unreachable, km."
    )
    fragment_max_km: Annotated[float, Field(ge=0, le=1000)] = Field(
        1.0, description="Isolated bits of road shorter than this are not taken for islands, km."
    )
    local_road_kmh: Annotated[float, Field(gt=0, le=100)] | None = Field(
        15.0,
        description="Speed off the roads where the data have main roads only (no unclassified, residential, living "
        "street, service, track or road): people take local roads that the data lack. null: they walk. km/h.",
    )
    max_local_road_km: Annotated[float, Field(gt=0, le=1000)] = Field(
        60.0, description="Longest way over such local roads, detours included, km."
    )
    ferry_wait_min: Annotated[float, Field(ge=0, le=1440)] = Field(
        20.0, description="Wait for a ferry, on top of its crossing, min."
    )
    beyond_kmh: Annotated[float, Field(gt=0, le=150)] = Field(
        50.0,
        description="Speed by which the way from the last road in the data to a city beyond their edge is estimated, "
        "km/h.",
    )
    beyond_detour_ratio: Annotated[float, Field(ge=1, le=10)] = Field(
        1.3, description="Length of that way over the straight line."
    )
    time_thresholds_min: tuple[Annotated[int, Field(gt=0, le=10_000)], ...] = Field(
        (30, 60, 120), description="Thresholds of the shares of population within reach, minutes."
    )
    half_life_min: Annotated[float, Field(gt=0, le=10_000)] = Field(
        60.0, description="Time at which a city counts half in market potential, min."
    )
    parent_seats: dict[str, str] = Field(
        default_factory=dict,
        description="Unit one level up -> code or name of the city that is its seat; the others have their largest "
        "city.",
    )


class InfrastructureOptions(FamilyOptions):
    """Roads and power lines by territory."""

    NOT_COMPUTED_WITH: ClassVar[frozenset[str]] = frozenset({"road_classes"})

    main_road_classes: tuple[Word, ...] = Field(
        min_length=1,
        default=("motorway", "trunk", "primary", "secondary", "tertiary"),
        description="Classes that count as main roads, their links included.",
    )
    road_classes: tuple[Word, ...] = Field(
        ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "track"),
        description="Classes that have a column of their own, their links included.",
    )
    rural_access_distance_km: Annotated[float, Field(gt=0, le=100)] = Field(
        2.0, description="Distance to an all-season road, km (SDG 9.1.1)."
    )
    power_distance_km: Annotated[float, Field(gt=0, le=1000)] = Field(
        5.0, description="Distance to a power line that counts as near, km."
    )
    lit_above: Annotated[float, Field(ge=0)] = Field(
        7.0,
        description="People live in lit places where night lights are above this value; 7 is what the authors of the "
        "harmonised DMSP-VIIRS series advise (below it noise prevails). Other rasters have other units.",
    )


class ServicesOptions(FamilyOptions):
    """Schools, hospitals and other services."""

    kinds: tuple[Word, ...] = Field(
        ("school", "hospital", "clinic", "bank", "marketplace", "fuel", "townhall", "post_office", "telecom",
         "bus_station"), min_length=1,
        description="Kinds that are counted and whose travel times are computed.",
    )  # fmt: skip


class LandOptions(FamilyOptions):
    """Concentration of land."""

    NOT_COMPUTED_WITH: ClassVar[frozenset[str]] = frozenset({"lorenz"})

    min_units: PositiveInt = Field(
        30, description="Fewest units (parcels, patches, fields) for which concentration is measured."
    )
    large_unit_ha: Annotated[float, Field(gt=0, le=100_000_000)] = Field(
        1000.0, description="From this size on a unit counts as large, ha."
    )
    small_unit_ha: Annotated[float, Field(gt=0, le=100_000)] = Field(
        5.0, description="Below this size a holding counts as small, ha."
    )
    field_classes: tuple[Word, ...] = Field(
        min_length=1,
        default=("farmland", "orchard", "vineyard", "meadow", "plant_nursery", "greenhouse_horticulture"),
        description="OSM landuse values that are fields.",
    )
    border: Literal["majority", "cut"] = Field(
        "cut", description="A field or patch in several territories: cut at the border, or to the one with most of it."
    )
    suppressed: Literal["lognormal", "geometric", "midpoint", "drop"] = Field(
        "lognormal", description="How areas that a census withholds for secrecy are estimated, or drop the territory."
    )
    lorenz: bool = Field(
        False, description="Draw the Lorenz curves of each territory, lorenz/<territory_id>.svg, `a/b` as `a%2Fb`."
    )

    @model_validator(mode="after")
    def _small_is_not_large(self) -> Self:
        if self.small_unit_ha > self.large_unit_ha:
            raise ValueError(f"small_unit_ha: at most large_unit_ha, which is {self.large_unit_ha:g}")
        return self


class ConnectivityOptions(FamilyOptions):
    """Speed of the internet, masts."""

    reach_m: Annotated[float, Field(ge=0, le=100_000)] = Field(
        500.0,
        description="People have the speed of the map tile that they live in, or else of the nearest within this "
        "distance, m.",
    )


class UrbanisationOptions(FamilyOptions):
    """How urban a territory is, and which cities its people look to."""

    urban_within_min: Annotated[float, Field(gt=0, le=1440)] = Field(
        10.0, description="People this near to a centre count as living in it, minutes (URCA)."
    )


class ProductionOptions(FamilyOptions):
    """What a territory lives from."""

    min_establishments: PositiveInt = Field(
        30, description="Fewest mapped establishments for which diversity is measured."
    )
    brand_territories: Annotated[int, Field(ge=2)] = Field(
        5, description="A name of establishments that stands in so many territories is taken for a brand."
    )
    small_firm_max_jobs: PositiveInt = Field(49, description="Firms with up to so many jobs are small.")


class LinkagesOptions(FamilyOptions):
    """Chains and multipliers."""

    flq_delta: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.3, description="How strongly small territories import, in Flegg's location quotients; 0.3 is usual."
    )


class Thresholds(Model):
    """What a change has to exceed to count."""

    growth: Annotated[float, Field(ge=0)] = Field(0.0, description="Growth of income per head, % a year.")
    poverty: Annotated[float, Field(ge=0)] = Field(0.0, description="Change of poverty, percentage points.")
    distribution: Annotated[float, Field(ge=0)] = Field(0.0, description="Change of the Gini of income, from 0 to 1.")


class DynamicsOptions(FamilyOptions):
    """Types of change of income, poverty and inequality."""

    thresholds: Thresholds = Field(Thresholds(), description="What a change has to exceed to count.")
    significance_level: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="Level of the two-sided test where the table has standard errors."
    )
    no_change: bool = Field(
        False, description="Tell no change (N) from a worsening (L) also where the table has no standard errors."
    )


class NoOptions(FamilyOptions):
    """A family without options."""


class IndicatorOptions(Model):
    """Options per family; `false` switches a family off."""

    access: AccessOptions | Literal[False] = Field(AccessOptions(), description="Access to cities.")
    infrastructure: InfrastructureOptions | Literal[False] = Field(
        InfrastructureOptions(), description="Roads and power lines."
    )
    services: ServicesOptions | Literal[False] = Field(ServicesOptions(), description="Services.")
    connectivity: ConnectivityOptions | Literal[False] = Field(
        ConnectivityOptions(), description="Internet and telecommunication."
    )
    land: LandOptions | Literal[False] = Field(LandOptions(), description="Concentration of land.")
    markets: NoOptions | Literal[False] = Field(NoOptions(), description="Ties to markets.")
    centres: NoOptions | Literal[False] = Field(
        NoOptions(), description="What the city offers that people reach first."
    )
    urbanisation: UrbanisationOptions | Literal[False] = Field(
        UrbanisationOptions(), description="Degree of urbanisation, urban-rural catchments."
    )
    irrigation: NoOptions | Literal[False] = Field(NoOptions(), description="Canals.")
    production: ProductionOptions | Literal[False] = Field(ProductionOptions(), description="Productive structure.")
    linkages: LinkagesOptions | Literal[False] = Field(LinkagesOptions(), description="Chains and multipliers.")
    organisation: NoOptions | Literal[False] = Field(NoOptions(), description="State and organisations.")
    public_finance: NoOptions | Literal[False] = Field(NoOptions(), description="Public money.")
    demography: NoOptions | Literal[False] = Field(NoOptions(), description="People by age and sex.")
    settlement: NoOptions | Literal[False] = Field(NoOptions(), description="Settlement and its change.")
    environment: NoOptions | Literal[False] = Field(NoOptions(), description="Cover of the land, night lights.")
    dynamics: DynamicsOptions | Literal[False] = Field(DynamicsOptions(), description="Types of change.")
