"""Sound inputs written in other ways: each has to read to the very table that the clean form does."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bad_inputs import table_cases, vector_cases
from bad_inputs.case import ANSWER, Case
from bad_inputs.right import is_layer, is_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Rows = list[list[str]]


def _text(rows: Rows, separator: str = ",", *, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def _figures(rows: Rows, change: Callable[[str], str]) -> Rows:
    """Change cells that are numbers, but for codes and years."""
    kept = {place for place, name in enumerate(rows[0]) if name.endswith("_id") or name == "year"}
    body = [[cell if place in kept else change(cell) for place, cell in enumerate(row)] for row in rows[1:]]
    return [rows[0], *body]


def _grouped(sign: str, decimal: str) -> Callable[[str], str]:
    """Write numbers of four digits and more in groups of three."""

    def change(cell: str) -> str:
        if not cell.replace(".", "", 1).isdigit():
            return cell
        whole, dot, rest = cell.partition(".")
        return f"{int(whole):,}".replace(",", sign) + (decimal + rest if dot else "")

    return change


def _digits(zero: int) -> Callable[[str], str]:
    """Write numbers in other digits, of which that for 0 has this code point."""
    table = {ord("0") + digit: chr(zero + digit) for digit in range(10)}
    return lambda cell: cell.translate(table) if cell.replace(".", "", 1).isdigit() else cell


#: Way of writing -> bytes of a delimited text.
TEXTS: dict[str, Callable[[Rows], bytes]] = {
    "UTF-8 with its mark": lambda rows: _text(rows).encode("utf-8-sig"),
    "UTF-16": lambda rows: _text(rows).encode("utf-16"),
    "latin-1": lambda rows: _text(rows).encode("latin-1"),
    "lines of Windows": lambda rows: _text(rows, end="\r\n").encode(),
    "no end of the last line": lambda rows: _text(rows).rstrip("\n").encode(),
    "empty lines": lambda rows: (_text(rows) + "\n\n").encode(),
    "semicolons": lambda rows: _text(rows, ";").encode(),
    "tabs": lambda rows: _text(rows, "\t").encode(),
    "all quoted": lambda rows: _text(rows, quoting=csv.QUOTE_ALL).encode(),
    "blanks around cells": lambda rows: _text([[f" {cell} " for cell in row] for row in rows]).encode(),
    "semicolons and decimal commas": lambda rows: _text(
        _figures(rows, lambda cell: cell.replace(".", ",")), ";"
    ).encode(),
    "points of thousands and decimal commas": lambda rows: _text(_figures(rows, _grouped(".", ",")), ";").encode(),
    "commas of thousands": lambda rows: _text(_figures(rows, _grouped(",", "."))).encode(),
    "blanks of thousands": lambda rows: _text(_figures(rows, _grouped("\u202f", "."))).encode(),
    "full-width digits": lambda rows: _text(_figures(rows, _digits(0xFF10))).encode(),
    "Arabic digits": lambda rows: _text(_figures(rows, _digits(0x0660))).encode(),
    "rows in another order": lambda rows: _text([rows[0], *rows[:0:-1]]).encode(),
    "columns in another order": lambda rows: _text([row[::-1] for row in rows]).encode(),
    "a column more": lambda rows: _text([["note", *rows[0]], *(["x", *row] for row in rows[1:])]).encode(),
    "a note below": lambda rows: (_text(rows) + "Fuente: INE\n").encode(),
    "accents in two parts": lambda rows: _text(rows).replace("ñ", "n\u0303").encode(),
}


def cases() -> Iterator[Case]:
    """List all cases."""
    for layer, (heading, rows, _) in table_cases.SOUND.items():
        right = is_table(table_cases.RIGHT[layer])
        for way, write in TEXTS.items():
            make = _file(layer, "t.csv", write([heading, *rows]))
            yield Case(layer, ".csv", f"written with {way}", ANSWER, make, right)
        tabs = TEXTS["tabs"]([heading, *rows])
        yield Case(layer, ".tsv", "written with tabs", ANSWER, _file(layer, "t.tsv", tabs), right)
        capitals = TEXTS["semicolons"]([heading, *rows])
        yield Case(layer, ".CSV", "an ending in capitals", ANSWER, _file(layer, "T.CSV", capitals), right)
        for suffix in (".xlsx", ".parquet"):
            for way, change in FRAMES.items():
                yield Case(layer, suffix, f"written with {way}", ANSWER, _frame(layer, suffix, change), right)
    for layer in vector_cases.LAYERS:
        right = _is_right(layer)
        for way, (suffix, turn) in SHAPES.items():
            yield Case(layer, suffix, f"written with {way}", ANSWER, _shapes(layer, suffix, turn), right)


def _is_right(layer: str) -> Callable[[Any], bool]:
    return lambda found: is_layer(layer, vector_cases.good(layer))(found)


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Store figures as numbers."""
    names = [name for name in table if not str(name).endswith("_id") and name != "sector"]
    return table.assign(**{str(name): pd.to_numeric(table[name]) for name in names})


