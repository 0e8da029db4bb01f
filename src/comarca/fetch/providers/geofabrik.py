"""OpenStreetMap extracts of Geofabrik: found through its index, checked by the md5 that names the dated file.

The md5 is read first and the dated file that it names is fetched, because ``-latest`` may be replaced between the two.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from comarca.fetch.providers.protocol import Provider
from comarca.fetch.receipts import Resolved
from comarca.fetch.retry import TransferError
from comarca.fetch.settings import NotOfferedError
from comarca.fetch.verify import parse_md5
from comarca.registry.countries import NO_EXTRACT
from comarca.registry.countries import country as catalogue_entry
from comarca.sources.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

#: Key of the index that lists the countries of an extract.
CODES: Final = "iso3166-1:alpha2"


class Geofabrik(Provider):
    """The smallest extract that holds a country, named by the extract: two countries may share one."""

    source = "geofabrik_extract"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the extract by the catalogue, or by the country where that knows none."""
        if country.extract == NO_EXTRACT:
            raise NotOfferedError(f"no extract of Geofabrik but those of oceans and continents touches {country.iso3}")
        return (_request(self.source, country, country.extract, settings),)

    def locate(self, request: Request, context: Context) -> Request:
        """Find the extract of a country for which the catalogue names none, in case it serves others too."""
        if "<" not in request.url:
            return request
        entry = catalogue_entry(request.country)
        try:
            chosen = choose_extract(_index(context, self.source), extract="", iso2=entry.iso2, names=_names(entry))
        except TransferError:
            return request
        if chosen is None or is_own(chosen, entry.iso2):
            return request
        located = _request(self.source, entry, _path_of(chosen), context.settings)
        return replace(located, is_shared=True)

    def resolve(self, request: Request, context: Context) -> tuple[Resolved, ...]:
        """Give the dated file that the md5 names, then the one called latest; both have to match the checksum."""
        address = _latest(request, context)
        md5, name = read_md5(f"{address.url}.md5", request, context)
        if not md5:
            return (replace(address, note=f"{address.note} No md5 is published.".strip()),)
        address = replace(address, md5=md5)
        if not name or address.url.endswith(f"/{name}"):
            return (address,)
        dated = f"{address.url.rsplit('/', 1)[0]}/{name}"
        return (replace(address, url=dated, version=_date_in(name)), address)


def read_md5(url: str, request: Request, context: Context) -> tuple[str, str]:
    """Read the checksum beside an extract.

    Parameters
    ----------
    url : str
        Address of the md5 file.
    request : Request
        The extract.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of str
        Checksum, and name of the file it was made for; both empty if there is no such file.

    Raises
    ------
    TransferError
        If the server fails.
    VerificationError
        If it is no md5 file.
    """
    try:
        return parse_md5(context.get_bytes(url, request.provider))
    except TransferError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return "", ""


def choose_extract(
    features: Sequence[Mapping[str, Any]], *, extract: str, iso2: str, names: Iterable[str] = ()
) -> Mapping[str, Any] | None:
    """Choose the entry of the index that holds a country.

    Parameters
    ----------
    features : sequence of mapping
        ``properties`` of the index's features.
    extract : str
        Path of the extract according to the catalogue, such as ``europe/georgia``; empty or unknown paths are looked
        up by code.
    iso2 : str
        ISO 3166-1 alpha-2 code.
    names : iterable of str
        Names of the country.

    Returns
    -------
    mapping or None
        The entry with that path; else the smallest region that lists the code: the one with the fewest codes that is
        not part of another country, and of several equally small ones the one that bears the country's name. None if
        there is none.

    Raises
    ------
    TransferError
        If several equally small regions list the code and none bears the country's name: the index is known to give
        some islands the code of another country.
    """
    named = next((entry for entry in features if extract and _path_of(entry) == extract), None)
    if named is not None:
        return named
    by_id = {entry["id"]: entry for entry in features}
    holding = [
        entry
        for entry in features
        if iso2 and iso2 in entry.get(CODES, ()) and not by_id.get(entry.get("parent") or "", {}).get(CODES)
    ]
    fewest = min((len(entry[CODES]) for entry in holding), default=0)
    smallest = [entry for entry in holding if len(entry[CODES]) == fewest]
    if len(smallest) <= 1:
        return next(iter(smallest), None)
    folded = {fold_name(name) for name in names}
    alike = [entry for entry in smallest if {fold_name(entry["id"]), fold_name(str(entry.get("name")))} & folded]
    if len(alike) == 1:
        return alike[0]
    listed = ", ".join(sorted(str(entry["id"]) for entry in smallest))
    raise TransferError(
        f"the index gives the code {iso2} to several extracts, and none bears the country's name: {listed}", url=""
    )


