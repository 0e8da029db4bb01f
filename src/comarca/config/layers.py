"""The configuration of the layers: where each comes from."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from comarca.config.base import ColumnsByYear, FilePath, PlacesSource, ProviderOf, Source, VectorSource, Word, Year
from comarca.config.tables import TableLayout

_NODATA = "Value of the raster that means no data, if the file does not say; `none`: every value is data."


def _require_earlier(earlier: dict[Year, FilePath], source: Population | LandCover | NightLights) -> None:
    if earlier and (source.path is None or source.year is None or max(earlier) >= source.year):
        raise ValueError("`earlier` goes with provider `file` and its `year`, and holds years before that one")


class Osm(Source):
    """The OpenStreetMap extract that roads, places, buildings, services and land use come from."""

    provider: tuple[Annotated[str, ProviderOf("osm", ("file", "none"))], ...] = Field(
        ("geofabrik", "osm_fr"), description="Where the extract comes from."
    )


class Territories(VectorSource):
    """The units of the table."""

    provider: tuple[Annotated[str, ProviderOf("territories", ("osm", "file"))], ...] = Field(
        ("cod", "cod_parquet", "geoboundaries", "fieldmaps", "gadm", "osm"),
        description="Where the boundaries come from.",
    )
    admin_level: Annotated[int, Field(ge=2, le=12)] | None = Field(
        None, description="OSM admin_level of the units, for provider `osm`. Null: what the country catalogue says."
    )
    level: Annotated[int, Field(ge=0, le=5)] | None = Field(
        None,
        description="Level of the units at `cod`, `geoboundaries` and `gadm`; 2 is usually the municipality. Null: "
        "what the country catalogue says.",
    )
    id: str | None = Field(None, description="Column of the file that holds the code of the unit.")
    name: str | None = Field(None, description="Column of the file that holds its name.")
    parent: str | None = Field(
        None, description="Column of the file that holds the name of the unit one level up; slugs become words."
    )
    dissolve: bool = Field(False, description="Merge rows of the file that share a code, instead of refusing them.")


class Roads(VectorSource):
    """The road network."""

    WITH_PATH: ClassVar[tuple[str, ...]] = ("file", "graphml")

    provider: tuple[Annotated[str, ProviderOf("roads", ("osm", "file", "graphml", "none"))], ...] = Field(
        ("osm",), description="Where the roads come from; `graphml` is a graph that OSMnx saved."
    )
    road_class: str | None = Field(None, alias="class", description="Column of the file with the class of the road.")
    surface: str | None = Field(None, description="Column of the file with the surface.")
    oneway: str | None = Field(None, description="Column of the file with the direction.")
    oneways: dict[str, str] = Field(
        default_factory=dict,
        description="The file's directions -> forward, backward (by the direction of drawing), both, closed, or `none` "
        "to leave roads out.",
    )
    unknown: Literal["refuse", "untagged"] = Field(
        "refuse",
        description="Words of surface, direction and speed that are not understood stop the run; `untagged` treats "
        "them as not given.",
    )
    maxspeed: str | None = Field(None, description="Column of the file with the speed limit.")
    maxspeed_unit: Literal["kmh", "mph"] = Field("kmh", description="Unit of limits and speeds that name none.")
    speed: str | None = Field(None, description="Column of the file with the speed as driven, in place of all others.")
    minutes: str | None = Field(None, description="Column of the file with the minutes that driving each line takes.")
    classes: dict[str, Word] = Field(
        default_factory=dict,
        description="The file's classes -> OSM highway classes, or `none` to leave roads out; those not named are "
        "kept.",
    )
    default_class: Word | None = Field(None, description="OSM highway class of roads that have none.")
    surfaces: dict[str, str] = Field(
        default_factory=dict, description="The file's surfaces -> OSM surface values, or `none` to leave roads out."
    )
    level: str | None = Field(None, description="Column of the file that tells bridges and tunnels from the ground.")
    from_level: str | None = Field(None, description="Column with the level at the start of each line, such as F_ZLEV.")
    to_level: str | None = Field(None, description="Column with the level at the end of each line, such as T_ZLEV.")
    id: str | None = Field(None, description="Column of the file with a code; null numbers the rows.")
    name: str | None = Field(None, description="Column of the file with the name.")
    ref: str | None = Field(None, description="Column of the file with the number of the road.")
    snap_m: Annotated[float, Field(ge=0, le=20)] = Field(
        1.0, description="How far the end of a road may miss another one and still be joined to it, m."
    )

    @property
    def from_mappers(self) -> bool:
        """Whether roads come from OpenStreetMap or what is made of it, so that it matters how much was mapped."""
        return bool({"osm", "overture", "graphml"} & {*self.provider})


class Power(VectorSource):
    """Power lines."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(
        ("osm",), description="Where the power lines come from."
    )
    id: str | None = Field(None, description="Column of the file with a code; null numbers the rows.")
    power_class: str | None = Field(None, alias="class", description="Column of the file with the kind of line.")
    classes: dict[str, str] = Field(
        default_factory=dict, description="The file's kinds -> line, minor_line, cable, or `none` to leave lines out."
    )
    unknown: Literal["refuse", "untagged"] = Field(
        "refuse", description="Kinds that are not understood stop the run; `untagged` takes them as transmission lines."
    )
    voltage: str | None = Field(None, description="Column of the file with the voltage.")


