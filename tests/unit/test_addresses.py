import json

import pytest
import requests
from file_cases import GOOD, PATH, Bench
from servers.loopback import Document, LoopbackServer

from comarca.fetch import addresses
from comarca.fetch.addresses import RefusedAddressError, WatchedSession, public, redacted, require_public
from comarca.fetch.receipts import Resolved, meta_path
from comarca.fetch.retry import Policy, TransferError

SIGNED = "https://bucket.example/a.zip?X-Amz-Signature=51gn&X-Amz-Date=1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://someone:pass@data.example/a.zip", "https://data.example/a.zip"),
        (SIGNED, "https://bucket.example/a.zip"),
        ("https://a.example/b?sv=1&sig=51gn", "https://a.example/b"),
        ("https://a.example/b?access_token=51gn", "https://a.example/b"),
        ("https://a.example/b?year=2020&iso=PER", "https://a.example/b?year=2020&iso=PER"),
        ("https://a.example:8443/b", "https://a.example:8443/b"),
        ("data/raw/a.zip", "data/raw/a.zip"),
        ("https://a.example/wfs?service=WFS&typeNames=n:a&srsName=EPSG:4326&bbox=1,2,3,4",) * 2,
        ("https://a.example/0/query?where=pop%3E1&outFields=*&f=json&resultOffset=2000",) * 2,
        ("https://a.example/b?id=cod-ab-per&page_size=200&tile=12&cors=true#files",) * 2,
        ("https://a.example/b?id=3&subscription-key=51gn", "https://a.example/b"),
        ("https://a.example/b?MAP_KEY=51gn", "https://a.example/b"),
        ("https://a.example/b?year=2020&hmac=51gn", "https://a.example/b"),
        ("https://a.example/b?jwt=51gn", "https://a.example/b"),
        ("https://a.example/b?pwd=1234", "https://a.example/b"),
        ("https://a.example/b?ticket=1234", "https://a.example/b"),
        ("https://a.example/b?year=2020&k=51gn", "https://a.example/b?year=2020"),
        ("https://a.example/b?51gn", "https://a.example/b"),
        ("https://a.example/b?name=eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.51gn", "https://a.example/b"),
        ("https://a.example/b?q=51gnAbcdefGhijk1mnopQrstuvw", "https://a.example/b"),
        ("https://a.example/b#access_token=51gn", "https://a.example/b"),
        ("https://a.example/b;jsessionid=51gn?year=2020", "https://a.example/b?year=2020"),
        ("https://someone:pa/51gn@data.example/", ""),
        ("https://[2001:db8::1]:8443/b?k=51gn", "https://[2001:db8::1]:8443/b"),
        ("ftp://someone:51gn@a.example/b", "ftp://a.example/b"),
        ("", ""),
    ],
)
def test_rights_are_left_out_of_an_address_that_is_written_down(url, shown):
    assert public(url) == shown


def test_rights_are_left_out_of_messages():
    text = (
        f"HTTPSConnectionPool: Max retries exceeded with url: /a?sig=51gn (from {SIGNED}), see 'https://u:pw@a.org/b'"
    )
    assert "51gn" not in redacted(text)
    assert "pw" not in redacted(text)
    assert "https://a.org/b'" in redacted(text)
    other = "ftp://u:51gn@a.org/b, http://[::1]/a?k=51gn, Authorization: Bearer 51gnAbcdef, see https://a.org/b#files."
    assert "51gn" not in redacted(other)
    assert "see https://a.org/b#files." in redacted(other)
    error = TransferError(text, url=SIGNED)
    assert "51gn" not in f"{error} {error.url}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a", "http://localhost:80/a", "https://10.1.2.3/", "http://192.168.0.1/", "http://169.254.169.254/meta",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://nas.local/", "http://0.0.0.0/",
        "https://100.64.0.1/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[::127.0.0.1]/",
        "http://[64:ff9b:1::1]/", "http://224.0.0.1/", "http://[ff02::1]/", "http://[2001:0:1:1::80ff:fffe]/",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_unless_it_is_configured(url):
    with pytest.raises(RefusedAddressError, match="configure it as a mirror"):
        require_public(url, trusted=(), proxies={})
    host = url.split("/")[2]
    require_public(url, trusted={host}, proxies={})


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("10.0.0.7", 0))])
    with pytest.raises(RefusedAddressError):
        require_public("https://innocent.example/a", trusted=(), proxies={})
    require_public("https://innocent.example/a", trusted=(), proxies={"https": "http://proxy.example:3128"})


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "nas", "a.localdomain"]
)
def test_another_writing_of_a_private_address_is_refused_behind_a_proxy_too(host):
    with pytest.raises(RefusedAddressError):
        require_public(f"http://{host}/a", trusted=(), proxies={"http": "http://proxy.example:3128"})


@pytest.mark.parametrize("number", ["8.8.8.8", "[64:ff9b::808:808]", "[2002:808:808::]", "[2606:4700::1111]"])
def test_public_addresses_that_are_translated_are_asked(number):
    require_public(f"https://{number}/a", trusted=(), proxies={})


def test_a_redirect_from_https_to_http_is_refused_before_it_is_followed():
    response = requests.Response()
    response.status_code, response.url = 302, "https://data.example/a"
    response.headers["Location"] = "http://data.example/a?sig=51gn"
    with pytest.raises(RefusedAddressError, match="from https to an unprotected address") as error:
        WatchedSession().get_redirect_target(response)
    assert "51gn" not in str(error.value)


def test_a_redirect_to_a_private_address_is_not_followed(tmp_path):
    with LoopbackServer() as inner, LoopbackServer() as outer:
        inner.put(PATH, GOOD["zip"])
        outer.documents[PATH] = Document(b"", status=302, headers={"Location": inner.url + PATH})
        message = str(Bench(outer, tmp_path / "raw").refused())
        assert "private network" in message
        assert inner.hits() == 0


def test_an_address_of_an_index_may_not_be_private(tmp_path):
    with LoopbackServer() as inner, LoopbackServer() as outer:
        inner.put(PATH, GOOD["zip"])
        bench = Bench(outer, tmp_path / "raw")
        message = str(bench.refused(resolve=lambda *_: (Resolved(inner.url + PATH),)))
        assert "private network" in message
        assert inner.hits() == 0


def test_a_receipt_holds_no_signature(tmp_path, caplog):
    with LoopbackServer() as server:
        signed = f"{PATH}?sig=51gn"
        server.put(signed, GOOD["zip"])
        bench = Bench(server, tmp_path / "raw")
        with caplog.at_level("DEBUG", logger="comarca"):
            bench.fetch(resolve=lambda *_: (Resolved(server.url + signed),))
        assert server.hits() == 1
        receipt = meta_path(bench.target).read_text()
        assert json.loads(receipt)["url"] == json.loads(receipt)["final_url"] == server.url + PATH
        assert "51gn" not in receipt + caplog.text


def test_a_body_without_end_is_given_up(tmp_path):
    with LoopbackServer() as server:
        server.put(PATH, GOOD["zip"] * 40)
        bench = Bench(server, tmp_path / "raw", policy=Policy(attempts=1, max_body_bytes=len(GOOD["zip"])))
        assert "grows beyond" in str(bench.refused())
