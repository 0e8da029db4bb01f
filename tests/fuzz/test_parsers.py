"""Whatever bytes and texts come, a parser gives an answer or one message of the project's own.

Some examples of each run in every test; ``FUZZ=100000`` makes so many for each property, see ``make fuzz``. What was
found once stands as an example.
"""

from __future__ import annotations

import os
import string
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from comarca.config.plain_yaml import require_plain_yaml
from comarca.config.read import read_config
from comarca.errors import ComarcaError
from comarca.fetch.addresses import public, redacted
from comarca.fetch.formats import FORMATS, gunzip
from comarca.guards.archives import gunzip_within
from comarca.guards.gdal import refuse_virtual
from comarca.guards.spreadsheets import as_text, is_formula
from comarca.roads.speeds import speed_table
from comarca.sources.tables.numbers import decimal_of, parse_numbers
from comarca.sources.tables.read import open_table
from comarca.sources.vectors.read import open_vector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = int(os.environ.get("FUZZ", "60"))
fuzz = settings(
    max_examples=COUNT, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize="FUZZ" not in os.environ,
)  # fmt: skip

#: What numbers are written with.
FIGURES = st.text(alphabet="0123456789.,-+%eE xX'\u00a0\u202f\u2212()*", max_size=14)
TABLE = st.text(alphabet=string.ascii_letters + string.digits + '.,;\t"\n\r\0 \u00e9', max_size=200)
BYTES = st.binary(max_size=400)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8,
)  # fmt: skip


def mends(call: Callable[[], Any]) -> Any:
    """Call; an error of the project's own is an answer."""
    try:
        return call()
    except ComarcaError:
        return None


@fuzz
@given(st.lists(FIGURES, min_size=1, max_size=6), st.sampled_from([",", "."]))
@example(["12 13"], ".")
@example(["1.234.56"], ",")
@example(["1e999"], ".")
def test_numbers(cells: list[str], decimal: Any) -> None:
    texts = pd.Series(cells, dtype=str)
    mends(lambda: decimal_of(texts, where="t"))
    numbers = mends(lambda: parse_numbers(texts, decimal=decimal, where="t"))
    assert numbers is None or not np.isinf(numbers).any()


@fuzz
@given(TABLE)
@example('a,b\n"1,2\n3,4\n')
@example("a,b\n1,2,3\n")
@example("a\0b\n1\n")
def test_delimited_texts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    mends(lambda: open_table(path))


@fuzz
@given(BYTES, st.sampled_from([".csv", ".xlsx", ".parquet", ".ods"]))
@example(b"", ".parquet")
@example(b"PK\x03\x04", ".xlsx")
def test_bytes_as_tables(tmp_path: Path, body: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(body)
    mends(lambda: open_table(path))


@fuzz
@given(BYTES, st.sampled_from([".gpkg", ".geojson", ".shp", ".fgb", ".zip", ".kml", ".parquet"]))
@example(b"PK\x05\x06" + bytes(18), ".zip")
@example(b"PK\x03\x04", ".zip")
@pytest.mark.filterwarnings("ignore")
def test_bytes_as_vectors(tmp_path: Path, body: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(body)
    mends(lambda: open_vector(str(path), name="layer"))


@fuzz
@given(BYTES, st.sampled_from(sorted(FORMATS)))
@pytest.mark.filterwarnings("ignore")
def test_bytes_as_downloads(tmp_path: Path, body: bytes, kind: str) -> None:
    path = tmp_path / "t"
    path.write_bytes(body)
    mends(lambda: FORMATS[kind](path))


@fuzz
@given(BYTES, st.integers(0, 300))
def test_gzip(body: bytes, cut: int) -> None:
    packed = zlib.compress(body, wbits=31)
    assert gunzip_within(packed, len(body)) == body
    mends(lambda: gunzip(packed[:cut]))
    mends(lambda: gunzip(b"\x1f\x8b" + body))


@fuzz
@given(BYTES | st.text(alphabet="&*!?<>{}[]:,-#'\"\n\t ab1_", max_size=80).map(str.encode))
@example(b"a: &a [*a]\n")
@example(b"? a\n? b\n")
def test_yaml(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(body)
    mends(lambda: require_plain_yaml(path))


@fuzz
@given(st.dictionaries(st.sampled_from(["regions", "languages", "offline", "mirrors", "country", "x"]), PLAIN))
@example({"regions": ["URY"]})
def test_configurations(raw: dict[str, Any]) -> None:
    mends(lambda: read_config(raw))


@fuzz
@given(st.dictionaries(st.sampled_from(["country", "territories", "roads", "cities", "indicators", "maps"]), PLAIN))
def test_regions(region: dict[str, Any]) -> None:
    mends(lambda: read_config({"regions": {"URY": {"country": "URY", **region}}}))


@fuzz
@given(st.text(max_size=60) | st.builds("https://{}@{}?{}={}".format, *[st.text(max_size=8)] * 4))
def test_addresses(text: str) -> None:
    assert isinstance(public(text), str)
    assert isinstance(redacted(text), str)


@fuzz
@given(st.text(max_size=20))
def test_cells_of_spreadsheets(text: str) -> None:
    assert not is_formula(as_text(text))


@fuzz
@given(BYTES, st.sampled_from(["t.vrt", "t.gpkg"]))
def test_descriptions_of_other_data(tmp_path: Path, body: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"<OGRVRTDataSource><SrcDataSource>" + body + b"</SrcDataSource>")
    mends(lambda: refuse_virtual(path, where="t"))


@fuzz
@given(
    st.lists(st.tuples(*[st.sampled_from(["", "class", "maxspeed", "surface", "primary", "10", "inf", "-1", "x"])] * 6))
)
def test_tables_of_speeds(rows: list[tuple[str, ...]]) -> None:
    names = ["country", "kind", "value", "speed_kmh", "factor", "on_foot"]
    mends(lambda: speed_table(pd.DataFrame(rows, columns=pd.Index(names), dtype=str)))
