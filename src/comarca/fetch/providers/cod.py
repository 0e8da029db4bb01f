"""Common Operational Datasets of boundaries (COD-AB) by OCHA, found through the Humanitarian Data Exchange.

Names of files and fields changed in 2025 and differ by country before; both are matched by pattern.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.providers.protocol import BoundaryProvider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context

#: What a resource is good for, best first: every level in one archive, in a format that any reader opens.
_KINDS: Final = (
    re.compile(r"\.geojson\.zip$|_geojson\.zip$"),
    re.compile(r"\.shp\.zip$|_shp\.zip$"),
    re.compile(r"\.gdb\.zip$|_gdb\.zip$"),
)
_FORMATS: Final = ("geojson", "shp", "geodatabase")


class CodBoundaries(BoundaryProvider):
    """The archive that holds all levels of a country."""

    source = "cod_boundaries"
    name = "cod"
    title = "COD-AB"

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the archives among the resources of the dataset, the handiest format first."""
        api = context.settings.sources[self.source].more["api"].format(**request.params)
        answer = context.get_json(api, request.provider)
        try:
            dataset, resources = answer["result"], answer["result"]["resources"]
        except (KeyError, TypeError) as error:
            raise TransferError(f"the answer has no {error}: its format has changed", url=api) from error
        ranked = sorted((rank, order) for order, entry in enumerate(resources) if (rank := _rank(entry)) is not None)
        if not ranked:
            offered = ", ".join(sorted({str(entry.get("format")) for entry in resources})) or "nothing"
            raise TransferError(f"no archive of boundaries in a known format (offered: {offered})", url=api, status=404)
        licence = str(dataset.get("license_title") or dataset.get("license_id") or "")
        return tuple(_address(resources[order], dataset, licence) for _, order in ranked)


def _address(entry: Mapping[str, Any], dataset: Mapping[str, Any], licence: str) -> Resolved:
    return Resolved(
        str(entry["url"]),
        licence=licence,
        data_date=str(entry.get("last_modified") or dataset.get("dataset_date") or "")[:10],
        version=str(entry["name"]),
    )


def _rank(entry: Mapping[str, Any]) -> int | None:
    name, url = str(entry.get("name", "")).lower(), str(entry.get("url", "")).lower()
    if not url.endswith(".zip") or "edge" in name or "line" in name:
        return None
    by_name = (rank for rank, kind in enumerate(_KINDS) if kind.search(name) or kind.search(url))
    by_format = (rank for rank, kind in enumerate(_FORMATS) if str(entry.get("format", "")).lower() == kind)
    return min((*by_name, *by_format), default=2 if ".gdb" in name else None)
