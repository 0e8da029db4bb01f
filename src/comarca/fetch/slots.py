"""How many transfers one provider gets from us at a time, whichever jobs and regions ask."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comarca.fetch.settings import Settings
    from comarca.registry.files import SourceFile

log = logging.getLogger(__name__)

#: Transfers at a time where the registry row says nothing (``more.connections``).
DEFAULT_CONNECTIONS: Final = 2
_LOOK_S: Final = 0.5


@contextmanager
def slot(row: SourceFile, settings: Settings) -> Iterator[None]:
    """Wait for one of the transfers that a provider is asked for at a time.

    Parameters
    ----------
    row : SourceFile
        Row of the file; ``more.connections`` overrules the default.
    settings : Settings
        Settings of the run; locks lie in its folder of raw data, so that all processes of a project see them.

    Yields
    ------
    None
    """
    folder = settings.raw_dir / ".slots"
    folder.mkdir(parents=True, exist_ok=True)
    count = int(row.more.get("connections", DEFAULT_CONNECTIONS))
    locks = [FileLock(folder / f"{row.provider}-{number}.lock") for number in range(count)]
    waited = False
    while True:
        for lock in locks:
            try:
                lock.acquire(timeout=_LOOK_S / count)
            except Timeout:
                continue
            try:
                yield
            finally:
                lock.release()
            return
        if not waited:
            log.info("Waiting: %s is asked for %d file(s) at a time.", row.provider, count)
            waited = True
