"""Products that the configuration no longer has: what a run once made, and would not make again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comarca.plan.region import RegionPlan

#: Files of one class of cities, below the region's folder.
_OF_CLASS: Final = re.compile(r"layers/(?:travel_time|catchments)_(?P<city_class>[a-z0-9_]+)\.(?:tif|parquet)")
#: Maps of one column, or of two.
_MAP: Final = re.compile(r"maps/(?P<columns>[a-z0-9_]+)\.(?:png|svg)")


def stale_products(region: RegionPlan) -> list[Path]:
    """List the products of a region's folder that belong to columns or classes of cities it no longer has.

    Parameters
    ----------
    region : RegionPlan
        The plan of the region.

    Returns
    -------
    list of pathlib.Path
        Files that are there, sorted. Only maps of columns and layers of classes are looked at: whatever else stands in
        the folder is not judged.
    """
    folder = Path(region.file(""))
    mapped = {column.name for column in region.published if column.mapped}
    classes = {*region.config.city_classes_persons}
    stale = []
    for path in sorted([*folder.glob("maps/*.*"), *folder.glob("layers/*_*.*")]):
        name = path.relative_to(folder).as_posix()
        if match := _MAP.fullmatch(name):
            is_stale = not {*match["columns"].split("__")} <= mapped
        elif match := _OF_CLASS.fullmatch(name):
            is_stale = match["city_class"] not in classes
        else:
            is_stale = False
        if is_stale:
            stale.append(path)
    return stale


def prune(paths: Iterable[Path]) -> None:
    """Remove files.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        From `stale_products`.
    """
    for path in paths:
        path.unlink(missing_ok=True)
