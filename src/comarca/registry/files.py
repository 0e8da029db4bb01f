"""The source registry: where every file comes from, and on which terms.

All addresses stand in ``src/comarca/registry/data/sources.yaml``. A provider that moves its files is followed there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import yaml

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.registry import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """One row of the registry.

    Attributes
    ----------
    key, provider, layer, title, version : str
        Name of the row; provider; layer it serves; what it is; version of the data.
    url : tuple of str
        Address templates in the order in which they are tried.
    target : str
        Template of the path under ``data/raw``.
    format : str
        Check that the file has to pass.
    checksum : str
        Where a published checksum comes from.
    licence, licence_url, attribution, homepage : str
        Terms; where they stand; the line to print; the project's page.
    resume, redistribute : bool
        Whether byte ranges can be relied upon; whether the licence lets the file be passed on.
    more : mapping
        Whatever the provider's module needs.
    """

    key: str
    provider: str
    layer: str
    title: str
    version: str
    url: tuple[str, ...]
    target: str
    format: str
    checksum: str
    licence: str
    licence_url: str
    attribution: str
    homepage: str
    resume: bool = True
    redistribute: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_moving(self) -> bool:
        """Whether the content changes under a fixed address."""
        return self.version == "latest"


@lru_cache(maxsize=4)
def load_sources(path: Path = DATA / "sources.yaml") -> Mapping[str, SourceFile]:
    """Read and check the source registry.

    Parameters
    ----------
    path : pathlib.Path, optional
        The file; the project's own if not given.

    Returns
    -------
    mapping
        Rows by key.

    Raises
    ------
    InputError
        If a row lacks a key or has an unknown one.
    """
    rows = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {key: _row(f"{path.name}, {key}", key, entry) for key, entry in rows.items()}


def providers(sources: Mapping[str, SourceFile]) -> tuple[str, ...]:
    """Names of all providers.

    Parameters
    ----------
    sources : mapping
        The registry.

    Returns
    -------
    tuple of str
        Sorted.
    """
    return tuple(sorted({row.provider for row in sources.values()}))


def providers_of(layer: str, sources: Mapping[str, SourceFile]) -> tuple[str, ...]:
    """Names of the providers of a layer.

    Parameters
    ----------
    layer : str
        The layer.
    sources : mapping
        The registry.

    Returns
    -------
    tuple of str
        Each once, in the registry's order.
    """
    return tuple(dict.fromkeys(row.provider for row in sources.values() if row.layer == layer))


def check_mirrors(mirrors: Mapping[str, str], sources: Mapping[str, SourceFile]) -> None:
    """Refuse mirrors of providers that do not exist, and addresses that are none.

    Parameters
    ----------
    mirrors : mapping
        Provider -> base address.
    sources : mapping
        The registry.

    Raises
    ------
    ConfigError
        If a name is not known or an address is not http or https.
    """
    names = providers(sources)
    for provider, base in mirrors.items():
        if provider not in names:
            raise ConfigError(
                f"mirrors.{provider}",
                got=provider,
                expected=f"one of {', '.join(names)}",
                remedy=did_you_mean(provider, names),
            )
        if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).netloc:
            raise ConfigError(f"mirrors.{provider}", got=base, expected="an address such as https://mirror.example")


def mirrored(url: str, provider: str, mirrors: Mapping[str, str]) -> str:
    """Rewrite an address of a provider to its mirror, if one is configured.

    Parameters
    ----------
    url : str
        Any address of the provider, from the registry or from one of its indexes.
    provider : str
        The provider.
    mirrors : mapping
        Provider -> base address.

    Returns
    -------
    str
        The mirror's base address followed by the path and query of `url`; `url` itself where there is no mirror, or
        where it already points there.
    """
    base = mirrors.get(provider, "").rstrip("/")
    if not base or url.startswith(f"{base}/"):
        return url
    parts = urlsplit(url)
    return f"{base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


_OPTIONAL: Final = {"resume", "redistribute", "more"}


def _row(where: str, key: str, entry: Mapping[str, Any]) -> SourceFile:
    names = {item.name for item in fields(SourceFile)} - {"key"}
    for name in entry:
        if name not in names:
            raise InputError(where, got=name, expected="a known key", remedy=did_you_mean(name, names))
    if lacking := names - _OPTIONAL - entry.keys():
        raise InputError(where, got=sorted(entry), expected=f"also {sorted(lacking)}")
    url = entry["url"]
    return SourceFile(**{**entry, "key": key, "url": (url,) if isinstance(url, str) else tuple(url)})
