"""One file on a server that can go wrong, and all that is needed to fetch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from servers.clock import Clock
from servers.loopback import LoopbackServer
from servers.samples import one_of_each

from comarca.fetch.download import fetch
from comarca.fetch.failures import FileError
from comarca.fetch.http import Client
from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Receipt, Request, Resolved, meta_path
from comarca.fetch.settings import Context, Settings
from comarca.registry.files import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from comarca.fetch.retry import Policy

GOOD = one_of_each()
PATH = "/folder/file"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


def row(url: str, **options: Any) -> SourceFile:
    plain: dict[str, Any] = {
        "key": "thing", "provider": "someone", "layer": "cities", "title": "A thing", "version": "1", "url": (url,),
        "target": "someone/1/{iso3}/file", "format": "zip", "checksum": "none", "licence": "CC0-1.0",
        "licence_url": "-", "attribution": "Someone", "homepage": "-",
    }  # fmt: skip
    return SourceFile(**{**plain, **options})


class Plain(Provider):
    """A provider of one file, with a look-up of its address if one is given."""

    source = "thing"

    def __init__(self, look_up: Callable[[Request, Context], Sequence[Resolved]] | None = None) -> None:
        self._look_up = look_up

    def resolve(self, request: Request, context: Context) -> Sequence[Resolved]:
        return super().resolve(request, context) if self._look_up is None else self._look_up(request, context)


class Bench:
    """A server, a source, and all that is needed to fetch from it."""

    def __init__(self, server: LoopbackServer, folder: Path, *, policy: Policy | None = None, **options: Any) -> None:
        settings = {key: options.pop(key) for key in ("offline", "cache_dir", "mirrors") if key in options}
        self.clock = Clock()
        self.source = row(options.pop("url", server.url + PATH), **options)
        self.settings = Settings(
            raw_dir=folder, sources={"thing": self.source}, policy=policy or self.clock.policy(), **settings
        )
        self.request = self.settings.request("thing", "XAA", params={})
        self.target = self.request.target

    def fetch(self, *, resolve: Any = None) -> Receipt:
        with Client(self.settings.policy, trusted=self.settings.hosts) as client:
            return fetch(self.request, Context(self.settings, client), Plain(resolve))

    def refused(self, *, resolve: Any = None) -> FileError:
        """Fetch, expect a refusal, and check that nothing that could be taken for the file is left."""
        with pytest.raises(FileError) as caught:
            self.fetch(resolve=resolve)
        assert not self.target.exists()
        assert not meta_path(self.target).exists()
        return caught.value


@pytest.fixture
def bench(server: LoopbackServer, tmp_path: Path) -> Bench:
    server.put(PATH, GOOD["zip"])
    return Bench(server, tmp_path / "raw")


def other_zip() -> bytes:
    from servers.samples import zipped

    return zipped({"other.txt": bytes(range(256)) * 40})
