"""What is asked of a provider, and what came of it: plain records that travel as JSON.

A file under ``data/raw`` has a receipt beside it, ``<file>.meta.json``. Provenance and the list of sources are made
from receipts alone.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from comarca import io
from comarca.errors import InputError, RetrievalError

if TYPE_CHECKING:
    from collections.abc import Mapping

Origin = Literal["download", "cache", "present", "by_hand"]
META_SUFFIX = ".meta.json"


@dataclass(frozen=True)
class Request:
    """One file that a layer needs, known without the network.

    Attributes
    ----------
    source : str
        Key of the row in the source registry.
    provider, layer, country : str
        Provider; layer it serves; ISO 3166-1 alpha-3 code.
    target : pathlib.Path
        Where the file stands once it is there.
    url : str
        The address as far as it is known offline; for people to read.
    format : str
        Key of `comarca.fetch.formats.FORMATS`.
    params : mapping
        Values of the URL template's fields.
    alternatives : tuple of pathlib.Path
        Other names under which the provider may hand out the same thing.
    may_lack : bool
        Whether the provider rightly has no such file for some places: a tile of open sea.
    optional : bool
        Whether the layer can do without it, whatever the reason.
    by_hand : str
        How a person gets the file, where opening the address is not enough.
    is_shared : bool
        Whether the file is known to hold more than the country, which has to be cut out of it.
    """

    source: str
    provider: str
    layer: str
    country: str
    target: Path
    url: str
    format: str
    params: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[Path, ...] = ()
    may_lack: bool = False
    optional: bool = False
    by_hand: str = ""
    is_shared: bool = False


@dataclass(frozen=True)
class Resolved:
    """An address found for a request, with all that the provider says of the file.

    Attributes
    ----------
    url : str
        Where the file is.
    md5, sha256 : str
        Checksums in lower-case hexadecimal, empty if none is published.
    size_bytes : int or None
        Published size.
    data_date, version, licence, attribution : str
        What the provider says of this very file; empty falls back to the registry.
    target : pathlib.Path or None
        One of the request's alternatives, if the file has another format than the usual one.
    format : str
        Its format, if another one than the usual.
    note : str
        Anything worth keeping, such as why another file was taken than usual.
    substitute : bool
        Whether this is something else than what was asked for, such as another year. It is taken only if all
        addresses before it said that there is no such file, never because a server failed.
    is_shared : bool or None
        Whether the file holds more than the country, as the provider says; None if it does not say.
    redistribute : bool or None
        Whether the file may be passed on, where that differs from what its licence says; None if it does not.
    """

    url: str
    md5: str = ""
    sha256: str = ""
    size_bytes: int | None = None
    data_date: str = ""
    version: str = ""
    licence: str = ""
    attribution: str = ""
    target: Path | None = None
    format: str = ""
    note: str = ""
    substitute: bool = False
    is_shared: bool | None = None
    redistribute: bool | None = None


@dataclass(frozen=True)
class Receipt:
    """What is known of a file that is there.

    Attributes
    ----------
    path, provider, source, version, url, final_url : str
        File; provider; registry row; version of the data; address asked; address after redirects.
    sha256 : str
        Checksum of the content.
    bytes : int
        Size.
    retrieved, data_date : str
        UTC time of retrieval; date of the data, as the provider states it.
    licence, attribution : str
        Terms; the line to print.
    origin : str
        ``download``, ``cache``, or ``by_hand`` for a file that a person put there.
    etag, last_modified, md5 : str
        Validators, as far as the server gave any.
    note : str
        What a reader of the provenance should know.
    substitute : bool
        Whether it is something else than what was asked for, such as another year.
    is_shared : bool
        Whether it holds more than the country, which has to be cut out of it.
    share_alike : bool
        Whether the licence asks for itself on derived data.
    redistribute : bool
        Whether it is known that the file may be passed on.
    """

    path: str
    provider: str
    source: str
    version: str
    url: str
    final_url: str
    sha256: str
    bytes: int
    retrieved: str
    data_date: str
    licence: str
    attribution: str
    origin: Origin
    etag: str = ""
    last_modified: str = ""
    md5: str = ""
    note: str = ""
    substitute: bool = False
    is_shared: bool = False
    share_alike: bool = False
    redistribute: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt as plain data, fit for JSON.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return asdict(self)


@dataclass(frozen=True)
class Failure:
    """A row of the table of what could not be had.

    Attributes
    ----------
    layer, country, provider, url, target, reason, remedy : str
        What was wanted, from whom and from where, where the file belongs, what happened, and what to do.
    may_pass : bool
        Whether the provider did not answer, or not whole, and may do so another time; false where it said that there
        is no such file, and where what it gave cannot be used.
    """

    layer: str
    country: str
    provider: str
    url: str
    target: str
    reason: str
    remedy: str
    may_pass: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain data, fit for JSON.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return asdict(self)


@dataclass(frozen=True)
class LayerReceipt:
    """How a layer of a region was obtained, or why it is missing.

    Attributes
    ----------
    layer, country : str
        The layer; ISO 3166-1 alpha-3 code.
    status : str
        ``ready`` or ``missing``.
    provider : str
        The provider that answered; empty if none did.
    files : tuple of Receipt
        What it gave.
    tried : tuple of Failure
        Providers before it that did not answer, and why.
    note : str
        What a reader should know, such as tiles that are open sea.
    """

    layer: str
    country: str
    status: Literal["ready", "missing"]
    provider: str
    files: tuple[Receipt, ...] = ()
    tried: tuple[Failure, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt as plain data, fit for JSON.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return {
            "layer": self.layer,
            "country": self.country,
            "status": self.status,
            "provider": self.provider,
            "files": [receipt.as_dict() for receipt in self.files],
            "tried": [failure.as_dict() for failure in self.tried],
            "note": self.note,
        }


def meta_path(target: Path) -> Path:
    """Path of the receipt that stands beside a file.

    Parameters
    ----------
    target : pathlib.Path
        The file.

    Returns
    -------
    pathlib.Path
        ``<file>.meta.json``.
    """
    return target.with_name(target.name + META_SUFFIX)


def read_receipt(path: Path) -> Receipt | None:
    """Read a receipt.

    Parameters
    ----------
    path : pathlib.Path
        A ``.meta.json`` file.

    Returns
    -------
    Receipt or None
        None if there is no such file, or it is not a receipt: the file it speaks of is then checked anew.
    """
    if not path.is_file():
        return None
    try:
        return _from_dict(io.read_json(path))
    except (InputError, TypeError, ValueError):
        return None


def load_layer_receipt(path: str | Path) -> LayerReceipt:
    """Read the receipt of a layer.

    Parameters
    ----------
    path : path-like
        JSON written from `LayerReceipt.as_dict`.

    Returns
    -------
    LayerReceipt
        The receipt.
    """
    entry = io.read_json(path)
    return LayerReceipt(
        layer=entry["layer"],
        country=entry["country"],
        status=entry["status"],
        provider=entry["provider"],
        files=tuple(_from_dict(row) for row in entry["files"]),
        tried=tuple(Failure(**row) for row in entry["tried"]),
        note=entry["note"],
    )


def present_files(receipt: LayerReceipt) -> list[Path]:
    """Files of a layer, sure to be there still.

    Parameters
    ----------
    receipt : LayerReceipt
        The layer's receipt.

    Returns
    -------
    list of pathlib.Path
        In the receipt's order.

    Raises
    ------
    RetrievalError
        If a file has gone since: Snakemake does not watch over it, the receipt does.
    """
    paths = [Path(file.path) for file in receipt.files]
    if gone := [path.as_posix() for path in paths if not path.is_file()]:
        raise RetrievalError(
            f"{receipt.layer} of {receipt.country}: {', '.join(gone)} was fetched and is no longer there. "
            "Delete the layer's receipt in fetched/ and run again."
        )
    return paths


def data_year(receipt: LayerReceipt) -> int:
    """Year that the data of a layer are of.

    Parameters
    ----------
    receipt : LayerReceipt
        Receipt of a layer that was had, with a dated file.

    Returns
    -------
    int
        As the provider dates its first file; else as the file's name says.
    """
    first = receipt.files[0]
    return int(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", first.data_date or first.path)[0])


def _from_dict(entry: Mapping[str, Any]) -> Receipt:
    names = {item.name for item in fields(Receipt)}
    return Receipt(**{key: value for key, value in entry.items() if key in names})
