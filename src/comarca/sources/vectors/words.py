"""Words of official road, power and service inventories in Spanish, Portuguese, French and English, and what they mean.

The words stand in ``registry/data/words.csv``, folded (`comarca.sources.names.fold_name`): lower case, no accents, no
punctuation. Only words that leave no doubt stand there; a region's configuration adds its own.
"""

from __future__ import annotations

import csv
from typing import Final

from comarca.registry import DATA


def _read_words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    with (DATA / "words.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            words.setdefault(row["kind"], {}).update(dict.fromkeys(row["words"].split("; "), row["meaning"]))
    return words


_WORDS: Final = _read_words()
#: Surfaces -> values of the OSM tag ``surface``.
SURFACE_WORDS: Final = _WORDS["surface"]
#: Directions -> values of the OSM tag ``oneway``, ``-1`` being against the direction of drawing; or ``closed``.
ONEWAY_WORDS: Final = _WORDS["oneway"]
#: Words of any column that say that nothing is known.
UNTOLD_WORDS: Final = frozenset(_WORDS["untold"])
#: Kinds of power line -> values of the OSM tag ``power``.
POWER_WORDS: Final = _WORDS["power"]
#: Kinds of service.
SERVICE_WORDS: Final = _WORDS["service"]
#: Sexes -> women, men or both. The letter m stands for men beside f, and for women beside h or v.
SEX_WORDS: Final = _WORDS["sex"]
