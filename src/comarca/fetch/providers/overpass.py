"""OpenStreetMap objects of a small area from Overpass, asked through osmnx and written as an ordinary extract.

osmnx does what it is good at: it divides the area, keeps to the server's slots, and keeps the answer to each part. Its
answers are collected as they come (``cache_only_mode``), not as graphs, so that all that follows is the same as for an
extract from elsewhere. A hook refuses what osmnx lets through: a ``remark`` (the query ran out of time or memory and
half the objects come with status 200), an error page, a server that says to come back later.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import socket
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import requests

from comarca.fetch.http import Delivery
from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import BUSY_PAUSE_S, PASSING_STATUS, PassingError, TransferError, parse_retry_after, repeat
from comarca.fetch.settings import NotOfferedError
from comarca.fetch.verify import markup_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from shapely import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.retry import Policy
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

DEFAULT_BUFFER_KM: Final = 10.0
#: Outlines are simplified to this many degrees (about 100 m) before they go into a query: outwards they are buffered.
_SIMPLIFY_DEG: Final = 0.001


class Overpass(Provider):
    """The objects within the region and some kilometres around it."""

    source = "overpass_extract"
    needs_boundary = True

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the extract that will be made of the answers, by the area; refuse one that is too large."""
        if boundary is None:
            return (settings.request(self.source, country.iso3, params={"digest": "<area>"}),)
        from comarca.crs import geodesic_area_km2
        from comarca.sources.osm.clip import routing_area

        area = routing_area(boundary, buffer_km=float(options.get("buffer_km", DEFAULT_BUFFER_KM)))
        size_km2 = float(geodesic_area_km2(np.array([area]))[0])
        limit_km2 = float(settings.sources[self.source].more["max_area_km2"])
        if size_km2 > limit_km2:
            raise NotOfferedError(
                f"Overpass is for small areas: this one has {size_km2:,.0f} km2 with its buffer, "
                f"more than {limit_km2:,.0f} km2. Take the provider geofabrik, or a smaller abroad_buffer_km"
            )
        outline = area.simplify(_SIMPLIFY_DEG).wkt
        digest = hashlib.sha256(outline.encode()).hexdigest()[:12]
        return (settings.request(self.source, country.iso3, params={"digest": digest, "area": outline}),)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Say where the interpreter is."""
        return (Resolved(context.settings.sources[self.source].url[0]),)

    def sample(self, request: Request, address: Resolved, context: Context) -> tuple[str, str]:
        """Name the page that says how many slots are free."""
        return f"{address.url}/status", "text"

    def deliver(self, request: Request, address: Resolved, part: Path, context: Context) -> Delivery:
        """Ask for the area, part by part, and write the answers as one extract."""
        import shapely

        from comarca.sources.osm.write import write_elements

        url = context.url(address.url, request.provider)
        answers = part.with_name(part.name + ".answers")
        area = cast("Polygon | MultiPolygon", shapely.from_wkt(request.params["area"]))
        with _osmnx_settings(url, answers, context):
            repeat(lambda: _collect(area, url), context.client.policy)
        contents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(answers.glob("*.json"))]
        write_elements(contents, part)
        shutil.rmtree(answers)
        return Delivery(final_url=f"{url}/interpreter", etag="", last_modified="")


def query_tags() -> dict[str, bool | str | list[str]]:
    """Tags of all that the layers are made of, but for buildings, which are too many for the server.

    Returns
    -------
    dict
        Key -> True for any value, or the values.
    """
    from comarca.sources.osm import tags as osm_tags

    services: dict[str, bool | str | list[str]] = {}
    for key, value in osm_tags.SERVICE_KINDS:
        services[key] = sorted({value, *_listed(services.get(key))})
    return {
        "highway": True,
        "route": osm_tags.FERRY,
        "power": list(osm_tags.POWER_CLASSES),
        "place": list(osm_tags.SETTLEMENTS),
        "landuse": True,
        "natural": list(osm_tags.NATURAL_COVER),
        "boundary": "administrative",
        **services,
    }


def _listed(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _collect(area: Polygon | MultiPolygon, url: str) -> None:
    """Have osmnx ask for every part of the area that it has not got yet."""
    import osmnx  # here, since it takes longer to load than all planning takes

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="This area is", category=UserWarning)
            osmnx.features.features_from_polygon(area, query_tags())
    except InterruptedError:
        return  # how osmnx says that all answers are in its cache
    except requests.RequestException as error:
        raise PassingError(f"no connection: {error}", url=url) from error


@contextmanager
def _osmnx_settings(url: str, answers: Path, context: Context) -> Iterator[None]:
    import osmnx

    ours: dict[str, Any] = {
        "overpass_url": url,
        "cache_folder": str(answers),
        "use_cache": True,
        "cache_only_mode": True,
        "http_user_agent": context.client.user_agent,
        "http_referer": "",
        "doh_url_template": None,
        "requests_timeout": max(context.client.policy.read_timeout_s, 180.0),
        "requests_kwargs": {"hooks": {"response": _refuse_unusable(context)}},
    }
    before = {name: getattr(osmnx.settings, name) for name in ours}
    resolver = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolver  # osmnx pins the server's address in there and leaves it


def _refuse_unusable(context: Context) -> Callable[..., None]:
    def hook(response: requests.Response, *_: Any, **__: Any) -> None:
        if not response.url.endswith("/interpreter") or response.is_redirect:
            return
        try:
            _refuse_status(response, context.client.policy)
            _refuse_partial(response)
        except TransferError:
            response.close()
            raise

    return hook


def _refuse_status(response: requests.Response, policy: Policy) -> None:
    url, status = response.url, response.status_code
    if status in PASSING_STATUS:
        asked = parse_retry_after(response.headers.get("Retry-After"), now=policy.wall_clock())
        pause = max(asked or 0.0, BUSY_PAUSE_S)
        if pause > policy.max_retry_after_s:
            raise TransferError(f"HTTP {status}; the server asks to come back in {pause:,.0f} s", url=url)
        message = f"HTTP {status}: the server is busy, or has no slot for this client"
        raise PassingError(message, url=url, status=status, retry_after_s=pause)
    if status != requests.codes.ok:
        reason = "the server refuses this client (no User-Agent, or blocked)" if status == 406 else response.reason
        raise TransferError(f"HTTP {status}: {reason}", url=url, status=status)


def _refuse_partial(response: requests.Response) -> None:
    try:
        answer = response.json()
    except ValueError as error:
        shown = markup_title(response.content[:2048]) or response.text[:80]
        raise PassingError(f"the answer is not JSON: {shown!r}", url=response.url) from error
    if not isinstance(answer, dict) or "elements" not in answer:
        raise PassingError("the answer has no list of elements", url=response.url)
    if remark := answer.get("remark"):
        raise PassingError(f"the answer is not complete, Overpass remarks: {remark}", url=response.url)
