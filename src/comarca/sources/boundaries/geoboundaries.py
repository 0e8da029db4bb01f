"""Units from geoBoundaries' GeoJSON files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.sources.boundaries.provider_file import as_territories, parents_by_place
from comarca.sources.vectors.read import read_vector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from comarca.registry.countries import Country, Level
    from comarca.results import Check


def territories(paths: Sequence[Path], *, country: Country, level: Level) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the file of the units, then that of the units above, if there is one.

    ``territory_id`` is the provider's ``shapeID``. The files do not say which unit belongs to which: the parent is the
    one that a point inside the unit lies in.
    """
    units = read_vector(paths[0], columns=("shapeID", "shapeName", "shapeType"), name="geoBoundaries")
    above = read_vector(paths[1], columns=("shapeName", "shapeType"), name="geoBoundaries") if len(paths) > 1 else None
    if above is None or above["shapeType"].iloc[0] >= units["shapeType"].iloc[0]:
        return as_territories(units, where=str(paths[0]), country=country, id="shapeID", name="shapeName", parent=None)
    units = units.assign(parent=parents_by_place(units, above, name="shapeName"))
    return as_territories(units, where=str(paths[0]), country=country, id="shapeID", name="shapeName", parent="parent")
