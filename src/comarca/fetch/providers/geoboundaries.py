"""Boundaries of geoBoundaries, gbOpen: one GeoJSON per level, stored with Git LFS, described by an API.

The files are taken from a pinned release; the API adds licence, year and source of the layer, and a second address.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comarca.fetch.download import from_template
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError
from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

SOURCE = "geoboundaries_units"
_RELEASE = re.compile(r"/raw/([^/]+)/")


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the file of the units, and that of the units one level up, which gives the parents' names.

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
        Units, and parents unless the units are the country or its first level.

    Raises
    ------
    NotOfferedError
        If gbOpen is known not to have the units.
    """
    level = country.level("geoboundaries", asked=options.get("level"))
    if level is None:
        raise NotOfferedError(f"geoBoundaries gbOpen has no {country.unit or 'unit'} level for {country.iso3}")
    units = settings.request(SOURCE, country.iso3, params={"level": str(level.number)})
    if not level.exact:
        # Files of their own, so that a coarser level fetched for another purpose is never taken for these units.
        coarser = (f"ADM{number}_for_ADM{level.number}.geojson" for number in range(level.number - 1, -1, -1))
        units = replace(units, alternatives=tuple(units.target.with_name(name) for name in coarser))
    if level.number <= 1:
        return (units,)
    parents = settings.request(SOURCE, country.iso3, params={"level": str(level.number - 1)}, optional=True)
    return (units, parents)


def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Find the addresses of a level, with what the API says of it.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of Resolved
        The pinned release, then the API's current one; where coarser levels are acceptable, those in turn.
    """
    found = list(_addresses(request, context))
    for target in request.alternatives:
        level = target.stem.partition("_")[0].removeprefix("ADM")
        note = f"ADM{request.params['level']} is not offered; ADM{level} was taken."
        coarser = replace(request, params={**request.params, "level": level})
        found.extend(
            replace(address, target=target, note=note, substitute=True) for address in _addresses(coarser, context)
        )
    return tuple(found)


def _addresses(request: Request, context: Context) -> tuple[Resolved, ...]:
    source = context.settings.sources[SOURCE]
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
