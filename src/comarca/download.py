"""From a request to a verified file with a receipt beside it, or to one clear message.

A file is looked for in this order: at its target (an earlier run or a person put it there), in the cache, at the
provider. Whatever is found has to pass the same checks before it gets its name.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from filelock import FileLock

from comarca import io
from comarca.errors import RetrievalError
from comarca.formats import VerificationError, data_date
from comarca.partfile import discard
from comarca.receipts import Failure, Origin, Receipt, Request, Resolved, meta_path, read_receipt
from comarca.retry import TransferError
from comarca.verify import lfs_pointer, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from comarca.session import Context, Settings
    from comarca.sources.registry import SourceFile

log = logging.getLogger(__name__)

#: How often a damaged file is asked for anew, its address and checksum included: it may have changed in between.
ROUNDS: Final = 2
#: Answers that say that a file does not exist. Anything else may be a failure of the moment.
NOT_THERE: Final = frozenset({404, 410})
#: Format of a file that goes by another name than the usual one.
FORMAT_OF_SUFFIX: Final = {
    ".zip": "zip", ".geojson": "geojson", ".gpkg": "gpkg", ".tif": "geotiff", ".pbf": "osm_pbf", ".json": "json",
}  # fmt: skip
_GITHUB_RAW: Final = re.compile(r"/([^/]+/[^/]+)/raw/(.+)")


class FileError(RetrievalError):
    """One file could not be had.

    Parameters
    ----------
    failure : Failure
        The row for the table of what is missing.
    not_there : bool
        Whether the provider said that it has no such file.
    """

    def __init__(self, failure: Failure, *, not_there: bool = False) -> None:
        self.failure, self.not_there = failure, not_there
        super().__init__(
            f"{failure.provider}, {failure.layer} of {failure.country}: {failure.reason} [{failure.url}] "
            f"{failure.remedy}"
        )


def from_template(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Resolve a request whose address needs no look-up.

    Parameters
    ----------
    request : Request
        The request.
    context : Context
        Settings.

    Returns
    -------
    tuple of Resolved
        One per address of the registry row.
    """
    return tuple(Resolved(url.format(**request.params)) for url in context.settings.sources[request.source].url)


def fetch(
    request: Request,
    context: Context,
    *,
    resolve: Callable[[Request, Context], Sequence[Resolved]] = from_template,
) -> Receipt:
    """Have a file: keep the one that is there, or take it from the cache, or download it.

    Parameters
    ----------
    request : Request
        The file.
    context : Context
        Settings and client.
    resolve : callable, optional
        Finds the addresses; asked again if a file turns out damaged, since it may have changed meanwhile.

    Returns
    -------
    Receipt
        Written beside the file too.

    Raises
    ------
    FileError
        If it cannot be had, or what stands at its target does not pass the checks.
    """
    request.target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(request.target.with_name(f".{request.target.name}.lock")):
        return (
            present(request, context.settings)
            or _from_cache(request, context.settings, any_age=context.settings.offline)
            or _from_provider(request, context, resolve)
        )


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
        digest = verify(path, format=_format_of(request, path))
    except VerificationError as error:
        raise FileError(
            failure(request, f"the file at {path} is not usable: {error}", f"Replace or delete {path}.")
        ) from error
    receipt = read_receipt(meta_path(path))
    if receipt is not None and receipt.sha256 == digest:
        return replace(receipt, path=path.as_posix())
    modified = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    found = Resolved("", target=path, note=f"put there by hand; the file is of {modified:%Y-%m-%d}")
    source = settings.sources[request.source]
    return _record(_receipt(request, source, found, path, digest, origin="by_hand"), path)


def _from_cache(request: Request, settings: Settings, *, any_age: bool, md5: str = "") -> Receipt | None:
    source = settings.sources[request.source]
    for path in (request.target, *request.alternatives):
        kept = settings.cache.find(path.relative_to(settings.raw_dir).as_posix())
        if kept is not None and (any_age or not source.is_moving or (md5 and kept.md5 == md5)):
            settings.cache.give(kept, path)
            return _record(replace(kept, path=path.as_posix(), origin="cache"), path)
    return None


