"""The only module that opens and writes tables, texts and arrays; layers and rasters have `comarca.layers.files`.

All writes are atomic: a file is whole or not there. Nothing heavy is imported here, as every job imports it.
"""

from __future__ import annotations

import json
import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from comarca.errors import InputError
from comarca.guards.spreadsheets import without_formulas
from comarca.results import Check, Indicators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

PathLike = str | Path

#: Ends the names of the folders in which files are written before they get their places.
PART_SUFFIX = ".part"

logger = logging.getLogger(__name__)


@contextmanager
def atomic_path(path: PathLike) -> Iterator[Path]:
    """Give a temporary path beside `path`, moved into place only if all went well.

    Parameters
    ----------
    path : path-like
        Where the finished file has to stand.

    Yields
    ------
    pathlib.Path
        Where to write. It has the same suffix as `path` and does not exist yet.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=PART_SUFFIX, dir=path.parent) as folder:
        part = Path(folder) / path.name
        yield part
        size = part.stat().st_size
        part.replace(path)
    logger.info("written: %s, %d bytes", path, size)


def log_read(path: PathLike, content: str) -> None:
    """Note in the job's log what a file holds.

    Parameters
    ----------
    path : path-like
        The file.
    content : str
        Such as ``12 rows, EPSG:4326``.
    """
    logger.info("read: %s, %s, %d bytes", path, content, Path(path).stat().st_size)


def write_tables(tables: Mapping[str, pd.DataFrame], path: PathLike, *, field: str) -> None:
    """Write several tables of one shape as one, with a column that says which.

    Parameters
    ----------
    tables : mapping
        Value of the field -> table.
    path : path-like
        Where to.
    field : str
        Name of the column.
    """
    import pandas as pd

    write_table(pd.concat([table.assign(**{field: key}) for key, table in tables.items()]), path)


def write_arrays(arrays: Mapping[str, NDArray[Any]], path: PathLike) -> None:
    """Write named arrays as an uncompressed NumPy archive.

    Parameters
    ----------
    arrays : mapping
        Name -> array.
    path : path-like
        Where to; ends in ``.npz``.
    """
    with atomic_path(path) as part:
        np.savez(part, allow_pickle=False, **dict(arrays))


def read_arrays(path: PathLike, *names: str) -> dict[str, NDArray[Any]]:
    """Read named arrays.

    Parameters
    ----------
    path : path-like
        What `write_arrays` wrote.
    *names : str
        Arrays to read; all of them if none is named.

    Returns
    -------
    dict
        Name -> array.
    """
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in names or archive.files}
    log_read(path, f"{len(arrays)} arrays")
    return arrays


_FLAG_SUFFIX = "__flag"


def write_indicators(indicators: Indicators, path: PathLike) -> None:
    """Write a family's values and flags as one Parquet table.

    Parameters
    ----------
    indicators : Indicators
        Values and flags; the checks are written apart, see `write_checks`.
    path : path-like
        Where to.
    """
    flags = indicators.flags.add_suffix(_FLAG_SUFFIX)
    import pandas as pd

    write_table(pd.concat([indicators.values, flags], axis="columns"), path)


def read_indicators(path: PathLike) -> Indicators:
    """Read what `write_indicators` wrote.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Indicators
        Values and flags, without checks.
    """
    table = read_table(path)
    names = [str(name) for name in table if not str(name).endswith(_FLAG_SUFFIX)]
    flags = table[[name + _FLAG_SUFFIX for name in names]]
    return Indicators(table[names], flags.set_axis(names, axis="columns"))


def write_checks(checks: Iterable[Check], path: PathLike) -> None:
    """Write checks as JSON.

    Parameters
    ----------
    checks : iterable of Check
        What was checked.
    path : path-like
        Where to.
    """
    write_json([check.as_dict() for check in checks], path)


def read_checks(path: PathLike) -> list[Check]:
    """Read checks.

    Parameters
    ----------
    path : path-like
        What `write_checks` wrote.

    Returns
    -------
    list of Check
        In the order they were written.
    """
    return [Check(**entry) for entry in read_json(path)]


def read_table(path: PathLike) -> pd.DataFrame:
    """Read a Parquet table.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    pandas.DataFrame
        Its rows, with the index it was written with.
    """
    import pandas as pd

    table = pd.read_parquet(path)
    log_read(path, f"{len(table)} rows, {table.shape[1]} columns")
    return table


def write_table(table: pd.DataFrame, path: PathLike) -> None:
    """Write a Parquet table with its index.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows.
    path : path-like
        Where to.
    """
    with atomic_path(path) as part:
        table.to_parquet(part, compression="zstd")


def write_csv(table: pd.DataFrame, path: PathLike) -> None:
    """Write a CSV file: UTF-8, comma, full precision, without an index, and no cell that a spreadsheet would execute.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows.
    path : path-like
        Where to.
    """
    with atomic_path(path) as part:
        without_formulas(table).to_csv(part, index=False, encoding="utf-8", lineterminator="\n")


def read_json(path: PathLike) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    object
        What it holds.

    Raises
    ------
    InputError
        If it is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}", got=text[:40], expected="JSON") from error
    except RecursionError as error:
        raise InputError(str(path), got="lists within lists without end", expected="JSON") from error


def write_json(value: Mapping[str, Any] | list[Any], path: PathLike) -> None:
    """Write a JSON file, indented, in UTF-8.

    Parameters
    ----------
    value : mapping or list
        What to write.
    path : path-like
        Where to.
    """
    write_text(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n", path)


def read_text(path: PathLike) -> str:
    """Read a text file in UTF-8.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    str
        What it holds.
    """
    text = Path(path).read_text(encoding="utf-8")
    log_read(path, f"{text.count(chr(10))} lines")
    return text


def write_text(text: str, path: PathLike) -> None:
    """Write a text file in UTF-8.

    Parameters
    ----------
    text : str
        What to write.
    path : path-like
        Where to.
    """
    with atomic_path(path) as part:
        part.write_text(text, encoding="utf-8")
