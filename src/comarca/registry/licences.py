"""Licences by what they ask for: providers write the same licence in many ways, and mix licences layer by layer."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from comarca.registry import DATA

Kind = Literal["public", "attribution", "odbl", "by-sa", "closed", "unknown"]
#: Kinds whose derived data have to be under the same licence.
SHARE_ALIKE: Final = frozenset({"odbl", "by-sa"})
#: Kinds that let a file be passed on.
OPEN: Final = frozenset({"public", "attribution", *SHARE_ALIKE})


@dataclass(frozen=True)
class Licence:
    """What a licence asks for.

    Attributes
    ----------
    name : str
        Its usual short name; the text itself if it is not known.
    kind : str
        ``public`` asks for nothing, ``attribution`` for a line of credit, ``odbl`` and ``by-sa`` for the same licence
        on derived data, ``closed`` forbids passing the file on, ``unknown`` is for people to look up.
    """

    name: str
    kind: Kind

    @property
    def share_alike(self) -> bool:
        """Whether derived data have to be under the same licence."""
        return self.kind in SHARE_ALIKE

    @property
    def redistribute(self) -> bool:
        """Whether it is known that the file may be passed on."""
        return self.kind in OPEN


def licence_of(text: str) -> Licence:
    """Recognise a licence.

    Parameters
    ----------
    text : str
        As a provider writes it, such as ``Creative Commons Attribution 3.0 IGO``.

    Returns
    -------
    Licence
        Of kind ``unknown`` if no row of ``licences.csv`` fits.
    """
    folded = text.strip().casefold()
    return next(
        (licence for pattern, licence in _rows() if folded and pattern.search(folded)), Licence(text.strip(), "unknown")
    )


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[re.Pattern[str], Licence], ...]:
    with (DATA / "licences.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (re.compile(row["pattern"]), Licence(row["name"], row["kind"]))  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )
