"""A file passes its checks only if it is what it should be, and whole."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
from servers.loopback import HTML, XML, gzipped
from servers.samples import one_of_each, osm_pbf, zipped

from comarca.fetch.formats import FORMATS, VerificationError, data_date
from comarca.fetch.verify import lfs_pointer, parse_md5, verify

if TYPE_CHECKING:
    from pathlib import Path

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    return one_of_each()


def put(folder: Path, body: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_a_good_file_passes(name: str, good: dict[str, bytes], tmp_path: Path) -> None:
    assert len(verify(put(tmp_path, good[name]), format=name)) == 64


@pytest.mark.parametrize("share", [0.02, 0.25, 0.5, 0.75, 0.9, 0.99])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_ends_too_early_is_refused(name: str, share: float, good: dict[str, bytes], tmp_path: Path) -> None:
    body = good[name]
    with pytest.raises(VerificationError):
        verify(put(tmp_path, body[: max(1, int(len(body) * share))]), format=name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_lacks_its_last_byte_is_refused(name: str, good: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(VerificationError):
        verify(put(tmp_path, good[name][:-1]), format=name)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("page", [HTML, b"\n  " + HTML, XML, b"<Error>no</Error>"])
def test_a_web_page_or_error_message_is_refused_and_quoted(name: str, page: bytes, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="web page or an error message"):
        verify(put(tmp_path, page), format=name)


@pytest.mark.parametrize("name", FORMATS)
def test_an_lfs_pointer_is_named_as_such(name: str, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="Git LFS pointer"):
        verify(put(tmp_path, POINTER), format=name)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="empty"):
        verify(put(tmp_path, b""), format=name)


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("given", FORMATS)
def test_no_format_passes_for_another(wanted: str, given: str, good: dict[str, bytes], tmp_path: Path) -> None:
    if wanted == given or (wanted, given) == ("json", "geojson"):
        verify(put(tmp_path, good[given]), format=wanted)
        return
    with pytest.raises(VerificationError):
        verify(put(tmp_path, good[given]), format=wanted)


def test_a_flipped_bit_in_a_zip_is_found_without_a_published_checksum(good: dict[str, bytes], tmp_path: Path) -> None:
    body = bytearray(good["zip"])
    body[len(body) // 2] ^= 1
    with pytest.raises(VerificationError, match=r"damaged|whole zip"):
        verify(put(tmp_path, bytes(body)), format="zip")


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "a/../../evil", "C:\\evil.txt", "..\\evil.txt", "\\\\host\\x"]
)
def test_zip_entries_that_climb_out_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="points outside its folder"):
        verify(put(tmp_path, zipped({"good.txt": b"1", name: b"2"})), format="zip")


def test_links_inside_a_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(VerificationError, match="points outside its folder"):
        verify(path, format="zip")


def test_an_announced_size_or_checksum_is_held_against_the_file(good: dict[str, bytes], tmp_path: Path) -> None:
    path = put(tmp_path, good["json"])
    with pytest.raises(VerificationError, match="were announced"):
        verify(path, format="json", size_bytes=1)
    with pytest.raises(VerificationError, match="the md5 is"):
        verify(path, format="json", md5="0" * 32)
    with pytest.raises(VerificationError, match="the sha256 is"):
        verify(path, format="json", sha256="0" * 64)


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b"d41d8cd98f00b204e9800998ecf8427e  honduras-261121.osm.pbf\n", "honduras-261121.osm.pbf"),
        (b"D41D8CD98F00B204E9800998ECF8427E *honduras-latest.osm.pbf", "honduras-latest.osm.pbf"),
        (b"d41d8cd98f00b204e9800998ecf8427e\n", ""),
        (b"d41d8cd98f00b204e9800998ecf8427e  ./a/b/x.pbf\n", "x.pbf"),
    ],
)
@pytest.mark.parametrize("compress", [False, True])
def test_md5_files_are_read_in_every_shape_they_come_in(payload: bytes, name: str, compress: bool) -> None:
    assert parse_md5(gzipped(payload) if compress else payload) == ("d41d8cd98f00b204e9800998ecf8427e", name)


@pytest.mark.parametrize("payload", [HTML, b"", b"not found", gzipped(b"d41d8cd98f")[:10]])
def test_what_is_no_md5_file_is_refused(payload: bytes) -> None:
    with pytest.raises(VerificationError):
        parse_md5(payload)


def test_a_pointer_tells_checksum_and_size() -> None:
    assert lfs_pointer(POINTER) == ("4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393", 12345)
    assert lfs_pointer(b'{"type": "FeatureCollection"}') is None


def test_the_date_of_an_extract_is_its_replication_timestamp(tmp_path: Path) -> None:
    body = osm_pbf(nodes=[(1, -60.0, -10.0, {})], timestamp="2026-11-20T21:00:00Z")
    assert data_date(put(tmp_path, body), "osm_pbf") == "2026-11-20T21:00:00Z"


def test_the_embedded_example_is_a_whole_extract(example_pbf: Path) -> None:
    verify(example_pbf, format="osm_pbf")
    assert data_date(example_pbf, "osm_pbf").startswith("2013-08-03")
