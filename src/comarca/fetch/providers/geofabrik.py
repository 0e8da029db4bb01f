"""OpenStreetMap extracts of Geofabrik: found through its index, checked by the md5 that names the dated file.

The md5 is read first and the dated file that it names is fetched, because ``-latest`` may be replaced between the two.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError
from comarca.fetch.verify import parse_md5

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)


class Geofabrik(Provider):
    """The smallest extract that holds a country, named by the extract: two countries may share one."""

    source = "geofabrik_extract"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the extract by the catalogue, or by the country where that knows none."""
        return (_request(self.source, country.iso3, country.iso2, country.extract, settings),)

    def locate(self, request: Request, context: Context) -> Request:
        """Find the extract of a country for which the catalogue names none, in case it serves others too."""
        if "<" not in request.url:
            return request
        iso2 = request.params["iso2"]
        try:
            chosen = choose_extract(_index(context, self.source), stem="", iso2=iso2)
        except TransferError:
            return request
        if chosen is None or _holds_just(chosen, iso2):
            return request
        extract = urlsplit(str(chosen["urls"]["pbf"])).path.strip("/").removesuffix("-latest.osm.pbf")
        return _request(self.source, request.country, iso2, extract, context.settings)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the dated file that the md5 names, then the one called latest; both have to match the checksum."""
        address = _latest(request, context)
        latest = address.url
        try:
            md5, name = parse_md5(context.get_bytes(f"{latest}.md5", request.provider))
        except TransferError as error:
            if error.status != 404:
                raise
            return (replace(address, note=f"{address.note} No md5 is published.".strip()),)
        address = replace(address, md5=md5)
        if not name or latest.endswith(f"/{name}"):
            return (address,)
        dated = f"{latest.rsplit('/', 1)[0]}/{name}"
        return (replace(address, url=dated, version=_date_in(name)), address)


def choose_extract(features: Sequence[Mapping[str, Any]], *, stem: str, iso2: str) -> Mapping[str, Any] | None:
    """Choose the entry of the index that holds a country.

    Parameters
    ----------
    features : sequence of mapping
        ``properties`` of the index's features.
    stem : str
        Id of the extract according to the catalogue; empty or unknown ids are looked up by code.
    iso2 : str
        ISO 3166-1 alpha-2 code.

    Returns
    -------
    mapping or None
        The entry with that id; else the smallest region that lists the code: the one with the fewest codes that is
        not part of another country. None if there is none.
    """
    by_id = {entry["id"]: entry for entry in features}
    named = next((entry for key, entry in by_id.items() if stem and key.rsplit("/", 1)[-1] == stem), None)
    if named is not None:
        return named
    holding = [
        entry
        for entry in features
        if iso2
        and iso2 in entry.get("iso3166-1:alpha2", ())
        and not by_id.get(entry.get("parent") or "", {}).get("iso3166-1:alpha2")
    ]
    return min(holding, key=lambda entry: (len(entry["iso3166-1:alpha2"]), str(entry["id"])), default=None)


def _request(source: str, iso3: str, iso2: str, extract: str, settings: Settings) -> Request:
    params = {"extract": extract or f"<{iso3}>", "stem": extract.rsplit("/", 1)[-1] or iso3, "iso2": iso2}
    request = settings.request(source, iso3, params=params)
    if extract:
        return request
    homepage = settings.sources[source].homepage
    return replace(
        request, by_hand=f"download the smallest extract of {homepage} that holds {iso3}, cut it to the country"
    )


def _index(context: Context, source: str) -> list[Mapping[str, Any]]:
    row = context.settings.sources[source]
    url = row.more["index"]
    try:
        index = context.kept[url] = context.kept.get(url) or context.get_json(url, row.provider)
        return [feature["properties"] for feature in index["features"]]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the index has no {error}: its format has changed", url=url) from error


def _holds_just(entry: Mapping[str, Any], iso2: str) -> bool:
    return set(entry.get("iso3166-1:alpha2", ())) == {iso2}


def _latest(request: Request, context: Context) -> Resolved:
    """Address of the newest extract, and whether it holds more than the country."""
    is_curated = "<" not in request.url
    try:
        features = _index(context, request.source)
    except TransferError as error:
        if is_curated:
            log.warning("Going by the country catalogue, as the index of %s is of no use: %s", request.provider, error)
            return Resolved(request.url, note="Found without the provider's index, which did not answer.")
        raise
    iso2 = request.params["iso2"]
    chosen = choose_extract(features, stem=request.params["stem"] if is_curated else "", iso2=iso2)
    if chosen is None or "pbf" not in chosen.get("urls", {}):
        raise TransferError(
            f"the index lists no extract for {request.country} ({iso2 or 'no alpha-2 code'})",
            url=context.settings.sources[request.source].more["index"],
            status=404,
        )
    latest = str(chosen["urls"]["pbf"])
    if _holds_just(chosen, iso2):
        return Resolved(latest)
    holds = ", ".join(chosen.get("iso3166-1:alpha2", ()))
    what = f"holds {holds}" if holds else "is larger than the country"
    return Resolved(latest, note=f"Extract {chosen['id']} {what}; to be cut to the country.", is_shared=True)


def _date_in(name: str) -> str:
    digits = urlsplit(name).path.removesuffix(".osm.pbf").rsplit("-", 1)[-1]
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if len(digits) == 6 and digits.isdigit() else ""
