"""Small tables of settings, which the project brings or the user writes: speeds, surfaces, legends."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from comarca.errors import InputError


def read_csv_texts(path: str | Path) -> pd.DataFrame:
    """Read a small table of settings, such as speeds or a legend, as texts.

    Parameters
    ----------
    path : path-like
        Delimited text: commas, semicolons or tabs; UTF-8, UTF-16 with its mark, or cp1252.

    Returns
    -------
    pandas.DataFrame
        All cells as text without blanks around them; NaN where a cell is empty. Empty lines are left out.

    Raises
    ------
    InputError
        If it cannot be read, is empty, a heading stands twice, a quotation is not closed, or a row has more cells than
        the heading.
    """
    text = _decoded(path)
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(str(path), got=str(error), expected="delimited text",
                         remedy="Is there a quote that is not closed?") from error  # fmt: skip
    cells = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not cells:
        raise InputError(str(path), got="an empty file", expected="a heading and rows below it")
    names = cells[0]
    if again := [name for name in names if name and names.count(name) > 1]:
        raise InputError(str(path), got=f"two columns {again[0]}", expected="each name once in the heading")
    for row in cells[1:]:
        if any(row[len(names) :]):
            raise InputError(f"{path}, row {','.join(row)[:60]}", got=f"{len(row)} cells",
                             expected=f"at most {len(names)}, as in the heading")  # fmt: skip
    padded = [(row + [""] * len(names))[: len(names)] for row in cells[1:]]
    table = pd.DataFrame(padded, columns=pd.Index(names), dtype="str")
    return table.replace("", None)


def _decoded(path: str | Path) -> str:
    body = Path(path).read_bytes()
    for encoding in ("utf-16",) if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            text = body.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(str(path), got="bytes that are no text", expected="delimited text in UTF-8")
