"""What is said of a data set, gathered once for README, citation, RO-Crate, DCAT and data package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from comarca.publish.licence import terms_of
from comarca.publish.provenance import credits_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.publish.inputs import InputFile
    from comarca.registry.columns import Column

#: Licence, by its SPDX identifier as `comarca.publish.licence` names it -> its address.
LICENCES: Final = {
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
MEDIA_TYPES: Final = {
    "csv": "text/csv", "csvt": "text/plain", "json": "application/json", "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet", "gpkg": "application/geopackage+sqlite3", "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "dta": "application/x-stata-dta",
    "pdf": "application/pdf", "html": "text/html", "yaml": "application/yaml",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What the configuration says of the published data set.

    Attributes
    ----------
    version, date, producer, contact, doi, url, revision : str
        See the section ``publication`` of the configuration; empty if not given.
    """

    version: str = "1.0"
    date: str = ""
    producer: str = ""
    contact: str = ""
    doi: str = ""
    url: str = ""
    revision: str = ""


@dataclass(frozen=True)
class DataSet:
    """A region's data set.

    Attributes
    ----------
    region : str
        Name of the region in the configuration.
    titles : mapping
        Title of the data set per language.
    statement : Statement
        What its producers say of it.
    licence : str
        Licence that follows from the inputs; empty if none fits.
    credits : tuple of str
        Lines that have to be printed with it.
    bounds : tuple of float
        West, south, east, north, EPSG:4326.
    years : tuple of int
        First and last year that its columns describe; empty if not known.
    released : str
        ISO date of its release, as the configuration or ``SOURCE_DATE_EPOCH`` gives it; empty if neither does. Never
        the clock, so that the same inputs give the same data set, and never a date of the data.
    not_before : str
        ISO date before which it cannot have been made: that of the newest fetch or of the program's commit; empty if
        neither is known.
    territory_count, column_count : int
        Its size.
    commit : str
        Commit of the program; empty if not known.
    inputs : tuple of InputFile
        What it was made from.
    """

    region: str
    titles: Mapping[str, str]
    statement: Statement
    licence: str
    credits: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    years: tuple[int, ...]
    released: str
    not_before: str
    territory_count: int
    column_count: int
    commit: str
    inputs: tuple[InputFile, ...]

    @property
    def spdx(self) -> str:
        """SPDX identifier of the licence; empty if it has none."""
        return self.licence if self.licence in LICENCES else ""

    @property
    def licence_url(self) -> str:
        """Address of the licence; a name of its own within the description if none fits."""
        return LICENCES.get(self.licence, "#licence")

    @property
    def identifier(self) -> str:
        """DOI or address; a name if there is none."""
        doi = f"https://doi.org/{self.statement.doi}" if self.statement.doi else ""
        return doi or self.statement.url or f"urn:comarca:{self.region}:{self.statement.version}"

    @property
    def producer(self) -> str:
        """Who publishes the data set, in English where no name is given."""
        return self.producer_in("en")

    def producer_in(self, language: str) -> str:
        """Who publishes the data set; general words of the language where no name is given."""
        return self.statement.producer or _PRODUCERS[language]


_PRODUCERS: Final = {
    "en": "The producers of this data set",
    "es": "Los productores de este conjunto de datos",
    "pt": "Os produtores deste conjunto de dados",
}
_TITLES: Final = {
    "en": "Territory indicators of {}",
    "es": "Indicadores territoriales de {}",
    "pt": "Indicadores territoriais de {}",
}


def describe_dataset(
    *,
    region: str,
    titles: Mapping[str, str],
    statement: Statement,
    inputs: Sequence[InputFile],
    territories: gpd.GeoDataFrame,
    columns: Sequence[Column],
    years: Mapping[str, int | None],
    commit: str = "",
    commit_date: str = "",
) -> DataSet:
    """Gather what is said of a data set.

    Parameters
    ----------
    region : str
        Name of the region in the configuration.
    titles : mapping
        What readers call the region, per language.
    statement : Statement
        What its producers say of it.
    inputs : sequence of InputFile
        What it was made from.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    columns : sequence of Column
        Its columns.
    years : mapping
        Column -> year of its data.
    commit, commit_date : str, optional
        Commit of the program, and its ISO date.

    Returns
    -------
    DataSet
        All of it.
    """
    west, south, east, north = (round(float(side), 4) for side in territories.total_bounds)
    dated = sorted({year for year in years.values() if year})
    return DataSet(
        region=region,
        titles={language: text.format(titles[language]) for language, text in _TITLES.items()},
        statement=statement,
        licence=terms_of(inputs).licence,
        credits=tuple(credits_of(inputs)),
        bounds=(west, south, east, north),
        years=(dated[0], dated[-1]) if dated else (),
        released=release_date(statement),
        not_before=max([commit_date, *(entry.retrieved or "" for entry in inputs)])[:10],
        territory_count=len(territories),
        column_count=len(columns),
        commit=commit,
        inputs=tuple(inputs),
    )


def release_date(statement: Statement) -> str:
    """Date of the release, from the configuration or ``SOURCE_DATE_EPOCH``; empty if neither gives one."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return statement.date or (datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch else "")
