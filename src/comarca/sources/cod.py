"""Common Operational Datasets of boundaries (COD-AB) by OCHA, found through the Humanitarian Data Exchange.

Names of files and fields changed in 2025 and differ by country before; both are matched by pattern.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pyogrio

from comarca.errors import InputError
from comarca.receipts import Resolved
from comarca.retry import TransferError
from comarca.session import NotOfferedError
from comarca.sources.units import as_territories, choose_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from comarca.catalogue import Country, Level
    from comarca.receipts import Request
    from comarca.results import Check
    from comarca.session import Context, Settings

SOURCE = "cod_boundaries"
#: What a resource is good for, best first: every level in one archive, in a format that any reader opens.
_KINDS: Final = (
    re.compile(r"\.geojson\.zip$|_geojson\.zip$"),
    re.compile(r"\.shp\.zip$|_shp\.zip$"),
    re.compile(r"\.gdb\.zip$|_gdb\.zip$"),
)
_LANGUAGES: Final = {"es": 0, "pt": 1, "fr": 2, "en": 3}
_FORMATS: Final = ("geojson", "shp", "geodatabase")


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the archive that holds all levels of a country.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``level`` overrules the catalogue.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        Not used.

    Returns
    -------
    tuple of Request
        One.

    Raises
    ------
    NotOfferedError
        If COD-AB is known not to have the units.
    """
    level = country.level("cod", asked=options.get("level"))
    if level is None:
        raise NotOfferedError(f"COD-AB has no {country.unit or 'unit'} level for {country.iso3}")
    return (settings.request(SOURCE, country.iso3, params={"level": str(level.number)}),)


def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Find the archives among the resources of the dataset.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of Resolved
        Archives, the handiest format first.

    Raises
    ------
    TransferError
        If there is no such dataset, or it has no archive of a known format.
    """
    source = context.settings.sources[SOURCE]
    api = source.more["api"].format(**request.params)
    answer = context.get_json(api, request.provider)
    try:
        dataset, resources = answer["result"], answer["result"]["resources"]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the answer has no {error}: its format has changed", url=api) from error
    ranked = sorted((rank, position) for position, entry in enumerate(resources) if (rank := _rank(entry)) is not None)
    if not ranked:
        offered = ", ".join(sorted({str(entry.get("format")) for entry in resources})) or "nothing"
        raise TransferError(f"no archive of boundaries in a known format (offered: {offered})", url=api, status=404)
    licence = str(dataset.get("license_title") or dataset.get("license_id") or "")
    return tuple(
        Resolved(
            str(resources[position]["url"]),
            licence=licence,
            data_date=str(resources[position].get("last_modified") or dataset.get("dataset_date") or "")[:10],
            version=str(resources[position]["name"]),
        )
        for _, position in ranked
    )


def _rank(entry: Mapping[str, Any]) -> int | None:
    name, url = str(entry.get("name", "")).lower(), str(entry.get("url", "")).lower()
    if not url.endswith(".zip") or "edge" in name or "line" in name:
        return None
    by_name = (rank for rank, kind in enumerate(_KINDS) if kind.search(name) or kind.search(url))
    by_format = (rank for rank, kind in enumerate(_FORMATS) if str(entry.get("format", "")).lower() == kind)
    return min((*by_name, *by_format), default=2 if ".gdb" in name else None)


def territories(path: Path, *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the units of a country.

    Parameters
    ----------
    path : pathlib.Path
        The country's archive, of GeoJSON files, Shapefiles, or a file geodatabase.
    country : Country
        The country.
    level : Level
        Level of the units; if it is not exact, the next coarser one that there is.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`; ``territory_id`` is the P-code.
    checks : list of Check
        What was found.

    Raises
    ------
    InputError
        If the archive lacks the level, or its fields follow no known pattern.
    """
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
    return as_territories(units, country=country, id=code, name=name, parent=parent)


def _levels(path: Path) -> dict[int, tuple[str, str]]:
    """Level -> (what to open, its layer)."""
    with zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    inside = f"/vsizip/{path.absolute()}"
    single = [name for name in names if name.suffix.lower() in {".geojson", ".shp"}]
    many = {name for entry in names for name in (entry, *entry.parents) if name.suffix.lower() in {".gdb", ".gpkg"}}
    found = [(str(name.stem), f"{inside}/{name}", str(name.stem)) for name in sorted(single)]
    for name in sorted(many):
        member = f"{inside}/{name}"
        found += [(str(layer), member, str(layer)) for layer in pyogrio.list_layers(member)[:, 0]]
    levels: dict[int, tuple[str, str]] = {}
    for title, member, layer in found:
        match = re.search(r"adm(?:in|bnda_adm)?(\d)(?!\d)", title.lower())
        if match and not re.search(r"line|point|capital|centroid", title.lower()):
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
