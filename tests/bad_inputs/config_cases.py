"""Bad configurations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import yaml

from bad_inputs.case import REFUSED, Case
from comarca.config.plain_yaml import require_plain_yaml
from comarca.config.read import read_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS: dict[str, str | bytes] = {
    "template": "__use_yte__: true\n",
    "definitions": "__definitions__: [import os]\n",
    "expression": "?if True:\n  a: 1\n",
    "tag": "a: !!python/object/apply:os.system [ls]\n",
    "key twice": "a: 1\na: 2\n",
    "aliases": "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
    "alias in itself": "a: &a [*a]\n",
    "many keys": "".join(f"k{i}: 1\n" for i in range(60_000)),
    "deep": "[" * 100_000,
    "tabs": "a:\n\t- 1\n",
    "latin": b"a: \xe9\n",
    "zero bytes": b"a: \x00\n",
    "unclosed": "a: [1, 2\n",
    "UTF-16": "a: b\n".encode("utf-16"),
    "a number of 5,000 digits": f"a: {'9' * 5_000}\n",
    "a day that there is not": "publication: {date: 2026-02-30}\n",
    "a month that there is not": "publication:\n  date: 2026-13-45\n",
    "an hour that there is not": "publication: {date: 2026-03-31 25:61:00}\n",
    "a merge as a value": "a: <<\n",
    "an equals sign": "a: =\n",
    "a list as a key": "? [1, 2]\n: 3\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "the code NO": "roads: {where: {code: NO}}\n",
    "the codes yes and off": "roads: {where: {not: {code: [yes, off]}}}\n",
    "the code 1.10": "roads: {where: {code: [2, 1.10]}}\n",
    "the code 1_000": "roads: {where: {code: 1_000}}\n",
    "the column On": "roads: {where: {On: 1}}\n",
}
_CENSUS = {"provider": "file", "path": "a.csv"}
_FILE = {"provider": "file", "path": "a.gpkg"}
#: Fault -> part of a region.
REGIONS: dict[str, Any] = {
    "true as a number": {"abroad_buffer_km": True},
    "true as a number of units": {"indicators": {"land": {"min_units": True}}},
    "true in a list of numbers": {"indicators": {"access": {"time_thresholds_min": [30, True]}}},
    "an empty path": {"speeds": " "},
    "a path of 5,000 letters": {"speeds": "s" * 5_000},
    "a path with a character of zero": {"speeds": "a\0b.csv"},
    "an empty list of paths": {"roads": {"provider": "file", "path": [], "class": "k"}},
    "a column that no census has": {"holdings": {**_CENSUS, "columns": {"hectares": "sup"}}},
    "a column of jobs misspelt": {"employment": {**_CENSUS, "columns": {"sectors": "rama"}}},
    "a column that no outcome has": {"outcomes": {**_CENSUS, "columns": {"gini": "g"}}},
    "a sheet of a text file": {"firms": {**_CENSUS, "sheet": "Hoja2"}},
    "a sheet before the first": {"firms": {"provider": "file", "path": "a.xlsx", "sheet": -1}},
    "a census of the year 20066": {"holdings": {**_CENSUS, "year": 20_066}},
    "least workers above those wanted": {"functional": {"by": "city", "min_workers": 1e9}},
    "unknown key": {"nation": "URY"},
    "unknown country": {"country": "UUU"},
    "no country": {"country": None},
    "list as region": [1],
    "number as region": 3,
    "unknown provider": {"territories": "gdam"},
    "provider of another layer": {"roads": "worldpop"},
    "empty ladder": {"territories": []},
    "file without path": {"territories": {"provider": "file"}},
    "path without file": {"territories": {"provider": "cod", "path": "a.gpkg"}},
    "none with others": {"night_lights": ["none", "file"]},
    "infinite": {"abroad_buffer_km": math.inf},
    "not a number": {"abroad_buffer_km": math.nan},
    "negative": {"abroad_buffer_km": -1},
    "text": {"abroad_buffer_km": "far"},
    "tiny cell": {"raster_cell_m": 1e-9},
    "classes reversed": {"city_classes_persons": {"town": [50_000, 20_000]}},
    "classes of dots": {"city_classes_persons": {"town": [20.000, 50.000]}},
    "class with one dot": {"city_classes_persons": {"town": [50.000, 1_000_000]}},
    "open class with a dot": {"city_classes_persons": {"town": [50.000, None]}},
    "classes with capitals": {"city_classes_persons": {"Town": [20_000, None]}},
    "class without limits": {"city_classes_persons": {"town": []}},
    "no classes": {"city_classes_persons": {}},
    "maps of ten classes": {"maps": {"classes_count": 10}},
    "scheme": {"maps": {"scheme": "best"}},
    "engine": {"zonal": {"engine": "guess"}},
    "thresholds twice": {"indicators": {"access": {"time_thresholds_min": [30, 30]}}},
    "thresholds negative": {"indicators": {"access": {"time_thresholds_min": [-30]}}},
    "family true": {"indicators": {"access": "yes please"}},
    "family unknown": {"indicators": {"happiness": {}}},
    "kinds with blanks": {"indicators": {"services": {"kinds": [" school"]}}},
    "year of five digits": {"population": {"provider": "worldpop", "year": 20_200}},
    "admin level": {"territories": {"provider": "osm", "admin_level": 40}},
    "earlier without now": {"night_lights": {"provider": "none", "earlier": {2000: "a.tif"}}},
    "snap of a kilometre": {"roads": {**_FILE, "class": "k", "snap_m": 1000}},
    "barrier of two": {"friction": {"provider": "land_cover", "barrier_share": 2}},
    "share of two": {"profile": {"min_shared_share": 2}},
    "significance of one": {"clusters": {"level": 1}},
}
#: Fault -> whole configuration.
WHOLE: dict[str, Any] = {
    "no regions": {},
    "empty regions": {"regions": {}},
    "regions as list": {"regions": ["URY"]},
    "hidden region": {"regions": {".x": {"country": "URY"}}},
    "region with a slash": {"regions": {"a/b": {"country": "URY"}}},
    "region called Together": {"regions": {"Together": {"country": "URY"}}},
    "contact of two lines": {"regions": {"a": {"country": "URY"}}, "contact": "a\nX-Header: b"},
    "cache of no name": {"regions": {"a": {"country": "URY"}}, "cache_dir": ""},
    "region called together": {"regions": {"together": {"country": "URY"}}},
    "regions that differ in capitals": {"regions": {"ury": {"country": "URY"}, "URY": {"country": "URY"}}},
    "unknown language": {"regions": {"URY": {"country": "URY"}}, "languages": ["fr"]},
    "language twice": {"regions": {"URY": {"country": "URY"}}, "languages": ["en", "en"]},
    "no language": {"regions": {"URY": {"country": "URY"}}, "languages": []},
    "offline perhaps": {"regions": {"URY": {"country": "URY"}}, "offline": "perhaps"},
}


def cases() -> Iterator[Case]:
    """List all cases."""
    for fault, text in TEXTS.items():
        yield Case("configuration", ".yaml", f"text: {fault}", REFUSED, lambda folder, text=text: _text(folder, text))
    for fault, part in REGIONS.items():
        whole = {"regions": {"URY": {"country": "URY", **part} if isinstance(part, dict) else part}}
        yield Case("configuration", ".yaml", fault, REFUSED, lambda folder, whole=whole: _whole(folder, whole))
    for fault, whole in WHOLE.items():
        yield Case("configuration", ".yaml", fault, REFUSED, lambda folder, whole=whole: _whole(folder, whole))


def _text(folder: Path, text: str | bytes) -> Any:
    path = folder / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return lambda: require_plain_yaml(path)


def _whole(folder: Path, whole: Any) -> Any:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(whole))

    def read() -> Any:
        require_plain_yaml(path)
        return read_config(yaml.safe_load(path.read_text()))

    return read
