"""What one region has, needs, fetches and makes, as its configuration says: all that the rules ask."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from comarca.config.families import AccessOptions, LandOptions
from comarca.errors import ConfigError, did_you_mean
from comarca.fetch.providers.index import LOCAL
from comarca.layers.index import LAYERS, origins
from comarca.plan.columns import CLUSTERS, regional_fields, regional_registry
from comarca.plan.inputs import INPUTS
from comarca.plan.ladders import ladders, layers_resting_on
from comarca.plan.layers import (
    available_layers,
    layer_keys,
    layers_made_of,
    layers_of_extract,
    missing_key,
    providers,
    sources,
)
from comarca.plan.theory import factor_columns
from comarca.registry.columns import LANGUAGES
from comarca.registry.countries import country
from comarca.registry.products import (
    ASSEMBLED,
    DRAWN,
    FUNCTIONAL,
    OF_OUTCOMES,
    OF_SCENARIO,
    PRODUCTS,
    PUBLICATION,
    TEXTS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from comarca.config.base import Source
    from comarca.config.region import Region
    from comarca.plan.inputs import Files
    from comarca.plan.ladders import Ladder
    from comarca.registry.columns import Column, Registry

#: Families whose values can have a band.
BANDED = ("access", "markets", "infrastructure", "services", "urbanisation", "production", "land")
#: Rule -> layer that it makes, of those that scenarios can run again, in the order of running.
LAYER_OF_STEP: Final = {
    "build_network": "network",
    "build_connectors": "linked_network",
    "build_city_network": "city_network",
    "compute_travel_times": "travel_times",
    "compute_market_potential": "market_potential",
    "compute_job_access": "job_access",
    "compute_service_times": "service_times",
}
#: Products that are drawn, not tables.
ATLASES = ("atlas.html",)


@dataclass(frozen=True)
class RegionPlan:
    """The plan of one region.

    Attributes
    ----------
    name : str
        Name of the region, and of its folder in ``results/``.
    config : Region
        Its configuration.
    languages : tuple of str
        Languages of the products; maps are in the first one.
    general : Registry
        The families of indicators that come with the project.
    project_file : callable
        Where a file of the project lies: takes its path in the project.
    peers : tuple of str
        The other regions that share map classes with this one.
    """

    name: str
    config: Region
    languages: tuple[str, ...]
    general: Registry
    project_file: Callable[[str], str]
    peers: tuple[str, ...] = ()

    def file(self, path: str) -> str:
        """Path of a file in the region's folder of results."""
        return f"results/{self.name}/{path}"

    # Layers

    @cached_property
    def layers(self) -> frozenset[str]:
        """Layers and conditions that the region has."""
        return available_layers(self.config)

    def has(self, layer: str) -> bool:
        """Whether the region has a layer, or meets a condition."""
        return layer in self.layers

    def path(self, layer: str) -> str:
        """Path of a layer: in the folder of results or, for a reference, in the project."""
        row = LAYERS[layer]
        return self.project_file(row.path) if row.kind == "reference" else self.file(row.path)

    def given(self, *names: str) -> Files:
        """Paths by layer, of those that the region has and that are files."""
        return {name: self.path(name) for name in names if self.has(name) and LAYERS[name].kind != "condition"}

    @cached_property
    def shown_layers(self) -> Files:
        """Layers that maps and the GeoPackage show beside the territories."""
        return self.given(*(name for name, layer in LAYERS.items() if layer.shown_on_maps))

    @cached_property
    def dated_layers(self) -> Files:
        """Layers whose rows say which year they are of."""
        return self.given(*(name for name, layer in LAYERS.items() if layer.dated))

    @property
    def layers_of_extract(self) -> list[str]:
        """Layers that are as old as the OpenStreetMap extract."""
        return sorted(layers_of_extract(self.config))

    # Fetching

    @cached_property
    def ladders(self) -> dict[str, Ladder]:
        """Layers that are fetched -> how each is to be had."""
        return ladders(self.config)

    def ladder(self, layer: str) -> dict[str, Any]:
        """How a layer is to be had, as plain data."""
        if layer not in self.ladders:
            got = f"{self.name} fetches {', '.join(self.ladders) or 'nothing'}"
            raise ConfigError(f"the layer {layer}", got=got, expected="a layer that the region fetches")
        return asdict(self.ladders[layer])

    def receipt(self, layer: str) -> Files:
        """Name the receipt of a layer, by the name ``receipt``, where the region fetches it."""
        return {"receipt": self.file(f"fetched/{layer}.json")} if layer in self.ladders else {}

    @cached_property
    def losses(self) -> dict[str, list[str]]:
        """Fetched layer that may turn out to be missing -> layers and conditions that go with it."""
        return {
            layer: sorted(layers_resting_on(self.config, [layer]))
            for layer, ladder in self.ladders.items()
            if not ladder.is_required and not {*LOCAL, "file"} & {*ladder.providers}
        }

    @cached_property
    def lost_columns(self) -> dict[str, list[str]]:
        """Fetched layer that may turn out to be missing -> names of the columns that go with it."""
        return {layer: self._resting_on(lost) for layer, lost in self.losses.items()}

    def _resting_on(self, layers: Iterable[str]) -> list[str]:
        """Names of the columns that are computed with one of some layers."""
        return [
            column.name
            for column in self.published
            if {*self.registry.families[column.family].layers, *column.layers} & {*layers}
        ]

    @cached_property
    def checked_columns(self) -> dict[str, list[str]]:
        """Files of checks that the region's jobs write -> names of the columns that rest on what each is about."""
        layers = [name for name, layer in LAYERS.items() if layer.checked and self.has(name)]
        columns = {name: self._resting_on(layers_made_of(name)) for name in layers}
        columns |= {"territories": [column.name for column in self.published]}
        columns |= {f"families/{name}": [column.name for column in self._expanded[name][0]] for name in self.families}
        columns |= {"profiles": []} | ({"dynamics": []} if self.has("outcomes") else {})
        columns |= {f"scenarios/{name}": [] for name in self.config.scenarios}
        columns |= {"critical_links": []} if self.config.critical_links else {}
        columns |= {"siting": []} if self.config.siting else {}
        return columns | ({"functional": []} if self.config.functional.by != "none" else {})

    # Columns

    @cached_property
    def registry(self) -> Registry:
        """The registry with the columns of the region's own tables. Opens its table of jobs, if it has one."""
        return regional_registry(self.general, self.config)

    @cached_property
    def families(self) -> list[str]:
        """Families of indicators that the region has, with that of its own tables."""
        return [name for name in self.registry.families if self._is_on(name)]

    def _is_on(self, family: str) -> bool:
        options = getattr(self.config.indicators, family, None)
        has_columns = any(self._expanded[family])
        return options is not False and has_columns and {*self.registry.families[family].layers} <= self.layers

    @cached_property
    def _expanded(self) -> dict[str, tuple[Sequence[Column], Sequence[Column]]]:
        fields = regional_fields(self.registry, self.config)
        return {name: self.registry.columns(name, fields=fields, layers=self.layers) for name in self.registry.families}

    @cached_property
    def published(self) -> list[Column]:
        """Columns of the table, with all that is printed of them."""
        return [column for family in self.families for column in self._expanded[family][0]]

    def columns(self, family: str) -> list[dict[str, Any]]:
        """Columns of a family that can be computed, without their texts, as plain data."""
        return [asdict(column.without_texts()) for column in self._expanded[family][0]]

    @cached_property
    def table_columns(self) -> list[dict[str, Any]]:
        """Columns of the table without their texts, as plain data: what the table is made and checked by."""
        return [asdict(column.without_texts()) for column in self.published]

    @cached_property
    def measured_columns(self) -> dict[str, dict[str, str]]:
        """Columns of numbers -> their unit, and which direction is better."""
        return {
            column.name: {"unit": column.unit, "better": column.better}
            for column in self.published
            if column.kind == "number"
        }

    @cached_property
    def printed_columns(self) -> list[dict[str, Any]]:
        """Columns of the table with their texts, as plain data."""
        return [asdict(column) for column in self.published]

    def mapped_column(self, name: str) -> str:
        """Check that a map can be drawn of a column, or of several whose names are joined by two underscores."""
        mapped = {column.name: column for column in self.published if column.mapped}
        for part in name.split("__"):
            if part not in mapped:
                raise ConfigError(
                    f"results/{self.name}/maps",
                    got=part,
                    expected=f"a mapped column of {self.name}, see codebook.csv",
                    remedy=did_you_mean(part, mapped),
                )
        return name

    @cached_property
    def not_computed(self) -> list[dict[str, Any]]:
        """Columns that the configuration leaves out, with the key that would switch each on."""
        rows = []
        for family, (active, inactive) in self._expanded.items():
            needed = {*self.registry.families[family].layers}
            for column in inactive if family in self.families else (*active, *inactive):
                lacking = sorted({*needed, *column.layers} - self.layers)
                key = missing_key(self.config, lacking[0]) if lacking else f"indicators.{family}"
                titles = dict(column.title)
                row = {"column": column.name, "title": titles["en"], "lacking": lacking, "config_key": key}
                rows.append(row | {"titles": titles, "template": column.template})
        return rows

    @cached_property
    def factor_columns(self) -> list[dict[str, Any]]:
        """What the theory says, the region's columns for it, and the keys that give those it lacks."""
        return factor_columns(self.config, self.general, self.published, self.not_computed)

    @cached_property
    def column_keys(self) -> dict[str, str]:
        """Column -> keys of the configuration that give the data it rests on, such as ``services.provider``."""
        return {column.name: " or ".join(self._keys_of(column)) for column in self.published}

    def _keys_of(self, column: Column) -> list[str]:
        if column.family not in self.general.families:
            return [column.family]
        layers = column.layers or self.registry.families[column.family].layers
        if "city_class" in column.fields:
            return ["cities.provider", f"city_classes_persons.{column.fields['city_class']}"]
        return sorted({key for layer in layers for key in layer_keys(layer)}) or [f"indicators.{column.family}"]

    @cached_property
    def family_layers(self) -> dict[str, list[str]]:
        """Layers that each family cannot do without."""
        return {name: list(family.layers) for name, family in self.registry.families.items()}

    @cached_property
    def texts(self) -> dict[str, Any]:
        """What products call the region and its families, and in which languages they speak."""
        return {
            "region": self.name,
            "title": self.titles,
            "languages": list(self.languages),
            "families": {name: dict(self.registry.families[name].title) for name in self.families},
            "city_classes": self.config.city_classes_persons,
            "producer": self.producer,
        }

    # Options

    def options(self, family: str) -> dict[str, Any]:
        """Options that a family's `compute` takes: those of its section, but for what others are made with."""
        section = getattr(self.config.indicators, family, None)
        chosen = section.model_dump(exclude={*section.NOT_COMPUTED_WITH}) if section else {}
        further: dict[str, dict[str, Any]] = {
            "access": {"city_classes_persons": self.config.city_classes_persons},
            "production": {"sector_groups": self.config.employment.groups},
            "irrigation": {"field_classes": list(self.land.field_classes)},
            "linkages": {
                "chains": {
                    name: chain.model_dump(exclude={"title"}) for name, chain in self.config.employment.chains.items()
                },
                "sectors": self.config.input_output.sectors,
            },
        }
        return chosen | further.get(family, {})

    def section(self, name: str) -> dict[str, Any]:
        """Read a section of the configuration as plain data."""
        source: Source = getattr(self.config, name)
        return source.model_dump()

    def own_options(self, layer: str) -> dict[str, Any]:
        """Read what the configuration says of the user's file for a layer; nothing where the layer comes from OSM."""
        section = LAYERS[layer].section
        return self.section(section) if section != "osm" and getattr(self.config, section).path else {}

    @property
    def attributes(self) -> list[dict[str, Any]]:
        """The user's further tables, as plain data."""
        return [table.model_dump() for table in self.config.attributes]

    @property
    def access(self) -> AccessOptions:
        """Options of access, or their defaults where no table of access is made."""
        return self.config.indicators.access or AccessOptions()

    @property
    def land(self) -> LandOptions:
        """Options of land, or their defaults where no table of land is made."""
        return self.config.indicators.land or LandOptions()

    @property
    def connectors(self) -> dict[str, float]:
        """How cities and loose roads are joined to the network."""
        return self.config.connectors.model_dump() | self.access.model_dump(include={"walk_kmh", "walk_detour_ratio"})

    @property
    def walking(self) -> dict[str, float]:
        """How people walk where there is no road."""
        return self.access.model_dump(include={*AccessOptions.WALKING})

    @property
    def beyond(self) -> dict[str, float]:
        """How the way to cities beyond the edge of the road data is estimated."""
        return self.access.model_dump(include={*AccessOptions.BEYOND})

    @property
    def service_kinds(self) -> list[str]:
        """Kinds of service that the table counts."""
        services = self.config.indicators.services
        return list(services.kinds) if services else []

    def city_class(self, name: str) -> tuple[float, float | None]:
        """Bounds of a class of cities in inhabitants: from, and to (None is no limit)."""
        return self.config.city_classes_persons[name]

    @property
    def city_intervals(self) -> list[tuple[float, float | None]]:
        """Bounds of all classes of cities."""
        return list(self.config.city_classes_persons.values())

    @property
    def min_city_persons(self) -> float:
        """Inhabitants of the smallest place that counts as a city."""
        return min(low for low, _ in self.config.city_classes_persons.values())

    @property
    def population_providers(self) -> list[str]:
        """Providers of the population in their order, ``none`` if nobody's home is known."""
        return list(providers(self.config, "population")) or ["none"]

    @property
    def census(self) -> dict[str, Any] | None:
        """How the table of a census is read: ``id``, ``population`` by year, layout; None if there is none."""
        census = self.config.population.census
        return None if census is None else {"id": census.id, "population": census.columns, **census.layout}

    @property
    def population_raster(self) -> dict[str, Any]:
        """How the user's population raster is read: ``nodata``, and ``unit``."""
        population = self.config.population
        unit = "per_km2" if population.unit == "density" else "amount"
        return {"nodata": population.nodata, "unit": unit}

    def raster_years(self, section: str) -> list[int]:
        """Years of a section's rasters, the latest last; 0 for a single raster without a year."""
        source = getattr(self.config, section)
        return [*sorted(source.earlier), source.year or 0]

    @property
    def friction_legend(self) -> str | None:
        """Name of the legend that walking speeds go by; None where they come from a friction raster."""
        cover = self.config.land_cover
        return None if self.config.friction.path else cover.legend or cover.provider[0]

    @property
    def lorenz_options(self) -> dict[str, Any]:
        """What units of land are, and which are left out, for the Lorenz curves."""
        return self.land.model_dump(include={"field_classes", "border", "suppressed"})

    @property
    def analysed_families(self) -> dict[str, dict[str, Any]]:
        """Families that can be computed for other units than the territories: layers, options and columns of each."""
        families = {}
        for name in self.families:
            row = self.registry.families[name]
            if name in self.general.families and name != CLUSTERS:
                layers = [*self.given(*row.layers, *row.optional_layers)]
                families[name] = {"layers": layers, "options": self.options(name), "columns": self.columns(name)}
        return families

    def scenario(self, name: str) -> dict[str, Any]:
        """Read what a scenario changes, as plain data; its title is in none of its figures."""
        return self.config.scenarios[name].model_dump(exclude={"title"})

    def _changed_layers(self, scenario: str) -> set[str]:
        edited = {*self.config.scenarios[scenario].edited_layers}
        if lacking := edited - self.layers:
            got = f"no layer {min(lacking)} in {self.name}"
            raise ConfigError(f"scenarios.{scenario}", got=got, expected=f"a region with {', '.join(sorted(edited))}")
        return {layer for layer in self.layers if origins(layer) & edited}

    def scenario_columns(self, name: str) -> list[dict[str, Any]]:
        """Columns that a scenario can change, without their texts, as plain data."""
        changed = self._changed_layers(name)
        return [
            column
            for family in self.analysed_families
            for column in self.columns(family)
            if changed & {*self.registry.families[family].layers, *column["layers"]}
        ]

    def scenario_families(self, name: str) -> list[str]:
        """Families with columns that a scenario can change."""
        return list(dict.fromkeys(column["family"] for column in self.scenario_columns(name)))

    def scenario_steps(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """Rules that a scenario runs again on its edited layers, in order, with their wildcards."""
        changed = self._changed_layers(name)
        steps = [rule for rule, layer in LAYER_OF_STEP.items() if layer in changed and layer in self.layers]
        families = [
            ("compute_family", {"region": self.name, "family": family}) for family in self.scenario_families(name)
        ]
        return [*((rule, {"region": self.name}) for rule in steps), *families]

    @property
    def speeds_file(self) -> str:
        """The table of speeds: the user's or the project's own."""
        return self.config.speeds or self.project_file("config/speeds.csv")

    @property
    def critical_links(self) -> dict[str, Any]:
        """Links that are closed in turn, as plain data, with the bounds of the cities that people want to reach."""
        links = self.config.critical_links
        if links is None:
            expected, remedy = "a list of links", f"Set regions.{self.name}.critical_links."
            raise ConfigError(f"results/{self.name}", got="no critical_links", expected=expected, remedy=remedy)
        if links.city_class not in self.config.city_classes_persons:
            raise ConfigError("critical_links.city_class", got=links.city_class, expected="a class of cities",
                              remedy=did_you_mean(links.city_class, self.config.city_classes_persons))  # fmt: skip
        return links.model_dump() | {"interval": self.city_class(links.city_class)}

    @property
    def siting(self) -> dict[str, Any]:
        """Candidate places, and what for, as plain data."""
        siting = self.config.siting
        if siting is None:
            expected, remedy = "candidate places", f"Set regions.{self.name}.siting."
            raise ConfigError(f"results/{self.name}", got="no siting", expected=expected, remedy=remedy)
        kinds = [*self.config.city_classes_persons, *self.service_kinds]
        if siting.kind not in kinds:
            raise ConfigError("siting.kind", got=siting.kind, expected="a kind of service or a class of cities",
                              remedy=did_you_mean(siting.kind, kinds))  # fmt: skip
        return siting.model_dump()

    def scenario_files(self, path: str) -> list[str]:
        """Paths of one file of all scenarios; ``{scenario}`` in the path stands for the name."""
        return [self.file(path.format(scenario=name)) for name in self.config.scenarios]

    def scenario_title(self, name: str, language: str) -> str:
        """Give the title of a scenario in a language."""
        title = self.config.scenarios[name].title
        if isinstance(title, dict):
            return next((text for key, text in title.items() if key == language), next(iter(title.values())))
        return title or name.replace("_", " ")

    def scenario_titles(self, language: str) -> dict[str, str]:
        """Give the titles of all scenarios in a language."""
        return {name: self.scenario_title(name, language) for name in self.config.scenarios}

    def destination_names(self, language: str) -> dict[str, str]:
        """Class of cities or kind of service -> what readers call it."""
        terms = {**self.registry.terms.get("service", {}), **self.registry.terms["city_class"]}
        return {key: words[language] for key, words in terms.items()}

    @property
    def banded_families(self) -> dict[str, dict[str, Any]]:
        """Families whose values can have a band: layers, options and columns of each."""
        return {name: entry for name, entry in self.analysed_families.items() if name in BANDED}

    @property
    def access_options(self) -> dict[str, Any]:
        """All that travel times to cities are computed with."""
        return {
            "walking": self.walking,
            "city_classes_persons": self.config.city_classes_persons,
            "market": {
                "min_persons": self.min_city_persons,
                "half_life_min": self.access.half_life_min,
                "thresholds_min": self.access.time_thresholds_min,
                "country_percent_per_year": self.config.city_population.country_percent_per_year,
            },
        }

    @property
    def unit_options(self) -> dict[str, Any]:
        """From how many units and from which size on the Lorenz curves speak of concentration."""
        return self.land.model_dump(include={"min_units", "large_unit_ha"})

    # Texts and facts that are printed

    def title(self, language: str) -> str:
        """Say what readers call the region: its country's name, or its own name, in capitals if it has none."""
        code, name, given = self.config.country, self.name, self.config.title
        if given is not None:
            titles = {language: given} if isinstance(given, str) else {str(key): text for key, text in given.items()}
            return titles.get(language) or next(iter(titles.values()))
        if name == code:
            return country(code).names[language]
        return name.replace("_", " ").title() if name.islower() else name

    @property
    def titles(self) -> dict[str, str]:
        """What readers call the region, per language."""
        return {language: self.title(language) for language in LANGUAGES}

    @property
    def map_options(self) -> dict[str, Any]:
        """In which language maps speak, and what they call the region."""
        return {"language": self.languages[0], "region": self.title(self.languages[0])}

    @property
    def area_range_km2(self) -> tuple[float, float] | None:
        """What the catalogue says of the country, for regions whose boundaries are those of the whole country."""
        return None if self.config.territories.path else country(self.config.country).area_range_km2

    @property
    def plain_config(self) -> dict[str, Any]:
        """The region's configuration as plain data."""
        return self.config.model_dump(mode="json", by_alias=True)

    @cached_property
    def own_files(self) -> dict[str, Any]:
        """Section -> the file that the user, or the example, gives for it."""
        sections = sources(self.config)
        files: dict[str, Any] = {name: source.path for name, source in sections.items() if source.path}
        if elevation := self.config.friction.elevation:
            files["elevation"] = elevation
        for name, source in sections.items():
            files |= {f"{name}_{year}": path for year, path in getattr(source, "earlier", {}).items()}
        population = self.config.population
        files |= {"population_pattern": population.pattern} if population.pattern else {}
        files |= {"population_totals": population.totals.path} if population.totals else {}
        divided = {f"{name}_divided": getattr(source, "divided", None) for name, source in sections.items()}
        files |= {name: path for name, path in divided.items() if path}
        if loss := self.config.forest_loss.loss:
            files["forest_loss_years"] = loss
        if crosswalk := self.config.outcomes.crosswalk:
            files["crosswalk"] = crosswalk.path
        if flows := self.config.functional.path:
            files["functional"] = flows
        files |= {"siting": self.config.siting.path} if self.config.siting else {}
        if self.config.critical_links and self.config.critical_links.path:
            files["critical_links"] = self.config.critical_links.path
        for name, scenario in self.config.scenarios.items():
            files |= {f"scenarios_{name}_{key.removesuffix('.path')}": path for key, path in scenario.files.items()}
        return files | {f"attributes_{row}": table.path for row, table in enumerate(self.config.attributes, start=1)}

    @cached_property
    def own_descriptions(self) -> dict[str, dict[str, Any]]:
        """Section -> what the configuration says of its file: title, source, licence, attribution, date, url."""
        described = {name: source.description for name, source in sources(self.config).items() if source.path}
        tables = enumerate(self.config.attributes, start=1)
        described |= {f"attributes_{row}": table.description for row, table in tables}
        return {name: entry for name, entry in described.items() if entry}

    @property
    def producer(self) -> str:
        """Who publishes the region's products; empty if nobody is named."""
        return self.config.publication.producer or ""

    # What a run makes

    def inputs(self, step: str, *wildcards: str) -> dict[str, Any]:
        """Input files of a rule that hang on the configuration, by name."""
        return INPUTS[step](self, *wildcards)

    def product_files(self, *names: str) -> Files:
        """Paths of assembled files and layers by name, as far as the region has them."""
        if not self.has("outcomes") and {*names} <= {*OF_OUTCOMES}:
            got, remedy = f"{self.name} has no outcomes", f"Set regions.{self.name}.outcomes."
            raise ConfigError(f"results/{self.name}", got=got, expected="a table of outcomes", remedy=remedy)
        lacking = () if self.has("outcomes") else OF_OUTCOMES
        chosen = [name for name in names if name in ASSEMBLED and name not in lacking]
        assembled = {name: self.file(ASSEMBLED[name]) for name in chosen}
        return assembled | self.given(*(name for name in names if name in LAYERS))

    @cached_property
    def tables(self) -> list[str]:
        """The region's products but for maps and atlases."""
        rows = [product for product in PRODUCTS if product.in_all and product.path not in ATLASES]
        rows = [product for product in rows if {*product.needs} <= self.layers]
        names = [path for product in rows for _, path in product.editions(self.languages[0])]
        names += TEXTS
        if self.has("travel_times"):
            classes = self.config.city_classes_persons
            names += [f"layers/{part.format(name)}" for part in ("travel_time_{}.tif", "catchments_{}.parquet")
                      for name in classes]  # fmt: skip
        names += ["lorenz"] if self.config.indicators.land and self.config.indicators.land.lorenz else []
        names += ["layers/outcomes.parquet"] if self.has("outcomes") else []
        names += [f"scenarios/{name}/{file}" for name in self.config.scenarios for file in OF_SCENARIO]
        names += ["critical_links.csv"] if self.config.critical_links else []
        names += ["siting.csv", "siting.png"] if self.config.siting else []
        names += FUNCTIONAL if self.config.functional.by != "none" else []
        return [self.file(name) for name in names]

    @cached_property
    def products(self) -> list[str]:
        """All that a run makes of the region: tables, travel-time rasters, maps and atlases."""
        return [*self.tables, *(self.file(name) for name in (*DRAWN, *ATLASES, PUBLICATION))]

    @cached_property
    def published_files(self) -> list[str]:
        """Products that go into the data set to be published: files of the region's folder, not of others in it."""
        return [path for path in self.tables if path.count("/") == 2 and path.count(".")]

    def statement(self, contact: str) -> dict[str, str]:
        """Read what the configuration says of the published data set.

        Parameters
        ----------
        contact : str
            Contact of the whole configuration, where the region names none.
        """
        section = self.config.publication.model_dump()
        section["contact"] = section["contact"] or contact
        return {name: value or "" for name, value in section.items()}

    @property
    def whole_config(self) -> dict[str, Any]:
        """The configuration that makes the region alone, as plain data."""
        config = dict(self.plain_config)
        for name, entry in self.own_descriptions.items():
            if isinstance(section := config.get(name), dict):
                config[name] = section | entry
        config |= {"title": self.config.title} if self.config.title else {}
        return {"regions": {self.name: config}, "languages": list(self.languages)}
