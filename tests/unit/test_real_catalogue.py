"""The catalogue against what the providers really list: the whole index of extracts, all rows of geoBoundaries.

The recorded answers are read where they lie; without them these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from comarca.errors import RetrievalError
from comarca.fetch.providers.geofabrik import choose_extract, is_own
from comarca.fetch.retry import TransferError
from comarca.publish.table_checks import AREA_TOLERANCE_SHARE
from comarca.registry.countries import NO_EXTRACT, UNITS_TOLERANCE, countries, country

if TYPE_CHECKING:
    from pathlib import Path

    from servers.bench import Desk

LATIN_AMERICA = (
    "ARG", "ATG", "BHS", "BLZ", "BOL", "BRA", "BRB", "CHL", "COL", "CRI", "CUB", "DMA", "DOM", "ECU", "GRD", "GTM",
    "GUY", "HND", "HTI", "JAM", "KNA", "LCA", "MEX", "NIC", "PAN", "PER", "PRY", "SLV", "SUR", "TTO", "URY", "VCT",
    "VEN",
)  # fmt: skip
#: Layers of geoBoundaries whose area is off in the data themselves, and how.
WRONG_AREA = {
    "ATA": "without its ice shelves", "BES": "24 % below the published area", "FJI": "districts reach into the sea",
    "KWT": "islands lack", "MCO": "12 % above the published area", "MDV": "atolls with their sea",
    "MHL": "atolls with their sea", "TON": "an island group lacks", "TUV": "islands lack",
    "TWN": "2.4 % above the published area", "VIR": "one island of three",
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """One row of geoBoundaries."""

    count: int
    area_km2: float


@pytest.fixture(scope="session")
def index(cases: Path) -> list[dict[str, Any]]:
    text = (cases / "providers/geofabrik/index-v1-nogeom.json").read_text(encoding="utf-8")
    return [feature["properties"] for feature in json.loads(text)["features"]]


@pytest.fixture(scope="session")
def layers(cases: Path) -> dict[str, dict[int, Layer]]:
    known: dict[str, dict[int, Layer]] = {}
    with (cases / "providers/geoboundaries/gbopen_api_rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 715
    for row in rows:
        count = int(row["admUnitCount"])
        layer = Layer(count, count * float(row["meanAreaSqKM"] or "nan"))
        known.setdefault(row["boundaryISO"], {})[int(row["boundaryType"][-1])] = layer
    return known


def paths(index: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {url.split(".de/")[1].removesuffix("-latest.osm.pbf"): entry for entry in index
            if (url := entry["urls"].get("pbf"))}  # fmt: skip


# --- extracts -----------------------------------------------------------------------------------------------------


def test_every_country_has_an_extract_of_its_own_or_a_shared_one_or_none_in_clear_words(
    index: list[dict[str, Any]],
) -> None:
    known = paths(index)
    refused = {code for code, entry in countries().items() if entry.extract == NO_EXTRACT}
    assert refused == {"BVT", "UMI"}
    assert {code for code, entry in countries().items() if entry.extract not in known} == refused
    owners: dict[str, str] = {}
    for code, entry in countries().items():
        if code not in refused and not entry.extract_is_shared:
            assert owners.setdefault(entry.extract, code) == code, (code, entry.extract)


def test_an_extract_that_lists_several_countries_is_marked_as_shared(index: list[dict[str, Any]]) -> None:
    known = paths(index)
    for code, entry in countries().items():
        codes = known.get(entry.extract, {}).get("iso3166-1:alpha2", [])
        assert len(codes) <= 1 or entry.extract_is_shared, code
    held = {"ITA", "ESP", "FIN", "CAN"}
    for code in held:
        sharing = {other.iso3 for other in countries().values() if other.extract == country(code).extract}
        assert sharing > {code}
        assert all(country(other).extract_is_shared for other in sharing - {code})


#: Countries whose code the index gives to others too, or to nobody, or to a larger extract.
EXTRACTS = {
    "VUT": "australia-oceania/vanuatu", "COM": "africa/comores", "IMN": "europe/isle-of-man",
    "BMU": "europe/united-kingdom/bermuda", "FLK": "europe/united-kingdom/falklands",
    "VIR": "north-america/us/us-virgin-islands", "HKG": "asia/china/hong-kong", "MAC": "asia/china/macau",
    "PYF": "australia-oceania/polynesie-francaise", "WLF": "australia-oceania/wallis-et-futuna",
    "TKL": "australia-oceania/tokelau", "PCN": "australia-oceania/pitcairn-islands",
    "MHL": "australia-oceania/marshall-islands", "SJM": "europe/norway/svalbard-janmayen",
    "NFK": "australia-oceania/australia/norfolk-island", "GEO": "europe/georgia",
}  # fmt: skip
SHARED = {
    "MYS": "asia/malaysia-singapore-brunei", "IRL": "europe/ireland-and-northern-ireland", "MAR": "africa/morocco",
    "HTI": "central-america/haiti-and-domrep", "GUM": "australia-oceania/american-oceania", "BRB": "central-america",
    "SPM": "north-america/canada", "IOT": "asia", "SGS": "south-america", "ATF": "australia-oceania",
}  # fmt: skip


@pytest.mark.parametrize(("code", "extract"), [*EXTRACTS.items(), *SHARED.items()])
def test_the_extract_of_a_country_that_the_index_gets_wrong(
    index: list[dict[str, Any]], code: str, extract: str
) -> None:
    entry = country(code)
    assert (entry.extract, entry.extract_is_shared) == (extract, code in SHARED)
    chosen = choose_extract(index, extract=entry.extract, iso2=entry.iso2, names=entry.names.values())
    assert chosen is paths(index)[extract]


def test_vanuatu_is_not_american_oceania_even_without_the_catalogue(index: list[dict[str, Any]]) -> None:
    """Six entries carry Vanuatu's code; the first by the alphabet is not its own."""
    chosen = choose_extract(index, extract="", iso2="VU", names=country("VUT").names.values())
    assert chosen is not None
    assert chosen["id"] == "vanuatu"
    with pytest.raises(TransferError, match=r"code VU to several extracts.*american-oceania.*wallis-et-futuna"):
        choose_extract(index, extract="", iso2="VU", names=["Nowhere"])


