"""Loops compiled to machine code, once per installation.

The code is kept beside the module (or in the user's cache folder, where the module's own cannot be written), so that
only the first job ever compiles. Where nothing can be kept, each job compiles for itself, which takes some seconds.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., object])

logger = logging.getLogger(__name__)


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays when it is first called.

    Parameters
    ----------
    function : callable
        Written in the part of Python and NumPy that numba compiles. It may call other compiled functions of its own
        module only: the kept code is renewed when that file changes, and no other.

    Returns
    -------
    callable
        The same, without bounds checks; arithmetic is that of IEEE 754, in the order written.
    """
    import numba

    try:
        return cast("Function", numba.njit(function, cache=True, nogil=True, error_model="numpy"))
    except RuntimeError as error:
        logger.info("Compiled code of %s is not kept: %s", function.__name__, error)
        return cast("Function", numba.njit(function, nogil=True, error_model="numpy"))


def inlined(function: Function) -> Function:
    """Copy a function into the compiled ones that call it: a call costs more than the work of a small one.

    Parameters
    ----------
    function : callable
        As for `compiled`.

    Returns
    -------
    callable
        The same; it is kept with the code of its callers.
    """
    import numba

    return cast("Function", numba.njit(function, nogil=True, error_model="numpy", inline="always"))
