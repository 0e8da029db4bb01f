"""Common Operational Datasets of boundaries (COD-AB) by OCHA, found through the Humanitarian Data Exchange.

Names of files and fields changed in 2025 and differ by country before; both are matched by pattern.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.providers.protocol import BoundaryProvider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError
from comarca.registry.countries import country

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context

#: What a resource is good for, best first: a format that any reader opens.
_KINDS: Final = (
    re.compile(r"\.geojson\.zip$|_geojson\.zip$"),
    re.compile(r"\.shp\.zip$|_shp\.zip$"),
    re.compile(r"\.gdb\.zip$|_gdb\.zip$"),
)
_FORMATS: Final = ("geojson", "shp", "geodatabase")
#: Archives of lines, points and tables, and the edge-matched ones of neighbours.
_NO_UNITS: Final = re.compile(r"admbnd[lp]|gazetteer|(?:^|[_.])gz(?:[_.]|$)|edge|lines?(?:[_.]|$)|points?(?:[_.]|$)")
_LEVEL: Final = re.compile(r"adm(?:in|bnda_adm)?(\d)(?!\d)")
#: Source of many layers, which forbids passing them on.
_GADM: Final = "gadm"


class CodBoundaries(BoundaryProvider):
    """The archive that holds all levels of a country, or the level of the units."""

    source = "cod_boundaries"
    name = "cod"
    title = "COD-AB"

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the archives among the resources of the dataset: the right level first, then the handiest format."""
        row = context.settings.sources[self.source]
        api = row.more["api"].format(**request.params)
        answer = context.get_json(api, request.provider)
        try:
            dataset, resources = answer["result"], answer["result"]["resources"]
        except (KeyError, TypeError) as error:
            raise TransferError(f"the answer has no {error}: its format has changed", url=api) from error
        ranked = rank_resources(resources, level=int(request.params["level"]))
        if not ranked:
            offered = ", ".join(sorted({str(entry.get("format")) for entry in resources})) or "nothing"
            raise TransferError(
                f"no archive of boundaries in a known format (offered: {offered})", url=api, status=HTTPStatus.NOT_FOUND
            )
        return tuple(_address(entry, dataset, row.attribution) for entry in ranked)

    def inspect(self, path: Path, request: Request) -> None:
        """Read the units, since archives differ by level and by name: another one of the dataset may serve."""
        self.accept(
            [path], country(request.country), {"level": int(request.params["level"])} if request.params["exact"] else {}
        )


def rank_resources(resources: Sequence[Mapping[str, Any]], *, level: int) -> list[Mapping[str, Any]]:
    """Order the archives of a dataset by how likely they hold the units of a level.

    Parameters
    ----------
    resources : sequence of mapping
        Resources of the dataset.
    level : int
        Level of the units.

    Returns
    -------
    list of mapping
        Those of polygons in a known format: names with the right level before names without one (archives of all
        levels) before names with another one; within these GeoJSON before Shapefile before geodatabase.
    """
    ranked = []
    for order, entry in enumerate(resources):
        name, url = str(entry.get("name", "")).lower(), str(entry.get("url", "")).lower()
        kind = _kind(name, url, str(entry.get("format", "")).lower())
        if kind is None or not url.endswith(".zip") or _NO_UNITS.search(name):
            continue
        match = _LEVEL.search(name)
        by_level = 1 if match is None else 0 if int(match[1]) == level else 2
        ranked.append((by_level, kind, order))
    return [resources[order] for _, _, order in sorted(ranked)]


def _kind(name: str, url: str, form: str) -> int | None:
    by_name = (rank for rank, kind in enumerate(_KINDS) if kind.search(name) or kind.search(url))
    by_format = (rank for rank, kind in enumerate(_FORMATS) if form == kind)
    return min((*by_name, *by_format), default=2 if ".gdb" in name else None)


def _address(entry: Mapping[str, Any], dataset: Mapping[str, Any], attribution: str) -> Resolved:
    origin = " ".join(str(dataset.get("dataset_source") or "").split())
    is_gadm = _GADM in origin.casefold()
    licence = str(dataset.get("license_title") or dataset.get("license_id") or "")
    return Resolved(
        str(entry["url"]),
        licence=f"{licence}; the source, GADM, forbids passing it on" if is_gadm else licence,
        attribution=f"{attribution} Source: {origin or 'not stated'}.",
        data_date=str(entry.get("last_modified") or dataset.get("dataset_date") or "")[:10],
        version=str(entry["name"]),
        redistribute=False if is_gadm else None,
    )
