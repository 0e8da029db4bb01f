"""Small files of every format that providers hand out."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmium
import osmium.osm.mutable
import rasterio
import shapely
from affine import Affine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 21, 0, 0, 0)), content)
    return buffer.getvalue()


def geojson(frame: gpd.GeoDataFrame) -> bytes:
    """A frame as GeoJSON."""
    return frame.to_json().encode()


def written(frame: gpd.GeoDataFrame, name: str, **options: Any) -> bytes:
    """A frame as a file of the format that the name's suffix stands for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        frame.to_file(path, **options)
        if path.suffix == ".shp":
            return zipped({item.name: item.read_bytes() for item in sorted(path.parent.iterdir())})
        return path.read_bytes()


def geopackage(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """A GeoPackage with several layers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        for name, frame in layers.items():
            frame.to_file(path, layer=name, driver="GPKG")
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        database.close()
        return path.read_bytes()


def raster(
    values: np.ndarray, *, left: float, top: float, cell: float, crs: str = "EPSG:4326", nodata: float | None = None
) -> bytes:
    """A one-band GeoTIFF."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.tif"
        with rasterio.open(
            path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype,
            crs=crs, transform=Affine(cell, 0.0, left, 0.0, -cell, top), nodata=nodata, compress="deflate",
        ) as target:  # fmt: skip
            target.write(values, 1)
        return path.read_bytes()


def geoparquet(frame: gpd.GeoDataFrame, **options: Any) -> bytes:
    """A frame as GeoParquet."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, **options)
    return buffer.getvalue()


def squares(columns: int = 2, rows: int = 2, *, left: float = -60.0, bottom: float = -10.0, side: float = 0.1) -> list:
    """Neighbouring squares, row by row from the south-west."""
    return [
        shapely.box(left + column * side, bottom + row * side, left + (column + 1) * side, bottom + (row + 1) * side)
        for row in range(rows)
        for column in range(columns)
    ]


def osm_pbf(
    *,
    nodes: Sequence[tuple[int, float, float, dict[str, str]]],
    ways: Sequence[tuple[int, list[int], dict[str, str]]] = (),
    relations: Sequence[tuple[int, list[tuple[str, int, str]], dict[str, str]]] = (),
    timestamp: str = "2026-11-21T20:21:09Z",
) -> bytes:
    """An OSM extract."""
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", timestamp)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.osm.pbf"
        with osmium.SimpleWriter(str(path), header=header) as writer:
            for number, longitude, latitude, tags in nodes:
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(longitude, latitude), tags=tags))
            for number, refs, tags in ways:
                writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags))
            for number, members, tags in relations:
                writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags))
        return path.read_bytes()


def one_of_each() -> dict[str, bytes]:
    """A small good file of every format."""
    frame = gpd.GeoDataFrame({"shapeName": list("abcd")}, geometry=squares(), crs=4326)
    table = np.random.default_rng(1).random((300, 200)).astype("float32")
    text = "".join(f"{value:.9f}\n" for value in table[:50].ravel()).encode()
    return {
        "zip": zipped({"folder/a.txt": text, "b.txt": text[:2000]}),
        "geojson": geojson(frame),
        "json": json.dumps({"data": list(range(500))}).encode(),
        "gpkg": geopackage({"ADM_ADM_1": frame}),
        "parquet": geoparquet(frame),
        "geotiff": raster(table, left=-60.0, top=-9.8, cell=0.001),
        "osm_pbf": osm_pbf(
            nodes=[(n, -60 + n / 1000, -9.9, {"name": f"place {n}"}) for n in range(1, 200)],
            ways=[(1, list(range(1, 200)), {"highway": "primary"})],
        ),
    }
