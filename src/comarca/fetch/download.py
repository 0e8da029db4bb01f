"""From a request to a verified file with a receipt beside it, or to one clear message.

A file is looked for in this order: at its target (an earlier run or a person put it there), in the cache, at the
provider. Whatever is found has to pass the same checks before it gets its name.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock

from comarca.fetch.cache import link_or_copy
from comarca.fetch.failures import FileError, failure, put_there
from comarca.fetch.formats import VerificationError
from comarca.fetch.on_disk import make_receipt, present, record
from comarca.fetch.partfile import discard
from comarca.fetch.receipts import Receipt, Request, Resolved
from comarca.fetch.retry import TransferError
from comarca.fetch.verify import lfs_pointer, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comarca.fetch.http import Delivery
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.files import SourceFile

    Locate = Callable[[Request, Context], Request]
    Resolve = Callable[[Request, Context], Sequence[Resolved]]
    Deliver = Callable[[Request, Resolved, Path, Context], Delivery]

log = logging.getLogger(__name__)

#: How often a damaged file is asked for anew, its address and checksum included: it may have changed in between.
ROUNDS: Final = 2
#: Answers that say that a file does not exist. Anything else may be a failure of the moment.
NOT_THERE: Final = frozenset({404, 410})
_GITHUB_RAW: Final = re.compile(r"/([^/]+/[^/]+)/raw/(.+)")


def as_planned(request: Request, context: Context) -> Request:
    """Locate a file whose place is known beforehand.

    Parameters
    ----------
    request : Request
        The request.
    context : Context
        Not used.

    Returns
    -------
    Request
        The same.
    """
    return request


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


def over_http(request: Request, found: Resolved, part: Path, context: Context) -> Delivery:
    """Bring a file by a plain download.

    Parameters
    ----------
    request : Request
        The file.
    found : Resolved
        Its address.
    part : pathlib.Path
        Where to write.
    context : Context
        Settings and client.

    Returns
    -------
    Delivery
        What the server said of it.
    """
    url = context.url(found.url, request.provider)
    return context.client.download(url, part, resume=context.settings.sources[request.source].resume)


def fetch(
    request: Request,
    context: Context,
    *,
    locate: Locate = as_planned,
    resolve: Resolve = from_template,
    deliver: Deliver = over_http,
) -> Receipt:
    """Have a file: keep the one that is there, or take it from the cache, or download it.

    Parameters
    ----------
    request : Request
        The file.
    context : Context
        Settings and client.
    locate : callable, optional
        Says, with the provider's index, which file serves the request. If that is another one than planned, it is kept
        under its own name, for others that it serves too, and linked to the planned place.
    resolve : callable, optional
        Finds the addresses; asked again if a file turns out damaged, since it may have changed meanwhile.
    deliver : callable, optional
        Brings the file; a plain download if not given.

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
            or _from_provider(request, context, locate, resolve, deliver)
        )


def _from_cache(request: Request, settings: Settings, *, any_age: bool, md5: str = "") -> Receipt | None:
    source = settings.sources[request.source]
    for path in (request.target, *request.alternatives):
        kept = settings.cache.find(path.relative_to(settings.raw_dir).as_posix())
        if kept is not None and (any_age or not source.is_moving or (md5 and kept.md5 == md5)):
            settings.cache.give(kept, path)
            return record(replace(kept, path=path.as_posix(), origin="cache"), path)
    return None


def _from_provider(request: Request, context: Context, locate: Locate, resolve: Resolve, deliver: Deliver) -> Receipt:
    if context.settings.offline:
        raise FileError(failure(request, "not there, and offline=true forbids fetching it", put_there(request)))
    located = locate(request, context)
    if located.target == request.target:
        return _from_addresses(located, context, resolve, deliver)
    shared = fetch(located, context, resolve=resolve, deliver=deliver)
    link_or_copy(Path(shared.path), request.target)
    return record(replace(shared, path=request.target.as_posix()), request.target)


def _from_addresses(request: Request, context: Context, resolve: Resolve, deliver: Deliver) -> Receipt:
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
                    request, candidate, context, deliver
                )
            except (TransferError, VerificationError) as error:
                damaged |= isinstance(error, VerificationError)
                statuses.add(getattr(error, "status", None))
                troubles.append(f"{candidate.url}: {error}")
        if not damaged:
            break
    reason = "; ".join(dict.fromkeys(troubles)) or "the provider has no such file"
    raise FileError(failure(request, reason, put_there(request)), not_there=statuses <= NOT_THERE)


def _obtain(request: Request, candidate: Resolved, context: Context, deliver: Deliver) -> Receipt:
    source = context.settings.sources[request.source]
    target = candidate.target or request.target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    log.info("Fetching %s from %s.", target, candidate.url)
    delivery = deliver(request, candidate, part, context)
    try:
        with part.open("rb") as file:
            pointer = lfs_pointer(file.read(512))
        media = github_media_url(candidate.url, source) if pointer else None
        if pointer and media:
            discard(part)
            stored = replace(candidate, url=media, sha256=pointer[0], size_bytes=pointer[1])
            return _obtain(request, stored, context, deliver)
        digest = verify(
            part,
            format=candidate.format or request.format,
            size_bytes=candidate.size_bytes,
            md5=candidate.md5,
            sha256=candidate.sha256,
        )
        receipt = make_receipt(request, source, candidate, part, digest, origin="download")
    except VerificationError:
        discard(part)
        raise
    receipt = record(
        replace(
            receipt,
            final_url=delivery.final_url,
            etag=delivery.etag,
            last_modified=delivery.last_modified,
            data_date=receipt.data_date or iso_date(delivery.last_modified),
        ),
        target,
    )
    part.replace(target)
    discard(part)
    context.settings.cache.put(target.relative_to(context.settings.raw_dir).as_posix(), target, receipt)
    return receipt


def iso_date(http_date: str) -> str:
    """Write an HTTP date as ISO 8601.

    Parameters
    ----------
    http_date : str
        Such as ``Sat, 21 Nov 2026 20:21:09 GMT``.

    Returns
    -------
    str
        Such as ``2026-11-21T20:21:09Z``; empty if it is no date.
    """
    try:
        return f"{parsedate_to_datetime(http_date).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (TypeError, ValueError):
        return ""


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
