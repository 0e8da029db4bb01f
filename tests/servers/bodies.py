"""Made-up countries, and what is in the files that providers hand out of them: layers, fields, quirks.

A `Place` is four municipalities of 0.1 degrees in two provinces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import osmium
import pyarrow as pa
import shapely

from comarca.registry.files import load_sources
from servers.samples import osm_pbf, squares, written

SOURCES = load_sources()
DATE = "261121"


@dataclass(frozen=True)
class Place:
    """A made-up country."""

    iso3: str
    left: float
    bottom: float

    @property
    def iso2(self) -> str:
        """Its user-assigned alpha-2 code."""
        return self.iso3[:2]

    @property
    def units(self) -> gpd.GeoDataFrame:
        """Its four municipalities: names with accents, codes with leading zeros, two provinces."""
        names = ["San José", "Santa Cruz", "Ñeembucú", "El Alto"]
        return gpd.GeoDataFrame(
            {"name": names, "code": ["0101", "0102", "0201", "0202"], "province": ["Sur", "Sur", "Norte", "Norte"]},
            geometry=squares(left=self.left, bottom=self.bottom),
            crs=4326,
        )  # fmt: skip

    @property
    def provinces(self) -> gpd.GeoDataFrame:
        """Its two provinces."""
        return self.units.dissolve("province", as_index=False)[["province", "geometry"]]

    @property
    def outline(self) -> shapely.Polygon:
        """The whole country."""
        return self.units.union_all()

    @property
    def capital(self) -> tuple[float, float]:
        """Where most people live."""
        return self.left + 0.05, self.bottom + 0.05


def geoboundaries_frame(place: Place, level: int) -> gpd.GeoDataFrame:
    """Units of a level with geoBoundaries' fields."""
    if level == 2:
        frame = place.units.rename(columns={"name": "shapeName"})[["shapeName", "geometry"]]
    elif level == 1:
        frame = place.provinces.rename(columns={"province": "shapeName"})
    else:
        frame = gpd.GeoDataFrame({"shapeName": [place.iso3]}, geometry=[place.outline], crs=4326)
    return frame.assign(
        shapeISO="", shapeID=[f"{place.iso3}{level}B{n}" for n in range(len(frame))], shapeGroup=place.iso3,
        shapeType=f"ADM{level}",
    )  # fmt: skip


def cod_frame(place: Place, level: int, style: str) -> gpd.GeoDataFrame:
    """Units of a level with COD-AB's fields, as they are since 2025 (new) or were before (old, Spanish)."""
    units = place.units
    codes = place.iso2 + units["code"]
    frame = gpd.GeoDataFrame(
        {"adm0_name": "X", "adm0_pcode": place.iso2, "adm1_name": units["province"], "adm1_pcode": codes.str[:4],
         "adm2_name": units["name"], "adm2_pcode": codes, "valid_on": "2023-11-27"},
        geometry=units.geometry, crs=4326,
    )  # fmt: skip
    if style == "old":
        frame = frame.rename(
            columns=lambda name: name.upper().replace("_NAME", "_ES") if name.startswith("adm") else name
        ).assign(ADM2ALT1ES=None)
    keys = [column for column in frame.columns if column.lower().startswith(f"adm{level}")]
    dissolved = frame if level == 2 else frame.dissolve(keys, as_index=False, aggfunc="first")
    deeper = [c for c in dissolved.columns if any(c.lower().startswith(f"adm{n}") for n in range(level + 1, 3))]
    return dissolved.drop(columns=deeper)


def fieldmaps_frame(*places: Place, level: int = 2) -> gpd.GeoDataFrame:
    """Units of several countries with the fields of fieldmaps, each country's together."""
    frames = []
    for place in places:
        units = place.units if level == 2 else place.provinces.rename(columns={"province": "name"})
        codes = place.iso2 + (units["code"] if level == 2 else units["name"])
        frame = gpd.GeoDataFrame(
            {"iso_3": place.iso3, "adm0_name": "X", f"adm{level}_id": [f"{place.iso3}-{n}" for n in range(len(units))],
             f"adm{level}_src": codes, f"adm{level}_name": units["name"], "src_lic": "CC BY-IGO"},
            geometry=units.geometry, crs=4326,
        )  # fmt: skip
        frames.append(frame.assign(adm1_name=units["province"]) if level == 2 else frame)
    return gpd.GeoDataFrame(gpd.pd.concat(frames, ignore_index=True), crs=4326)