def test_georgia_is_not_the_state_of_georgia(index: list[dict[str, Any]]) -> None:
    for extract, url in (("europe/georgia", "/europe/georgia-"), ("north-america/us/georgia", "/us/georgia-")):
        chosen = choose_extract(index, extract=extract, iso2="GE")
        assert chosen is not None
        assert url in chosen["urls"]["pbf"]


def test_by_code_alone_no_country_gets_another_ones_extract(index: list[dict[str, Any]]) -> None:
    """What would happen if the catalogue named no extract at all: right, nothing, or a refusal."""
    wrong = {}
    for code, entry in countries().items():
        try:
            chosen = choose_extract(index, extract="", iso2=entry.iso2, names=entry.names.values())
        except TransferError:
            continue
        if chosen is not None and is_own(chosen, entry.iso2):
            path = next(path for path, other in paths(index).items() if other is chosen)
            if path != entry.extract:
                wrong[code] = path
    assert wrong == {}


def test_a_country_that_no_extract_holds_is_refused_in_clear_words(desk: Desk) -> None:
    for code in ("BVT", "UMI"):
        with pytest.raises(RetrievalError, match=f"no extract of Geofabrik .* touches {code}"):
            desk.fetch("osm", code, "geofabrik")
    assert desk.server.hits() == 0


def test_all_extracts_resolve_against_the_whole_index(desk: Desk, cases: Path) -> None:
    """Every code through the provider itself, with the recorded index on the server: address and cut."""
    from comarca.fetch.providers.geofabrik import Geofabrik

    body = (cases / "providers/geofabrik/index-v1-nogeom.json").read_bytes()
    desk.server.put("/geofabrik/index-v1-nogeom.json", body)
    context = desk.context()
    for code, entry in countries().items():
        if entry.extract == NO_EXTRACT:
            continue
        (request,) = Geofabrik().plan(entry, {}, context.settings, None)
        address = Geofabrik().resolve(Geofabrik().locate(request, context), context)[-1]
        assert address.url == f"https://download.geofabrik.de/{entry.extract}-latest.osm.pbf", code
        assert address.is_shared is entry.extract_is_shared, code


# --- units --------------------------------------------------------------------------------------------------------


