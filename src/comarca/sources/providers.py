"""The providers of each layer: how their files are named, found, brought, and which may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comarca.download import as_planned, from_template, over_http
from comarca.sources import (
    cod,
    gadm,
    geoboundaries,
    geofabrik,
    geonames,
    ghspop,
    mapbiomas,
    nightlights,
    overpass,
    ucdb,
    worldcover,
    worldpop,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.catalogue import Country
    from comarca.download import Deliver, Locate, Resolve
    from comarca.receipts import Request
    from comarca.session import Context, Settings


def _never(request: Request, context: Context) -> bool:
    return False


@dataclass(frozen=True)
class Provider:
    """How to have one layer from one provider.

    Attributes
    ----------
    plan : callable
        Names the files, offline.
    locate, resolve, deliver : callable
        Say which file serves; find its addresses; bring it.
    is_sea : callable
        Whether a file that does not exist is rightly missing.
    needs_boundary : bool
        Whether the files depend on the region's outline.
    """

    plan: Callable[[Country, Mapping[str, Any], Settings, BaseGeometry | None], tuple[Request, ...]]
    resolve: Resolve = from_template
    deliver: Deliver = over_http
    is_sea: Callable[[Request, Context], bool] = _never
    needs_boundary: bool = False
    locate: Locate = as_planned


PROVIDERS: Final[dict[str, dict[str, Provider]]] = {
    "osm": {
        "geofabrik": Provider(geofabrik.plan, geofabrik.resolve, locate=geofabrik.locate),
        "overpass": Provider(overpass.plan, overpass.resolve, overpass.deliver, needs_boundary=True),
    },
    "territories": {
        "cod": Provider(cod.plan, cod.resolve),
        "geoboundaries": Provider(geoboundaries.plan, geoboundaries.resolve),
        "gadm": Provider(gadm.plan),
    },
    "cities": {"geonames_dump": Provider(geonames.plan), "ucdb": Provider(ucdb.plan)},
    "population": {
        "worldpop": Provider(worldpop.plan, worldpop.resolve),
        "ghspop": Provider(ghspop.plan, is_sea=ghspop.is_sea, needs_boundary=True),
    },
    "land_cover": {
        "worldcover": Provider(worldcover.plan, is_sea=worldcover.is_sea, needs_boundary=True),
        "mapbiomas": Provider(mapbiomas.plan, mapbiomas.resolve),
    },
    "night_lights": {"nightlights": Provider(nightlights.plan, nightlights.resolve)},
}
#: Rungs that need no file of their own: other layers or the environment have what they need.
LOCAL: Final = frozenset({"osm", "settlements", "geonames", "none"})
