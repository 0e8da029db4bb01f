"""The configuration as strict models: every key, its type, its unit and its meaning.

Anything unknown or of the wrong kind is refused before a job runs. `config/README.md` is generated from these models.
"""

from __future__ import annotations

import itertools
import logging
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveFloat, field_validator, model_validator

from comarca.config.base import Day, FilePath, Model, Titles, Word
from comarca.config.dynamics import Clusters, Functional, Profile, PropositionTests
from comarca.config.environment import BurntAreas, Canals, Fires, ForestLoss, Internet, ProtectedAreas
from comarca.config.families import IndicatorOptions
from comarca.config.layers import (
    Cities,
    Friction,
    LandCover,
    NightLights,
    Osm,
    Parcels,
    Population,
    Power,
    Roads,
    Services,
    Territories,
    with_population_of_attributes,
)
from comarca.config.scenarios import CriticalLinks, Scenario, Siting  # noqa: TC001 - pydantic reads them
from comarca.config.tables import (
    AgeGroups,
    Attributes,
    CityPopulation,
    Employment,
    Firms,
    Holdings,
    InputOutput,
    Outcomes,
    PublicFinance,
)
from comarca.config.uncertainty import Uncertainty
from comarca.guards.file_names import file_names

logger = logging.getLogger(__name__)


#: A limit below this number of persons, if written with a dot, has it for thousands; no class of cities ends below it.
_LEAST_CITY = 1_000.0


class MapSettings(Model):
    """How maps are classified."""

    scheme: Literal["quantiles", "fisher_jenks", "equal_interval", "natural_breaks", "pretty_breaks"] = Field(
        "fisher_jenks", description="Method of the class breaks (mapclassify)."
    )
    classes_count: Annotated[int, Field(ge=2, le=9)] = Field(5, description="Number of classes.")
    shared_classes: bool = Field(
        False, description="Same classes in all regions of the configuration that say so, to compare places or years."
    )


class Publication(Model):
    """What the published data set says of itself; `make publish REGION=...` writes it."""

    version: str = Field("1.0", description="Version of the data set.")
    date: Day | None = Field(
        None,
        description="Date of its release, such as 2026-03-31; null takes that of `SOURCE_DATE_EPOCH` or says none.",
    )
    producer: str | None = Field(None, description="Who publishes it; printed on maps too.")
    contact: str | None = Field(None, description="E-mail address or web page for questions; null takes `contact`.")
    doi: str | None = Field(None, description="DOI of the data set, such as 10.5281/zenodo.1234567.")
    url: str | None = Field(None, description="Web page of the data set.")
    revision: str | None = Field(
        None, description="What changed since the version before; null says that it is the first version."
    )


class Zonal(Model):
    """Sums of rasters by territory."""

    engine: Literal["exactextract", "rasterstats"] = Field(
        "exactextract",
        description="Program that sums night lights by territory: by the part of each cell inside, or whole cells by "
        "their centre. People and land cover have methods of their own; all are held against rasterstats in each run.",
    )


class Connectors(Model):
    """How cities and loose parts of the road network are joined to it, by straight connectors that are all listed."""

    bridge_gap_m: Annotated[float, Field(ge=0, le=500)] = Field(
        10.0, description="Ends of roads that miss another part of the network by no more are joined, m."
    )
    max_km: Annotated[float, Field(ge=0, le=100)] = Field(
        10.0,
        description="Longest connector to a part of the network that holds a city or people, and to a city above the "
        "lowest class, km.",
    )
    min_persons: Annotated[float, Field(ge=0)] = Field(
        1_000.0, description="People on a loose part of the network from which on it is joined even without a city."
    )
    speed_kmh: Annotated[float, Field(gt=0, le=150)] = Field(15.0, description="Speed on connectors, km/h.")
    detour_ratio: Annotated[float, Field(ge=1, le=10)] = Field(
        1.3, description="Length of the way along a connector over the straight line."
    )
    city_density_persons_per_km2: Annotated[float, Field(gt=0, le=1_000_000)] = Field(
        3_000.0, description="Density by which a city without an outline is taken for a disc that roads may enter."
    )
    walk_m: Annotated[float, Field(ge=0, le=5000)] = Field(
        500.0,
        description="How far people walk from a loose part of the network, or from the pier of a ferry, to another "
        "road, where no mapped water lies between, m.",
    )
    max_snap_km: Annotated[float, Field(gt=0, le=100)] = Field(
        1.0, description="A city is on every road that passes within this distance, without a connector, km."
    )


Interval = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(gt=0)] | None]


