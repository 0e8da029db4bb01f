"""Whatever bytes and texts come, a parser gives an answer or one message of the project's own.

Some examples of each run in every test; ``FUZZ=1000000`` makes so many in all, see ``make fuzz``. What was found once
stands as an example.
"""

from __future__ import annotations

import os
import string
import tempfile
import zlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pandas as pd
import pytest
from bad_inputs import raster_cases, table_cases, vector_cases
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from osmium.osm import mutable

from comarca.config.plain_yaml import require_plain_yaml
from comarca.config.read import read_config
from comarca.errors import ComarcaError
from comarca.fetch.addresses import public, redacted
from comarca.fetch.formats import FORMATS, gunzip
from comarca.guards.archives import gunzip_within
from comarca.guards.gdal import refuse_virtual
from comarca.guards.spreadsheets import as_text, is_formula
from comarca.rasters.bands import Raster, open_raster
from comarca.roads.speeds import speed_table
from comarca.sources.osm.read import read_osm
from comarca.sources.tables.numbers import decimal_of, parse_numbers
from comarca.sources.tables.read import open_table
from comarca.sources.vectors.read import open_vector

if TYPE_CHECKING:
    from collections.abc import Callable

#: Inputs in all, where asked for; the quicker a parser, the more it gets.
TOTAL = int(os.environ.get("FUZZ", "0"))


