"""MapBiomas: annual land cover and use of 30 m for ten countries of South America."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError
from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Resolved
from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country


class MapBiomas(Provider):
    """MapBiomas; the latest year of the country's collection unless another is asked for."""

    source = "mapbiomas_coverage"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the raster of a country and year."""
        collections = settings.sources[self.source].more["countries"]
        entry = collections.get(country.iso3)
        if entry is None:
            raise NotOfferedError(f"MapBiomas does not cover {country.iso3}; it has {', '.join(collections)}")
        first, last = entry["years"]
        year = int(options.get("year") or last)
        if not first <= year <= last:
            raise ConfigError("land_cover.year", got=year, expected=f"{first} to {last} for {country.iso3}")
        params = {
            "path": entry["path"].format(year=year),
            "collection": entry["collection"],
            "initiative": entry["initiative"],
            "year": str(year),
        }
        return (settings.request(self.source, country.iso3, params=params),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the address, with collection and initiative in the line to print."""
        return (
            Resolved(
                request.url,
                version=request.params["collection"],
                data_date=request.params["year"],
                attribution=context.settings.sources[self.source].attribution.format(**request.params),
            ),
        )
