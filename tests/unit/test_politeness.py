"""How servers are treated, and what a slow one, a silent one, or none at all is met with."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from file_cases import GOOD, PATH, Bench
from servers.bench import ALFA
from servers.clock import Clock
from servers.loopback import Fault, LoopbackServer

from comarca.errors import RetrievalError
from comarca.fetch import slots
from comarca.fetch.http import Client, user_agent
from comarca.fetch.ladder import first_choices, lacking
from comarca.fetch.network import require_network
from comarca.fetch.retry import PassingError, TransferError
from comarca.fetch.settings import Settings
from comarca.fetch.watch import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from servers.bench import Desk

# --- who we are ---------------------------------------------------------------------------------------------------


def test_the_contact_of_the_configuration_goes_with_every_request(desk: Desk) -> None:
    desk.world.geofabrik(ALFA)
    desk.world.overpass(ALFA)
    settings = desk.settings(contact="Ana <ana@example.org>")
    desk.fetch("osm", ALFA, "geofabrik", settings=settings)
    desk.fetch("osm", ALFA, "overpass", settings=settings, options={"buffer_km": 2.0})
    agents = {headers["User-Agent"] for _, _, headers in desk.server.requests}
    assert len(agents) == 1
    assert "Ana <ana@example.org>" in agents.pop()
    assert {path.split("/")[1] for _, path, _ in desk.server.requests} == {"geofabrik", "overpass"}


def test_the_contact_comes_from_the_configuration_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.of_run({"contact": "me@example.org"}).contact == "me@example.org"
    monkeypatch.setenv("COMARCA_CONTACT", "you@example.org")
    assert "you@example.org" in user_agent()
    assert "me@example.org" in user_agent("me@example.org")
    assert "you@" not in user_agent("me@example.org")


# --- not too much at a time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "at_most"), [({"connections": 1}, 1), ({}, 2)])
def test_a_provider_is_asked_for_a_few_files_at_a_time(tmp_path: Path, more: dict[str, Any], at_most: int) -> None:
    with LoopbackServer() as server:
        bench = Bench(server, tmp_path, more=more)
        lock, running, most = threading.Lock(), [0], [0]

        def transfer() -> None:
            with slots.slot(bench.source, bench.settings):
                with lock:
                    running[0] += 1
                    most[0] = max(most[0], running[0])
                time.sleep(0.05)
                with lock:
                    running[0] -= 1

        threads = [threading.Thread(target=transfer) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most[0] == at_most


def test_who_finds_all_slots_taken_says_so_once_and_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(slots, "_LOOK_S", 0.001)
    caplog.set_level("INFO", logger="comarca.fetch.slots")
    got = threading.Event()
    with LoopbackServer() as server:
        bench = Bench(server, tmp_path, more={"connections": 1})

        def transfer() -> None:
            with slots.slot(bench.source, bench.settings):
                got.set()

        waiting = threading.Thread(target=transfer)
        with slots.slot(bench.source, bench.settings):
            waiting.start()
            assert not got.wait(0.05)
        waiting.join()
    assert got.is_set()
    assert [record.getMessage().endswith("is asked for 1 file(s) at a time.") for record in caplog.records] == [True]


def test_slots_of_two_providers_are_apart(tmp_path: Path) -> None:
    with LoopbackServer() as server:
        bench = Bench(server, tmp_path, more={"connections": 1})
        other = replace(bench.source, provider="another")
        with slots.slot(bench.source, bench.settings), slots.slot(other, bench.settings):
            pass


def test_after_a_429_without_a_time_we_wait_half_a_minute(tmp_path: Path) -> None:
    with LoopbackServer() as server:
        server.put(PATH, GOOD["zip"])
        server.fail(PATH, Fault("status", 429))
        bench = Bench(server, tmp_path)
        bench.fetch()
        assert bench.clock.pauses[0] >= 30.0
        assert server.hits() == 2


def test_overpass_is_asked_for_2500_km2_at_most(desk: Desk) -> None:
    row = desk.settings().sources["overpass_extract"]
    assert row.more["max_area_km2"] == 2500
    assert row.more["connections"] == 1
    with pytest.raises(RetrievalError, match=r"more than 2,500 km2. Take the provider geofabrik"):
        desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 40.0})
    assert desk.server.hits() == 0


# --- slow servers -------------------------------------------------------------------------------------------------


class Drip:
    """A transfer of so many bytes a second, by a clock that is set by hand."""

    def __init__(self, rate: float, *, total: int | None = 10_000_000, **policy: Any) -> None:
        self.clock, self.rate = Clock(), rate
        self.watch = Watch(self.clock.policy(**policy), url="u", have=0, total=total, name="nic_pop_2025.tif")

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.now += 1.0
            self.watch.count(int(self.rate))


def test_a_transfer_of_20_kb_a_second_is_put_up_with_and_says_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """WorldPop's speed: 17 to 42 kB/s."""
    caplog.set_level("INFO", logger="comarca.fetch.watch")
    Drip(20_000, patience_s=600.0, report_s=30.0).run(300)
    assert len(caplog.messages) == 10
    assert caplog.messages[-1] == "nic_pop_2025.tif: 6.0 of 10.0 MB at 20 kB/s, 3 minutes left"