def overture_frame(place: Place) -> gpd.GeoDataFrame:
    """Divisions of a country and of a neighbour, with Overture's fields: municipalities, regions, an area at sea."""
    units, regions = place.units, place.provinces
    rows = [("county", name, f"{place.iso2}-{province[0]}", "land") for name, province in
            zip(units["name"], units["province"], strict=True)]  # fmt: skip
    rows += [("region", name, f"{place.iso2}-{name[0]}", "land") for name in regions["province"]]
    rows += [("county", "San José", f"{place.iso2}-S", "maritime"), ("country", place.iso3, None, "land")]
    shapes = [*units.geometry, *regions.geometry, units.geometry[0].buffer(0.5), place.outline]
    frame = gpd.GeoDataFrame(
        {"id": [f"area-{n}" for n in range(len(rows))], "division_id": [f"division-{n}" for n in range(len(rows))],
         "country": place.iso2, "subtype": [row[0] for row in rows], "class": [row[3] for row in rows],
         "region": [row[2] for row in rows], "names": [{"primary": row[1], "common": None} for row in rows]},
        geometry=shapes, crs=4326,
    )  # fmt: skip
    foreign = frame.iloc[:4].assign(country="ZZ", division_id=[f"foreign-{n}" for n in range(4)])
    return gpd.GeoDataFrame(gpd.pd.concat([frame, foreign], ignore_index=True), crs=4326)


def overture_segments(place: Place) -> pa.Table:
    """Segments as Overture has them: rules of parts of a segment as lists of structures, boxes, a railway."""
    x, y = place.capital
    coords = {"both": [(x, y), (x + 0.1, y)], "oneway": [(x + 0.1, y), (x + 0.1, y + 0.1)],
              "link": [(x, y), (x + 0.05, y + 0.05)], "closed": [(x, y), (x - 0.02, y)],
              "rules": [(x, y), (x, y + 0.1)], "stairs": [(x, y), (x, y - 0.01)],
              "rail": [(x, y), (x + 0.1, y)]}  # fmt: skip
    lines = {name: shapely.LineString(points) for name, points in coords.items()}
    denied = {"access_type": "denied"}
    backward: dict[str, Any] = {"heading": "backward", "during": None, "mode": None}
    slow = {"max_speed": {"value": 5, "unit": "mph"}, "when": {"during": "night"}, "between": None}
    rows: dict[str, dict[str, Any]] = {
        "both": {"class": "primary", "names": {"primary": "Ruta 1"},
                 "road_surface": [{"value": "paved", "between": None}],
                 "speed_limits": [{"max_speed": {"value": 80, "unit": "km/h"}, "when": None, "between": None}],
                 "road_flags": [{"values": ["is_bridge"], "between": [0.0, 0.1]}]},
        "oneway": {"class": "motorway", "access_restrictions": [{**denied, "when": backward}],
                   "road_flags": [{"values": ["is_bridge", "is_tunnel"], "between": [0.2, 0.4]},
                                  {"values": ["is_bridge"], "between": [0.4, 1.0]}]},
        "link": {"class": "motorway", "road_flags": [{"values": ["is_link"], "between": None}]},
        "closed": {"class": "residential", "access_restrictions": [{**denied, "when": None}]},
        "rules": {"class": "tertiary",
                  "road_surface": [{"value": "paved", "between": [0.0, 0.3]},
                                   {"value": "gravel", "between": [0.3, 1.0]},
                                   {"value": "unknown", "between": None}],
                  "speed_limits": [{"max_speed": {"value": 40, "unit": "mph"}, "when": None, "between": [0.0, 0.9]},
                                   {"max_speed": {"value": 20, "unit": "mph"}, "when": None, "between": [0.9, 1.0]},
                                   slow],
                  "access_restrictions": [
                      {**denied, "when": {**backward, "mode": ["hgv"]}},
                      {**denied, "when": {**backward, "during": "Mo-Su 22:00-06:00"}}]},
        "stairs": {"class": "steps"},
        "rail": {"class": "primary", "subtype": "rail"},
    }  # fmt: skip
    between = pa.list_(pa.float64())
    when = pa.struct({"heading": pa.string(), "during": pa.string(), "mode": pa.list_(pa.string())})
    limit = pa.struct({"value": pa.int32(), "unit": pa.string()})
    kinds = {
        "subtype": pa.string(), "class": pa.string(), "names": pa.struct({"primary": pa.string()}),
        "road_surface": pa.list_(pa.struct({"value": pa.string(), "between": between})),
        "speed_limits": pa.list_(
            pa.struct({"max_speed": limit, "when": pa.struct({"during": pa.string()}), "between": between})),
        "access_restrictions": pa.list_(pa.struct({"access_type": pa.string(), "when": when, "between": between})),
        "road_flags": pa.list_(pa.struct({"values": pa.list_(pa.string()), "between": between})),
    }  # fmt: skip
    boxes = [dict(zip(("xmin", "ymin", "xmax", "ymax"), lines[name].bounds, strict=True)) for name in rows]
    columns = {name: pa.array([{"subtype": "road", **row}.get(name) for row in rows.values()], kind)
               for name, kind in kinds.items()}  # fmt: skip
    geometry = pa.array([shapely.to_wkb(lines[name]) for name in rows], pa.binary())
    return pa.table({"id": pa.array([*rows]), "bbox": pa.array(boxes), **columns, "geometry": geometry})


