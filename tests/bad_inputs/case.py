"""One bad input: which layer and format, what is wrong, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: One clear message of the project's own.
REFUSED = "refused"
#: Read, as what is wrong does not concern the layer or can be mended and is reported.
ANSWER = "answer"


@dataclass(frozen=True)
class Case:
    """A case.

    ``make`` writes the input into a folder and returns what reads it. ``check`` compares the answer with the right one,
    which no reader made; a case that is read has one.
    """

    layer: str
    format: str
    fault: str
    outcome: str
    make: Callable[[Path], Callable[[], Any]]
    check: Callable[[Any], bool] | None = None

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.layer}-{self.format}-{self.fault}".replace(" ", "_")
