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

from comarca.errors import InputError
from comarca.fetch.addresses import public
from comarca.fetch.cache import link_or_copy
from comarca.fetch.failures import FileError, failure, put_there
from comarca.fetch.formats import VerificationError
from comarca.fetch.on_disk import make_receipt, present, record
from comarca.fetch.partfile import discard
from comarca.fetch.retry import TransferError
from comarca.fetch.slots import slot
from comarca.fetch.verify import lfs_pointer, verify

if TYPE_CHECKING:
    from comarca.fetch.providers.protocol import Provider
    from comarca.fetch.receipts import Receipt, Request, Resolved
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.files import SourceFile

log = logging.getLogger(__name__)

#: How often a damaged file is asked for anew, its address and checksum included: it may have changed in between.
ROUNDS: Final = 2
#: Answers that say that a file does not exist. Anything else may be a failure of the moment.
NOT_THERE: Final = frozenset({404, 410})
_GITHUB_RAW: Final = re.compile(r"/([^/]+/[^/]+)/raw/(.+)")


def fetch(request: Request, context: Context, provider: Provider) -> Receipt:
    """Have a file: keep the one that is there, or take it from the cache, or download it.

    Parameters
    ----------
    request : Request
        The file.
    context : Context
        Settings and client.
    provider : Provider
        Says which file serves the request and where it is, and brings it.

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
            or _from_provider(request, context, provider)
        )


def _from_cache(request: Request, settings: Settings, *, any_age: bool, md5: str = "") -> Receipt | None:
    source = settings.sources[request.source]
    for path in (request.target, *request.alternatives):
        receipt = settings.cache.find(path.relative_to(settings.raw_dir).as_posix())
        if receipt is not None and (any_age or not source.is_moving or (md5 and receipt.md5 == md5)):
            settings.cache.give(receipt, path)
            return record(replace(receipt, path=path.as_posix(), origin="cache"), path)
    return None


def _from_provider(request: Request, context: Context, provider: Provider) -> Receipt:
    if context.settings.offline:
        row = failure(request, "not there, and offline=true forbids fetching it", put_there(request))
        raise FileError(replace(row, may_pass=True))
    located = provider.locate(request, context)
    if located.target == request.target:
        return _from_addresses(located, context, provider)
    shared = fetch(located, context, provider)
    link_or_copy(Path(shared.path), request.target)
    return record(replace(shared, path=request.target.as_posix()), request.target)


def _from_addresses(request: Request, context: Context, provider: Provider) -> Receipt:
    troubles: list[str] = []
    remedies: list[str] = []
    statuses: set[int | None] = set()
    may_pass = False
    for _ in range(ROUNDS):
        damaged = False
        try:
            candidates = provider.resolve(request, context)
        except (TransferError, VerificationError) as error:
            troubles.append(f"{getattr(error, 'url', request.url)}: {error}")
            remedies.append(error.remedy if isinstance(error, TransferError) else "")
            statuses.add(getattr(error, "status", None))
            may_pass |= getattr(error, "status", None) not in NOT_THERE
            break
        for candidate in candidates:
            if candidate.substitute and not statuses <= NOT_THERE:
                break
            try:
                return _from_cache(request, context.settings, any_age=False, md5=candidate.md5) or _obtain(
                    request, candidate, context, provider
                )
            except (TransferError, VerificationError, InputError) as error:
                damaged |= isinstance(error, VerificationError)
                statuses.add(getattr(error, "status", None))
                may_pass |= not isinstance(error, InputError) and getattr(error, "status", None) not in NOT_THERE
                why = "what it gave cannot be used: " if isinstance(error, InputError) else ""
                troubles.append(f"{public(candidate.url)}: {why}{error}")
                remedies.append(error.remedy if isinstance(error, TransferError) else "")
        if not damaged:
            break
    reason = "; ".join(dict.fromkeys(troubles)) or "the provider has no such file"
    remedy = next(filter(None, remedies), "") or put_there(request)
    row = replace(failure(request, reason, remedy), may_pass=may_pass)
    raise FileError(row, not_there=statuses <= NOT_THERE)


def _obtain(request: Request, candidate: Resolved, context: Context, provider: Provider) -> Receipt:
    source = context.settings.sources[request.source]
    target = candidate.target or request.target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    log.info("Fetching %s from %s.", target, public(candidate.url))
    with slot(source, context.settings):
        delivery = provider.deliver(request, candidate, part, context)
    try:
        with part.open("rb") as file:
            pointer = lfs_pointer(file.read(512))
        media = github_media_url(candidate.url, source) if pointer else None
        if pointer and media:
            discard(part)
            stored = replace(candidate, url=media, sha256=pointer[0], size_bytes=pointer[1])
            return _obtain(request, stored, context, provider)
        digest = verify(
            part,
            format=candidate.format or request.format,
            size_bytes=candidate.size_bytes,
            md5=candidate.md5 or delivery.md5,
            sha256=candidate.sha256,
        )
        provider.inspect(part, request)
        receipt = make_receipt(request, source, candidate, part, digest, origin="download")
    except (VerificationError, InputError):
        discard(part)
        raise
    receipt = record(
        replace(
            receipt,
            final_url=delivery.final_url,
            etag=delivery.etag,
            md5=receipt.md5 or delivery.md5,
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
