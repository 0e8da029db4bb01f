"""Maps of the indicators, fit for print."""

from comarca.maps.base import BaseMap, build_base
from comarca.maps.choropleth import draw_map, save_map
from comarca.maps.classify import class_breaks
from comarca.maps.theme import MapOptions

__all__ = ["BaseMap", "MapOptions", "build_base", "class_breaks", "draw_map", "save_map"]
