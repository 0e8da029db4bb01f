"""The providers of each layer, by the names that the configuration uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comarca.fetch.providers.cod import CodBoundaries
from comarca.fetch.providers.cod_parquet import CodParquet
from comarca.fetch.providers.fieldmaps import FieldMaps
from comarca.fetch.providers.gadm import Gadm
from comarca.fetch.providers.geoboundaries import GeoBoundaries
from comarca.fetch.providers.geofabrik import Geofabrik
from comarca.fetch.providers.ghspop import GhsPop
from comarca.fetch.providers.mapbiomas import MapBiomas
from comarca.fetch.providers.nightlights import NightLights
from comarca.fetch.providers.one_file import GeonamesDump, UrbanCentres
from comarca.fetch.providers.osm_fr import OsmFrance
from comarca.fetch.providers.overpass import Overpass
from comarca.fetch.providers.overture import OvertureDivisions, OvertureRoads
from comarca.fetch.providers.worldcover import WorldCover
from comarca.fetch.providers.worldpop import WorldPop

if TYPE_CHECKING:
    from comarca.fetch.providers.protocol import Provider

PROVIDERS: Final[dict[str, dict[str, Provider]]] = {
    "osm": {"geofabrik": Geofabrik(), "osm_fr": OsmFrance(), "overpass": Overpass()},
    "territories": {
        "cod": CodBoundaries(),
        "cod_parquet": CodParquet(),
        "geoboundaries": GeoBoundaries(),
        "fieldmaps": FieldMaps(),
        "overture": OvertureDivisions(),
        "gadm": Gadm(),
    },
    "roads": {"overture": OvertureRoads()},
    "cities": {"geonames_dump": GeonamesDump(), "ucdb": UrbanCentres()},
    "population": {"worldpop": WorldPop(), "ghspop": GhsPop()},
    "land_cover": {"worldcover": WorldCover(), "mapbiomas": MapBiomas()},
    "night_lights": {"nightlights": NightLights()},
}
#: Providers that need no file of their own: other layers or the environment have what they need.
LOCAL: Final = frozenset({"osm", "settlements", "geonames", "degurba", "totals", "none", "graphml"})