class Services(PlacesSource):
    """Schools, hospitals, banks and other services, as points."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(("osm",), description="Where the services come from.")
    kind: str | None = Field(None, description="Column of the file with the kind of service.")
    name: str | None = Field(None, description="Column of the file with the name.")
    id: str | None = Field(None, description="Column of the file with a code; null numbers the rows.")
    default_kind: Word | None = Field(None, description="Kind of services that have none.")
    kinds: dict[str, Word] = Field(default_factory=dict, description="The file's kinds -> ours, or `none`.")
    unknown: Literal["refuse", "untagged"] = Field(
        "refuse",
        description="Kinds that are not understood stop the run; `untagged` keeps them under their own words, counted "
        "nowhere.",
    )
    longitude: str | None = Field(None, description="Column of a table with the longitude, degrees.")
    latitude: str | None = Field(None, description="Column of a table with the latitude, degrees.")

    @model_validator(mode="after")
    def _kind_goes_with_file(self) -> Self:
        if "file" in self.provider and self.kind is None and self.default_kind is None:
            raise ValueError("provider `file` needs the column `kind`, or a `default_kind`")
        return self


class Cities(PlacesSource):
    """Cities with their populations: the places that access is measured to."""

    provider: tuple[Annotated[str, ProviderOf("cities", ("geonames", "osm", "degurba", "file"))], ...] = Field(
        ("geonames_dump", "geonames"),
        description="Where the cities come from; `geonames` is the offline copy that comes with the environment, "
        "`degurba` takes the urban centres and towns of the population raster, with their edges.",
    )
    name: str | None = Field(None, description="Column of the file with the name.")
    population: str | None = Field(None, description="Column of the file with the number of inhabitants.")
    longitude: str | None = Field(None, description="Column of a table with the longitude, degrees.")
    latitude: str | None = Field(None, description="Column of a table with the latitude, degrees.")
    territory: str | None = Field(
        None, description="Column of a table without coordinates: code of the territory that the city lies in."
    )
    id: str | None = Field(None, description="Column of the file with a code; null numbers the rows.")

    @model_validator(mode="after")
    def _placed_in_one_way(self) -> Self:
        if self.territory is not None and (self.longitude is not None or self.latitude is not None):
            raise ValueError("`territory` is for tables without coordinates; leave out `longitude` and `latitude`")
        return self


class Totals(TableLayout):
    """People of each territory by a census."""

    path: FilePath = Field(description="Table with one row per territory: CSV, XLSX, XLS, ODS or Parquet file.")
    id: str = Field(description="Column with the code of the territory.")
    population: str | ColumnsByYear = Field(
        description="Column with the persons, or year -> column: the last year counts, the first gives the change."
    )
    year: Year | None = Field(None, description="Year of the census, for one column.")

    @property
    def columns(self) -> dict[int, str]:
        """Year -> column; year 0 where it is not said."""
        return self.population if isinstance(self.population, dict) else {self.year or 0: self.population}

    @property
    def latest(self) -> int | None:
        """Year of the figures that count, if it is known."""
        return max(self.columns) or None

    @property
    def layout(self) -> dict[str, Any]:
        """Keys of the layout that are set."""
        return _layout(self)


def _layout(source: TableLayout) -> dict[str, Any]:
    return {
        key: value
        for key, field in TableLayout.model_fields.items()
        if (value := getattr(source, key)) != field.get_default(call_default_factory=True)
    }


def with_population_of_attributes(region: dict[str, Any]) -> dict[str, Any]:
    """Make the column of inhabitants of a table of `attributes` the census of the section `population`.

    Parameters
    ----------
    region : dict
        The region's section, as written.

    Returns
    -------
    dict
        The same where no table names such a column.

    Raises
    ------
    ValueError
        If two tables do, or one without `id`, or the section has a census already, or no people at all.
    """
    given = region.get("attributes") or ()
    tables = [table for table in given if isinstance(table, dict) and table.get("population")]
    if not tables:
        return region
    if len(tables) > 1:
        raise ValueError("attributes: two tables name a column of `population`; one is enough")
    if not tables[0].get("id"):
        raise ValueError("attributes: a column of `population` needs `id`, the column with the codes of territories")
    section = region.get("population") or {}
    section = dict(section) if isinstance(section, dict) else {"provider": section}
    names = section.get("provider") or ()
    providers = (names,) if isinstance(names, str) else tuple(names)
    keys = ("path", "id", "population", "year", *TableLayout.model_fields)
    census = {key: tables[0][key] for key in keys if tables[0].get(key)}
    if "none" in providers:
        raise ValueError("attributes name a column of `population`, and the section `population` is `none`")
    if "totals" not in providers:
        own, section = section.get("totals"), {**section, "totals": section.get("totals") or census}
    else:
        own, section = section.get("path") and section, {**census, **section}
    if own and (own.get("path"), own.get("population")) != (census["path"], census["population"]):
        raise ValueError("a table of `attributes` and the section `population` both name a census; one is enough")
    return {**region, "population": section}


class Population(Source, TableLayout):
    """Where people live."""

    WITH_PATH: ClassVar[tuple[str, ...]] = ("file", "totals")

    provider: tuple[Annotated[str, ProviderOf("population", ("settlements", "totals", "file", "none"))], ...] = Field(
        ("worldpop", "ghspop", "settlements"),
        description="Where the population comes from; `settlements` spreads the inhabitants of places over buildings, "
        "`totals` the people of a census over settlements and land, or over a `pattern`.",
    )
    id: str | None = Field(None, description="Column of a table of totals with the code of the territory.")
    population: str | ColumnsByYear | None = Field(
        None, description="Column of a table of totals with the persons, or year -> column."
    )
    pattern: FilePath | None = Field(
        None, description="Raster of people or buildings by which totals are spread inside each territory."
    )
    totals: Totals | None = Field(
        None, description="Census that the people of another provider are scaled to, territory by territory."
    )
    unit: Literal["persons", "density"] = Field(
        "persons", description="What cells of the raster hold: `persons`, or `density` in persons per km2."
    )
    year: Year | None = Field(None, description="Year of the raster or table; null takes the provider's default.")
    nodata: float | Literal["none"] | None = Field(None, description=_NODATA)
    earlier: dict[Year, FilePath] = Field(
        default_factory=dict, description="Year -> raster of an earlier date: gives the change of the population."
    )

    @property
    def census(self) -> Totals | None:
        """The totals that people meet, whichever key gives them."""
        if "totals" not in self.provider:
            return self.totals
        return Totals.model_validate(
            {"path": self.path, "id": self.id, "population": self.population, "year": self.year} | _layout(self)
        )

    @property
    def raster(self) -> str | None:
        """The user's raster of people, or of what totals are spread by."""
        path = self.pattern if "totals" in self.provider else self.path
        return path if path is None or isinstance(path, str) else path[0]

    @property
    def from_settlements(self) -> bool:
        """Whether people may come from settlements."""
        return "settlements" in self.provider or ("totals" in self.provider and self.pattern is None)

    @property
    def has_years(self) -> bool:
        """Whether the population of more than one year is given."""
        return bool(self.earlier) or (self.census is not None and len(self.census.columns) > 1)

    @property
    def latest_year(self) -> int | None:
        """Year of the figures that count, if it is said."""
        return self.year if self.census is None else self.census.latest

    @model_validator(mode="after")
    def _totals_are_whole(self) -> Self:
        has_totals = "totals" in self.provider
        if has_totals and len(self.provider) > 1:
            raise ValueError("provider `totals` stands alone; to scale another one, give its table under `totals:`")
        if has_totals and (self.id is None or not self.population):
            raise ValueError("provider `totals` needs `id` and `population`: the columns of its table")
        if has_totals and (self.totals is not None or self.earlier):
            raise ValueError("provider `totals` takes neither `totals` nor `earlier`; name the years in `population`")
        if not has_totals and (self.id is not None or self.population is not None or self.pattern is not None):
            raise ValueError("`id`, `population` and `pattern` go with provider `totals`; else write them in `totals:`")
        if not has_totals and (keys := sorted(_layout(self))):
            raise ValueError(
                f"`{keys[0]}` describes a table and goes with provider `totals`; else write it in `totals:`"
            )
        if self.totals is not None and self.earlier:
            raise ValueError("`totals` and `earlier` do not go together: name the years in `totals.population`")
        return self

    @model_validator(mode="after")
    def _earlier_is_earlier(self) -> Self:
        _require_earlier(self.earlier, self)
        return self


