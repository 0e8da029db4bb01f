"""The providers of each layer: how their files are named, found, brought, and which may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comarca.errors import InputError
from comarca.fetch.download import as_planned, from_template, over_http
from comarca.fetch.providers import (
    cod,
    gadm,
    geoboundaries,
    geofabrik,
    ghspop,
    mapbiomas,
    nightlights,
    one_file,
    overpass,
    worldcover,
    worldpop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.download import Deliver, Locate, Resolve
    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country


def _never(request: Request, context: Context) -> bool:
    return False


def _anything(paths: Sequence[Path], country: Country, options: Mapping[str, Any]) -> None:
    """Find no fault with what a provider gave: files are verified when they come."""


def _units(provider: str) -> Callable[[Sequence[Path], Country, Mapping[str, Any]], None]:
    """Read the units as they will be read, since whole archives of boundaries may lack a level or its names."""

    def read(paths: Sequence[Path], country: Country, options: Mapping[str, Any]) -> None:
        # Imported here, since planning a run reads nothing.
        from pyogrio.errors import DataLayerError, DataSourceError

        from comarca.sources.boundaries.fetched import territories

        try:
            territories(paths, provider=provider, country=country, level=options.get("level"))
        except (DataLayerError, DataSourceError, KeyError, ValueError) as error:
            raise InputError(str(paths[0]), got=f"{type(error).__name__} {error}", expected="boundaries") from error

    return read


@dataclass(frozen=True)
class Provider:
    """How to have one layer from one provider.

    Attributes
    ----------
    plan : callable
        Names the files, offline.
    locate, resolve, deliver : callable
        Say which file serves; find its addresses; bring it.
    accept : callable
        Raises `InputError` if the layer cannot be made from the files, so that the next provider is asked.
    is_sea : callable
        Whether a file that does not exist is rightly missing.
    needs_boundary : bool
        Whether the files depend on the region's outline.
    """

    plan: Callable[[Country, Mapping[str, Any], Settings, BaseGeometry | None], tuple[Request, ...]]
    resolve: Resolve = from_template
    deliver: Deliver = over_http
    accept: Callable[[Sequence[Path], Country, Mapping[str, Any]], None] = _anything
    is_sea: Callable[[Request, Context], bool] = _never
    needs_boundary: bool = False
    locate: Locate = as_planned


PROVIDERS: Final[dict[str, dict[str, Provider]]] = {
    "osm": {
        "geofabrik": Provider(geofabrik.plan, geofabrik.resolve, locate=geofabrik.locate),
        "overpass": Provider(overpass.plan, overpass.resolve, overpass.deliver, needs_boundary=True),
    },
    "territories": {
        "cod": Provider(cod.plan, cod.resolve, accept=_units("cod")),
        "geoboundaries": Provider(geoboundaries.plan, geoboundaries.resolve, accept=_units("geoboundaries")),
        "gadm": Provider(gadm.plan, accept=_units("gadm")),
    },
    "cities": {"geonames_dump": Provider(one_file.plan_cities), "ucdb": Provider(one_file.plan_centres)},
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
