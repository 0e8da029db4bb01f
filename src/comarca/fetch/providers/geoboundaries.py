"""Boundaries of geoBoundaries, gbOpen: one GeoJSON per level, stored with Git LFS, described by an API.

The files are taken from a pinned release; the API adds licence, year and source of the layer, and a second address.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comarca.fetch.providers.protocol import BoundaryProvider, from_template
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

_RELEASE = re.compile(r"/raw/([^/]+)/")


class GeoBoundaries(BoundaryProvider):
    """The file of the units, and that of the units one level up, which gives the parents' names."""

    source = "geoboundaries_units"
    name = "geoboundaries"
    title = "geoBoundaries gbOpen"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name both files; units that are the country or its first level have no parents."""
        level = self.level(country, options)
        units = settings.request(self.source, country.iso3, params={"level": str(level.number)})
        if not level.exact:
            # Files of their own, so that a coarser level fetched for another purpose is never taken for these units.
            coarser = (f"ADM{number}_for_ADM{level.number}.geojson" for number in range(level.number - 1, -1, -1))
            units = replace(units, alternatives=tuple(units.target.with_name(name) for name in coarser))
        if level.number <= 1:
            return (units,)
        parents = settings.request(self.source, country.iso3, params={"level": str(level.number - 1)}, optional=True)
        return (units, parents)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the pinned release, then the API's current one; where coarser levels will do, those in turn."""
        addresses = list(_addresses(request, context))
        for target in request.alternatives:
            level = target.stem.partition("_")[0].removeprefix("ADM")
            note = f"ADM{request.params['level']} is not offered; ADM{level} was taken."
            coarser = replace(request, params={**request.params, "level": level})
            addresses.extend(
                replace(address, target=target, note=note, substitute=True) for address in _addresses(coarser, context)
            )
        return tuple(addresses)


def _addresses(request: Request, context: Context) -> tuple[Resolved, ...]:
    source = context.settings.sources[request.source]
    pinned = from_template(request, context)
    try:
        entry = context.get_json(source.more["api"].format(**request.params), request.provider)
    except TransferError as error:
        log.info("The geoBoundaries API says nothing of %s (%s); going by the pinned release.", request.target, error)
        return pinned
    entry = entry[0] if isinstance(entry, list) and entry else entry
    if not isinstance(entry, dict) or not entry.get("gjDownloadURL"):
        return pinned
    current = str(entry["gjDownloadURL"])
    release = _RELEASE.search(current)
    facts: dict[str, Any] = {
        "licence": _text(entry, "boundaryLicense"),
        "data_date": _text(entry, "boundaryYearRepresented"),
        "attribution": f"{source.attribution} Source: {_text(entry, 'boundarySource') or 'not stated'}.",
    }
    newest = Resolved(current, version=release[1] if release else "current", **facts)
    if release is not None and release[1].startswith(source.version):
        pinned = tuple(replace(address, **facts) for address in pinned)
    return (*pinned, *([] if current in {address.url for address in pinned} else [newest]))


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = str(entry.get(key, "")).strip()
    return "" if value.lower() == "nan" else value
