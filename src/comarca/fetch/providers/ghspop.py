"""GHS-POP: persons per cell of 100 m in tiles of 1,000 km, Mollweide projection; every country has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.fetch.providers.protocol import TileProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.settings import Settings

EPOCHS = range(1975, 2031, 5)


class GhsPop(TileProvider):
    """GHS-POP R2023A; of a year that it does not have, the nearest epoch."""

    source = "ghspop_tile"

    def tiles(self, boundary: BaseGeometry) -> dict[str, float]:
        """Tiles of the GHSL grid."""
        from comarca.fetch.providers.tiles import ghsl_tiles  # here, since planning a run projects nothing

        return ghsl_tiles(boundary)

    def params(self, options: Mapping[str, Any], settings: Settings) -> dict[str, str]:
        """Epoch of the raster."""
        year = int(options.get("year") or settings.sources[self.source].more["default_year"])
        return {"year": str(min(EPOCHS, key=lambda epoch: abs(epoch - year)))}