def is_own(entry: Mapping[str, Any], iso2: str) -> bool:
    """Whether an entry of the index is the extract of one country alone, as far as its codes say."""
    return set(entry.get(CODES, ())) == {iso2}


def _request(source: str, country: Country, extract: str, settings: Settings) -> Request:
    stem = extract.rsplit("/", 1)[-1] or country.iso3
    request = settings.request(source, country.iso3, params={"extract": extract or f"<{country.iso3}>", "stem": stem})
    if extract:
        return replace(request, is_shared=country.extract_is_shared)
    homepage = settings.sources[source].homepage
    return replace(
        request, by_hand=f"download the smallest extract of {homepage} that holds {country.iso3}, cut it to the country"
    )


def _index(context: Context, source: str) -> list[Mapping[str, Any]]:
    row = context.settings.sources[source]
    url = row.more["index"]
    try:
        index = context.kept[url] = context.kept.get(url) or context.get_json(url, row.provider)
        return [feature["properties"] for feature in index["features"]]
    except (KeyError, TypeError) as error:
        raise TransferError(f"the index has no {error}: its format has changed", url=url) from error


def _names(country: Country) -> list[str]:
    return [country.iso3, *country.names.values()]


def _path_of(entry: Mapping[str, Any]) -> str:
    url = str(entry.get("urls", {}).get("pbf", ""))
    return urlsplit(url).path.strip("/").removesuffix("-latest.osm.pbf")


def _latest(request: Request, context: Context) -> Resolved:
    """Address of the newest extract, and whether it holds more than the country."""
    entry, is_curated = catalogue_entry(request.country), "<" not in request.url
    try:
        features = _index(context, request.source)
    except TransferError as error:
        if is_curated:
            log.warning("Going by the country catalogue, as the index of %s is of no use: %s", request.provider, error)
            return Resolved(request.url, note="Found without the provider's index, which did not answer.")
        raise
    extract = request.params["extract"] if is_curated else ""
    chosen = choose_extract(features, extract=extract, iso2=entry.iso2, names=_names(entry))
    if chosen is None or "pbf" not in chosen.get("urls", {}):
        raise TransferError(
            f"the index lists no extract for {request.country} ({entry.iso2 or 'no alpha-2 code'})",
            url=context.settings.sources[request.source].more["index"],
            status=HTTPStatus.NOT_FOUND,
        )
    latest, codes = str(chosen["urls"]["pbf"]), chosen.get(CODES, ())
    is_shared = request.is_shared if _path_of(chosen) == extract else not is_own(chosen, entry.iso2)
    if not is_shared:
        return Resolved(latest, is_shared=False)
    holds = f"holds {', '.join(codes)}" if codes else "is larger than the country"
    return Resolved(latest, note=f"Extract {chosen['id']} {holds}; to be cut to the country.", is_shared=True)


def _date_in(name: str) -> str:
    digits = urlsplit(name).path.removesuffix(".osm.pbf").rsplit("-", 1)[-1]
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if len(digits) == 6 and digits.isdigit() else ""
