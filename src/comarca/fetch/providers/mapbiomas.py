"""MapBiomas: annual land cover and use of 30 m for ten countries of South America."""

from __future__ import annotations

from dataclasses import replace
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
    from comarca.registry.files import SourceFile


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
        params = {"initiative": entry["initiative"], "year": str(year)}
        newest, *earlier = (
            settings.request(
                self.source,
                country.iso3,
                params={**params, "path": item["path"].format(year=year), "collection": item["collection"]},
            )
            for item in (entry, entry.get("earlier"))
            if item
        )
        return (replace(newest, alternatives=tuple(request.target for request in earlier)),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the address, with collection and initiative in the line to print; then the collection before."""
        row = context.settings.sources[self.source]
        entry = row.more["countries"][request.country]
        addresses = [self._address(request, entry, row)]
        for target in request.alternatives:
            older = entry["earlier"]
            note = f"{entry['collection']} is not there; {older['collection']} was taken."
            address = self._address(request, {**entry, **older}, row)
            addresses.append(replace(address, target=target, note=note, substitute=True))
        return tuple(addresses)

    def _address(self, request: Request, entry: Mapping[str, Any], row: SourceFile) -> Resolved:
        fields = {**request.params, "collection": entry["collection"], "path": entry["path"]}
        return Resolved(
            row.url[0].format(**fields).format(year=request.params["year"]),
            version=entry["collection"],
            data_date=request.params["year"],
            licence=entry.get("licence", ""),
            attribution=row.attribution.format(licence=entry.get("licence", row.licence), **fields),
        )
