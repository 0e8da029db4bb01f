"""OpenStreetMap extracts of OpenStreetMap France: a second host, which has small islands as extracts of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comarca.fetch.providers.geofabrik import read_md5
from comarca.fetch.providers.protocol import Provider, from_template
from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request, Resolved
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country


class OsmFrance(Provider):
    """The extract of a country at download.openstreetmap.fr."""

    source = "osmfr_extract"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the extract by the catalogue."""
        if not country.osmfr_extract:
            raise NotOfferedError(f"the catalogue knows no extract of OpenStreetMap France for {country.iso3}")
        return (settings.request(self.source, country.iso3, params={"extract": country.osmfr_extract}),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the extract with the md5 beside it, where there is one."""
        (address,) = from_template(request, context)
        md5, _ = read_md5(f"{address.url}.md5", request, context)
        return (replace(address, md5=md5, is_shared=False, note="" if md5 else "No md5 is published."),)
