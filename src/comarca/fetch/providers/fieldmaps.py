"""Boundaries of fieldmaps, which meet at the borders of countries; a country's rows are cut out on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.fetch.http import Delivery
from comarca.fetch.providers.cod_parquet import levels_of, with_coarser
from comarca.fetch.providers.protocol import BoundaryProvider
from comarca.fetch.receipts import Resolved
from comarca.fetch.remote_parquet import copy_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country


class FieldMaps(BoundaryProvider):
    """The edge-matched humanitarian boundaries, which follow the levels of COD-AB."""

    source = "fieldmaps_units"
    name = "fieldmaps"
    title = "fieldmaps"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the country's part of the level, and of coarser levels that will do."""
        (request,) = super().plan(country, options, settings, boundary)
        return (with_coarser(request),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Name the file of the world for each level."""
        row = context.settings.sources[self.source]
        from_gadm = context.settings.sources["cod_parquet_units"].more["from_gadm"]
        return tuple(
            Resolved(
                row.url[0].format(**{**request.params, "level": level}),
                target=target,
                note="" if target == request.target else f"Level {request.params['level']} lacks; {level} was taken.",
                substitute=target != request.target,
                redistribute=False if request.country in from_gadm else None,
            )
            for level, target in levels_of(request)
        )

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Read the blocks that hold the country."""
        url = context.url(address.url, request.provider)
        etag = copy_rows(context.client, url, part, equal={"iso_3": request.country})
        return Delivery(final_url=url, etag=etag, last_modified="")