class Region(Model):
    """One region: what its layers come from, and the options of its indicators."""

    country: str = Field(description="ISO 3166-1 alpha-3 code.")
    title: Titles | None = Field(
        None,
        exclude=True,
        description="What readers call the region: one text, or one per language (en, es, pt); null takes the name of "
        "the country, or the region's own.",
    )
    publication: Publication = Field(Publication(), description="What the published data set says of itself.")
    osm: Osm = Osm()
    territories: Territories = Territories()
    roads: Roads = Roads()
    power: Power = Power()
    services: Services = Services()
    cities: Cities = Cities()
    city_population: CityPopulation = CityPopulation()
    population: Population = Population()
    land_cover: LandCover = LandCover()
    friction: Friction = Friction()
    parcels: Parcels = Parcels()
    holdings: Holdings = Holdings()
    outcomes: Outcomes = Outcomes()
    night_lights: NightLights = NightLights()
    internet: Internet = Internet()
    canals: Canals = Canals()
    forest_loss: ForestLoss = ForestLoss()
    fires: Fires = Fires()
    burnt_areas: BurntAreas = BurntAreas()
    protected_areas: ProtectedAreas = ProtectedAreas()
    employment: Employment = Employment()
    firms: Firms = Firms()
    age_groups: AgeGroups = AgeGroups()
    input_output: InputOutput = InputOutput()
    public_finance: PublicFinance = PublicFinance()
    attributes: tuple[Attributes, ...] = Field((), description="Tables of your own, joined by code.")
    city_classes_persons: dict[Word, Interval] = Field(
        {"town": (20_000, 50_000), "intermediate": (50_000, 1_000_000), "large": (1_000_000, None)},
        description="Classes of cities by inhabitants: from (included) and to (not included; null is no limit).",
    )
    abroad_buffer_km: Annotated[float, Field(ge=0, le=5000)] = Field(
        50.0, description="How far beyond the border cities and roads are taken along, km."
    )
    demand_cell_m: Annotated[float, Field(ge=10, le=100_000)] = Field(
        1000.0, description="Size of the cells that people are gathered in, m."
    )
    raster_cell_m: Annotated[float, Field(ge=10, le=100_000)] = Field(
        500.0, description="Size of the cells of the travel-time raster, m."
    )
    raster_blocks: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None,
        description="Blocks of rows that travel-time rasters are computed in, each a job of its own; null is one per "
        "50 million cells of the country. The rasters are the same.",
    )
    keep_empty_columns: bool = Field(
        False,
        description="Keep columns without a single value in the region, as who puts tables of regions on top of each "
        "other needs; otherwise they are left out and listed in quality.md under *Not computed*.",
    )
    connectors: Connectors = Connectors()
    zonal: Zonal = Zonal()
    speeds: FilePath | None = Field(None, description="Table of speeds; null is the project's own config/speeds.csv.")
    indicators: IndicatorOptions = IndicatorOptions()
    profile: Profile = Profile()
    clusters: Clusters = Clusters()
    propositions: PropositionTests = PropositionTests()
    functional: Functional = Functional()
    uncertainty: Uncertainty = Uncertainty()
    scenarios: dict[Word, Scenario] = Field(
        default_factory=dict, description="Name -> what would be different; see docs/methods/scenarios.md."
    )
    critical_links: CriticalLinks | None = Field(None, description="Links that are closed in turn.")
    siting: Siting | None = Field(None, description="Where one more service or market would pay.")
    maps: MapSettings = MapSettings()

    @model_validator(mode="after")
    def _osm_territories_need_osm(self) -> Self:
        if self.territories.provider == ("osm",) and not self.osm.is_given:
            raise ValueError("territories.provider `osm` needs an osm section; give the boundaries as a file instead")
        return self

    @model_validator(mode="before")
    @classmethod
    def _overpass_knows_the_territories_first(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("territories") is not None:
            return value
        osm = value.get("osm")
        providers = osm.get("provider") if isinstance(osm, dict) else osm
        if "overpass" in ([providers] if isinstance(providers, str) else providers or ()):
            return {**value, "territories": ["cod", "cod_parquet", "geoboundaries", "fieldmaps", "gadm"]}
        return value

    @model_validator(mode="before")
    @classmethod
    def _attributes_may_hold_the_population(cls, value: Any) -> Any:
        return with_population_of_attributes(value) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _territories_for_overpass_are_not_from_osm(self) -> Self:
        if "overpass" in self.osm.provider and "osm" in self.territories.provider:
            raise ValueError(
                "territories.provider `osm` does not go with osm.provider `overpass`, which asks for what lies in the "
                "territories; take cod, geoboundaries, gadm or file"
            )
        return self

    @model_validator(mode="after")
    def _what_is_configured_can_be_used(self) -> Self:
        if self.osm.is_given:
            return self
        for name in sorted(self.model_fields_set):
            if getattr(getattr(self, name), "provider", None) == ("osm",):
                raise ValueError(f"{name}.provider `osm` needs an osm section; give a file, or write `{name}: none`")
        return self

    @model_validator(mode="after")
    def _cities_by_degurba_need_a_raster(self) -> Self:
        if "degurba" not in self.cities.provider:
            return self
        if len(self.cities.provider) > 1:
            raise ValueError("cities.provider `degurba` stands alone")
        if not self.population.is_given or {*self.population.provider} & {"settlements", "totals"}:
            raise ValueError(
                "cities.provider `degurba` needs a raster of people that does not come from cities: "
                "population.provider worldpop, ghspop or file, without `settlements`"
            )
        return self

    @model_validator(mode="after")
    def _friction_from_land_cover_needs_one(self) -> Self:
        if self.friction.provider == ("land_cover",) and not self.land_cover.is_given:
            raise ValueError("friction.provider `land_cover` needs a land_cover section")
        if self.friction.provider == ("land_cover",) and len(self.land_cover.provider) > 1:
            raise ValueError("friction.provider `land_cover` needs one land_cover.provider: classes differ by provider")
        return self

    @field_validator("city_classes_persons", mode="before")
    @classmethod
    def _without_removed_classes(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for name, interval in value.items():
            for limit in interval if isinstance(interval, list) else ():
                if isinstance(limit, float) and 0 < limit < _LEAST_CITY:
                    raise ValueError(
                        f"{name}: a limit of {limit:g} persons, with a dot, which is a decimal sign in YAML: write"
                        " fifty thousand as 50000 or 50_000, not as 50.000"
                    )
        return {name: interval for name, interval in value.items() if interval is not None}

    @model_validator(mode="after")
    def _some_class_is_left(self) -> Self:
        if not self.city_classes_persons:
            raise ValueError(
                "city_classes_persons: without any class no city counts; leave the key out for the usual ones"
            )
        return self

    @model_validator(mode="after")
    def _classes_do_not_overlap(self) -> Self:
        ordered = sorted(self.city_classes_persons.items(), key=lambda item: item[1][0])
        for (name, (_, high)), (other, (low, _)) in itertools.pairwise(ordered):
            if high is None or low < high:
                logger.warning(
                    "city_classes_persons: the classes %s and %s overlap, and cities in both count in both. "
                    "Mappings of several configuration files are merged: `%s: null` removes a class.",
                    name, other, name,
                )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _intervals_are_not_empty(self) -> Self:
        for name, (low, high) in self.city_classes_persons.items():
            if high is not None and high < _LEAST_CITY:
                raise ValueError(
                    f"city_classes_persons.{name}: a class of cities from {low:g} to {high:g} persons; in YAML the dot"
                    " is a decimal sign: write fifty thousand as 50000 or 50_000, not as 50.000"
                )
            if high is not None and high <= low:
                raise ValueError(
                    f"city_classes_persons.{name}: the upper limit {high} is not above the lower one {low}"
                )
        return self


class Config(Model):
    """The whole configuration."""

    @model_validator(mode="after")
    def _folders_differ(self) -> Self:
        for name in self.regions:
            same = [other for other in self.regions if other.casefold() == name.casefold()]
            if len(same) > 1:
                raise ValueError(f"regions {' and '.join(same)} would share a folder where capitals do not count")
            if name not in file_names([name]).values():
                raise ValueError(f"regions.{name[:50]}: no folder can have this name on every system; take another one")
        return self

    @model_validator(mode="after")
    def _no_region_is_called_together(self) -> Self:
        if named := [name for name in self.regions if name.casefold() == "together"]:
            raise ValueError(f"regions.{named[0]}: results/together holds the tables of all regions; take another name")
        return self

    regions: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], Region] = Field(
        min_length=1, description="Regions by name; the name is that of the folder in results/."
    )
    languages: tuple[Literal["en", "es", "pt"], ...] = Field(
        ("en", "es", "pt"), min_length=1, description="Languages of the products; maps are in the first one."
    )
    offline: bool = Field(False, description="Nothing touches the network.")
    strict: bool = Field(False, description="End with exit status 3 where a check failed; all is made all the same.")
    prune: bool = Field(
        False,
        description="Remove maps and layers of columns and city classes that the configuration no longer has.",
    )
    fallbacks: Literal["retry", "keep"] = Field(
        "retry",
        description="Layers that came by a later provider because an earlier one did not answer: `retry` takes the "
        "earlier one in the next run in which it answers, `keep` leaves them.",
    )
    mirrors: dict[str, str] = Field(default_factory=dict, description="Provider -> base URL used instead of its own.")
    cache_dir: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="Folder shared by projects that keeps what was downloaded."
    )
    contact: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None,
        description="Mail address or page that servers are told, so that they can write to you before they block you.",
    )
    min_speed_kb_s: Annotated[float, Field(ge=0)] = Field(
        4.0, description="A download that stays slower than this, kB/s, is given up and the next provider is asked."
    )
    patience_min: PositiveFloat = Field(10.0, description="For how many minutes a download may stay slower than that.")
