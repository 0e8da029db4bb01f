"""Harmonised night lights of Li et al.: about 1 km, one global raster per year, on figshare without an account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

SOURCE = "nightlights_harmonised"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the raster of a year.

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
        One, for the whole world.
    """
    year = str(options.get("year") or settings.sources[SOURCE].more["default_year"])
    return (settings.request(SOURCE, country.iso3, params={"year": year}),)


def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Find the file of the year in the article's list, with its checksum and size.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of Resolved
        One.

    Raises
    ------
    TransferError
        If the list has no file of that year.
    """
    url, year = context.settings.sources[SOURCE].more["api"], request.params["year"]
    files = context.get_json(url, request.provider)
    wanted = re.compile(rf"Harmonized_DN_NTL_{year}_\w+\.tif$")
    found = [entry for entry in files if wanted.match(str(entry.get("name")))]
    if not found:
        raise TransferError(f"the list of files has none of the year {year}", url=url, status=404)
    return tuple(
        Resolved(
            str(entry["download_url"]),
            md5=str(entry.get("computed_md5") or ""),
            size_bytes=int(entry["size"]) if entry.get("size") else None,
            data_date=year,
            version=str(entry["name"]),
        )
        for entry in found
    )
