"""Checks of the user's files that need no more than a look at their headers, made before any job runs.

Readers are imported where they read, as most regions have no files of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.plan.layers import sources
from comarca.registry import DATA
from comarca.sources.datasets import paths_of, require_data_set

if TYPE_CHECKING:
    from comarca.config.base import VectorSource
    from comarca.config.environment import BurntAreas, ForestLoss
    from comarca.config.layers import LandCover, Totals
    from comarca.config.region import Config, Region
    from comarca.config.tables import Attributes, CityPopulation, Table, TableLayout

_SPEEDS = ("maxspeed", "speed", "minutes")
#: Sections whose file is a vector layer, with the keys that name its columns.
_COLUMN_KEYS = {
    "territories": ("id", "name", "parent"),
    "roads": ("road_class", "surface", "oneway", *_SPEEDS, "level", "from_level", "to_level", "id", "name", "ref"),
    "power": ("power_class", "voltage", "id"),
    "services": ("kind", "name", "id"),
    "cities": ("id", "name", "population"),
    "parcels": ("owner", "share"),
    "protected_areas": (),
    "canals": (),
}
#: Keys that name columns of a table in place of a vector file.
_TABLE_KEYS = ("longitude", "latitude", "territory", "area", "weight")

#: Sections whose file is a table with a row or more per territory.
TABLES = frozenset({"holdings", "outcomes", "employment", "firms", "age_groups", "public_finance"})


def check_inputs(
    config: Config, *, legends: Path = DATA / "legends", speeds: str | None = None, surfaces: str | None = None
) -> None:
    """Check that every file the configuration names is there and has the layer, columns and CRS it needs.

    Parameters
    ----------
    config : Config
        The configuration.
    legends : pathlib.Path, optional
        Folder of the legends that come with the project.
    speeds : str, optional
        The project's table of speeds, which the classes of roads are held against; they are not if it is not given.
    surfaces : str, optional
        The project's table of surfaces.

    Raises
    ------
    ConfigError
        Names the key, the file, what was found and the nearest right spelling.
    InputError
        If a table of speeds or surfaces is wrong: names the file, the line and what was expected.
    """
    _check_tables(speeds, surfaces)
    for name, region in config.regions.items():
        if region.speeds is not None:
            _check_speeds(region.speeds, country=region.country, key=f"regions.{name}.speeds")
        if region.friction.elevation is not None:
            require_file(region.friction.elevation, key=f"regions.{name}.friction.elevation")
            _check_raster(region.friction.elevation, key=f"regions.{name}.friction.elevation")
        for position, attributes in enumerate(region.attributes):
            _check_attributes(attributes, key=f"regions.{name}.attributes.{position}")
        for section, source in sources(region).items():
            if source.path is not None:
                _check_source(section, source, key=f"regions.{name}.{section}")
        if speeds and region.roads.path is not None and "file" in region.roads.provider:
            _check_road_classes(region, region.speeds or speeds, key=f"regions.{name}.roads")
        if region.population.totals is not None:
            require_file(region.population.totals.path, key=f"regions.{name}.population.totals.path")
            _check_totals(region.population.totals, key=f"regions.{name}.population.totals")
        for section in ("land_cover", "population", "night_lights"):
            for year, path in getattr(region, section).earlier.items():
                key = f"regions.{name}.{section}.earlier.{year}"
                require_file(path, key=key)
                _check_raster(path, key=key)
        _check_scenarios(region, key=f"regions.{name}")
        _check_legend(region.land_cover, key=f"regions.{name}.land_cover", legends=legends)
        _check_sectors(region, key=f"regions.{name}")
        _check_joins(region, key=f"regions.{name}")


def require_file(path: str | tuple[str, ...], *, key: str) -> None:
    """Refuse a file of the user's that is not there.

    Parameters
    ----------
    path : str or tuple of str
        The file, from the folder that the run works in; a folder, a path inside an archive, or several.
    key : str
        The key of the configuration that names it.

    Raises
    ------
    ConfigError
        With the nearest name in the same folder.
    """
    for each in paths_of(path):
        try:
            require_data_set(each, where=f"configuration, {key}")
        except InputError as error:
            raise ConfigError(error.where, got=error.got, expected=error.expected, remedy=error.remedy) from None


def _check_source(section: str, source: Any, *, key: str) -> None:
    require_file(source.path, key=f"{key}.path")
    path = str(source.path)
    if "graphml" in source.provider:
        _check_graphml(path, key=f"{key}.path")
    elif section in _COLUMN_KEYS:
        _check_vector(source, key=key, column_keys=_COLUMN_KEYS[section])
    elif section == "population" and "totals" in source.provider:
        _check_totals(source.census, key=key)
        if source.pattern is not None:
            require_file(source.pattern, key=f"{key}.pattern")
            _check_raster(source.pattern, key=f"{key}.pattern")
    elif section in {"population", "land_cover", "night_lights", "friction"}:
        _check_raster(path, key=f"{key}.path")
        if section in {"population", "night_lights"}:
            _check_nodata(path, source.nodata, key=f"{key}.nodata")
    elif section == "forest_loss":
        _check_forest_loss(source, key=key)
    elif section == "burnt_areas":
        _check_burnt_areas(source, key=key)
    elif section in TABLES:
        _check_table(source, key=key)
    elif section == "city_population":
        _check_city_population(source, key=key)


def _check_sectors(region: Region, *, key: str) -> None:
    """Refuse sectors of chains and of the input-output table that the table of jobs does not have."""
    source = region.employment
    named = {f"input_output.sectors.{sector}": sector for sector in region.input_output.sectors}
    for name, chain in source.chains.items():
        for part in ("primary", "processing"):
            named |= {f"employment.chains.{name}.{part}, {sector}": sector for sector in getattr(chain, part)}
    if source.path is None or not named:
        return
    from comarca.registry.columns import sector_key
    from comarca.sources.tables.employment import read_sectors
    from comarca.sources.tables.read import layout_of

    known = read_sectors(str(source.path), columns=source.columns, **layout_of(source.model_dump()))
    for where, sector in named.items():
        if sector_key(sector) not in known:
            raise ConfigError(f"configuration, {key}.{where}", got=sector, expected="a sector of the table of jobs",
                              remedy=did_you_mean(sector, known.values()))  # fmt: skip


def _check_city_population(source: CityPopulation, *, key: str) -> None:
    headings = _heading(str(source.path), key, source)
    for name in ("id", "name"):
        if (column := getattr(source, name)) is not None:
            _require_column(column, headings, key=f"{key}.{name}")
    for year, column in source.population.items():
        _require_column(column, headings, key=f"{key}.population.{year}")


def _check_forest_loss(source: ForestLoss, *, key: str) -> None:
    require_file(source.loss or (), key=f"{key}.loss")
    covers, losses = paths_of(source.path), paths_of(source.loss)
    for path in (*covers, *losses):
        _check_raster(path, key=key)
    from comarca.land.forest import pair_tiles

    try:
        pair_tiles(covers, losses)
    except InputError as error:
        where = f"configuration, {key}, {error.where}"
        raise ConfigError(where, got=error.got, expected=error.expected, remedy=error.remedy) from error


def _check_burnt_areas(source: BurntAreas, *, key: str) -> None:
    from comarca.land.covered import is_raster

    if source.path is not None and is_raster(source.path):
        _check_raster(str(source.path), key=f"{key}.path")
        _check_nodata(str(source.path), source.nodata, key=f"{key}.nodata")
    else:
        _check_vector(source, key=key, column_keys=())


def _check_scenarios(region: Region, *, key: str) -> None:
    for scenario, edits in region.scenarios.items():
        for part, path in edits.files.items():
            require_file(path, key=f"{key}.scenarios.{scenario}.{part}")
    for name in ("critical_links", "siting"):
        if (section := getattr(region, name)) is not None and section.path is not None:
            require_file(section.path, key=f"{key}.{name}.path")


def _check_speeds(path: str, *, country: str, key: str) -> None:
    from comarca.roads.speeds import speed_table
    from comarca.settings_tables import read_csv_texts

    require_file(path, key=key)
    if not Path(path).is_file():
        raise ConfigError(f"configuration, {key}", got=path, expected="a file, a table of speeds")
    speed_table(read_csv_texts(path), country=country, name=path)


def _check_tables(speeds: str | None, surfaces: str | None) -> None:
    """Read the project's own tables, which users may edit."""
    from comarca.roads.surfaces import check_surfaces
    from comarca.settings_tables import read_csv_texts

    if speeds:
        _check_speeds(speeds, country="", key="speeds")
    if surfaces:
        check_surfaces(read_csv_texts(surfaces), name=surfaces)


