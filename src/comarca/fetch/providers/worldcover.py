"""ESA WorldCover 2021: land cover of 10 m in tiles of 3 degrees; tiles of open sea do not exist."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError
from comarca.fetch.providers.protocol import TileProvider
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings

log = logging.getLogger(__name__)


class WorldCover(TileProvider):
    """WorldCover of 2021 only: the map of 2020 was made in another way and must not be compared with it."""

    source = "worldcover_tile"

    def tiles(self, boundary: BaseGeometry) -> dict[str, float]:
        """Tiles of 3 degrees, named by their south-west corner."""
        from comarca.fetch.providers.tiles import worldcover_tiles  # here, since planning a run measures nothing

        return worldcover_tiles(boundary)

    def params(self, options: Mapping[str, Any], settings: Settings) -> dict[str, str]:
        """Refuse any other year."""
        year = settings.sources[self.source].more["year"]
        if options.get("year") not in {None, year}:
            raise ConfigError("land_cover.year", got=options["year"], expected=f"{year}, the only year of this version")
        return {}

    def is_sea(self, request: Request, context: Context) -> bool:
        """Whether the provider's list of tiles lacks it; without the list, whether the region hardly touches it."""
        try:
            grid = context.get_json(context.settings.sources[self.source].more["grid"], request.provider)
            return request.params["tile"] not in {feature["properties"]["ll_tile"] for feature in grid["features"]}
        except (TransferError, KeyError, TypeError) as error:
            log.info("The list of WorldCover tiles cannot be had (%s).", error)
        return super().is_sea(request, context)
