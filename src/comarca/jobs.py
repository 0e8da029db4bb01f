"""What every workflow script needs: a log file, and errors that speak to users."""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from comarca.errors import ComarcaError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def job(log_path: str) -> Iterator[None]:
    """Run a job with its log file: warnings and log records go there, a user's error is one message.

    Parameters
    ----------
    log_path : str
        The job's log file; written anew.

    Yields
    ------
    None

    Raises
    ------
    SystemExit
        With status 1 after a `ComarcaError`, whose message goes to the log and to standard error. Any other
        exception passes through with its traceback, which is in the log as well.
    """
    logging.basicConfig(
        filename=log_path,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    log = logging.getLogger("comarca")
    try:
        yield
    except ComarcaError as error:
        log.error("%s", error)  # noqa: TRY400 (the message is for users, who need no traceback)
        sys.stderr.write(f"\ncomarca: {error}\n\n")
        raise SystemExit(1) from None
    except Exception:
        log.exception("The job failed.")
        raise