def _check_road_classes(region: Region, speeds: str, *, key: str) -> None:
    """Hold the classes in the file against the table of speeds; shapes are not read."""
    from comarca.roads.speeds import speed_table
    from comarca.settings_tables import read_csv_texts
    from comarca.sources.vectors.read import options_of, read_column, read_fields
    from comarca.sources.vectors.roads import RoadColumns, class_meanings
    from comarca.sources.vectors.rows import check_targets

    roads, options = region.roads, options_of(region.roads.model_dump())
    if roads.path is None:
        return
    if roads.road_class is None:
        if roads.default_class is None:
            fields = read_fields(roads.path, name=key, **options)
            raise ConfigError(
                f"configuration, {key}.class", got=None,
                expected="a class for every road, as speeds depend on it",
                remedy=f"Set `class` to the column of the file that tells it: {', '.join(fields)}.",
            )  # fmt: skip
        return
    known = speed_table(read_csv_texts(speeds), country=region.country, name=speeds).class_kmh
    check_targets(roads.classes, known=known, key=f"{key}.classes")
    columns = RoadColumns(road_class=roads.road_class, default_class=roads.default_class, classes=roads.classes)
    words = read_column(roads.path, roads.road_class, name=f"configuration, {key}", **options)
    class_meanings(words, columns, known, where=f"roads: {roads.path}")


