"""Overture Maps: areas of administrative divisions, and roads, cut out of the latest release."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from comarca.errors import ConfigError
from comarca.fetch.http import Delivery
from comarca.fetch.overture import collection_files, copy_collection, latest_collection
from comarca.fetch.providers.protocol import BoundaryProvider, Provider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request, Resolved
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

DEFAULT_BUFFER_KM: Final = 50.0


class OvertureDivisions(BoundaryProvider):
    """All divisions of a country; the reader chooses those with as many units as the catalogue expects."""

    source = "overture_divisions"
    name = "overture"
    title = "Overture"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the country's part of the divisions."""
        if options.get("level") is not None:
            raise ConfigError(
                "territories.level", got=options["level"], expected="null: Overture's divisions have no numbers"
            )
        return (settings.request(self.source, country.iso3, params={"iso2": country.iso2}),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the collection of the latest release."""
        return (latest_collection(self.source, request, context),)

    def sample(self, request: Request, address: Resolved, context: Context) -> tuple[str, str]:
        """Name the first file of the collection."""
        return collection_files(address.url, request, context)[0], request.format

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Read the blocks that hold the country."""
        copy_collection(address.url, part, request, context, equal={"country": request.params["iso2"]})
        return Delivery(final_url=address.url, etag="", last_modified="")


class OvertureRoads(Provider):
    """The roads of the box around a region and its surroundings."""

    source = "overture_roads"
    needs_boundary = True

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the roads by the box that they lie in."""
        if boundary is None:
            return (settings.request(self.source, country.iso3, params={"digest": "<area>"}),)
        from comarca.sources.osm.clip import routing_area

        area = routing_area(boundary, buffer_km=float(options.get("buffer_km", DEFAULT_BUFFER_KM)))
        box = ",".join(f"{side:.4f}" for side in area.bounds)
        digest = hashlib.sha256(box.encode()).hexdigest()[:12]
        return (settings.request(self.source, country.iso3, params={"digest": digest, "box": box}),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the collection of the latest release."""
        return (latest_collection(self.source, request, context),)

    def sample(self, request: Request, address: Resolved, context: Context) -> tuple[str, str]:
        """Name the first file of the collection that reaches into the box."""
        return collection_files(address.url, request, context, bounds=_bounds(request))[0], request.format

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Read the blocks that reach into the box."""
        copy_collection(address.url, part, request, context, equal={"subtype": "road"}, bounds=_bounds(request))
        return Delivery(final_url=address.url, etag="", last_modified="")


def _bounds(request: Request) -> tuple[float, float, float, float]:
    west, south, east, north = (float(side) for side in request.params["box"].split(","))
    return west, south, east, north
