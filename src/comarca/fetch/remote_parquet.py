"""Rows of a Parquet file that lies on a server: only the blocks that may hold them are read, by byte ranges.

Files of the whole world have gigabytes; a country's part of them has megabytes. The file's own statistics say which of
its blocks (row groups) are needed.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any, Final

from comarca.fetch.formats import VerificationError
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from comarca.fetch.http import Client

log = logging.getLogger(__name__)

#: Smallest piece that is asked for: the metadata at the end of most files fit in one.
_PIECE_BYTES: Final = 1 << 18

#: Column, dotted for fields of a struct -> least and greatest value that is wanted.
Ranges = dict[str, tuple[Any, Any]]


class RemoteFile(io.RawIOBase):
    """A file on a server, read by byte ranges.

    Parameters
    ----------
    client : Client
        The HTTP client.
    url : str
        The address.

    Raises
    ------
    TransferError
        If the server does not hand out ranges, or the file changes while it is read.
    """

    def __init__(self, client: Client, url: str) -> None:
        super().__init__()
        self._client, self._url = client, url
        _, self._size, self.validator = client.get_range(url, 0, 0)
        self._position = 0
        self._start, self._piece = 0, b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Position of the next byte."""
        return self._position

    def size(self) -> int:
        """Size of the file in bytes."""
        return self._size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position, as for any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def readall(self) -> bytes:
        """Read to the end."""
        return self.read(-1)

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or to the end."""
        end = self._size if size < 0 else min(self._position + size, self._size)
        if end <= self._position:
            return b""
        if not self._start <= self._position <= end <= self._start + len(self._piece):
            first = self._position
            last = min(max(end, first + _PIECE_BYTES), self._size) - 1
            if last == self._size - 1:
                first = min(first, max(0, self._size - _PIECE_BYTES))
            self._piece, total, validator = self._client.get_range(self._url, first, last)
            if (total, validator) != (self._size, self.validator):
                raise TransferError("the file changed while it was read", url=self._url)
            self._start = first
        found = self._piece[self._position - self._start : end - self._start]
        self._position = end
        return found


def copy_rows(client: Client, url: str, part: Path, *, equal: Mapping[str, str], ranges: Ranges | None = None) -> str:
    """Write the rows that fit as a Parquet file, with the metadata of the whole one.

    Parameters
    ----------
    client : Client
        The HTTP client.
    url : str
        The address of the whole file.
    part : pathlib.Path
        Where to write.
    equal : mapping
        Column -> text that it has to hold.
    ranges : dict, optional
        Column -> range that its value has to lie in; dotted names are fields of a struct.

    Returns
    -------
    str
        The server's validator of the whole file.

    Raises
    ------
    TransferError
        If the server fails, or no row fits (status 404).
    VerificationError
        If it is no Parquet file, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    remote = RemoteFile(client, url)
    try:
        file = pq.ParquetFile(pa.PythonFile(remote, mode="r"))
        groups = [number for number in range(file.num_row_groups) if _may_hold(file, number, equal, ranges or {})]
        tables = [_fitting(file.read_row_group(number), equal, ranges or {}) for number in groups]
        schema = file.schema_arrow
    except (pa.ArrowInvalid, KeyError) as error:
        raise VerificationError(f"not a Parquet file with the columns {', '.join(equal)}: {error}") from error
    table = pa.concat_tables(tables) if tables else None
    log.info("Read %d of %d blocks of %s.", len(groups), file.num_row_groups, url)
    if table is None or not table.num_rows:
        raise TransferError(f"no row has {dict(equal)}", url=url, status=404)
    pq.write_table(table.replace_schema_metadata(schema.metadata), part)
    return remote.validator


def _may_hold(file: Any, number: int, equal: Mapping[str, str], ranges: Ranges) -> bool:
    group = file.metadata.row_group(number)
    wanted = {**{name: (value, value) for name, value in equal.items()}, **ranges}
    return all(_overlaps(column, wanted) for column in _columns(group))


def _columns(group: Any) -> Iterator[Any]:
    return (group.column(position) for position in range(group.num_columns))


def _overlaps(column: Any, wanted: Ranges) -> bool:
    if column.path_in_schema not in wanted or not column.is_stats_set or not column.statistics.has_min_max:
        return True
    low, high = wanted[column.path_in_schema]
    return bool(column.statistics.min <= high and column.statistics.max >= low)


def _fitting(table: Any, equal: Mapping[str, str], ranges: Ranges) -> Any:
    import pyarrow.compute as pc

    for name, value in equal.items():
        table = table.filter(pc.equal(table.column(name), value))
    for name, (low, high) in ranges.items():
        column, *fields = name.split(".")
        values = table.column(column)
        for field in fields:
            values = pc.struct_field(values, field)
        table = table.filter(pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high)))
    return table