def _from_provider(
    request: Request, context: Context, resolve: Callable[[Request, Context], Sequence[Resolved]]
) -> Receipt:
    if context.settings.offline:
        raise FileError(failure(request, "not there, and offline=true forbids fetching it", put_there(request)))
    troubles: list[str] = []
    statuses: set[int | None] = set()
    for _ in range(ROUNDS):
        damaged = False
        try:
            candidates = resolve(request, context)
        except (TransferError, VerificationError) as error:
            troubles.append(f"{getattr(error, 'url', request.url)}: {error}")
            statuses.add(getattr(error, "status", None))
            break
        for candidate in candidates:
            if candidate.substitute and not statuses <= NOT_THERE:
                break
            try:
                return _from_cache(request, context.settings, any_age=False, md5=candidate.md5) or _obtain(
                    request, candidate, context
                )
            except (TransferError, VerificationError) as error:
                damaged |= isinstance(error, VerificationError)
                statuses.add(getattr(error, "status", None))
                troubles.append(f"{candidate.url}: {error}")
        if not damaged:
            break
    reason = "; ".join(dict.fromkeys(troubles)) or "the provider has no such file"
    raise FileError(failure(request, reason, put_there(request)), not_there=statuses <= NOT_THERE)


def _obtain(request: Request, candidate: Resolved, context: Context) -> Receipt:
    source = context.settings.sources[request.source]
    target = candidate.target or request.target
    part = target.with_name(target.name + ".part")
    url = context.url(candidate.url, request.provider)
    log.info("Fetching %s from %s.", target, url)
    delivery = context.client.download(url, part, resume=source.resume)
    try:
        with part.open("rb") as file:
            pointer = lfs_pointer(file.read(512))
        media = github_media_url(candidate.url, source) if pointer else None
        if pointer and media:
            discard(part)
            stored = replace(candidate, url=media, sha256=pointer[0], size_bytes=pointer[1])
            return _obtain(request, stored, context)
        digest = verify(
            part,
            format=candidate.format or request.format,
            size_bytes=candidate.size_bytes,
            md5=candidate.md5,
            sha256=candidate.sha256,
        )
        receipt = _receipt(request, source, candidate, part, digest, origin="download")
    except VerificationError:
        discard(part)
        raise
    receipt = _record(
        replace(
            receipt,
            final_url=delivery.final_url,
            etag=delivery.etag,
            last_modified=delivery.last_modified,
            data_date=receipt.data_date or delivery.last_modified,
        ),
        target,
    )
    part.replace(target)
    discard(part)
    context.settings.cache.put(target.relative_to(context.settings.raw_dir).as_posix(), target, receipt)
    return receipt


def github_media_url(url: str, source: SourceFile) -> str | None:
    """Address of the object behind a Git LFS pointer on GitHub.

    Parameters
    ----------
    url : str
        Address that gave the pointer.
    source : SourceFile
        Registry row; ``more.media`` is the host of stored objects.

    Returns
    -------
    str or None
        None if the address is none of GitHub's raw files.
    """
    match = _GITHUB_RAW.search(url)
    return f"{source.more['media']}/media/{match[1]}/{match[2]}" if match and "media" in source.more else None


def failure(request: Request, reason: str, remedy: str) -> Failure:
    """Make the row for the table of what is missing.

    Parameters
    ----------
    request : Request
        What was wanted.
    reason, remedy : str
        What happened; what to do.

    Returns
    -------
    Failure
        The row.
    """
    return Failure(
        layer=request.layer,
        country=request.country,
        provider=request.provider,
        url=request.url,
        target=request.target.as_posix(),
        reason=reason,
        remedy=remedy,
    )


def put_there(request: Request) -> str:
    """Say how to mend it by hand.

    Parameters
    ----------
    request : Request
        What was wanted.

    Returns
    -------
    str
        One sentence.
    """
    return f"Try again later, or download {request.url} yourself and save it as {request.target.as_posix()}."


def _format_of(request: Request, path: Path) -> str:
    return request.format if path == request.target else FORMAT_OF_SUFFIX.get(path.suffix.lower(), request.format)


def _receipt(
    request: Request, source: SourceFile, found: Resolved, path: Path, digest: str, *, origin: Origin
) -> Receipt:
    return Receipt(
        path=(found.target or request.target).as_posix(),
        provider=request.provider,
        source=request.source,
        version=found.version or source.version,
        url=found.url,
        final_url="",
        sha256=digest,
        bytes=path.stat().st_size,
        retrieved=f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}",
        data_date=found.data_date
        or data_date(path, found.format or _format_of(request, found.target or request.target)),
        licence=found.licence or source.licence,
        attribution=found.attribution or source.attribution,
        origin=origin,
        md5=found.md5,
        note=found.note,
    )


def _record(receipt: Receipt, path: Path) -> Receipt:
    io.write_json(receipt.as_dict(), meta_path(path))
    return receipt
