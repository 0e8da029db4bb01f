"""Fixtures for tests against made-up providers: a server, a world on it, settings that point there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from comarca.fetch.http import Client
from comarca.fetch.ladder import fetch_layer
from comarca.fetch.settings import Context, Settings
from servers.bodies import Place
from servers.clock import Clock
from servers.loopback import LoopbackServer
from servers.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comarca.fetch.receipts import LayerReceipt

#: One country well inside a tile, one across the edge of a tile beyond which there is open sea.
ALFA, BETA = Place("XAA", -60.0, -10.0), Place("XBB", -57.1, -10.0)


class Desk:
    """All that a test of retrieval needs."""

    def __init__(self, server: LoopbackServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.world = World(server)
        self.clock = Clock()

    def settings(self, **options: Any) -> Settings:
        """Settings that point every provider at the server."""
        plain = {"raw_dir": self.folder / "raw", "mirrors": self.world.mirrors, "policy": self.clock.policy(attempts=2)}
        return Settings(**{**plain, **options})

    def fetch(self, layer: str, place: Place | str, *providers: str, **options: Any) -> LayerReceipt:
        """Fetch a layer; the boundary of a `Place` is known."""
        settings = options.pop("settings", None) or self.settings()
        code, boundary = (place, None) if isinstance(place, str) else (place.iso3, place.outline)
        options = {"boundary": boundary, **options}
        return fetch_layer(layer, code, providers=providers, settings=settings, **options)

    def context(self) -> Context:
        """A context for calling a provider's module."""
        settings = self.settings()
        return Context(settings, Client(settings.policy, trusted=settings.hosts))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with an empty world."""
    with LoopbackServer() as server:
        yield Desk(server, tmp_path)
