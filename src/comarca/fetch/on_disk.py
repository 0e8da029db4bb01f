"""Files that are there: accepted after the same checks as downloads, with a receipt beside each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from comarca import io
from comarca.fetch.addresses import public
from comarca.fetch.failures import FileError, failure
from comarca.fetch.formats import VerificationError, data_date
from comarca.fetch.receipts import Origin, Receipt, Request, Resolved, meta_path, read_receipt
from comarca.fetch.verify import verify
from comarca.registry.licences import licence_of

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.fetch.settings import Settings
    from comarca.registry.files import SourceFile

#: Format of a file that goes by another name than the usual one.
FORMAT_OF_SUFFIX: Final = {
    ".zip": "zip", ".geojson": "geojson", ".gpkg": "gpkg", ".tif": "geotiff", ".pbf": "osm_pbf", ".json": "json",
    ".parquet": "parquet",
}  # fmt: skip


def present(request: Request, settings: Settings) -> Receipt | None:
    """Accept a file that stands at its target, if it passes the checks.

    Parameters
    ----------
    request : Request
        The file.
    settings : Settings
        Settings of the run.

    Returns
    -------
    Receipt or None
        The receipt that stands beside it; a new one, marked ``by_hand``, where a person put the file there; None if
        there is no file.

    Raises
    ------
    FileError
        If the file is damaged or something else. It is left as it is.
    """
    path = next((path for path in (request.target, *request.alternatives) if path.is_file()), None)
    if path is None:
        return None
    try:
        digest = verify(path, format=format_of(request, path))
    except VerificationError as error:
        raise FileError(
            failure(request, f"the file at {path} is not usable: {error}", f"Replace or delete {path}.")
        ) from error
    receipt = read_receipt(meta_path(path))
    if receipt is not None and receipt.sha256 == digest:
        return replace(receipt, path=path.as_posix(), is_shared=receipt.is_shared or request.is_shared)
    modified = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    address = Resolved("", target=path, note=f"put there by hand; the file is of {modified:%Y-%m-%d}")
    source = settings.sources[request.source]
    return record(make_receipt(request, source, address, path, digest, origin="by_hand"), path)


def format_of(request: Request, path: Path) -> str:
    """Format that a file at one of a request's places has to have.

    Parameters
    ----------
    request : Request
        The request.
    path : pathlib.Path
        Its target or one of its alternatives.

    Returns
    -------
    str
        Key of `comarca.fetch.formats.FORMATS`.
    """
    return request.format if path == request.target else FORMAT_OF_SUFFIX.get(path.suffix.lower(), request.format)


def make_receipt(
    request: Request, source: SourceFile, address: Resolved, path: Path, digest: str, *, origin: Origin
) -> Receipt:
    """Make the receipt of a verified file.

    Parameters
    ----------
    request : Request
        What was wanted.
    source : SourceFile
        Its row in the registry.
    address : Resolved
        What the provider says of this very file; where it says nothing, the registry's row holds.
    path : pathlib.Path
        The file, under whatever name it has now.
    digest : str
        Its SHA-256.
    origin : str
        How it came.

    Returns
    -------
    Receipt
        The receipt.
    """
    licence = address.licence or source.licence
    terms = licence_of(licence)
    may_pass_on = terms.redistribute if address.redistribute is None else address.redistribute
    return Receipt(
        path=(address.target or request.target).as_posix(),
        provider=request.provider,
        source=request.source,
        version=address.version or source.version,
        url=public(address.url),
        final_url="",
        sha256=digest,
        bytes=path.stat().st_size,
        retrieved=f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}",
        data_date=address.data_date
        or data_date(path, address.format or format_of(request, address.target or request.target)),
        licence=licence,
        attribution=address.attribution or source.attribution,
        origin=origin,
        md5=address.md5,
        note=address.note,
        substitute=address.substitute,
        share_alike=terms.share_alike,
        redistribute=source.redistribute and may_pass_on,
        is_shared=request.is_shared if address.is_shared is None else address.is_shared,
    )


def record(receipt: Receipt, path: Path) -> Receipt:
    """Write a receipt beside its file.

    Parameters
    ----------
    receipt : Receipt
        The receipt.
    path : pathlib.Path
        The file.

    Returns
    -------
    Receipt
        The same.
    """
    io.write_json(receipt.as_dict(), meta_path(path))
    return receipt
