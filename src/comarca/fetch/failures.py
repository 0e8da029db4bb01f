"""What could not be had: errors, the rows that say why and what to do, and their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.errors import RetrievalError
from comarca.fetch.addresses import public
from comarca.fetch.receipts import Failure, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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


class LadderError(RetrievalError):
    """A layer could not be had from any provider.

    Parameters
    ----------
    failures : sequence of Failure
        One row per provider.
    """

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__(f"These files could not be had:\n{failure_table(failures)}")


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
        url=public(request.url),
        target=request.target.as_posix(),
        reason=reason,
        remedy=remedy,
    )


def failure_table(failures: Iterable[Failure | Mapping[str, str]]) -> str:
    """Write the table of what could not be had.

    Parameters
    ----------
    failures : iterable of Failure or mapping
        Its rows; also as read back from JSON.

    Returns
    -------
    str
        Text, one block per row: a line that can be read in a terminal however long addresses are.
    """
    rows = [entry.as_dict() if isinstance(entry, Failure) else entry for entry in failures]
    blocks = [
        f"{row['country']} {row['layer']} | {row['provider']}\n"
        f"    what happened: {row['reason']}\n"
        f"    address:       {row['url'] or '-'}\n"
        f"    belongs at:    {row['target'] or '-'}\n"
        f"    what to do:    {row['remedy']}"
        for row in rows
    ]
    return "\n".join(blocks)


def put_there(request: Request) -> str:
    """Say how to get the file by hand.

    Parameters
    ----------
    request : Request
        What was wanted.

    Returns
    -------
    str
        One sentence.
    """
    how = request.by_hand or f"download it from {public(request.url)}"
    return f"Try again later, or {how} and save it as {request.target.as_posix()}."
