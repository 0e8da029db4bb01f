"""The propositions of the research on rural territorial dynamics: claim, factor, expected signs, condition."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from comarca.errors import InputError, did_you_mean
from comarca.registry import DATA
from comarca.registry.columns import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Outcomes, all turned so that more is better.
OUTCOMES: Final = ("growth", "poverty", "equality", "nature", "women")
SIGNS: Final = ("+", "-", "0")
#: What of a factor's columns is used.
MEASURES: Final = ("latest", "earliest", "favourable_count")
#: Word for the initial level of inequality among the columns of a condition.
INITIAL_INEQUALITY: Final = "initial_inequality"


@dataclass(frozen=True)
class Term:
    """A column that can stand for a factor.

    Attributes
    ----------
    column : str
        Name of the column.
    sign : int
        1, or -1 where the factor is less of the column.
    """

    column: str
    sign: int = 1

    @classmethod
    def of(cls, text: str) -> Term:
        """Read a column's name, with ``-`` before it for less of it.

        Parameters
        ----------
        text : str
            Such as ``-holding_area_gini_index``.

        Returns
        -------
        Term
            Column and sign.
        """
        return cls(text.removeprefix("-"), -1 if text.startswith("-") else 1)


@dataclass(frozen=True)
class Proposition:
    """One claim.

    Attributes
    ----------
    id : str
        Short name.
    claim, factor : mapping
        The claim, and what "more of the factor" is, per language.
    terms : tuple of Term
        Columns that can stand for the factor; the first one that the region has is used.
    expected : mapping
        Outcome -> ``+``, ``-`` or ``0`` (the factor by itself does not secure the outcome).
    measure : str
        ``latest``; ``earliest``, the first of two dates, beside the latest; ``favourable_count``, the number of factors
        on the favourable side of their median.
    condition : tuple of str
        Columns of which the first one that the region has divides territories into halves; empty without a condition.
    condition_title : mapping
        What the condition is, per language.
    is_counted : bool
        Whether the claim is also told as counts among the third with most of the factor.
    counts_as_factor : bool
        Whether the factor is one of those that ``favourable_count`` counts.
    """

    id: str
    claim: Mapping[str, str]
    factor: Mapping[str, str]
    terms: tuple[Term, ...]
    expected: Mapping[str, str]
    measure: str = "latest"
    condition: tuple[str, ...] = ()
    condition_title: Mapping[str, str] = field(default_factory=dict)
    is_counted: bool = False
    counts_as_factor: bool = False

    @property
    def favourable(self) -> int:
        """1 if more of the factor is expected to go with better outcomes, -1 if with worse ones."""
        return -1 if set(self.expected.values()) == {"-"} else 1


@dataclass(frozen=True)
class Propositions:
    """All claims, and what stands for an outcome that is no part of the table of outcomes.

    Attributes
    ----------
    rows : tuple of Proposition
        The claims in their order.
    nature : tuple of tuple of str
        Columns of change that can stand for "nature kept", turned so that more is better, each with the column of the
        level at the last date.
    """

    rows: tuple[Proposition, ...]
    nature: tuple[tuple[Term, str], ...]


_KEYS: Final = {
    "claim", "factor", "columns", "expected", "measure", "condition", "condition_title", "counted", "counts_as_factor",
}  # fmt: skip


def load_propositions(path: Path = DATA / "propositions.yaml") -> Propositions:
    """Read and check the registry of propositions.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Propositions
        The claims.

    Raises
    ------
    InputError
        If an entry has an unknown key, outcome or sign, or lacks a language.
    """
    entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    rows = tuple(_proposition(path, name, value) for name, value in entry["propositions"].items())
    return Propositions(rows, tuple((Term.of(pair["change"]), pair["level"]) for pair in entry["nature"]))


def _proposition(path: Path, name: str, entry: Mapping[str, Any]) -> Proposition:
    where = f"{path}, {name}"
    for key in entry:
        if key not in _KEYS:
            raise InputError(where, got=key, expected="a known key", remedy=did_you_mean(key, _KEYS))
    for text in (entry["claim"], entry["factor"], *([entry["condition_title"]] if "condition" in entry else [])):
        if lacking := set(LANGUAGES) - text.keys():
            raise InputError(where, got=text, expected=f"also {sorted(lacking)}")
    expected = {outcome: str(sign) for outcome, sign in entry["expected"].items()}
    if wrong := [pair for pair in expected.items() if pair[0] not in OUTCOMES or pair[1] not in SIGNS]:
        raise InputError(f"{where}, expected", got=wrong[0], expected=f"one of {OUTCOMES} and one of {SIGNS}")
    measure = entry.get("measure", "latest")
    if measure not in MEASURES:
        raise InputError(f"{where}, measure", got=measure, expected=f"one of {MEASURES}")
    return Proposition(
        id=name,
        claim=entry["claim"],
        factor=entry["factor"],
        terms=tuple(Term.of(text) for text in entry.get("columns", ())),
        expected=expected,
        measure=measure,
        condition=tuple(entry.get("condition", ())),
        condition_title=entry.get("condition_title", {}),
        is_counted=bool(entry.get("counted", False)),
        counts_as_factor=bool(entry.get("counts_as_factor", False)),
    )
