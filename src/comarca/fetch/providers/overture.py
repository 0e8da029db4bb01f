"""Overture Maps: areas of administrative divisions, cut out of the release that its STAC catalogue calls the latest.

Overture keeps two releases only, so what was cut is the archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from comarca.errors import ConfigError
from comarca.fetch.formats import VerificationError
from comarca.fetch.http import Delivery
from comarca.fetch.providers.protocol import BoundaryProvider
from comarca.fetch.receipts import Resolved
from comarca.fetch.remote_parquet import copy_rows
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country


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
        row = context.settings.sources[self.source]
        catalogue = context.get_json(row.url[0], request.provider)
        try:
            release = str(catalogue["latest"])
        except (KeyError, TypeError) as error:
            raise TransferError(f"the catalogue has no {error}: its format has changed", url=row.url[0]) from error
        return (Resolved(row.more["stac"].format(release=release), version=release, data_date=release[:10]),)

    def sample(self, request: Request, address: Resolved, context: Context) -> tuple[str, str]:
        """Name the first file of the collection."""
        return _hrefs(address.url, request, context)[0], request.format

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Read the blocks that hold the country out of each file of the collection, and join them."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        pieces = []
        for position, href in enumerate(_hrefs(address.url, request, context)):
            url = context.url(href, request.provider)
            piece = part.with_name(f"{part.name}.{position}")
            try:
                copy_rows(context.client, url, piece, equal={"country": request.params["iso2"]})
                pieces.append(pq.read_table(piece))
            except TransferError as error:
                if error.status != 404:
                    raise
            finally:
                piece.unlink(missing_ok=True)
        if not pieces:
            raise TransferError(f"no division of {request.country}", url=address.url, status=404)
        try:
            pq.write_table(pa.concat_tables(pieces), part)
        except pa.ArrowInvalid as error:
            raise VerificationError(f"the files of the collection differ: {error}") from error
        return Delivery(final_url=address.url, etag="", last_modified="")


def _hrefs(url: str, request: Request, context: Context) -> list[str]:
    """Addresses of the Parquet files of a collection."""
    collection = context.get_json(url, request.provider)
    try:
        items = [urljoin(url, str(link["href"])) for link in collection["links"] if link["rel"] == "item"]
        return [str(context.get_json(item, request.provider)["assets"]["aws"]["href"]) for item in items]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the collection has no {error}: its format has changed", url=url) from error
