"""Parts of column names that come from the user's own words."""

from __future__ import annotations

import re
import unicodedata


def sector_key(name: str) -> str:
    """Make the part of a column name that stands for a sector.

    Parameters
    ----------
    name : str
        Name of the sector in the user's table.

    Returns
    -------
    str
        Lower case without accents, with an underscore for all but letters and digits.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
