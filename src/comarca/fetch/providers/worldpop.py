"""WorldPop: persons per cell of 100 m, one raster per country and year, found by year in its index.

Records are chosen by their year and never by their place in the list. Where the newer series lacks a country, the
raster of 2020 stands in, unless a year was asked for.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.providers.protocol import Provider, from_template
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

SUBSTITUTE: Final = "worldpop_count_2020"


class WorldPop(Provider):
    """WorldPop, constrained."""

    source = "worldpop_count"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the raster of a country and year, and the one of 2020 where no year is asked for."""
        asked = options.get("year")
        params = {"year": str(asked or settings.sources[self.source].more["default_year"]), "asked": str(asked or "")}
        request = settings.request(self.source, country.iso3, params=params)
        if asked:
            return (request,)
        substitute = settings.request(SUBSTITUTE, country.iso3, params={})
        return (replace(request, alternatives=(substitute.target,)),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the raster of the year in the index; without an answer, by the address template."""
        listed = _listed(request, context, self.source)
        urls = {address.url for address in listed}
        templated = [address for address in from_template(request, context) if address.url not in urls]
        addresses = (*listed, *(replace(address, data_date=request.params["year"]) for address in templated))
        return addresses if request.params["asked"] else (*addresses, *_of_2020(request, context))


def _of_2020(request: Request, context: Context) -> tuple[Resolved, ...]:
    row = context.settings.sources[SUBSTITUTE]
    note = f"WorldPop has no raster of {request.params['year']} for {request.country}; the one of 2020 stands in."
    return tuple(
        Resolved(
            template.format(**request.params),
            target=request.alternatives[0],
            data_date="2020",
            version=row.version,
            attribution=row.attribution,
            note=note,
            substitute=True,
        )
        for template in row.url
    )


def _listed(request: Request, context: Context, source: str) -> tuple[Resolved, ...]:
    url = context.settings.sources[source].more["api"].format(**request.params)
    try:
        records = context.get_json(url, request.provider)["data"]
        return tuple(
            Resolved(str(file), data_date=request.params["year"], version=str(record.get("title") or ""))
            for record in records
            if str(record["popyear"]) == request.params["year"]
            for file in record["files"]
            if str(file).endswith(".tif")
        )
    except TransferError as error:
        log.warning("The index of WorldPop does not answer (%s); going by the address template.", error)
    except (KeyError, TypeError) as error:
        log.warning("The index of WorldPop has changed (%s lacks); going by the address template.", error)
    return ()