def shapefile_members(frame: gpd.GeoDataFrame, name: str) -> dict[str, bytes]:
    """The files of a Shapefile."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(written(frame, f"{name}.shp", encoding="utf-8"))) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


def gadm_layers(place: Place) -> dict[str, gpd.GeoDataFrame]:
    """Layers as in GADM 4.1."""
    units = place.units
    two = gpd.GeoDataFrame(
        {"GID_0": place.iso3, "COUNTRY": "X", "GID_1": [f"{place.iso3}.{code[1]}_1" for code in units["code"]],
         "NAME_1": units["province"], "GID_2": [f"{place.iso3}.{code[1]}.{code[3]}_1" for code in units["code"]],
         "NAME_2": units["name"], "VARNAME_2": "NA", "TYPE_2": "Municipio", "ENGTYPE_2": "Municipality"},
        geometry=units.geometry, crs=4326,
    )  # fmt: skip
    lake = two.iloc[[0]].assign(GID_2=f"{place.iso3}.1.9_1", NAME_2="Lago", ENGTYPE_2="Water body")
    lake = lake.set_geometry([shapely.box(place.left - 0.1, place.bottom, place.left, place.bottom + 0.1)], crs=4326)
    disputed = lake.assign(GID_0="Z06", GID_2="Z06.6_1", NAME_2="NA", ENGTYPE_2="Area")
    outline = gpd.GeoDataFrame({"GID_0": [place.iso3], "COUNTRY": ["X"]}, geometry=[place.outline], crs=4326)
    one = two.dissolve("GID_1", as_index=False)[["GID_1", "GID_0", "COUNTRY", "NAME_1", "geometry"]]
    return {
        "ADM_ADM_0": outline,
        "ADM_ADM_1": one,
        "ADM_ADM_2": gpd.GeoDataFrame(gpd.pd.concat([two, lake, disputed], ignore_index=True), crs=4326),
    }


def geonames_row(
    number: int, name: str, latitude: float, longitude: float, country: str, people: int, *, kind: str = "P",
    code: str = "PPL",
) -> str:  # fmt: skip
    """One line of the dump: 19 fields."""
    plain = name.encode("ascii", "replace").decode()
    fields = [number, name, plain, "", f"{latitude:.5f}", f"{longitude:.5f}", kind, code, country, "", "01", "", "", "",
              people, "", 10, "America/Managua", "2026-01-01"]  # fmt: skip
    return "\t".join(map(str, fields)) + "\n"


def extract_of(*places: Place) -> bytes:
    """An OSM extract: municipalities, a road through all of them, towns, a school, farmland, houses, a power line."""
    nodes: list[Any] = []
    ways: list[Any] = []
    relations: list[Any] = []
    for order, place in enumerate(places):
        first = 1_000_000 * (order + 1)
        corners = {}
        for row in range(3):
            for column in range(3):
                number = first + 3 * row + column
                corners[row, column] = number
                nodes.append((number, place.left + column * 0.1, place.bottom + row * 0.1, {}))
        edge = 0
        edges: dict[tuple[int, int], int] = {}

        def border(a: int, b: int, first: int = first, edges: dict[tuple[int, int], int] = edges) -> int:
            key = (min(a, b), max(a, b))
            if key not in edges:
                edges[key] = first + 100 + len(edges)
                ways.append((edges[key], [*key], {"boundary": "administrative"}))
            return edges[key]

        units = place.units
        for index in range(4):
            row, column = divmod(index, 2)
            ring = [
                corners[row, column],
                corners[row, column + 1],
                corners[row + 1, column + 1],
                corners[row + 1, column],
            ]
            members = [("w", border(a, b), "outer") for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
            tags = {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": units["name"][index],
                    "ref": units["code"][index]}  # fmt: skip
            relations.append((first + index + 1, members, tags))
        outer = [corners[key] for key in ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))]
        members = [("w", border(a, b), "outer") for a, b in zip(outer, [*outer[1:], outer[0]], strict=True)]
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": "2", "name": place.iso3,
                "ISO3166-1:alpha2": place.iso2, "ISO3166-1": place.iso2}  # fmt: skip
        relations.append((first + 9, members, tags))
        x, y = place.capital
        street = [
            (x, y),
            (x + 0.05, y),
            (x + 0.1, y),
            (x + 0.1, y + 0.05),
            (x + 0.1, y + 0.1),
            (x + 0.05, y + 0.1),
            (x, y + 0.1),
        ]
        for step, (longitude, latitude) in enumerate(street):
            town = {
                0: {"place": "town", "name": "San José", "population": "60000"},
                4: {"place": "village", "name": "El Alto"},
            }
            nodes.append((first + 20 + step, longitude, latitude, town.get(step, {})))
        ways.append(
            (
                first + 1,
                [first + 20 + step for step in range(len(street))],
                {"highway": "primary", "surface": "asphalt"},
            )
        )
        ways.append((first + 2, [first + 20, first + 26], {"highway": "tertiary"}))
        ways.append((first + 3, [first + 20, first + 22], {"power": "line", "voltage": "138000"}))
        nodes.append((first + 30, x + 0.01, y + 0.01, {"amenity": "school", "name": "Escuela"}))
        for block in range(3):
            west, south, size = x + 0.02 * block + 0.003, y + 0.003, 0.004
            ring = first + 40 + 4 * block
            for corner, (dx, dy) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
                nodes.append((ring + corner, west + dx * size, south + dy * size, {}))
            tags = {"building": "yes"} if block == 0 else {"landuse": "farmland"}
            ways.append((first + 10 + block, [ring, ring + 1, ring + 2, ring + 3, ring], tags))
        edge += 1
    return osm_pbf(nodes=sorted(nodes), ways=sorted(ways), relations=sorted(relations))


def elements_of(pbf: bytes) -> list[dict[str, Any]]:
    """An extract as Overpass elements."""
    import tempfile
    from pathlib import Path

    found: list[dict[str, Any]] = []
    kinds = {"n": "node", "w": "way", "r": "relation"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.osm.pbf"
        path.write_bytes(pbf)
        for thing in osmium.FileProcessor(str(path)):
            element: dict[str, Any] = {"type": kinds[thing.type_str()], "id": thing.id}
            if thing.is_node():
                element |= {"lat": thing.lat, "lon": thing.lon}
            elif thing.is_way():
                element["nodes"] = [node.ref for node in thing.nodes]
            else:
                element["members"] = [
                    {"type": kinds[member.type], "ref": member.ref, "role": member.role} for member in thing.members
                ]
            if len(thing.tags):
                element["tags"] = {tag.k: tag.v for tag in thing.tags}
            found.append(element)
    return found
