"""Providers of made-up countries: addresses, file names and quirks.

`World` puts the files of a `Place` on a server, below one path per provider: ``World.mirrors`` points every provider of
the source registry there.
"""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import Transformer

from comarca.fetch.providers.tiles import GHSL_LEFT_M, GHSL_TILE_M, GHSL_TOP_M
from comarca.registry.files import load_sources, providers
from servers.bodies import (
    Place,
    cod_frame,
    elements_of,
    extract_of,
    fieldmaps_frame,
    gadm_layers,
    geoboundaries_frame,
    geonames_row,
    overture_frame,
    overture_segments,
    shapefile_members,
)
from servers.samples import geojson, geopackage, geoparquet, raster, zipped

if TYPE_CHECKING:
    from servers.loopback import LoopbackServer

SOURCES = load_sources()
DATE = "261121"


def path_of(url: str) -> str:
    """Path and query of an address, as a mirror keeps them."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class World:
    """Providers on a server."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.mirrors = {provider: f"{server.url}/{provider}" for provider in providers(SOURCES)}
        self._index: list[dict[str, Any]] = []
        self._dump: list[str] = []
        self._road_places: list[Place] = []
        self._centres: list[gpd.GeoDataFrame] = []

    def path(self, provider: str, url: str) -> str:
        """Where a provider's address is to be found on the server."""
        return f"/{provider}{path_of(url)}"

    def put(self, provider: str, url: str, body: Any, **options: Any) -> str:
        """Hand out something at a provider's address; returns the path on the server."""
        self.server.put(self.path(provider, url), body, **options)
        return self.path(provider, url)

    def take_away(self, provider: str) -> None:
        """Let a provider have nothing at all."""
        for path in [path for path in self.server.documents if path.startswith(f"/{provider}/")]:
            del self.server.documents[path]

    def everything(self, place: Place) -> None:
        """All that all providers have of a place."""
        self.geofabrik(place)
        self.overpass(place)
        self.geoboundaries(place)
        self.cod(place)
        self.cod_parquet(place)
        self.fieldmaps(place)
        self.overture(place)
        self.overture_roads(place)
        self.gadm(place)
        self.geonames(place)
        self.ucdb(place)
        self.worldpop(place)
        self.ghspop(place)
        self.worldcover(place)
        self.nightlights()

    # --- OSM ------------------------------------------------------------------------------------------------------

    def geofabrik(
        self, *places: Place, extract: str | None = None, parent: str = "testland", codes: list[str] | None = None,
        md5: Any = None, dated: bool = True,
    ) -> str:  # fmt: skip
        """An extract of one country or several, its md5, and the index; returns the path of the dated file."""
        name = extract or places[0].iso3.lower()
        latest = f"https://download.geofabrik.de/{parent}/{name}-latest.osm.pbf"
        body = extract_of(*places)
        properties = {
            "id": name, "parent": parent, "name": name.title(),
            "iso3166-1:alpha2": [place.iso2 for place in places] if codes is None else codes,
            "urls": {"pbf": latest, "shp": latest.replace("osm.pbf", "free.shp.zip")},
        }  # fmt: skip
        if codes == []:
            del properties["iso3166-1:alpha2"]
        self._index = [entry for entry in self._index if entry["properties"]["id"] != name]
        self._index.append({"type": "Feature", "properties": properties})
        continent = {"id": parent, "name": parent.title(), "urls": {"pbf": latest.replace(f"/{name}", "")}}
        features = [{"type": "Feature", "properties": continent}, *self._index]
        self.put(
            "geofabrik", SOURCES["geofabrik_extract"].more["index"],
            json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        )  # fmt: skip
        line = f"{hashlib.md5(body).hexdigest()}  {name}-{DATE}.osm.pbf\n".encode()
        self.put("geofabrik", f"{latest}.md5", line if md5 is None else md5)
        self.put("geofabrik", latest, body)
        path = latest.replace("latest", DATE)
        return self.put("geofabrik", path, body) if dated else self.path("geofabrik", path)

    def overpass(self, place: Place, *, remark: str = "") -> None:
        """The interpreter and its status; every answer has all there is."""
        base = SOURCES["overpass_extract"].url[0]
        answer: dict[str, Any] = {
            "version": 0.6,
            "osm3s": {"timestamp_osm_base": "2026-11-21T12:00:00Z"},
            "elements": elements_of(extract_of(place)),
        }
        if remark:
            answer |= {"remark": remark, "elements": answer["elements"][:3]}
        self.put("overpass", f"{base}/interpreter", json.dumps(answer).encode())
        self.put("overpass", f"{base}/status", b"Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\n"
                 b"Rate limit: 2\n2 slots available now.\nCurrently running queries (pid, ...):\n")  # fmt: skip

    # --- boundaries -----------------------------------------------------------------------------------------------

    def geoboundaries(
        self, place: Place, *, levels: tuple[int, ...] = (0, 1, 2), as_list: bool = False, lfs: str = "",
        release: str = "9469f09", api: bool = True, licence: str = "CC BY 4.0",
    ) -> None:  # fmt: skip
        """API entries and files; ``lfs="redirect"`` as GitHub does it, ``lfs="pointer"`` as when that fails."""
        row = SOURCES["geoboundaries_units"]
        for level in levels:
            fields = {"iso3": place.iso3, "level": level, "version": release}
            raw = row.url[0].format(**fields)
            media = raw.replace("https://github.com", f"{row.more['media']}/media").replace("/raw/", "/")
            body = geojson(geoboundaries_frame(place, level))
            oid = hashlib.sha256(body).hexdigest()
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(body)}\n"
            if lfs == "redirect":
                self.put("geoboundaries", raw, b"", status=302, headers={"Location": self.path("geoboundaries", media)})
            else:
                self.put("geoboundaries", raw, pointer.encode() if lfs else body)
            self.put("geoboundaries", media, body)
            entry = {
                "boundaryID": f"{place.iso3}-ADM{level}-1", "boundaryISO": place.iso3, "boundaryType": f"ADM{level}",
                "boundaryYearRepresented": "2021", "boundarySource": "Instituto Geográfico",
                "boundaryLicense": licence, "licenseDetail": "nan", "admUnitCount": "4",
                "buildDate": "Dec 12, 2023", "gjDownloadURL": raw,
            }  # fmt: skip
            if api:
                answer = [entry] if as_list else entry
                self.put("geoboundaries", row.more["api"].format(**fields), json.dumps(answer).encode())

    def cod(self, place: Place, *, style: str = "new", kind: str = "shp", levels: tuple[int, ...] = (0, 1, 2)) -> str:
        """A dataset with one archive; returns the archive's path."""
        row = SOURCES["cod_boundaries"]
        low = place.iso3.lower()
        stem = f"{low}_admin" if style == "new" else f"{low}_admbnda_adm"
        tail = "" if style == "new" else "_source_20231127"
        members: dict[str, bytes] = {f"{stem}lines{tail}.shp": b"not looked into", "readme.txt": b"hello"}
        for level in levels:
            frame = cod_frame(place, level, style)
            name = f"{stem}{level}{tail}"
            if kind == "geojson":
                members[f"{name}.geojson"] = geojson(frame)
            else:
                members |= shapefile_members(frame, name)
        url = f"https://data.humdata.org/dataset/1/resource/2/download/{low}_admin_boundaries.{kind}.zip"
        resources = [
            {"name": f"{low}_admin_boundaries.xlsx", "format": "XLSX", "url": url.replace(f"{kind}.zip", "xlsx")},
            {"name": f"{low}_admin_boundaries.{kind}.zip", "format": "SHP" if kind == "shp" else "GeoJSON", "url": url,
             "last_modified": "2025-06-30T01:02:03.000000"},
        ]  # fmt: skip
        dataset = {"license_id": "cc-by-igo", "license_title": "CC BY-IGO", "dataset_source": "Institute",
                   "resources": resources}  # fmt: skip
        answer = {"success": True, "result": dataset}
        self.put("cod", row.more["api"].format(iso3_lower=low), json.dumps(answer).encode())
        return self.put("cod", url, zipped(members))

    def osm_fr(self, place: Place, extract: str, *, md5: bool = True) -> str:
        """An extract of OpenStreetMap France, with or without the md5 beside it."""
        url, body = SOURCES["osmfr_extract"].url[0].format(extract=extract), extract_of(place)
        if md5:
            line = f"{hashlib.md5(body).hexdigest()}  {extract.rsplit('/', 1)[-1]}-latest.osm.pbf\n"
            self.put("osm_fr", f"{url}.md5", line.encode())
        return self.put("osm_fr", url, body)

    def cod_parquet(
        self, place: Place, *, levels: tuple[int, ...] = (0, 1, 2), versions: tuple[int, ...] = (1, 2),
        licence: str = "CC-BY-3.0-IGO",
    ) -> str:  # fmt: skip
        """The STAC catalogue of a country with its versions; returns the path of the deepest level's newest file."""
        low = place.iso3.lower()
        root = SOURCES["cod_parquet_units"].url[0].format(iso3_lower=low)
        base, path = root.removesuffix("catalog.json"), ""
        links = [{"rel": "self", "href": root}, {"rel": "child", "href": "./latest/catalog.json"}]
        links += [{"rel": "child", "href": f"./v{version:02d}/catalog.json"} for version in versions]
        self.put("cod_parquet", root, json.dumps({"type": "Catalog", "links": links}).encode())
        for version in versions:
            folder = f"{base}v{version:02d}/"
            children = [{"rel": "child", "href": f"./{low}_admin{level}/collection.json"} for level in levels]
            self.put("cod_parquet", f"{folder}catalog.json", json.dumps({"links": children}).encode())
            for level in levels:
                layer = f"{low}_admin{level}"
                assets = {layer: {"href": f"./{layer}.parquet"}, "thumbnail": {"href": "./preview.png"}}
                collection = {"license": licence, "updated": "2026-03-01T00:00:00Z", "assets": assets}
                self.put("cod_parquet", f"{folder}{layer}/collection.json", json.dumps(collection).encode())
                frame = cod_frame(place, level, "new").assign(version=f"v{version:02d}")
                path = self.put("cod_parquet", f"{folder}{layer}/{layer}.parquet", geoparquet(frame))
        return path

    def fieldmaps(self, *places: Place, level: int = 2) -> str:
        """The file of the world: a block per country, and one of a country that is nobody's."""
        return self.put(
            "fieldmaps", SOURCES["fieldmaps_units"].url[0].format(level=level),
            geoparquet(fieldmaps_frame(*places, level=level), row_group_size=4),
        )  # fmt: skip

    def overture(self, *places: Place, release: str = "2026-10-21.0") -> list[str]:
        """The catalogue, the collection of areas, and a file per country; returns the files' paths."""
        row = SOURCES["overture_divisions"]
        self.put("overture", row.url[0], json.dumps({"latest": release, "links": []}).encode())
        url, paths, links = row.more["stac"].format(release=release), [], []
        for position, place in enumerate(places):
            links.append({"rel": "item", "href": f"./{position}/{position}.json"})
            href = (
                f"https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/release/{release}/part-{position}.parquet"
            )
            item = {"assets": {"aws": {"href": href}, "azure": {"href": "https://elsewhere.example/x"}}}
            self.put(
                "overture", url.replace("collection.json", f"{position}/{position}.json"), json.dumps(item).encode()
            )
            paths.append(self.put("overture", href, geoparquet(overture_frame(place), row_group_size=4)))
        self.put("overture", url, json.dumps({"links": links}).encode())
        return paths

    def overture_roads(self, place: Place, *, release: str = "2026-10-21.0") -> tuple[str, str]:
        """The catalogue, the collection of segments, a file around the place and one far away; returns their paths."""
        row = SOURCES["overture_roads"]
        self.put("overture", row.url[0], json.dumps({"latest": release, "links": []}).encode())
        url = row.more["stac"].format(release=release)
        self._road_places.append(place)
        x, y = self._road_places[0].capital
        boxes = [[-180, -90, 180, 90], [x - 5, y - 5, x + 5, y + 5], [120, 40, 121, 41]]
        links = [{"rel": "item", "href": f"./{number}.json"} for number in range(2)]
        collection = {"links": links, "extent": {"spatial": {"bbox": boxes}}}
        self.put("overture", url, json.dumps(collection).encode())
        buffer = io.BytesIO()
        pq.write_table(pa.concat_tables(map(overture_segments, self._road_places)), buffer, row_group_size=3)
        paths = []
        for number in range(2):
            href = (
                f"https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/release/{release}/segment-{number}.parquet"
            )
            item = json.dumps({"assets": {"aws": {"href": href}}}).encode()
            self.put("overture", url.replace("collection.json", f"{number}.json"), item)
            paths.append(self.put("overture", href, buffer.getvalue()))
        return paths[0], paths[1]

    def gadm(self, place: Place) -> str:
        """The GeoPackage, with a disputed row, a lake that stands as a unit, and the text NA for what is not known."""
        url = SOURCES["gadm_country"].url[0].format(iso3=place.iso3)
        return self.put("gadm", url, geopackage(gadm_layers(place)))

    # --- cities ---------------------------------------------------------------------------------------------------

    def geonames(self, place: Place) -> str:
        """The dump: a name with a quote, the country NA, a place of unknown population, one that is no more."""
        x, y = place.capital
        namibia = "" if self._dump else geonames_row(3352136, "Windhoek", -22.55, 17.08, "NA", 268132, code="PPLC")
        first = 100 * (1 + len(self._dump))
        self._dump += [
            namibia,
            geonames_row(first + 1, 'San José "La Villa"', y, x, place.iso2, 60_000, code="PPLC"),
            geonames_row(first + 2, "El Alto", y + 0.1, x + 0.1, place.iso2, 0),
            geonames_row(first + 3, "Pueblo Viejo", y + 0.1, x, place.iso2, 900, code="PPLQ"),
            geonames_row(first + 4, "Cerro", y, x, place.iso2, 5, kind="T", code="MT"),
        ]
        row = SOURCES["geonames_cities"]
        return self.put("geonames_dump", row.url[0], zipped({row.more["member"]: "".join(self._dump).encode()}))

    def ucdb(self, place: Place) -> str:
        """The package of general characteristics, in Mollweide, with a byte-order mark before the first field."""
        centre = shapely.Point(place.capital).buffer(0.02)
        frame = gpd.GeoDataFrame(
            {"ID_UC_G0": [len(self._centres) + 1], "GC_UCN_MAI_2025": ["San José"], "GC_CNT_GAD_2025": ["Nicaragua"],
             "GC_POP_TOT_2025": [61_234.5]},
            geometry=[centre], crs=4326,
        )  # fmt: skip
        self._centres.append(frame)
        together = gpd.GeoDataFrame(gpd.pd.concat(self._centres, ignore_index=True), crs=4326).to_crs("ESRI:54009")
        layers = {"GHSL_UCDB_THEME_GENERAL_CHARACTERISTICS_GLOBE_R2024A": together}
        body = zipped({"GHS_UCDB_GLOBE_R2024A.gpkg": geopackage(layers), "notes.pdf": b"%PDF"})
        return self.put("ucdb", SOURCES["ucdb_centres"].url[0], body)

    # --- rasters --------------------------------------------------------------------------------------------------

    def worldpop(self, place: Place, *, years: tuple[int, ...] = (2019, 2025, 2020), index: bool = True) -> None:
        """The index, in no order, and a raster per year whose cells hold year/1000 persons."""
        row = SOURCES["worldpop_count"]
        records = []
        for year in years:
            fields = {"iso3": place.iso3, "iso3_lower": place.iso3.lower(), "year": year}
            values = np.full((240, 240), year / 1000, dtype="float32")
            values[:, 200:] = -99999
            body = raster(values, left=place.left, top=place.bottom + 0.2, cell=1 / 1200, nodata=-99999)
            url = row.url[0].format(**fields)
            self.put("worldpop", url, body, ranges=False)
            records.append(
                {"id": str(year), "popyear": str(year), "iso3": place.iso3, "title": f"{place.iso3} {year}",
                 "data_format": "Geotiff", "files": [url]}
            )  # fmt: skip
        if index:
            self.put("worldpop", row.more["api"].format(iso3=place.iso3), json.dumps({"data": records}).encode())

    def worldpop_2020(self, place: Place, folder: int = 1) -> str:
        """The older constrained raster, in one of its two folders."""
        url = SOURCES["worldpop_count_2020"].url[folder].format(iso3=place.iso3, iso3_lower=place.iso3.lower())
        values = np.full((24, 24), 2.0, dtype="float32")
        body = raster(values, left=place.left, top=place.bottom + 0.2, cell=1 / 120, nodata=-99999)
        return self.put("worldpop", url, body, ranges=False)

    def ghspop(self, place: Place, *, year: int = 2025) -> list[str]:
        """Zipped tiles in Mollweide around the place, one person per cell of 1 km here, cut to what lies near it."""
        to_plane = Transformer.from_crs(4326, "ESRI:54009", always_xy=True)
        ring = shapely.transform(place.outline.buffer(0.05), lambda xy: np.column_stack(to_plane.transform(*xy.T)))
        left, bottom, right, top = ring.bounds
        paths = []
        for column in range(int((left - GHSL_LEFT_M) // GHSL_TILE_M), int((right - GHSL_LEFT_M) // GHSL_TILE_M) + 1):
            for row_ in range(int((GHSL_TOP_M - top) // GHSL_TILE_M), int((GHSL_TOP_M - bottom) // GHSL_TILE_M) + 1):
                x, y = GHSL_LEFT_M + column * GHSL_TILE_M, GHSL_TOP_M - row_ * GHSL_TILE_M
                west, east = max(x, 1000 * (left // 1000)), min(x + GHSL_TILE_M, 1000 * (right // 1000 + 1))
                north, south = min(y, 1000 * (top // 1000 + 1)), max(y - GHSL_TILE_M, 1000 * (bottom // 1000))
                values = np.ones((round((north - south) / 1000), round((east - west) / 1000)))
                name = f"GHS_POP_E{year}_GLOBE_R2023A_54009_100_V1_0_R{row_ + 1}_C{column + 1}"
                body = raster(values, left=west, top=north, cell=1000.0, crs="ESRI:54009", nodata=-200.0)
                url = SOURCES["ghspop_tile"].url[0].format(year=year, tile=f"R{row_ + 1}_C{column + 1}")
                paths.append(self.put("ghspop", url, zipped({f"{name}.tif": body, f"{name}.pdf": b"%PDF"})))
        return paths

    def worldcover(self, place: Place, *, listed: bool = True) -> list[str]:
        """Tiles at a hundredth of the resolution; the one east of 57 W is open sea and does not exist."""
        row = SOURCES["worldcover_tile"]
        tiles = []
        for west in range(int(np.floor(place.left / 3)) * 3, int(np.floor((place.left + 0.2) / 3)) * 3 + 1, 3):
            south = int(np.floor(place.bottom / 3)) * 3
            name = f"{'N' if south >= 0 else 'S'}{abs(south):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}"
            if west == -57:
                continue
            values = np.full((360, 360), 40, dtype="uint8")
            values[:, :180] = 10
            tiles.append(name)
            self.put(
                "worldcover",
                row.url[0].format(tile=name),
                raster(values, left=west, top=south + 3, cell=1 / 120, nodata=0),
            )
        if listed:
            grid = {"features": [{"properties": {"ll_tile": name}} for name in [*tiles, "N12W093"]]}
            self.put("worldcover", row.more["grid"], json.dumps(grid).encode())
        return tiles

    def mapbiomas(self, iso3: str, year: int, *, earlier: bool = False) -> str:
        """The raster of a country and year, of the newest collection or of the one before."""
        row = SOURCES["mapbiomas_coverage"]
        entry = row.more["countries"][iso3]
        path = (entry["earlier"] if earlier else entry)["path"].format(year=year)
        body = raster(np.full((20, 20), 15, dtype="uint8"), left=-60.0, top=-9.8, cell=0.01, nodata=0)
        return self.put("mapbiomas", row.url[0].format(path=path), body)

    def nightlights(self) -> None:
        """The article's file list and two files."""
        files = []
        for number, name in (
            (1, "Harmonized_DN_NTL_2013_simVIIRS.tif"),
            (2, "Harmonized_DN_NTL_2013_calDMSP.tif"),
            (3, "Harmonized_DN_NTL_2021_simVIIRS_global.tif"),
            (4, "Harmonized_DN_NTL_2024_simVIIRS.tif"),
        ):
            body = raster(np.full((18, 36), number, dtype="uint8"), left=-180.0, top=90.0, cell=10.0)
            url = f"https://ndownloader.figshare.com/files/{number}"
            self.put("nightlights", url, body)
            self.put("nightlights", SOURCES["nightlights_harmonised"].more["download"].format(id=number), body)
            files.append(
                {"id": number, "name": name, "download_url": url, "size": len(body),
                 "computed_md5": hashlib.md5(body).hexdigest()}
            )  # fmt: skip
        self.put("nightlights", SOURCES["nightlights_harmonised"].more["api"], json.dumps(files).encode())
