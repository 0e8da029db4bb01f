"""The country catalogue: what is known of each country before anything is fetched.

``src/comarca/registry/data/countries.csv`` has a row for every ISO 3166-1 alpha-3 code. Columns up to the centre are
generated (``build_countries.py``); the others are curated, Latin America and the Caribbean first. What is not curated
falls back to rules that hold for most countries.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.registry import DATA
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS

#: Level of the units where the catalogue says nothing; a coarser one is taken if the provider does not have it.
DEFAULT_LEVEL: Final = 2
DEFAULT_OSM_ADMIN_LEVEL: Final = 8
#: Range of a country's area around the figure of GeoNames where none is curated: that counts inland waters.
DEFAULT_AREA_SHARES: Final = (0.95, 1.02)
#: Numbers of units may differ from the catalogue's by this share: providers follow reforms at their own pace.
UNITS_TOLERANCE: Final = 0.05
#: What the catalogue's column ``extract`` says of countries that no extract holds.
NO_EXTRACT: Final = "-"
_LEVEL_COLUMNS: Final = {
    "cod": "cod_level",
    "cod_parquet": "cod_level",
    "fieldmaps": "cod_level",
    "geoboundaries": "geoboundaries_level",
    "gadm": "gadm_level",
}
#: Territories with a code of their own that are often taken as part of their state: the state's tables hold them.
DEPENDENCIES: Final = {
    "AUS": ("CCK", "CXR", "HMD", "NFK"),
    "CHN": ("HKG", "MAC"),
    "DNK": ("FRO", "GRL"),
    "FIN": ("ALA",),
    "FRA": ("ATF", "BLM", "GLP", "GUF", "MAF", "MTQ", "MYT", "NCL", "PYF", "REU", "SPM", "WLF"),
    "GBR": (
        "AIA", "BMU", "CYM", "FLK", "GGY", "GIB", "IMN", "IOT", "JEY", "MSR", "PCN", "SGS", "SHN", "TCA", "VGB",
    ),
    "NLD": ("ABW", "BES", "CUW", "SXM"),
    "NOR": ("BVT", "SJM"),
    "NZL": ("COK", "NIU", "TKL"),
    "USA": ("ASM", "GUM", "MNP", "PRI", "UMI", "VIR"),
}  # fmt: skip
#: Codes that ISO 3166-1 leaves to users: AAA-AAZ, QMA-QZZ, XAA-XZZ, ZZA-ZZZ.
_CODE_LENGTH: Final = 3
_USER_ASSIGNED: Final = re.compile(r"AA[A-Z]|Q[M-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]")


@dataclass(frozen=True)
class Level:
    """Which administrative level holds the units, at one provider.

    Attributes
    ----------
    number : int
        Level, 0 being the country.
    exact : bool
        Whether it is known. Otherwise it is a guess, and a coarser level will do.
    """

    number: int
    exact: bool


@dataclass(frozen=True)
class Country:
    """One country.

    Attributes
    ----------
    iso3, iso2 : str
        ISO 3166-1 codes. Those of a made-up country are user-assigned both: XAA, and XA.
    names : mapping
        Name per language (en, es, pt).
    aliases : tuple of str
        Further names by which sources call it, in English.
    continent : str
        Continent, in English.
    area_km2 : float or None
        Area with inland waters, as GeoNames states it; None if not known.
    area_range_km2 : tuple of float or None
        Least and greatest area that is plausible: land area and whole area as published, where they are curated; a
        range around `area_km2` elsewhere.
    population_persons : float or None
        Inhabitants, as GeoNames states them, of differing years; None if not known.
    centre : tuple of float or None
        Longitude and latitude of the middle of its settled part.
    is_latin_american : bool
        Latin America and the Caribbean.
    unit : str
        What the units are called.
    units : tuple of int or None
        Least and greatest number of units that sources give.
    levels : mapping
        Provider -> level as curated; None says that the provider does not have the units.
    osm_admin_level : int or None
        ``admin_level`` of the units in OpenStreetMap; None if it is to be chosen by the number of units.
    extract : str
        Path of the Geofabrik extract that holds the country; empty if it has to be looked up, ``-`` if there is none.
    extract_is_shared : bool
        Whether that extract holds more than the country, which has to be cut out of it.
    osmfr_extract : str
        Path of the country's extract at download.openstreetmap.fr; empty if there is none.
    not_units : tuple of str
        Names that sources list as units and that are none, such as lakes.
    errata : str
        Known faults of sources.
    """

    iso3: str
    iso2: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    continent: str
    area_km2: float | None
    area_range_km2: tuple[float, float] | None
    population_persons: float | None
    centre: tuple[float, float] | None
    is_latin_american: bool
    unit: str
    units: tuple[int, int] | None
    levels: Mapping[str, int | None]
    osm_admin_level: int | None
    extract: str
    extract_is_shared: bool
    osmfr_extract: str
    not_units: tuple[str, ...]
    errata: str

    @property
    def equal_area_crs(self) -> CRS | None:
        """Suggested system to measure areas in: Lambert azimuthal equal-area on the country's middle."""
        from comarca.crs import equal_area_crs  # here, since planning a run projects nothing

        return None if self.centre is None else equal_area_crs((*self.centre, *self.centre))

    def level(self, provider: str, *, asked: int | None = None) -> Level | None:
        """Level of the units at a provider of boundaries.

        Parameters
        ----------
        provider : str
            ``cod``, ``geoboundaries`` or ``gadm``.
        asked : int, optional
            Level that the configuration asks for; it overrules the catalogue.

        Returns
        -------
        Level or None
            None if the provider is known not to have the units.
        """
        if asked is not None:
            return Level(asked, exact=True)
        if provider not in self.levels:
            return Level(DEFAULT_LEVEL, exact=False)
        number = self.levels[provider]
        return None if number is None else Level(number, exact=True)

    def check_units(self, count: int) -> Check:
        """Hold a number of units against the catalogue.

        Parameters
        ----------
        count : int
            Units found.

        Returns
        -------
        Check
            ``warn`` if it is off by more than `UNITS_TOLERANCE`; ``info`` where the catalogue has no number.
        """
        name = "territory_count"
        if self.units is None:
            return Check(name, "info", count, "", f"The catalogue states no number of units for {self.iso3}.")
        low, high = self.units
        fits = low * (1 - UNITS_TOLERANCE) <= count <= high * (1 + UNITS_TOLERANCE)
        kind = f"{self.unit or 'unit'}s of {self.iso3}"
        message = f"{count} units; the catalogue expects {low} to {high} ({kind}). {self.errata}".rstrip()
        return Check(name, "pass" if fits else "warn", count, f"{low} to {high}, within 5 %", message)


