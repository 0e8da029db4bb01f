"""Harmonised night lights of Li et al.: about 1 km, one global raster per year, on figshare without an account."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

#: Part of the name of rasters that DMSP measured.
CALIBRATED: Final = "_calDMSP"
SIMULATED: Final = "Values of this year are not measured by DMSP but simulated from VIIRS, on the scale of DMSP."


class NightLights(Provider):
    """The harmonised night lights; one raster of the whole world per year."""

    source = "nightlights_harmonised"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the raster of a year."""
        year = str(options.get("year") or settings.sources[self.source].more["default_year"])
        return (settings.request(self.source, country.iso3, params={"year": year}),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Find the file of the year in the article's list; figshare's web host may answer scripts with a challenge."""
        more, year = context.settings.sources[self.source].more, request.params["year"]
        files = context.get_json(more["api"], request.provider)
        pattern = re.compile(rf"Harmonized_DN_NTL_{year}_\w+\.tif$")
        entries = [entry for entry in files if pattern.match(str(entry.get("name")))]
        if not entries:
            raise TransferError(
                f"the list of files has none of the year {year}", url=more["api"], status=HTTPStatus.NOT_FOUND
            )
        # Of 2013 there are two; the one that DMSP measured belongs to the years before.
        entries.sort(key=lambda entry: (CALIBRATED not in str(entry["name"]), str(entry["name"])))
        note = SIMULATED if int(year) >= more["simulated_from"] else ""
        return tuple(
            Resolved(
                url,
                md5=str(entry.get("computed_md5") or ""),
                size_bytes=int(entry["size"]) if entry.get("size") else None,
                data_date=year,
                version=str(entry["name"]),
                note=note,
            )
            for entry in entries
            for url in (str(entry["download_url"]), more["download"].format(id=entry["id"]))
        )