#: Way of storing a table -> change of the frame.
FRAMES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "numbers": _numbers,
    "numbers, rows in another order": lambda table: _numbers(table).iloc[::-1],
    "columns in another order": lambda table: _numbers(table).iloc[:, ::-1],
}


def _file(layer: str, name: str, body: bytes) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        (folder / name).write_bytes(body)
        return lambda: table_cases.read(layer, folder / name)

    return make


def _frame(layer: str, suffix: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        heading, rows, _ = table_cases.SOUND[layer]
        table = change(pd.DataFrame(rows, columns=pd.Index(heading)).replace("", None))
        path = folder / f"t{suffix}"
        table.to_excel(path, index=False) if suffix == ".xlsx" else table.to_parquet(path)
        return lambda: table_cases.read(layer, path)

    return make


def _each(frame: gpd.GeoDataFrame, change: Callable[[Any], Any]) -> gpd.GeoDataFrame:
    shapes = np.array([change(shape) for shape in frame.geometry], dtype=object)
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


def _collected(shape: Any) -> Any:
    make = (shapely.MultiPoint, shapely.MultiLineString, shapely.MultiPolygon)[shapely.get_dimensions(shape)]
    return make([shape])


#: Way of writing shapes -> format, change of the layer.
SHAPES: dict[str, tuple[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]] = {
    "metres of UTM": (".gpkg", lambda frame: frame.to_crs("EPSG:32721")),
    "metres of UTM, as a shapefile": (".shp", lambda frame: frame.to_crs("EPSG:32721")),
    "metres of UTM, as Parquet": (".parquet", lambda frame: frame.to_crs("EPSG:32721")),
    "metres of the web": (".fgb", lambda frame: frame.to_crs("EPSG:3857")),
    "heights": (".gpkg", lambda frame: _each(frame, lambda shape: shapely.force_3d(shape, 7.0))),
    "shapes of one part": (".gpkg", lambda frame: _each(frame, _collected)),
    "rows in another order": (".geojson", lambda frame: frame.iloc[::-1]),
    "columns in another order": (".gpkg", lambda frame: frame[frame.columns[::-1]].set_geometry("geometry")),
    "shapes in a column geom": (".parquet", lambda frame: frame.rename_geometry("geom")),
    "a column more": (".shp", lambda frame: frame.assign(note="x")),
    "an ending in capitals": (".GPKG", lambda frame: frame),
    "an ending in capitals, GeoJSON": (".GeoJSON", lambda frame: frame),
}  # fmt: skip


def _shapes(layer: str, suffix: str, turn: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        path = folder / f"layer{suffix}"
        small = path.with_suffix(suffix.lower())
        vector_cases.write(turn(vector_cases.good(layer)), small)
        small.rename(path)
        return lambda: vector_cases.read(layer, path)

    return make