class LandCover(Source):
    """A land-cover raster."""

    provider: tuple[Annotated[str, ProviderOf("land_cover", ("file", "none"))], ...] = Field(
        ("none",), description="Where the land cover comes from."
    )
    legend: str | None = Field(
        None,
        description="Legend of the file, required with one: worldcover, mapbiomas, corine, or the path of a CSV of "
        "your own.",
    )
    year: Year | None = Field(None, description="Year of the raster; null takes the provider's default.")
    earlier: dict[Year, FilePath] = Field(
        default_factory=dict, description="Year -> file of an earlier date, in the same legend: gives the change."
    )

    @model_validator(mode="after")
    def _file_has_legend(self) -> Self:
        if "file" in self.provider and self.legend is None:
            raise ValueError("provider `file` needs a `legend`: worldcover, mapbiomas, corine, or a CSV of your own")
        return self

    @model_validator(mode="after")
    def _earlier_is_earlier(self) -> Self:
        _require_earlier(self.earlier, self)
        return self


class NightLights(Source):
    """A raster of the light at night."""

    provider: tuple[Annotated[str, ProviderOf("night_lights", ("file", "none"))], ...] = Field(
        ("none",), description="Where the night lights come from; `nightlights` is one raster of the whole world."
    )
    year: Year | None = Field(None, description="Year of the raster; null: what the provider's registry row says.")
    nodata: float | Literal["none"] | None = Field(None, description=_NODATA)
    earlier: dict[Year, FilePath] = Field(
        default_factory=dict, description="Year -> raster of an earlier date, on the same scale: gives the change."
    )

    @model_validator(mode="after")
    def _earlier_is_earlier(self) -> Self:
        _require_earlier(self.earlier, self)
        return self