def country(code: str, *, where: str = "country", path: Path | None = None) -> Country:
    """Look a country up.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3 code. Codes that the standard leaves to users (such as XAA) make a country of which
        nothing is known: its layers have to come from files.
    where : str, optional
        The key that the code stands under, for the message.
    path : pathlib.Path, optional
        The catalogue; the project's own if not given.

    Returns
    -------
    Country
        What is known of it.

    Raises
    ------
    ConfigError
        If there is no such code; the message names the nearest right one.
    """
    catalogue = countries(path)
    if code in catalogue:
        return catalogue[code]
    if _USER_ASSIGNED.fullmatch(code):
        return _made_up(code)
    raise ConfigError(
        where, got=code, expected="an ISO 3166-1 alpha-3 code such as NIC", remedy=_suggestion(code, catalogue)
    )


def countries(path: Path | None = None) -> Mapping[str, Country]:
    """All countries of the catalogue.

    Parameters
    ----------
    path : pathlib.Path, optional
        The catalogue; the project's own if not given.

    Returns
    -------
    mapping
        Countries by ISO 3166-1 alpha-3 code.
    """
    return _load(path or DATA / "countries.csv")


@lru_cache(maxsize=4)
def _load(path: Path) -> Mapping[str, Country]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return {row["iso3"]: _country(row) for row in rows}
    except (KeyError, ValueError) as error:
        raise InputError(path.name, got=str(error), expected="a column or number of the country catalogue") from error


def _country(row: Mapping[str, str]) -> Country:
    area_km2 = float(row["area_km2"]) or None
    units = (int(row["units_min"]), int(row["units_max"])) if row["units_min"] else None
    return Country(
        iso3=row["iso3"],
        iso2=row["iso2"],
        names={language: row[f"name_{language}"] for language in ("en", "es", "pt")},
        aliases=tuple(name for name in row["aliases"].split(";") if name),
        continent=row["continent"],
        area_km2=area_km2,
        area_range_km2=_area_range(row, area_km2),
        population_persons=float(row["population_persons"]) or None,
        centre=(float(row["centre_longitude"]), float(row["centre_latitude"])) if row["centre_longitude"] else None,
        is_latin_american=row["latin_america"] == "true",
        unit=row["unit"],
        units=units,
        levels={
            provider: None if row[column] == "-" else int(row[column])
            for provider, column in _LEVEL_COLUMNS.items()
            if row[column]
        },
        osm_admin_level=int(row["osm_admin_level"] or 0) or (None if units else DEFAULT_OSM_ADMIN_LEVEL),
        extract=row["extract"],
        extract_is_shared=row["extract_shared"] == "true",
        osmfr_extract=row["osmfr_extract"],
        not_units=tuple(name for name in row["not_units"].split(";") if name),
        errata=row["errata"],
    )


def _area_range(row: Mapping[str, str], area_km2: float | None) -> tuple[float, float] | None:
    if row["area_min_km2"]:
        return float(row["area_min_km2"]), float(row["area_max_km2"])
    low, high = DEFAULT_AREA_SHARES
    return None if area_km2 is None else (low * area_km2, high * area_km2)


def _made_up(code: str) -> Country:
    return Country(
        iso3=code,
        iso2=code[:2],
        names=dict.fromkeys(("en", "es", "pt"), code),
        aliases=(),
        continent="",
        area_km2=None,
        area_range_km2=None,
        population_persons=None,
        centre=None,
        is_latin_american=False,
        unit="",
        units=None,
        levels={},
        osm_admin_level=DEFAULT_OSM_ADMIN_LEVEL,
        extract="",
        extract_is_shared=False,
        osmfr_extract="",
        not_units=(),
        errata="",
    )


def _suggestion(code: str, catalogue: Mapping[str, Country]) -> str:
    folded = code.strip().casefold()
    for entry in catalogue.values():
        if folded in {
            entry.iso3.casefold(),
            entry.iso2.casefold(),
            *(name.casefold() for name in entry.names.values()),
        }:
            return f"Did you mean {entry.iso3!r} ({entry.names['en']})?"
    if len(folded) == _CODE_LENGTH:
        return f"Did you mean {min(catalogue, key=lambda other: _distance(folded.upper(), other))!r}?"
    by_name = {name: entry.iso3 for entry in catalogue.values() for name in entry.names.values()}
    near = did_you_mean(code, by_name)
    return next((f"{near[:-1]} ({by_name[name]})?" for name in by_name if near == f"Did you mean {name!r}?"), near)


def _distance(code: str, other: str) -> tuple[int, int, str]:
    """How unlike two codes are: first by places that differ, then by how late the first one does, then by alphabet."""
    differs = [a != b for a, b in zip(code, other, strict=True)]
    return sum(differs), -differs.index(True), other
