"""Units from the archives of COD-AB, whose names of files and fields differ by year and country.

The present naming (``adm2_name``) and those before 2025 (``ADM2_ES``, ``ADM2_PCODE``) are matched by pattern.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pyogrio

from comarca.errors import InputError
from comarca.sources.boundaries.provider_file import as_territories, choose_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.registry.countries import Country, Level
    from comarca.results import Check

#: Languages in the order in which names are preferred.
_LANGUAGES: Final = {"es": 0, "pt": 1, "fr": 2, "en": 3}


def territories(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the archive of GeoJSON files, Shapefiles, or a file geodatabase; ``territory_id`` is the P-code."""
    path = paths[0]
    offered = _levels(path)
    number = choose_level(offered, level, where=str(path))
    member, layer = offered[number]
    units = pyogrio.read_dataframe(member, layer=layer)
    columns = [str(column) for column in units.columns]
    code = _field(columns, rf"adm{number}_?pcode")
    name = _field(columns, rf"adm{number}_name", rf"adm{number}_(es|pt|fr|en|[a-z]{{2}})")
    if code is None or name is None:
        raise InputError(
            f"{member}, {layer}", got=columns, expected=f"fields like adm{number}_pcode and adm{number}_name",
            remedy="Give the file as `provider: file`, naming its columns.",
        )  # fmt: skip
    above = number - 1
    parent = _field(columns, rf"adm{above}_name", rf"adm{above}_(es|pt|fr|en|[a-z]{{2}})") if above else None
    return as_territories(units, where=str(path), country=country, id=code, name=name, parent=parent)


def _levels(path: Path) -> dict[int, tuple[str, str]]:
    """Level -> (what to open, its layer)."""
    with zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    inside = f"/vsizip/{{{path.absolute()}}}"  # braces: the archive may have any name, such as that of a part
    single = [name for name in names if name.suffix.lower() in {".geojson", ".shp"}]
    many = {name for entry in names for name in (entry, *entry.parents) if name.suffix.lower() in {".gdb", ".gpkg"}}
    layers = [(str(name.stem), f"{inside}/{name}", str(name.stem)) for name in sorted(single)]
    for name in sorted(many):
        member = f"{inside}/{name}"
        layers += [(str(layer), member, str(layer)) for layer in pyogrio.list_layers(member)[:, 0]]
    levels: dict[int, tuple[str, str]] = {}
    for title, member, layer in layers:
        match = re.search(r"adm(?:in|bnda_adm)?(\d)(?!\d)", title.lower())
        if match and not re.search(r"line|point|capital|centroid|admbnd[lp]", title.lower()):
            levels.setdefault(int(match[1]), (member, layer))
    return levels


def _field(columns: Iterable[str], *patterns: str) -> str | None:
    """Name the column that fits, the earlier pattern (and in it the earlier language) first."""
    for pattern in patterns:
        fitting = [column for column in columns if re.fullmatch(pattern, column, re.IGNORECASE)]
        ranked = sorted(fitting, key=lambda column: _LANGUAGES.get(column[-2:].lower(), len(_LANGUAGES)))
        if ranked:
            return ranked[0]
    return None
