"""Parse OPL, libosmium's text format with one object per line, in blocks and without a loop over objects."""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_BLOCK_BYTES: Final = 32 << 20
_ESCAPE: Final = re.compile(r"%([0-9a-fA-F]+)%")
_WAY_COLUMNS: Final = dict.fromkeys(("id", "tags", "nodes"), pa.string())
_NODE_COLUMNS: Final = dict.fromkeys(("id", "tags", "longitude", "latitude"), pa.string())
#: Makes of ``Nn7x9.5y47.1,n8x9.6y47.2`` a table of three columns with one row per node.
_NODE_LIST_TO_CSV: Final = bytes.maketrans(b"nxy", b"\n,,")
_NODE_LIST_MARKS: Final = b"N,"


@dataclass(frozen=True)
class WayBlock:
    """Some of the ways in a file.

    Attributes
    ----------
    ids : numpy.ndarray of int, shape (n,)
        Way ids.
    tags, nodes : pyarrow.Array of text, shape (n,)
        Their tags and node lists as they stand in the file; see `read_tags` and `read_vertices`.
    """

    ids: NDArray[np.int64]
    tags: pa.Array
    nodes: pa.Array


@dataclass(frozen=True)
class Vertices:
    """Vertices of ways, one after the other.

    Attributes
    ----------
    way : numpy.ndarray of int, shape (n,)
        Position of the way, ascending.
    node : numpy.ndarray of int, shape (n,)
        Node id.
    lonlat : numpy.ndarray of float, shape (n, 2)
        Degrees; NaN if the file does not say where the node is.
    """

    way: NDArray[np.int64]
    node: NDArray[np.int64]
    lonlat: NDArray[np.float64]


def read_nodes(opl: Path, keys: Sequence[str]) -> pd.DataFrame:
    """Read the node lines at the head of an OPL file.

    Parameters
    ----------
    opl : pathlib.Path
        The file.
    keys : sequence of str
        Tags to read.

    Returns
    -------
    pandas.DataFrame
        Columns ``id`` (int), ``longitude``, ``latitude`` (degrees) and one text column per key. Nodes without a
        place are left out.
    """
    end = _first_way(opl)
    with opl.open("rb") as lines:
        text = lines.read(end)
    table = _parse(text, _NODE_COLUMNS, delimiter=" ")
    frame = pd.DataFrame({"id": _ids(table["id"])})
    for name in ("longitude", "latitude"):
        frame[name] = pd.to_numeric(pc.utf8_slice_codeunits(table[name], 1).to_pandas())
    tags = read_tags(table["tags"].combine_chunks(), keys)
    return pd.concat([frame, tags], axis=1).dropna(subset=["longitude", "latitude"], ignore_index=True)


def read_ways(opl: Path) -> Iterator[WayBlock]:
    """Read the way lines of an OPL file, block by block.

    Parameters
    ----------
    opl : pathlib.Path
        The file; ways stand behind nodes.

    Yields
    ------
    WayBlock
        Some ways, in the order of the file.
    """
    start, size = _first_way(opl), opl.stat().st_size
    if start == size:
        return
    with pa.memory_map(str(opl)) as lines:
        while start < size:
            text = lines.read_at(min(_BLOCK_BYTES, size - start), start)
            if start + len(text) < size:
                text = text[: text.rfind(b"\n") + 1]
            table = _parse(text, _WAY_COLUMNS, delimiter=" ")
            yield WayBlock(_ids(table["id"]), table["tags"].combine_chunks(), table["nodes"].combine_chunks())
            start += len(text)


def read_tags(text: pa.Array, keys: Sequence[str]) -> pd.DataFrame:
    """Read some tags of many objects.

    Parameters
    ----------
    text : pyarrow.Array of text, shape (n,)
        Tags in OPL: ``Tkey=value,key=value``.
    keys : sequence of str
        The keys wanted.

    Returns
    -------
    pandas.DataFrame, shape (n, len(keys))
        One text column per key, null where the object has no such tag.
    """
    pairs = pc.split_pattern(pc.utf8_slice_codeunits(text, 1), ",")
    owner = pc.list_parent_indices(pairs).to_numpy()
    halves = pc.split_pattern(pairs.flatten(), "=", max_splits=1)
    has_value = pc.equal(pc.list_value_length(halves), 2)
    owner, halves = owner[has_value.to_numpy(zero_copy_only=False)], halves.filter(has_value)
    key = pc.list_element(halves, 0).dictionary_encode()
    value = pc.list_element(halves, 1)
    code_of = {_unescape(name): code for code, name in enumerate(key.dictionary.to_pylist())}
    codes = key.indices.to_numpy()
    frame = {}
    for name in keys:
        pair = np.flatnonzero(codes == code_of.get(name, -1))
        at = np.full(len(text), -1, dtype=np.int64)
        at[owner[pair]] = pair
        frame[name] = _decoded(value.take(pa.array(at, mask=at < 0)))
    return pd.DataFrame(frame, index=pd.RangeIndex(len(text)))


def read_vertices(text: pa.Array) -> Vertices:
    """Read the node lists of ways.

    Parameters
    ----------
    text : pyarrow.Array of text, shape (n,)
        Node lists in OPL: ``Nn7x9.5y47.1,n8x9.6y47.2``.

    Returns
    -------
    Vertices
        All vertices, in order.
    """
    offsets, content = _content(text)
    starts = np.flatnonzero(content == ord("n"))
    count = np.diff(np.searchsorted(starts, offsets))
    lines = content.tobytes().translate(_NODE_LIST_TO_CSV, _NODE_LIST_MARKS).lstrip()
    table = _parse(lines, {"node": pa.int64(), "longitude": pa.float64(), "latitude": pa.float64()}, delimiter=",")
    lonlat = np.column_stack([table["longitude"].to_numpy(), table["latitude"].to_numpy()])
    return Vertices(np.repeat(np.arange(len(count)), count), table["node"].to_numpy(), lonlat)


def _content(text: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Offsets of the strings, and their bytes one after the other."""
    offsets = np.frombuffer(text.buffers()[1], dtype=np.int32)[text.offset : text.offset + len(text) + 1]
    if not len(text):
        return np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.uint8)
    content = np.frombuffer(text.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    return offsets - offsets[0], content


def _ids(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.utf8_slice_codeunits(column, 1).cast(pa.int64()))


def _parse(text: bytes | pa.Buffer, types: dict[str, pa.DataType], *, delimiter: str) -> pa.Table:
    if not len(text):
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    return pa.csv.read_csv(
        pa.BufferReader(text),
        read_options=pa.csv.ReadOptions(column_names=list(types), block_size=4 << 20),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, quote_char=False),
        convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False, null_values=[""]),
    )


def _decoded(values: pa.Array) -> pd.Series:
    """Resolve the escapes, such as ``%20%`` for a space, once per distinct value."""
    encoded = values.dictionary_encode()
    plain = pa.array([_unescape(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return pd.Series(pa.DictionaryArray.from_arrays(encoded.indices, plain).cast(pa.string()).to_pandas())


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text) if "%" in text else text


def _first_way(opl: Path) -> int:
    """Offset of the first way line; the file's size if there is none."""
    size = opl.stat().st_size
    if not size:
        return 0
    with opl.open("rb") as lines, mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return 0 if view[:1] == b"w" else view.find(b"\nw") + 1 or size
