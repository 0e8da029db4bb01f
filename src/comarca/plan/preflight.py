"""Checks of the user's files that need no more than a look at their headers, made before any job runs.

Readers are imported where they read, as most regions have no files of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.plan.layers import sources
from comarca.registry import DATA

if TYPE_CHECKING:
    from comarca.config.base import Source
    from comarca.config.layers import LandCover
    from comarca.config.region import Config
    from comarca.config.tables import Attributes, Table, TableLayout

#: Sections whose file is a vector layer, with the keys that name its columns.
_COLUMN_KEYS = {
    "territories": ("id", "name", "parent"),
    "roads": ("road_class", "surface", "oneway", "maxspeed", "level", "id", "name", "ref"),
    "power": ("power_class", "voltage", "id"),
    "services": ("kind", "name", "id"),
    "cities": ("id", "name", "population"),
    "parcels": ("owner",),
}


def check_inputs(config: Config, *, legends: Path = DATA / "legends") -> None:
    """Check that every file the configuration names is there and has the layer, columns and CRS it needs.

    Parameters
    ----------
    config : Config
        The configuration.
    legends : pathlib.Path, optional
        Folder of the legends that come with the project.

    Raises
    ------
    ConfigError
        Names the key, the file, what was found and the nearest right spelling.
    InputError
        If a table of speeds is wrong: names the file, the line and what was expected.
    """
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
        for section in ("land_cover", "population", "night_lights"):
            for year, path in getattr(region, section).earlier.items():
                key = f"regions.{name}.{section}.earlier.{year}"
                require_file(path, key=key)
                _check_raster(path, key=key)
        _check_legend(region.land_cover, key=f"regions.{name}.land_cover", legends=legends)


def require_file(path: str, *, key: str) -> None:
    """Refuse a file of the user's that is not there.

    Parameters
    ----------
    path : str
        The file, from the folder that the run works in.
    key : str
        The key of the configuration that names it.

    Raises
    ------
    ConfigError
        With the nearest name in the same folder.
    """
    if Path(path).is_file():
        return
    folder = Path(path).parent
    near = did_you_mean(Path(path).name, (entry.name for entry in folder.iterdir())) if folder.is_dir() else ""
    raise ConfigError(
        f"configuration, {key}",
        got=path,
        expected="a file that exists",
        remedy=near or f"Paths are taken from the folder snakemake runs in: {Path.cwd()}.",
    )


def _check_source(section: str, source: Any, *, key: str) -> None:
    path = str(source.path)
    require_file(path, key=f"{key}.path")
    if "graphml" in source.provider:
        _check_graphml(path, key=f"{key}.path")
    elif section in _COLUMN_KEYS:
        _check_vector(source, key=key, column_keys=_COLUMN_KEYS[section])
    elif section in {"population", "land_cover", "night_lights", "friction"}:
        _check_raster(path, key=f"{key}.path")
    elif section in {"holdings", "outcomes", "employment", "firms"}:
        _check_table(source, key=key)


def _check_speeds(path: str, *, country: str, key: str) -> None:
    import pandas as pd

    from comarca.roads.speeds import speed_table

    require_file(path, key=key)
    speed_table(pd.read_csv(path, dtype=str), country=country, name=path)


def _check_graphml(path: str, *, key: str) -> None:
    with Path(path).open("rb") as file:
        head = file.read(1024)
    if b"<graphml" not in head:
        raise ConfigError(
            f"configuration, {key}", got=path, expected="a GraphML file",
            remedy="Save the graph with osmnx.save_graphml.",
        )  # fmt: skip


def _check_vector(source: Source, *, key: str, column_keys: tuple[str, ...]) -> None:
    path = str(source.path)
    if path.endswith((".csv", ".tsv", ".txt", ".xlsx", ".parquet")):  # read and checked by column when the job runs
        return
    import pyogrio
    import pyogrio.errors

    where = f"configuration, {key}"
    try:
        layers = [str(layer) for layer in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise ConfigError(f"{where}.path", got=path, expected="a vector file", remedy=str(error)) from error
    layer = getattr(source, "layer", None)
    if layer is None and len(layers) > 1:
        raise ConfigError(f"{where}.layer", got=None, expected=f"one of {layers}", remedy=f"{path} has several layers.")
    if layer is not None and layer not in layers:
        raise ConfigError(f"{where}.layer", got=layer, expected=f"one of {layers}", remedy=did_you_mean(layer, layers))
    info = pyogrio.read_info(path, layer=layer)
    if info["crs"] is None:
        raise ConfigError(
            f"{where}.path",
            got=f"{path} without a coordinate reference system",
            expected="a file with one",
            remedy="A CRS is never assumed: write it into the file, for instance with ogr2ogr -a_srs.",
        )
    fields = [str(field) for field in info["fields"]]
    for column_key in column_keys:
        column = getattr(source, column_key)
        if column is not None and column not in fields:
            shown = "class" if column_key in {"road_class", "power_class"} else column_key
            raise ConfigError(
                f"{where}.{shown}", got=column, expected=f"a column of {path}: {fields}",
                remedy=did_you_mean(column, fields),
            )  # fmt: skip


def _check_raster(path: str, *, key: str) -> None:
    import rasterio

    try:
        with rasterio.open(path) as raster:
            crs = raster.crs
    except rasterio.errors.RasterioIOError as error:
        raise ConfigError(f"configuration, {key}", got=path, expected="a raster file", remedy=str(error)) from error
    if crs is None:
        raise ConfigError(
            f"configuration, {key}",
            got=f"{path} without a coordinate reference system",
            expected="a file with one",
            remedy="A CRS is never assumed: write it into the file, for instance with gdal_edit.py -a_srs.",
        )


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
    found = _heading(str(source.path), key, source)
    for ours, theirs in source.columns.items():
        _require_column(theirs, found, key=f"{key}.columns.{ours}")


def _check_attributes(source: Attributes, *, key: str) -> None:
    require_file(source.path, key=f"{key}.path")
    found = _heading(source.path, key, source)
    for part in ("id", "name", "parent"):
        if (column := getattr(source, part)) is not None:
            _require_column(column, found, key=f"{key}.{part}")
    for name, entry in source.columns.items():
        _require_column(entry.column or name, found, key=f"{key}.columns.{name}{'.column' if entry.column else ''}")


def _heading(path: str, key: str, source: TableLayout) -> list[str]:
    from comarca.sources.tables.read import layout_of, read_heading

    try:
        return read_heading(path, **layout_of(source.model_dump()))
    except InputError as error:
        raise ConfigError(
            f"configuration, {key}, {path}", got=error.got, expected=error.expected, remedy=error.remedy
        ) from error


def _require_column(column: str, found: list[str], *, key: str) -> None:
    from comarca.sources.names import same_form

    if same_form(column) not in map(same_form, found):
        raise ConfigError(
            f"configuration, {key}", got=column, expected=f"a column of the file: {found}",
            remedy=did_you_mean(column, found),
        )  # fmt: skip
