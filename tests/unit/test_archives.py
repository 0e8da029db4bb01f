import gzip
import json
import zipfile
import zlib

import pytest

from comarca import io
from comarca.errors import InputError
from comarca.fetch.formats import FORMATS, VerificationError, gunzip
from comarca.guards import archives
from comarca.guards.archives import gunzip_within, refuse_bomb
from comarca.sources.datasets import vector_members


@pytest.fixture
def bomb(tmp_path, monkeypatch):
    """An archive of zeros, with the bound below which anything passes lowered to its size."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("units.geojson", bytes(1 << 22))
    return path


def test_an_archive_that_would_grow_beyond_bounds_is_refused_everywhere(bomb):
    with pytest.raises(InputError, match="would grow to 4,194,304"):
        refuse_bomb(bomb, where="units")
    with pytest.raises(InputError, match="would grow"):
        vector_members(bomb)
    with pytest.raises(VerificationError, match="would grow"):
        FORMATS["zip"](bomb)


def test_a_plain_archive_and_a_plain_file_pass(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "1,2,3\n" * 1000)
    refuse_bomb(path, where="a")
    (tmp_path / "b.csv").write_text("a\n")
    refuse_bomb(tmp_path / "b.csv", where="b")


def test_an_archive_of_too_many_entries_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "abcd":
            archive.writestr(name, name)
    with pytest.raises(InputError, match="4 entries"):
        refuse_bomb(path, where="a")


def test_gzip_is_undone_up_to_its_bound():
    text = b"abc" * 1000
    assert gunzip_within(gzip.compress(text), 3000) == text
    assert gunzip_within(gzip.compress(b"a") + gzip.compress(b"b"), 2) == b"ab"
    with pytest.raises(OverflowError):
        gunzip_within(gzip.compress(text), 2999)
    with pytest.raises(VerificationError, match="beyond"):
        gunzip(gzip.compress(bytes(1 << 24)), 1 << 20)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_cut_or_damaged_gzip_is_said(cut):
    packed = gzip.compress(b"abc" * 100)
    with pytest.raises((EOFError, zlib.error)):
        gunzip_within(packed[:-cut], 10_000)
    with pytest.raises(VerificationError, match="damaged"):
        gunzip(packed[:-cut])


@pytest.mark.parametrize("kind", ["json", "geojson"])
def test_json_of_endless_depth_is_said(kind, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[" * 200_000)
    with pytest.raises(VerificationError, match="not whole"):
        FORMATS[kind](path)
    with pytest.raises(InputError, match="JSON"):
        io.read_json(path)
    path.write_text(json.dumps([1]))
    FORMATS["json"](path)