class Friction(Source):
    """How fast people walk off the road. Without it they walk straight."""

    provider: tuple[Literal["land_cover", "file", "none"], ...] = Field(
        ("none",), description="`land_cover` walks by the region's land cover, `file` by a raster of minutes per metre."
    )
    elevation: FilePath | None = Field(
        None,
        description="Raster of heights in metres: slopes then slow people down, on foot and, by the rows `terrain` of "
        "the table of speeds, on roads.",
    )
    cell_m: Annotated[float, Field(ge=10, le=100_000)] = Field(200.0, description="Size of the cells, m.")
    barrier_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="Share of barrier (water) in a cell from which on nobody crosses it."
    )


class Parcels(PlacesSource):
    """Parcels of land: a cadastre, or mapped fields."""

    provider: tuple[Literal["file", "osm", "none"], ...] = Field(("none",), description="Where the parcels come from.")
    owner: str | None = Field(None, description="Column of the file that names the owner; null counts parcels.")
    share: str | None = Field(
        None, description="Column with the part of the parcel that the owner has; null gives co-owners equal parts."
    )
    area: str | None = Field(None, description="Of a table without shapes: column with the area.")
    area_unit: str | None = Field(None, description="Of a table: unit of the areas; null is hectares.")
    territory: str | None = Field(None, description="Of a table: column with the code of the territory.")
    weight: str | None = Field(None, description="Of a table: column with the number of parcels that a row stands for.")
    border: Literal["majority", "cut"] = Field(
        "majority", description="A parcel in several territories: to the one with most of it, or cut."
    )
