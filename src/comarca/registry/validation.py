"""How columns were validated: what they were held against, and how far off they were."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import yaml

from comarca.registry import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.registry.columns import TableColumn

#: The row for all columns that no other row names.
_OTHERWISE: Final = "otherwise"


@dataclass(frozen=True)
class Validation:
    """What some columns were held against.

    Attributes
    ----------
    columns : tuple of str
        Names in the registry, with their braces.
    against, error : mapping
        Texts per language (en, es, pt).
    """

    columns: tuple[str, ...]
    against: Mapping[str, str]
    error: Mapping[str, str]


@cache
def load_validation() -> Mapping[str, Validation]:
    """Read the list.

    Returns
    -------
    mapping
        Name of the comparison -> its row.
    """
    rows = yaml.load((DATA / "validation.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        name: Validation(tuple(row["columns"]), dict(row["against"]), dict(row["error"])) for name, row in rows.items()
    }


def validation_of(column: TableColumn) -> Validation | None:
    """Tell how a column was validated.

    Parameters
    ----------
    column : TableColumn
        The column.

    Returns
    -------
    Validation or None
        None for a column of a user's own table.
    """
    if not column.template:
        return None
    rows = load_validation()
    return next((row for row in rows.values() if column.template in row.columns), rows[_OTHERWISE])
