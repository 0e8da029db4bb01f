"""The factors that the theory names and the columns that stand for each: one table for docs and quality report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from comarca.errors import InputError
from comarca.registry import DATA
from comarca.registry.columns import LANGUAGES, load_registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comarca.registry.columns import Registry

_INTRODUCTION: Final = """# The theory and its columns

The research on rural territorial dynamics in Latin America names the factors that decide who gains from
growth. This page lists each of them with the columns that stand for it, and says what no column tells yet,
and why. How each column is computed, what it stands for and in which direction it errs is in `codebook.csv`.
`quality.md` of a region says which of them the region lacks, and the key of the configuration that gives
each. The claims themselves are held against a country in [Dynamics](methods/dynamics.md).
"""


@dataclass(frozen=True)
class Statement:
    """What the theory says, and what tells it.

    Attributes
    ----------
    says : mapping
        A few words per language.
    columns : tuple of str
        Names of the registry, with their fields.
    beside : str
        What tells it and is no column, for the documentation.
    """

    says: Mapping[str, str]
    columns: tuple[str, ...] = ()
    beside: str = ""


@dataclass(frozen=True)
class Factor:
    """A factor of the theory.

    Attributes
    ----------
    name : str
        Its name in the table.
    title, missing : mapping
        Per language: what it is called, and what no column tells of it, and why.
    statements : tuple of Statement
        What the theory says of it.
    """

    name: str
    title: Mapping[str, str]
    missing: Mapping[str, str]
    statements: tuple[Statement, ...]


def load_theory(path: Path = DATA / "theory.yaml", registry: Registry | None = None) -> tuple[Factor, ...]:
    """Read and check the table of the theory.

    Parameters
    ----------
    path : pathlib.Path
        The table.
    registry : Registry, optional
        What its columns are held against; the project's own if not given.

    Returns
    -------
    tuple of Factor
        In the order of the table.

    Raises
    ------
    InputError
        If a text lacks a language, or the registry has no column of a name.
    """
    known = {column.template for family in (registry or load_registry()).families.values() for column in family.columns}
    table = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["factors"]
    factors = tuple(_factor(name, entry) for name, entry in table.items())
    for factor in factors:
        texts = (factor.title, factor.missing, *(each.says for each in factor.statements))
        if any(set(text) != {*LANGUAGES} for text in texts):
            raise InputError(f"{path}, {factor.name}", got="a text that lacks a language", expected=str(LANGUAGES))
        for column in (column for each in factor.statements for column in each.columns):
            if column not in known:
                raise InputError(f"{path}, {factor.name}", got=column, expected="a column of the registry")
    return factors


def _factor(name: str, entry: Mapping[str, Any]) -> Factor:
    statements = tuple(
        Statement(each["says"], tuple(each.get("columns", ())), each.get("beside", "")) for each in entry["statements"]
    )
    return Factor(name, entry["title"], entry["missing"], statements)


def theory_page(factors: tuple[Factor, ...], keys: Mapping[str, tuple[str, ...]]) -> str:
    """Write ``docs/theory.md``.

    Parameters
    ----------
    factors : tuple of Factor
        As from `load_theory`.
    keys : mapping
        Column -> keys of the configuration that give its data.

    Returns
    -------
    str
        Markdown.
    """
    parts = [_INTRODUCTION]
    for number, factor in enumerate(factors, start=1):
        lines = [
            f"## {number}. {factor.title['en']}",
            "",
            "| what the theory says | columns | data from |",
            "|---|---|---|",
        ]
        for each in factor.statements:
            names = [f"`{column.replace('{', '<').replace('}', '>')}`" for column in each.columns]
            needed = sorted({key for column in each.columns for key in keys[column]})
            told = "; ".join(part for part in (", ".join(names), each.beside) if part)
            lines.append(f"| {each.says['en']} | {told} | {', '.join(f'`{key}`' for key in needed)} |")
        parts.append("\n".join([*lines, "", f"No column tells: {factor.missing['en']}", ""]))
    return "\n".join(parts)
