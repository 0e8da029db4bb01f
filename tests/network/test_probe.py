"""Is every live address of the source registry still what we think it is? Asked once each; `make probe` runs it.

Nothing is downloaded but the first bytes and the indexes. The table stands in the report of the run, whatever fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import shapely

from comarca.fetch.failures import FileError
from comarca.fetch.http import Client, user_agent
from comarca.fetch.ladder import plan_layer
from comarca.fetch.providers.index import PROVIDERS
from comarca.fetch.retry import Policy, TransferError
from comarca.fetch.settings import Context, Settings
from comarca.fetch.verify import lfs_pointer, markup_title

if TYPE_CHECKING:
    from comarca.fetch.receipts import Request

pytestmark = pytest.mark.network

#: What a file of a format begins with.
MAGIC = {
    "zip": (b"PK",), "geotiff": (b"II*\0", b"MM\0*", b"II+\0"), "gpkg": (b"SQLite format 3\0",), "geojson": (b"{",),
    "json": (b"{", b"["), "osm_pbf": (b"\0\0\0",),
}  # fmt: skip
#: Small countries and areas, one per provider: the whole way from code to address.
WHERE = {"mapbiomas": "URY", "overpass": "LIE", "default": "NIC"}
AREA = {"LIE": shapely.box(9.51, 47.13, 9.53, 47.15), "NIC": shapely.box(-86.3, 12.1, -86.2, 12.2)}
CASES = [(layer, provider) for layer, known in PROVIDERS.items() for provider in known]


@pytest.fixture(scope="module")
def table() -> Any:
    rows: list[str] = []
    yield rows
    print("\n" + "\n".join(["provider       status  what came", *rows]))


def first_bytes(url: str) -> tuple[int, bytes, str]:
    headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity", "Range": "bytes=0-2047"}
    with requests.get(url, headers=headers, stream=True, timeout=(20, 60)) as response:
        return response.status_code, next(response.iter_content(2048), b""), response.url


def look(request: Request, layer: str, provider: str, settings: Settings) -> str:
    """Resolve a request as a run would, and look at the first bytes; returns what is wrong."""
    with Client(settings.policy, trusted=settings.hosts) as client:
        context = Context(settings, client)
        try:
            found = PROVIDERS[layer][provider].resolve(request, context)
        except (TransferError, FileError) as error:
            return f"cannot be resolved: {error}"
    wrong = []
    for candidate in found:
        url = context.url(candidate.url, provider) + ("/status" if provider == "overpass" else "")
        status, head, final = first_bytes(url)
        if provider == "overpass":
            return "" if status == 200 and b"Rate limit" in head else f"HTTP {status} {head[:80]!r}"
        if status in {200, 206} and head.startswith(MAGIC[candidate.format or request.format]):
            return ""
        shown = markup_title(head) or ("a Git LFS pointer" if lfs_pointer(head) else repr(head[:40]))
        wrong.append(f"HTTP {status} from {final}: {shown}")
    return "; ".join(wrong) or "no address"


@pytest.mark.parametrize(("layer", "provider"), CASES)
def test_the_live_address_hands_out_the_format_we_expect(layer: str, provider: str, table: list[str]) -> None:
    code = WHERE.get(provider, WHERE["default"])
    boundary = AREA.get(code)
    settings = Settings(policy=Policy(attempts=2))
    options = {"buffer_km": 1.0}
    step = plan_layer(layer, code, providers=[provider], settings=settings, boundary=boundary, options=options)[0]
    try:
        trouble = look(step.requests[0], layer, provider, settings)
    except requests.RequestException as error:
        trouble = f"no connection: {error}"
    table.append(f"{provider:14} {'wrong' if trouble else 'good':7} {trouble or step.requests[0].url}")
    assert not trouble
