"""Units from GeoParquet files: COD-AB on Source Cooperative, fieldmaps, divisions of Overture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.registry.countries import UNITS_TOLERANCE
from comarca.sources.boundaries.provider_file import as_territories, choose_level

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comarca.registry.countries import Country, Level
    from comarca.results import Check

#: Kinds of Overture's divisions that may be the units, from large to small.
_SUBTYPES: Final = ("region", "county", "localadmin", "locality")


def cod_units(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read one level of COD-AB; ``territory_id`` is the P-code."""
    units, number = _level(paths[0], level, code="pcode")
    return _territories(units, paths[0], country=country, number=number, id=f"adm{number}_pcode")


def fieldmaps_units(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read one level of fieldmaps; ``territory_id`` is the code of its source, or its own where one lacks."""
    units, number = _level(paths[0], level, code="id")
    source = units.get(f"adm{number}_src")
    has_source = source is not None and source.notna().all() and source.is_unique
    code = f"adm{number}_{'src' if has_source else 'id'}"
    return _territories(units, paths[0], country=country, number=number, id=code)


def overture_units(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the divisions of the kind that has as many units as the catalogue expects, else counties.

    ``territory_id`` is Overture's id of the division. Areas at sea are left out.
    """
    divisions = read_geoparquet(paths[0])
    if lacking := {"division_id", "names", "subtype", "region"} - {*divisions}:
        raise InputError(str(paths[0]), got=sorted(map(str, divisions)), expected=f"also {sorted(lacking)}")
    on_land = divisions[divisions["class"].fillna("land") == "land"] if "class" in divisions else divisions
    named = on_land.assign(name=on_land["names"].map(_primary))
    counts = {kind: int((named["subtype"] == kind).sum()) for kind in _SUBTYPES}
    chosen = named[named["subtype"] == _fitting(counts, country)]
    if chosen.empty:
        raise InputError(str(paths[0]), got=counts, expected=f"divisions such as {', '.join(_SUBTYPES)}")
    regions = named[named["subtype"] == "region"].drop_duplicates("region").set_index("region")["name"]
    units = chosen.assign(parent=chosen["region"].map(regions)).reset_index(drop=True)
    return as_territories(units, where=str(paths[0]), country=country, id="division_id", name="name", parent="parent")


def read_geoparquet(path: Path) -> gpd.GeoDataFrame:
    """Read a GeoParquet file, also one whose geometry is of Parquet's own type.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    geopandas.GeoDataFrame
        Its rows. Where the file has no metadata of GeoParquet, the system is longitude and latitude, which is what
        Parquet's type for geometry means if it says nothing else.

    Raises
    ------
    InputError
        If it has no column of geometry.
    """
    try:
        return gpd.read_parquet(path)
    except ValueError:
        table = pq.read_table(path)
    if "geometry" not in table.column_names:
        raise InputError(str(path), got=table.column_names, expected="a column `geometry`")
    frame = table.drop_columns(["geometry"]).to_pandas()
    shapes = shapely.from_wkb(table.column("geometry").combine_chunks().to_numpy(zero_copy_only=False))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE)


def _level(path: Path, level: Level, *, code: str) -> tuple[gpd.GeoDataFrame, int]:
    """Rows of the file, and the level that they are of: the deepest one that has a code."""
    units = read_geoparquet(path)
    matches = (re.fullmatch(rf"adm(\d)_{code}", str(column)) for column in units.columns)
    deepest = max((int(match[1]) for match in matches if match), default=None)
    offered = [] if deepest is None else [deepest]
    return units, choose_level(offered, level, where=str(path))


def _territories(
    units: gpd.GeoDataFrame, path: Path, *, country: Country, number: int, **columns: Any
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    name, above = f"adm{number}_name", f"adm{number - 1}_name"
    if name not in units:
        raise InputError(str(path), got=sorted(map(str, units.columns)), expected=f"a column {name}")
    parent = above if number > 1 and above in units else None
    return as_territories(units, where=str(path), country=country, name=name, parent=parent, **columns)


def _primary(names: Any) -> str | None:
    primary = names.get("primary") if isinstance(names, dict) else None
    return None if primary is None or pd.isna(primary) else str(primary)


def _fitting(counts: dict[str, int], country: Country) -> str:
    """Kind of division with as many units as the catalogue expects."""
    if country.units is None:
        return "county" if counts["county"] else "region"
    low, high = country.units
    fitting = [
        kind for kind, count in counts.items() if low * (1 - UNITS_TOLERANCE) <= count <= high * (1 + UNITS_TOLERANCE)
    ]
    return fitting[0] if fitting else "county"
