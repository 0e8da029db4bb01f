"""What a run of retrieval goes by: folders, mirrors, patience, and the client that asks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comarca.errors import RetrievalError
from comarca.fetch.addresses import hosts_of
from comarca.fetch.cache import Cache
from comarca.fetch.receipts import Request
from comarca.fetch.retry import Policy
from comarca.registry.files import SourceFile, check_mirrors, load_sources, mirrored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.fetch.http import Client


class NotOfferedError(RetrievalError):
    """A provider does not have this for this country, and it is known without asking."""


@dataclass(frozen=True)
class Settings:
    """Where files go and how they may be had.

    Attributes
    ----------
    raw_dir : pathlib.Path
        Folder of the files as fetched.
    offline : bool
        Whether the network is left alone.
    mirrors : mapping
        Provider -> base address used instead of its own.
    cache_dir : pathlib.Path or None
        Folder of the store shared by regions and projects.
    policy : Policy
        How patient the client is.
    contact : str
        Whom servers may write to.
    sources : mapping
        The source registry.
    """

    raw_dir: Path = Path("data/raw")
    offline: bool = False
    mirrors: Mapping[str, str] = field(default_factory=dict)
    cache_dir: Path | None = None
    policy: Policy = field(default_factory=Policy)
    contact: str = ""
    sources: Mapping[str, SourceFile] = field(default_factory=load_sources)

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw_dir", Path(self.raw_dir))
        check_mirrors(self.mirrors, self.sources)

    @classmethod
    def of_run(cls, config: Mapping[str, Any]) -> Settings:
        """Take the settings from a configuration.

        Parameters
        ----------
        config : mapping
            With ``offline``, ``mirrors``, ``cache_dir``, ``contact``, ``min_speed_kb_s`` and ``patience_min``, as far
            as they are set.

        Returns
        -------
        Settings
            Files go to ``data/raw``.
        """
        cache_dir, plain = config.get("cache_dir"), Policy()
        floor_kb, patience_min = config.get("min_speed_kb_s"), config.get("patience_min")
        return cls(
            offline=bool(config.get("offline", False)),
            mirrors=dict(config.get("mirrors") or {}),
            cache_dir=Path(cache_dir) if cache_dir else None,
            contact=str(config.get("contact") or ""),
            policy=replace(
                plain,
                floor_bytes_per_s=plain.floor_bytes_per_s if floor_kb is None else 1000.0 * float(floor_kb),
                patience_s=plain.patience_s if patience_min is None else 60.0 * float(patience_min),
            ),
        )

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Hosts that the configuration or the registry names: they alone may lie in a private network."""
        rows = ((row.url, row.more) for row in self.sources.values())
        return frozenset(hosts_of([*self.mirrors.values(), *(value for row in rows for value in row)]))

    @cached_property
    def cache(self) -> Cache:
        """The store shared by regions and projects."""
        return Cache(self.cache_dir)

    def request(
        self,
        source: str,
        country: str,
        *,
        params: Mapping[str, str],
        may_lack: bool = False,
        optional: bool = False,
    ) -> Request:
        """Make the request for a file of the registry, without the network.

        Parameters
        ----------
        source : str
            Key of the registry row.
        country : str
            ISO 3166-1 alpha-3 code.
        params : mapping
            Values of the fields of the address and of the target.
        may_lack : bool
            Whether the provider rightly lacks this file in some places.
        optional : bool
            Whether the layer can do without it.

        Returns
        -------
        Request
            The request.
        """
        row = self.sources[source]
        fields = {"version": row.version, "iso3": country, "iso3_lower": country.lower(), **params}
        return Request(
            source=source,
            provider=row.provider,
            layer=row.layer,
            country=country,
            target=self.raw_dir / row.target.format(**fields),
            url=row.url[0].format(**fields),
            format=row.format,
            params=fields,
            may_lack=may_lack,
            optional=optional,
            by_hand=str(row.more.get("by_hand", "")).format(**fields),
        )


@dataclass(frozen=True)
class Context:
    """What a provider's module may use: settings, and a client for its indexes.

    Attributes
    ----------
    settings : Settings
        Settings of the run.
    client : Client
        The HTTP client.
    kept : dict
        Large indexes by address, which are asked for once.
    """

    settings: Settings
    client: Client
    kept: dict[str, Any] = field(default_factory=dict)

    def url(self, url: str, provider: str) -> str:
        """Rewrite an address to the provider's mirror, if one is configured.

        Parameters
        ----------
        url, provider : str
            Address; its provider.

        Returns
        -------
        str
            The address to ask.
        """
        return mirrored(url, provider, self.settings.mirrors)

    def get_json(self, url: str, provider: str) -> Any:
        """Fetch a provider's index.

        Parameters
        ----------
        url, provider : str
            Address as in the registry; its provider.

        Returns
        -------
        object
            What the JSON holds.
        """
        return self.client.get_json(self.url(url, provider))

    def get_bytes(self, url: str, provider: str) -> bytes:
        """Fetch a provider's small file, such as a checksum.

        Parameters
        ----------
        url, provider : str
            Address as in the registry; its provider.

        Returns
        -------
        bytes
            The body.
        """
        return self.client.get_bytes(self.url(url, provider))
