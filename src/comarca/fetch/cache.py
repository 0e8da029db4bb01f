"""A store shared by regions and projects: each content once, found again by its checksum.

``<folder>/sha256/ab/abcd...`` holds the contents; ``<folder>/index/<target>.json`` the receipt of what last went by
that name. Files are handed out as hard links where the file system can, so a content takes its space once.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from comarca import io
from comarca.fetch.receipts import read_receipt
from comarca.fetch.verify import file_digests

if TYPE_CHECKING:
    from comarca.fetch.receipts import Receipt

log = logging.getLogger(__name__)


class Cache:
    """A content-keyed store of files.

    Parameters
    ----------
    folder : path-like or None
        Where it lives; None makes a cache that never holds anything.
    """

    def __init__(self, folder: str | Path | None) -> None:
        self._folder = None if folder is None else Path(folder)

    def find(self, name: str) -> Receipt | None:
        """Look a file up by the name it has under ``data/raw``.

        Parameters
        ----------
        name : str
            Path relative to the folder of raw data, with its receipt's version in it.

        Returns
        -------
        Receipt or None
            Its receipt, if the content is there and still has its checksum. Damaged content is removed.
        """
        if self._folder is None:
            return None
        receipt = read_receipt(self._index(name))
        if receipt is None:
            return None
        content = self._content(receipt.sha256)
        if not content.is_file():
            return None
        if file_digests(content)["sha256"] != receipt.sha256:
            content.unlink()
            return None
        return receipt

    def put(self, name: str, path: Path, receipt: Receipt) -> None:
        """Keep a file. A cache that cannot be written to is no reason to stop: it is logged.

        Parameters
        ----------
        name : str
            Path relative to the folder of raw data.
        path : pathlib.Path
            The file, verified.
        receipt : Receipt
            Its receipt.
        """
        if self._folder is None:
            return
        content = self._content(receipt.sha256)
        try:
            if not content.is_file():
                link_or_copy(path, content)
            io.write_json(receipt.as_dict(), self._index(name))
        except OSError as error:
            log.warning("%s could not be kept in the cache %s: %s", path, self._folder, error)

    def give(self, receipt: Receipt, target: Path) -> None:
        """Put a kept file in its place.

        Parameters
        ----------
        receipt : Receipt
            As returned by `find`.
        target : pathlib.Path
            Where the file has to stand.
        """
        link_or_copy(self._content(receipt.sha256), target)

    def _content(self, sha256: str) -> Path:
        return Path(self._folder or "") / "sha256" / sha256[:2] / sha256

    def _index(self, name: str) -> Path:
        return Path(self._folder or "") / "index" / f"{name}.json"


def link_or_copy(source: Path, target: Path) -> None:
    """Make a file appear under a second name, whole or not at all.

    Parameters
    ----------
    source : pathlib.Path
        The file.
    target : pathlib.Path
        The second name; a hard link where the file system allows it, a copy elsewhere.
    """
    with io.atomic_path(target) as part:
        try:
            os.link(source, part)
        except OSError:
            shutil.copy2(source, part)