def test_the_number_of_units_at_geoboundaries_is_in_the_catalogues_range(layers: dict[str, dict[int, Layer]]) -> None:
    counted = 0
    for code, entry in countries().items():
        level = entry.level("geoboundaries")
        if level is None or not level.exact or entry.units is None:
            continue
        assert level.number in layers[code], (code, level)
        low, high = entry.units
        count = layers[code][level.number].count
        assert low * (1 - UNITS_TOLERANCE) <= count <= high * (1 + UNITS_TOLERANCE), (code, count, entry.units)
        counted += 1
    assert counted >= 35


def test_a_level_that_is_a_guess_exists_or_a_coarser_one_does(layers: dict[str, dict[int, Layer]]) -> None:
    without = {
        code
        for code, entry in countries().items()
        if (level := entry.level("geoboundaries")) is not None
        and not any(number <= level.number for number in layers.get(code, {}))
    }
    assert without == {
        "ALA", "ATF", "BVT", "CCK", "CXR", "ESH", "HKG", "HMD", "IOT", "JEY", "MAC", "MAF", "NFK", "SGS", "SJM", "SPM",
        "SXM", "UMI",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "provider", "level"),
    [("HTI", "geoboundaries", 3), ("PRI", "geoboundaries", 2), ("GLP", "geoboundaries", 4), ("MTQ", "geoboundaries", 4),
     ("GUF", "geoboundaries", None), ("SLV", "cod", 3), ("GLP", "cod", 2), ("GUF", "cod", 2), ("MTQ", "cod", 2)],
)  # fmt: skip
def test_levels_that_were_wrong(code: str, provider: str, level: int | None) -> None:
    entry = country(code).level(provider)
    assert (None if entry is None else entry.number) == level


def test_levels_of_openstreetmap_that_were_wrong_or_are_chosen_by_their_number_of_units() -> None:
    assert [country(code).osm_admin_level for code in ("GTM", "BRB", "ATG")] == [6, 6, 4]
    for code in ("SLV", "DMA", "GRD", "KNA", "LCA", "VCT", "TTO", "JAM"):
        assert country(code).osm_admin_level is None
        assert country(code).units is not None
    assert country("SUR").units == (62, 62)


def test_the_deepest_level_of_cod_is_not_exceeded(cases: Path) -> None:
    with (cases / "providers/cod/levels.csv").open(encoding="utf-8-sig", newline="") as file:
        deepest = {row["iso_3"]: int(row["cod_lvl"]) for row in csv.DictReader(file) if row["cod_lvl"]}
    for code, entry in countries().items():
        level = entry.level("cod")
        if level is not None and level.exact and code in deepest:
            assert level.number <= deepest[code], code


# --- areas --------------------------------------------------------------------------------------------------------


def fits(area_km2: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    return low * (1 - AREA_TOLERANCE_SHARE) <= area_km2 <= high * (1 + AREA_TOLERANCE_SHARE)


def test_areas_of_latin_america_and_the_caribbean_are_in_the_published_range(
    layers: dict[str, dict[int, Layer]],
) -> None:
    assert len(LATIN_AMERICA) == 33
    for code in LATIN_AMERICA:
        entry = country(code)
        bounds, level = entry.area_range_km2, entry.level("geoboundaries")
        assert bounds is not None
        number = 2 if level is None else level.number
        assert fits(layers[code][number].area_km2, bounds), (code, layers[code][number].area_km2, bounds)


def test_areas_elsewhere_are_in_a_range_or_the_data_are_known_to_be_wrong(layers: dict[str, dict[int, Layer]]) -> None:
    outside = {}
    for code, entry in countries().items():
        level = entry.level("geoboundaries")
        offered = [number for number in layers.get(code, {}) if level is not None and number <= level.number]
        if not offered or entry.area_range_km2 is None:
            continue
        area = layers[code][max(offered)].area_km2
        if not fits(area, entry.area_range_km2):
            outside[code] = (max(offered), round(area), entry.area_range_km2)
    assert outside.keys() == WRONG_AREA.keys(), outside


def test_no_range_of_areas_is_wider_than_a_disputed_region_explains() -> None:
    for code, entry in countries().items():
        if entry.area_range_km2 is not None and entry.area_range_km2[0] > 1000:
            low, high = entry.area_range_km2
            assert high / low < (1.75 if code in {"MAR", "VEN", "BHS"} else 1.4), code