def _check_graphml(path: str, *, key: str) -> None:
    with Path(path).open("rb") as file:
        head = file.read(1024)
    if b"<graphml" not in head:
        raise ConfigError(
            f"configuration, {key}", got=path, expected="a GraphML file",
            remedy="Save the graph with osmnx.save_graphml.",
        )  # fmt: skip


def _check_vector(source: VectorSource, *, key: str, column_keys: tuple[str, ...]) -> None:
    from comarca.sources.vectors.read import options_of, read_fields
    from comarca.sources.vectors.spots import is_table, spot_fields

    path = source.path or ()
    options = options_of(source.model_dump())
    try:
        if is_table(path):
            fields = spot_fields(path, **options)
            column_keys = (*column_keys, *_TABLE_KEYS)
        else:
            fields = read_fields(path, name=f"configuration, {key}", **options)
    except InputError as error:
        raise ConfigError(error.where, got=error.got, expected=error.expected, remedy=error.remedy) from error
    needed = ("id", "name") if key.endswith(".territories") else ()
    if lacking := [name for name in needed if getattr(source, name) is None]:
        raise ConfigError(
            f"configuration, {key}.{lacking[0]}", got=None,
            expected=f"the column of the file with the {'code' if lacking[0] == 'id' else 'name'} of the territories",
            remedy=f"The file has the columns {', '.join(fields)}.",
        )  # fmt: skip
    for column_key in column_keys:
        if (column := getattr(source, column_key, None)) is not None:
            shown = "class" if column_key in {"road_class", "power_class"} else column_key
            _require_column(column, fields, key=f"{key}.{shown}")