def fuzz(per_mille: int) -> settings:
    """Settings of a property that gets this part of all inputs."""
    return settings(
        max_examples=max(10, TOTAL * per_mille // 1000) if TOTAL else 60, deadline=timedelta(seconds=20),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], derandomize=not TOTAL,
    )  # fmt: skip


#: What numbers are written with.
FIGURES = st.text(alphabet="0123456789.,-+%eE xX'\u00a0\u202f\u2212()*", max_size=14)
TABLE = st.text(alphabet=string.ascii_letters + string.digits + '.,;\t"\n\r\0 \u00e9', max_size=200)
BYTES = st.binary(max_size=400)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
INNER = SCALAR | st.lists(SCALAR, max_size=3) | st.dictionaries(st.text(max_size=8), SCALAR, max_size=3)
PLAIN = INNER | st.lists(INNER, max_size=3) | st.dictionaries(st.text(max_size=8), INNER, max_size=3)


def mends(call: Callable[[], Any]) -> Any:
    """Call; an error of the project's own is an answer."""
    try:
        return call()
    except ComarcaError:
        return None


@fuzz(10)
@given(st.lists(FIGURES, min_size=1, max_size=6), st.sampled_from([",", "."]))
@example(["12 13"], ".")
@example(["1.234.56"], ",")
@example(["1e999"], ".")
def test_numbers(cells: list[str], decimal: Any) -> None:
    texts = pd.Series(cells, dtype=str)
    mends(lambda: decimal_of(texts, where="t"))
    numbers = mends(lambda: parse_numbers(texts, decimal=decimal, where="t"))
    assert numbers is None or not np.isinf(numbers).any()


@fuzz(30)
@given(TABLE)
@example('a,b\n"1,2\n3,4\n')
@example("a,b\n1,2,3\n")
@example("a\0b\n1\n")
def test_delimited_texts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    mends(lambda: open_table(path))


@fuzz(50)
@given(BYTES, st.sampled_from([".csv", ".xlsx", ".parquet", ".ods"]))
@example(b"", ".parquet")
@example(b"PK\x03\x04", ".xlsx")
def test_bytes_as_tables(tmp_path: Path, body: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(body)
    mends(lambda: open_table(path))


@fuzz(40)
@given(BYTES, st.sampled_from([".gpkg", ".geojson", ".shp", ".fgb", ".zip", ".kml", ".parquet"]))
@example(b"PK\x05\x06" + bytes(18), ".zip")
@example(b"PK\x03\x04", ".zip")
@pytest.mark.filterwarnings("ignore")
def test_bytes_as_vectors(tmp_path: Path, body: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(body)
    mends(lambda: open_vector(str(path), name="layer"))


@fuzz(60)
@given(BYTES, st.sampled_from(sorted(FORMATS)))
@pytest.mark.filterwarnings("ignore")
def test_bytes_as_downloads(tmp_path: Path, body: bytes, kind: str) -> None:
    path = tmp_path / "t"
    path.write_bytes(body)
    mends(lambda: FORMATS[kind](path))


@fuzz(130)
@given(BYTES, st.integers(0, 300))
def test_gzip(body: bytes, cut: int) -> None:
    packed = zlib.compress(body, wbits=31)
    assert gunzip_within(packed, len(body)) == body
    mends(lambda: gunzip(packed[:cut]))
    mends(lambda: gunzip(b"\x1f\x8b" + body))


@fuzz(30)
@given(BYTES | st.text(alphabet="&*!?<>{}[]:,-#'\"\n\t ab1_", max_size=80).map(str.encode))
@example(b"a: &a [*a]\n")
@example(b"? a\n? b\n")
def test_yaml(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(body)
    mends(lambda: require_plain_yaml(path))


@fuzz(20)
@given(st.dictionaries(st.sampled_from(["regions", "languages", "offline", "mirrors", "country", "x"]), PLAIN))
@example({"regions": ["URY"]})
def test_configurations(raw: dict[str, Any]) -> None:
    mends(lambda: read_config(raw))


@fuzz(30)
@given(st.dictionaries(st.sampled_from(["country", "territories", "roads", "cities", "indicators", "maps"]), PLAIN))
def test_regions(region: dict[str, Any]) -> None:
    mends(lambda: read_config({"regions": {"URY": {"country": "URY", **region}}}))


@fuzz(240)
@given(st.text(max_size=60) | st.builds("https://{}@{}?{}={}".format, *[st.text(max_size=8)] * 4))
def test_addresses(text: str) -> None:
    assert isinstance(public(text), str)
    assert isinstance(redacted(text), str)


@fuzz(250)
@given(st.text(max_size=20))
def test_cells_of_spreadsheets(text: str) -> None:
    assert not is_formula(as_text(text))


@fuzz(50)
@given(BYTES, st.sampled_from(["t.vrt", "t.gpkg"]))
def test_descriptions_of_other_data(tmp_path: Path, body: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"<OGRVRTDataSource><SrcDataSource>" + body + b"</SrcDataSource>")
    mends(lambda: refuse_virtual(path, where="t"))


@fuzz(15)
@given(
    st.lists(st.tuples(*[st.sampled_from(["", "class", "maxspeed", "surface", "primary", "10", "inf", "-1", "x"])] * 6))
)
def test_tables_of_speeds(rows: list[tuple[str, ...]]) -> None:
    names = ["country", "kind", "value", "speed_kmh", "factor", "on_foot"]
    mends(lambda: speed_table(pd.DataFrame(rows, columns=pd.Index(names), dtype=str)))


@cache
def sound(suffix: str) -> bytes:
    """Bytes of a sound file of a format."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"file{suffix}"
        if suffix in {".csv", ".xlsx"}:
            table_cases.write(*table_cases.SOUND["holdings"][:2], path)
        elif suffix == ".tif":
            path = raster_cases.written(folder, {"compress": "deflate"})
        elif suffix == ".osm.pbf":
            _write_osm(path)
        else:
            vector_cases.write(vector_cases.good("parcels"), path)
        return path.read_bytes()


def _write_osm(path: Path) -> None:
    with osmium.SimpleWriter(path) as writer:
        for number in range(1, 9):
            writer.add_node(mutable.Node(id=number, location=(number / 10, 1), tags={"amenity": "school"}))
        writer.add_way(mutable.Way(id=1, nodes=list(range(1, 9)), tags={"highway": "primary"}))


def _read_raster(path: Path) -> Any:
    with open_raster(Raster(path)) as grid:
        return grid.read(0, 0, min(grid.height, 1000), min(grid.width, 1000))


READERS: dict[str, Callable[[Path], Any]] = {
    ".gpkg": lambda path: open_vector(str(path), name="layer"),
    ".geojson": lambda path: open_vector(str(path), name="layer"),
    ".fgb": lambda path: open_vector(str(path), name="layer"),
    ".parquet": lambda path: open_vector(str(path), name="layer"),
    ".csv": open_table,
    ".xlsx": open_table,
    ".tif": _read_raster,
    ".osm.pbf": lambda path: read_osm(path, ["roads", "services"]),
}


@fuzz(45)
@given(
    st.sampled_from(sorted(READERS)), st.integers(0, 2**31 - 1),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6), st.floats(0, 2),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_damaged_files(tmp_path: Path, suffix: str, seed: int, changes: list[tuple[float, int]], kept: float) -> None:
    """Single bytes of a sound file are changed, a run of them is made noise, or its end is cut off."""
    body = bytearray(sound(suffix))
    for place, byte in changes:
        body[int(place * len(body))] = byte
    if seed % 3 == 0:
        generator = np.random.default_rng(seed)
        start = int(generator.integers(len(body)))
        noise = generator.integers(0, 256, min(16, len(body) - start), dtype=np.uint8)
        body[start : start + len(noise)] = noise.tobytes()
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(bytes(body[: int(kept * len(body)) or 1]))
    mends(lambda: READERS[suffix](path))
