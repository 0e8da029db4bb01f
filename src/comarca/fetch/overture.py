"""Overture Maps: the latest release, and the files of a collection that reach into an area.

Overture keeps two releases only, so what was cut is the archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from comarca.fetch.receipts import Resolved
from comarca.fetch.remote_parquet import copy_rows
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comarca.fetch.receipts import Request
    from comarca.fetch.remote_parquet import Ranges
    from comarca.fetch.settings import Context

    Bounds = tuple[float, float, float, float]


def latest_collection(source: str, request: Request, context: Context) -> Resolved:
    """Find a collection of the latest release.

    Parameters
    ----------
    source : str
        Row of the source registry, with the address of the catalogue and ``more.stac``, that of the collection.
    request : Request
        What is wanted.
    context : Context
        Settings and client.

    Returns
    -------
    Resolved
        The collection, with the release as version and date.

    Raises
    ------
    TransferError
        If the catalogue does not answer or has changed.
    """
    row = context.settings.sources[source]
    catalogue = context.get_json(row.url[0], request.provider)
    try:
        release = str(catalogue["latest"])
    except (KeyError, TypeError) as error:
        raise TransferError(f"the catalogue has no {error}: its format has changed", url=row.url[0]) from error
    return Resolved(row.more["stac"].format(release=release), version=release, data_date=release[:10])


def collection_files(url: str, request: Request, context: Context, *, bounds: Bounds | None = None) -> list[str]:
    """List the Parquet files of a collection.

    Parameters
    ----------
    url : str
        Address of the collection.
    request, context
        As in `latest_collection`.
    bounds : tuple of float, optional
        West, south, east, north: files that do not reach into them are left out, as far as the collection says it.

    Returns
    -------
    list of str
        Addresses as the provider gives them.

    Raises
    ------
    TransferError
        If the collection does not answer or has changed.
    """
    collection = context.get_json(url, request.provider)
    try:
        items = [urljoin(url, str(link["href"])) for link in collection["links"] if link["rel"] == "item"]
        boxes = collection.get("extent", {}).get("spatial", {}).get("bbox", [])[1:]  # the first is that of all
        if bounds is not None and len(boxes) == len(items):
            items = [item for item, box in zip(items, boxes, strict=True) if _touch(box, bounds)]
        return [str(context.get_json(item, request.provider)["assets"]["aws"]["href"]) for item in items]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the collection has no {error}: its format has changed", url=url) from error


def copy_collection(
    url: str,
    part: Path,
    request: Request,
    context: Context,
    *,
    equal: Mapping[str, str],
    bounds: Bounds | None = None,
) -> None:
    """Write the rows of a collection that fit as one Parquet file.

    Parameters
    ----------
    url : str
        Address of the collection.
    part : pathlib.Path
        Where to write.
    request, context
        As in `latest_collection`.
    equal : mapping
        Column -> text that it has to hold.
    bounds : tuple of float, optional
        West, south, east, north: rows whose box does not touch them are left out.

    Raises
    ------
    TransferError
        If a server fails, or no row fits (status 404).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    pieces = []
    for position, href in enumerate(collection_files(url, request, context, bounds=bounds)):
        piece = part.with_name(f"{part.name}.{position}")
        try:
            copy_rows(context.client, context.url(href, request.provider), piece, equal=equal, ranges=_ranges(bounds))
            pieces.append(pq.read_table(piece))
        except TransferError as error:
            if error.status != 404:
                raise
        finally:
            piece.unlink(missing_ok=True)
    if not pieces:
        raise TransferError(f"nothing of {request.country}", url=url, status=404)
    try:
        pq.write_table(pa.concat_tables(pieces), part)
    except pa.ArrowInvalid as error:
        raise TransferError(f"the files of the collection differ: {error}", url=url) from error


def _touch(box: list[float], bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south


def _ranges(bounds: Bounds | None) -> Ranges:
    """Ranges of a row's box that let it touch some bounds."""
    if bounds is None:
        return {}
    west, south, east, north = bounds
    return {
        "bbox.xmin": (-360.0, east), "bbox.xmax": (west, 360.0), "bbox.ymin": (-90.0, north), "bbox.ymax": (south, 90.0)
    }  # fmt: skip
