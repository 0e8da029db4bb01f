"""Conversion constants, and digits of other scripts. Every conversion in the package goes through these names."""

from __future__ import annotations

import unicodedata
from typing import Final

M_PER_KM: Final = 1_000.0
M2_PER_KM2: Final = 1_000_000.0
M2_PER_HA: Final = 10_000.0
HA_PER_KM2: Final = 100.0
MIN_PER_HOUR: Final = 60.0
KM_PER_MILE: Final = 1.609344
S_PER_MIN: Final = 60.0
M_PER_INCH: Final = 0.0254

#: Signs between digits of other scripts.
_SEPARATORS: Final = {"\u066b": ".", "\u066c": ",", "\uff0e": ".", "\uff0c": ","}


def latin_digits(text: str) -> str:
    """Write the digits of other scripts, such as Arabic, Devanagari and full-width ones, as 0 to 9.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text; signs between such digits are a dot and a comma, raised digits stay as they are.
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else _SEPARATORS.get(sign, sign) for sign in text)
