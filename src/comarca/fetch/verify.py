"""Is this file what it should be? Magic bytes, whole to the last byte, and it opens.

Each check raises `VerificationError` with what was found. A file that passed them all is not known to be right, but it
is known not to be an error page, a pointer, a stub, a fragment, or another format.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from comarca.fetch.formats import FORMATS, VerificationError, gunzip

if TYPE_CHECKING:
    from pathlib import Path

CHUNK: Final = 1 << 20
LFS_MARK: Final = b"version https://git-lfs.github.com/spec/"
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<error", b"<serviceexception")


def verify(path: Path, *, format: str, size_bytes: int | None = None, md5: str = "", sha256: str = "") -> str:  # noqa: A002
    """Check a file from its first byte to its last.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    format : str
        Key of `comarca.fetch.formats.FORMATS`.
    size_bytes : int, optional
        Size that was announced.
    md5, sha256 : str, optional
        Checksums that were published.

    Returns
    -------
    str
        The SHA-256 of the file.

    Raises
    ------
    VerificationError
        If anything is wrong; the message says what.
    """
    found_bytes = path.stat().st_size
    if found_bytes == 0:
        raise VerificationError("the file is empty")
    if size_bytes is not None and found_bytes != size_bytes:
        raise VerificationError(f"the file has {found_bytes:,} bytes, {size_bytes:,} were announced")
    _refuse_stand_ins(path, format)
    digests = file_digests(path)
    for name, published in (("md5", md5), ("sha256", sha256)):
        if published and digests[name] != published.lower():
            raise VerificationError(f"the {name} is {digests[name]}, published is {published.lower()}")
    FORMATS[format](path)
    return digests["sha256"]


def file_digests(path: Path) -> dict[str, str]:
    """MD5 and SHA-256 of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict
        ``md5`` and ``sha256``, lower-case hexadecimal.
    """
    hashes = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for digest in hashes.values():
                digest.update(chunk)
    return {name: digest.hexdigest() for name, digest in hashes.items()}


def lfs_pointer(head: bytes) -> tuple[str, int] | None:
    """Read a Git LFS pointer.

    Parameters
    ----------
    head : bytes
        The first bytes of a file.

    Returns
    -------
    tuple of str and int, or None
        SHA-256 and size of the file it points to; None if this is no pointer.
    """
    if not head.startswith(LFS_MARK):
        return None
    oid = re.search(rb"^oid sha256:([0-9a-f]{64})$", head, re.MULTILINE)
    size = re.search(rb"^size (\d+)$", head, re.MULTILINE)
    return (oid[1].decode(), int(size[1])) if oid and size else None


def parse_md5(payload: bytes) -> tuple[str, str]:
    """Read an ``.md5`` sidecar, which may arrive compressed.

    Parameters
    ----------
    payload : bytes
        What the server sent.

    Returns
    -------
    tuple of str
        The checksum, and the file name it was made for (empty if none is given).

    Raises
    ------
    VerificationError
        If it is no such file.
    """
    text = gunzip(payload).decode("utf-8", errors="replace").strip()
    match = re.match(r"([0-9a-fA-F]{32})(?:\s+\*?(\S+))?\s*$", text)
    if match is None:
        raise VerificationError(f"this is not an md5 file: {text[:60]!r}")
    return match[1].lower(), PurePosixPath(match[2] or "").name


def markup_title(head: bytes) -> str | None:
    """Say what an HTML or XML page is about.

    Parameters
    ----------
    head : bytes
        The first bytes of a file.

    Returns
    -------
    str or None
        Its title, or its beginning; None if it is no such page.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.lower().startswith(_MARKUP):
        return None
    readable = text.decode("utf-8", errors="replace")
    title = re.search(r"<(title|message|h1)[^>]*>(.*?)</\1>", readable, re.IGNORECASE | re.DOTALL)
    return " ".join((title[2] if title else readable).split())[:120]


def _refuse_stand_ins(path: Path, format: str) -> None:  # noqa: A002
    with path.open("rb") as file:
        head = file.read(2048)
    if head.startswith(LFS_MARK):
        raise VerificationError(
            "this is a Git LFS pointer, not the file itself (the server did not hand out the stored object)"
        )
    title = None if format == "osm_xml" else markup_title(head)
    if title is not None:
        raise VerificationError(f"this is a web page or an error message, not data: {title!r}")