def test_without_a_size_the_time_left_is_not_made_up() -> None:
    drip = Drip(20_000, total=None)
    drip.run(60)
    assert drip.watch.progress(drip.clock.now) == "nic_pop_2025.tif: 1.2 MB at 20 kB/s"


def test_a_transfer_below_the_floor_for_long_gives_the_turn_to_the_next() -> None:
    drip = Drip(20_000, floor_bytes_per_s=100_000.0, patience_s=600.0)
    drip.run(599)
    with pytest.raises(
        TransferError, match=r"20\.0 kB/s for 10 minutes, less than min_speed_kb_s \(100\.0\)"
    ) as caught:
        drip.run(2)
    assert not isinstance(caught.value, PassingError)  # another attempt would be as slow


def test_one_slow_minute_does_not_end_a_transfer() -> None:
    drip = Drip(200_000, floor_bytes_per_s=100_000.0, patience_s=600.0)
    drip.run(400)
    drip.rate = 600
    drip.run(60)
    drip.rate = 200_000
    drip.run(700)


def test_the_floor_comes_from_the_configuration() -> None:
    policy = Settings.of_run({"min_speed_kb_s": 50, "patience_min": 3}).policy
    assert (policy.floor_bytes_per_s, policy.patience_s) == (50_000.0, 180.0)
    assert Settings.of_run({}).policy.floor_bytes_per_s == 4096.0


def test_the_next_provider_serves_where_the_first_is_too_slow(desk: Desk) -> None:
    desk.world.worldpop(ALFA)
    desk.world.ghspop(ALFA)
    row = desk.settings().sources["worldpop_count"]
    path = desk.world.path("worldpop", row.url[0].format(iso3="XAA", iso3_lower="xaa", year=2025))
    desk.server.fail(path, *[Fault("drip")] * 9)
    for other in [other for other in desk.server.documents if "worldpop" in other and other != path]:
        if not other.endswith("iso3=XAA"):
            del desk.server.documents[other]
    clock = Clock(leap_s=2.0)
    policy = clock.policy(attempts=2, window_s=1e9, floor_bytes_per_s=1e6, patience_s=60.0)
    receipt = desk.fetch("population", ALFA, "worldpop", "ghspop", settings=desk.settings(policy=policy))
    assert receipt.provider == "ghspop"
    assert "less than min_speed_kb_s" in receipt.tried[0].reason
    assert receipt.tried[0].may_pass


# --- no network ---------------------------------------------------------------------------------------------------

WANTED: list[tuple[str, str, tuple[str, ...], dict[str, Any]]] = [
    ("osm", "NIC", ("geofabrik",), {}),
    ("population", "NIC", ("worldpop", "ghspop", "settlements"), {}),
]


def test_without_any_network_one_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    settings = Settings(raw_dir=tmp_path)
    rows = [*lacking(WANTED, settings), *first_choices(WANTED, settings)]
    start = time.monotonic()
    with pytest.raises(RetrievalError) as caught:
        require_network(rows, settings)
    assert time.monotonic() - start < 15
    message = str(caught.value)
    for part in ("The internet cannot be reached: none of 2 hosts answers", "Name or service not known", "1. Connect",
                 "2. If there is a proxy, set HTTPS_PROXY", "3. On a machine that is connected", "offline=true",
                 "https://download.geofabrik.de/central-america/nicaragua-latest.osm.pbf",
                 f"-> {tmp_path}/geofabrik/latest/nicaragua.osm.pbf", "nic_pop_2025_CN_100m.tif"):  # fmt: skip
        assert part in message
    assert "ghspop" not in message


def test_hosts_that_never_answer_are_waited_for_only_so_long(tmp_path: Path) -> None:
    """A machine behind a wall that drops everything: connections neither fail nor succeed."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = Settings(raw_dir=tmp_path, mirrors={"geofabrik": address})
        start = time.monotonic()
        with pytest.raises(RetrievalError, match=r"no answer within 1 s|Read timed out"):
            require_network(lacking(WANTED[:1], settings), settings, patience_s=1.0)
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("status", [200, 403, 404, 503])
def test_any_answer_whatsoever_is_a_network(tmp_path: Path, status: int) -> None:
    with LoopbackServer() as server:
        server.put("/", b"x", status=status)
        settings = Settings(raw_dir=tmp_path, mirrors={"geofabrik": server.url, "worldpop": "http://127.0.0.1:9"})
        require_network([*lacking(WANTED, settings), *first_choices(WANTED, settings)], settings)


def test_nobody_is_asked_where_all_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("the network was touched"))
    require_network([], Settings(raw_dir=tmp_path))


def test_a_client_says_who_it_is() -> None:
    with Client(contact="x@example.org") as client:
        assert "x@example.org" in client.user_agent
