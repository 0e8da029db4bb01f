"""COD-AB as GeoParquet on Source Cooperative: one file per level and version, found through a STAC catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from comarca.fetch.providers.protocol import BoundaryProvider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

_VERSION: Final = re.compile(r"(?:^|/)v(\d+)/catalog\.json$")


class CodParquet(BoundaryProvider):
    """The level of the units, of the highest version; a coarser level where the level is a guess."""

    source = "cod_parquet_units"
    name = "cod_parquet"
    title = "COD-AB"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the file of the level, and those of coarser levels that will do."""
        (request,) = super().plan(country, options, settings, boundary)
        return (with_coarser(request),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Follow the catalogue of the country to its highest version and to the level in it."""
        catalogue = context.get_json(request.url, request.provider)
        version, url = _highest_version(catalogue, request.url)
        layers = _children(context.get_json(url, request.provider) if version else catalogue, url)
        row = context.settings.sources[self.source]
        found = []
        for level, target in levels_of(request):
            layer = f"{request.country.lower()}_admin{level}"
            collection_url = next((link for link in layers if f"/{layer}/" in link), None)
            if collection_url is None:
                continue
            collection = context.get_json(collection_url, request.provider)
            is_other = target != request.target
            found.append(
                Resolved(
                    urljoin(collection_url, _asset(collection, layer, collection_url)),
                    version=f"v{version:02d}" if version else "",
                    data_date=_date(collection),
                    licence=_licence(collection, row.licence),
                    target=target,
                    note=f"Level {request.params['level']} is not there; {level} was taken." if is_other else "",
                    substitute=is_other,
                    redistribute=False if request.country in row.more["from_gadm"] else None,
                )
            )
        if not found:
            raise TransferError(f"the catalogue has no level {request.params['level']}", url=url, status=404)
        return tuple(found)


def with_coarser(request: Request) -> Request:
    """Let coarser levels serve a request whose level is a guess.

    Parameters
    ----------
    request : Request
        With the parameters ``level`` and ``exact``; the number of the level ends the name of its target.

    Returns
    -------
    Request
        With a file of its own for each coarser level.
    """
    if request.params["exact"]:
        return request
    level, target = int(request.params["level"]), request.target
    stem = target.stem.removesuffix(str(level))
    names = (f"{stem}{number}_for_{stem}{level}{target.suffix}" for number in range(level - 1, 0, -1))
    return replace(request, alternatives=tuple(target.with_name(name) for name in names))


def levels_of(request: Request) -> list[tuple[int, Any]]:
    """Levels that serve a request, and where each file belongs.

    Parameters
    ----------
    request : Request
        From `with_coarser`.

    Returns
    -------
    list of tuple
        Level and path, the wanted one first.
    """
    level = int(request.params["level"])
    return list(zip(range(level, 0, -1), (request.target, *request.alternatives), strict=False))


def _children(catalogue: Mapping[str, Any], url: str) -> list[str]:
    try:
        return [urljoin(url, str(link["href"])) for link in catalogue["links"] if link["rel"] == "child"]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the catalogue has no {error}: its format has changed", url=url) from error


def _highest_version(catalogue: Mapping[str, Any], url: str) -> tuple[int, str]:
    versions = {int(match[1]): link for link in _children(catalogue, url) if (match := _VERSION.search(link))}
    return max(versions.items(), default=(0, url))


def _asset(collection: Mapping[str, Any], layer: str, url: str) -> str:
    try:
        assets = collection["assets"]
        entry = assets.get(layer) or next(item for item in assets.values() if str(item["href"]).endswith(".parquet"))
        return str(entry["href"])
    except (KeyError, TypeError, StopIteration) as error:
        raise TransferError(f"the layer names no Parquet file: its format has changed ({error})", url=url) from error


def _licence(collection: Mapping[str, Any], usual: str) -> str:
    licence = str(collection.get("license") or "")
    return usual if licence.lower() in {"", "other", "various", "proprietary"} else licence


def _date(collection: Mapping[str, Any]) -> str:
    return str(collection.get("updated") or "")[:10]