def _check_raster(path: str, *, key: str) -> None:
    from comarca.rasters.bands import open_dataset

    try:
        with open_dataset(path) as raster:
            crs = raster.crs
    except InputError as error:
        remedy = f"{error.got} {error.remedy}" if error.got else error.remedy
        raise ConfigError(f"configuration, {key}", got=path, expected="a raster file", remedy=remedy) from error
    if crs is None:
        raise ConfigError(
            f"configuration, {key}",
            got=f"{path} without a coordinate reference system",
            expected="a file with one",
            remedy="A CRS is never assumed: write it into the file, for instance with gdal_edit.py -a_srs.",
        )


def _check_nodata(path: str, nodata: float | Literal["none"] | None, *, key: str) -> None:
    """Refuse a raster of amounts of which nobody says what means no data."""
    from comarca.rasters.bands import Raster, open_raster

    try:
        with open_raster(Raster(path, nodata=nodata)):
            pass
    except InputError as error:
        where = f"configuration, {key}, {error.where}"
        raise ConfigError(where, got=error.got, expected=error.expected, remedy=error.remedy) from error


def _check_legend(source: LandCover, *, key: str, legends: Path) -> None:
    if source.legend is None:
        return
    from comarca.registry.legends import read_legend

    try:
        read_legend(source.legend, legends)
    except InputError as error:
        raise ConfigError(
            f"configuration, {key}.legend", got=error.got, expected=error.expected, remedy=error.remedy
        ) from error


def _check_table(source: Table, *, key: str) -> None:
    headings = _heading(str(source.path), key, source)
    for ours, theirs in source.columns.items():
        _require_column(theirs, headings, key=f"{key}.columns.{ours}")


def _check_joins(region: Region, *, key: str) -> None:
    if "file" not in region.territories.provider:
        return
    tables: dict[str, Any] = {name: source for name, source in sources(region).items() if name in TABLES}
    given = {
        f"{key}.{name}": (source, source.columns.get("territory_id", "territory_id"))
        for name, source in tables.items()
        if isinstance(source.path, str)
    }
    sections: dict[str, tuple[Any, str]] = {
        f"{key}.attributes.{at}": (table, table.id) for at, table in enumerate(region.attributes) if table.id
    }
    if (census := region.population.census) is not None:
        sections[f"{key}.population"] = (census, census.id)
    if region.parcels.area is not None and region.parcels.territory is not None:
        sections[f"{key}.parcels"] = (region.parcels, region.parcels.territory)
    if region.cities.territory is not None:
        sections[f"{key}.cities"] = (region.cities, region.cities.territory)
    if given or sections:
        from comarca.plan.joins import check_joins

        check_joins(region.territories, given | sections)


def _check_totals(census: Totals, *, key: str) -> None:
    headings = _heading(census.path, key, census)
    _require_column(census.id, headings, key=f"{key}.id")
    for column in census.columns.values():
        _require_column(column, headings, key=f"{key}.population")


def _check_attributes(source: Attributes, *, key: str) -> None:
    require_file(source.path, key=f"{key}.path")
    headings = _heading(source.path, key, source)
    for part in ("id", "name", "parent"):
        if (column := getattr(source, part)) is not None:
            _require_column(column, headings, key=f"{key}.{part}")
    for name, entry in source.columns.items():
        _require_column(entry.column or name, headings, key=f"{key}.columns.{name}{'.column' if entry.column else ''}")


def _heading(path: str, key: str, source: TableLayout) -> list[str]:
    from comarca.sources.tables.read import layout_of, read_heading

    try:
        return read_heading(path, **layout_of(source.model_dump()))
    except InputError as error:
        raise ConfigError(
            f"configuration, {key}, {path}", got=error.got, expected=error.expected, remedy=error.remedy
        ) from error


def _require_column(column: str, headings: list[str], *, key: str) -> None:
    from comarca.sources.names import same_form

    if same_form(column) not in map(same_form, headings):
        raise ConfigError(
            f"configuration, {key}", got=column, expected=f"a column of the file: {headings}",
            remedy=did_you_mean(column, headings),
        )  # fmt: skip
