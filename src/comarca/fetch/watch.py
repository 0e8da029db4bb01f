"""How fast a transfer is: what the log says of it, and when it is given up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from comarca.fetch.retry import PassingError, TransferError

if TYPE_CHECKING:
    from comarca.fetch.retry import Policy

log = logging.getLogger(__name__)

_MB: Final = 1e6
_KB: Final = 1e3


class Watch:
    """Watches one transfer.

    Parameters
    ----------
    policy : Policy
        Rates and windows.
    url : str
        The address.
    have : int
        Bytes that were there before.
    total : int or None
        Size of the whole file, if the server says it.
    name : str
        What to call the file in the log; nothing is logged of a transfer without a name.
    """

    def __init__(self, policy: Policy, *, url: str, have: int, total: int | None, name: str) -> None:
        self._policy, self._url, self._have, self._total, self._name = policy, url, have, total, name
        now = policy.clock()
        self._start = self._window = self._slow = self._told = now
        self._received = self._in_window = self._in_slow = 0

    def count(self, size: int) -> None:
        """Count what came.

        Parameters
        ----------
        size : int
            Bytes.

        Raises
        ------
        PassingError
            If next to nothing came for a while: the transfer is to be begun anew.
        TransferError
            If it stayed below the floor for so long that another address is the better choice.
        """
        policy, now = self._policy, self._policy.clock()
        self._received += size
        self._in_window += size
        self._in_slow += size
        if now - self._window >= policy.window_s:
            rate = self._in_window / (now - self._window)
            if rate < policy.min_bytes_per_s:
                raise PassingError(f"only {rate:.0f} bytes a second", url=self._url)
            self._window, self._in_window = now, 0
        if now - self._slow >= policy.patience_s:
            rate = self._in_slow / (now - self._slow)
            if rate < policy.floor_bytes_per_s:
                raise TransferError(
                    f"{rate / _KB:.1f} kB/s for {(now - self._slow) / 60:.0f} minutes, less than min_speed_kb_s "
                    f"({policy.floor_bytes_per_s / _KB:.1f})",
                    url=self._url,
                )
            self._slow, self._in_slow = now, 0
        if self._name and now - self._told >= policy.report_s:
            self._told = now
            log.info("%s", self.progress(now))

    def progress(self, now: float) -> str:
        """Say how far it is.

        Parameters
        ----------
        now : float
            Time by the policy's clock.

        Returns
        -------
        str
            Megabytes, rate, and the time left if the size is known.
        """
        rate = self._received / max(now - self._start, 1e-9)
        done = self._have + self._received
        whole = f" of {self._total / _MB:.1f}" if self._total else ""
        left = f", {(self._total - done) / rate / 60:.0f} minutes left" if self._total and rate else ""
        return f"{self._name}: {done / _MB:.1f}{whole} MB at {rate / _KB:.0f} kB/s{left}"
