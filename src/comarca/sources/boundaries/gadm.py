"""Units from GADM's GeoPackages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyogrio

from comarca.registry.files import load_sources
from comarca.sources.boundaries.provider_file import as_territories, choose_level
from comarca.sources.vectors.read import read_vector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.registry.countries import Country, Level
    from comarca.results import Check


def territories(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the country's GeoPackage.

    ``territory_id`` is the provider's ``GID``. Rows of other codes (disputed areas) and bodies of water that stand as
    units are left out; names that the file gives as the text "NA" are not known.
    """
    path = paths[0]
    offered = {
        int(match[1]): str(name)
        for name in pyogrio.list_layers(path)[:, 0]
        if (match := re.fullmatch(r"(?:ADM_ADM_|.*_)(\d)", str(name)))
    }
    number = choose_level(offered, level, where=str(path))
    columns = ("GID_0", f"GID_{number}", f"NAME_{number}" if number else "COUNTRY")
    units = read_vector(path, layer=offered[number], columns=columns, name="GADM")
    codes = load_sources()["gadm_country"].more["codes"]
    units = units[units["GID_0"] == codes.get(country.iso3, country.iso3)]
    kind = f"ENGTYPE_{number}"
    if kind in units:
        units = units[~units[kind].fillna("").str.replace(" ", "").str.casefold().isin({"waterbody", "lake"})]
    texts = [column for column in units if column.startswith("NAME_")]
    units = units.assign(**{column: units[column].mask(units[column] == "NA") for column in texts})
    parent = f"NAME_{number - 1}" if number > 1 else None
    return as_territories(units, where=str(path), country=country, id=columns[1], name=columns[2], parent=parent)
