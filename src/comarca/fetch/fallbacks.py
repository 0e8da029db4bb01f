"""Layers that came by a later provider, because an earlier one did not answer: which of them can be had from it now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests

from comarca.fetch.http import user_agent
from comarca.fetch.receipts import load_layer_receipt
from comarca.registry.files import mirrored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comarca.fetch.receipts import Failure
    from comarca.fetch.settings import Settings

#: How long to wait for the answer of one address.
PATIENCE_S: Final = 10.0
_REFUSED: Final = 400


def fallbacks_to_retry(receipts: Iterable[str | Path], settings: Settings) -> list[Path]:
    """Find the layers whose earlier choice can be had now.

    Parameters
    ----------
    receipts : iterable of path-like
        Receipts of layers; those that are not there are passed over.
    settings : Settings
        Settings of the run. Addresses are asked once each, all at the same time; offline, none is.

    Returns
    -------
    list of pathlib.Path
        Receipts of layers that came by a later provider, or by none, where the file of an earlier one has been put in
        its place since, or its address answers that did not. Providers that had no such file are not asked again.
    """
    tried = {Path(path): load_layer_receipt(path).tried for path in receipts if Path(path).is_file()}
    rows = [row for failures in tried.values() for row in failures]
    waiting = [row for row in rows if row.may_pass and row.url and not settings.offline]
    asked = sorted({_address(row, settings) for row in waiting})
    answering = _answering(asked, settings.contact)
    return [
        path
        for path, failures in tried.items()
        if any(
            _is_newer(Path(row.target), path) or (row.may_pass and _address(row, settings) in answering)
            for row in failures
        )
    ]


def _is_newer(target: Path, receipt: Path) -> bool:
    """Whether a file came to its place after the receipt was written; one of before was found unfit."""
    return target.is_file() and target.stat().st_ctime > receipt.stat().st_mtime


def _address(row: Failure, settings: Settings) -> str:
    return mirrored(row.url, row.provider, settings.mirrors)


def _answering(addresses: list[str], contact: str) -> frozenset[str]:
    if not addresses:
        return frozenset()
    with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
        return frozenset(
            address
            for address, is_well in zip(addresses, pool.map(lambda one: _is_well(one, contact), addresses), strict=True)
            if is_well
        )


def _is_well(address: str, contact: str) -> bool:
    """Whether an address gives something, of which no more than the first bytes are taken."""
    headers = {"User-Agent": user_agent(contact), "Range": "bytes=0-0"}
    try:
        with requests.get(address, headers=headers, timeout=PATIENCE_S, stream=True) as response:
            return response.status_code < _REFUSED
    except requests.RequestException:
        return False
