"""WorldPop: persons per cell of 100 m, one raster per country and year, found by year in its index.

Records are chosen by their year and never by their place in the list. Where the newer series lacks a country, the
raster of 2020 stands in, unless a year was asked for.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comarca.fetch.download import from_template
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

SOURCE = "worldpop_count"
SUBSTITUTE = "worldpop_count_2020"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the raster of a country.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``year``; the registry's default year if there is none.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        Not used.

    Returns
    -------
    tuple of Request
        One.
    """
    asked = options.get("year")
    params = {"year": str(asked or settings.sources[SOURCE].more["default_year"]), "asked": str(asked or "")}
    request = settings.request(SOURCE, country.iso3, params=params)
    if asked:
        return (request,)
    substitute = settings.request(SUBSTITUTE, country.iso3, params={})
    return (replace(request, alternatives=(substitute.target,)),)


def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Find the raster of the year in the index; the address pattern serves if the index does not answer.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of Resolved
        Addresses of the raster, then those of the one of 2020.
    """
    year = request.params["year"]
    patterned = tuple(Resolved(address.url, data_date=year) for address in from_template(request, context))
    listed = _listed(request, context)
    found = (*listed, *(address for address in patterned if address.url not in {item.url for item in listed}))
    if request.params["asked"]:
        return found
    row = context.settings.sources[SUBSTITUTE]
    return (
        *found,
        *(
            Resolved(
                template.format(**request.params),
                target=request.alternatives[0],
                data_date="2020",
                version=row.version,
                attribution=row.attribution,
                note=f"WorldPop has no raster of {year} for {request.country}; the one of 2020 stands in.",
                substitute=True,
            )
            for template in row.url
        ),
    )


def _listed(request: Request, context: Context) -> tuple[Resolved, ...]:
    url = context.settings.sources[SOURCE].more["api"].format(**request.params)
    try:
        records = context.get_json(url, request.provider)["data"]
        fitting = [record for record in records if str(record["popyear"]) == request.params["year"]]
        return tuple(
            Resolved(str(file), data_date=request.params["year"], version=str(record.get("title") or ""))
            for record in fitting
            for file in record["files"]
            if str(file).endswith(".tif")
        )
    except TransferError as error:
        log.warning("The index of WorldPop does not answer (%s); going by the address pattern.", error)
    except (KeyError, TypeError) as error:
        log.warning("The index of WorldPop has changed (%s lacks); going by the address pattern.", error)
    return ()
