"""Types of the columns of the CSV, as GDAL and QGIS read them from a file beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comarca.io import write_text
from comarca.publish.rounding import decimals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

#: Types of ``indicators_long.csv``.
LONG_TYPES: Final = ("String", "String", "String", "Integer", "Real", "String", "String", "String")
_TYPES: Final = {"text": "String", "class": "String", "boolean": "Integer(Boolean)", "number": "Real"}


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.csvt``."""
    write_text(csvt(column_types(data.columns, list(map(str, data.table.columns)))), path)


def column_types(columns: Sequence[Column], names: Sequence[str]) -> list[str]:
    """Name the type of each column of ``indicators.csv``.

    Parameters
    ----------
    columns : sequence of Column
        The registered columns.
    names : sequence of str
        The columns of the file; one that is not registered is text.

    Returns
    -------
    list of str
        GDAL's words.
    """
    known = {column.name: column for column in columns}
    return [_type(known[name]) if name in known else "String" for name in names]


def csvt(types: Sequence[str]) -> str:
    """Write a line of types as the content of a ``.csvt`` file."""
    return ",".join(f'"{name}"' for name in types) + "\n"


def _type(column: Column) -> str:
    return "Integer" if column.kind == "number" and decimals(column) == 0 else _TYPES[column.kind]
