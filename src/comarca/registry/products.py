"""The list of products: one row per file that people open, and what it is written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Product:
    """A file that is written from a region's assembled results by one function.

    Attributes
    ----------
    name : str
        Name of the row, and of its rule: ``export_<name>``.
    path : str
        Where it lies, below ``results/<region>/``. With ``{language}`` in it there is one file per language.
    module : str
        Module with ``write(data, path)``, see `comarca.publish.assembled.Assembled`.
    inputs : tuple of str
        Names of assembled files (`ASSEMBLED`) and of layers; a layer that a region does not have is left out.
    in_all : bool
        Whether a run without a target makes it.
    report : str
        Its label in the report of Snakemake, with the caption ``workflow/report/<name>.rst``; empty if not in it.
    """

    name: str
    path: str
    module: str
    inputs: tuple[str, ...]
    in_all: bool = True
    report: str = ""


#: What all products are written from: name -> path below ``results/<region>/``.
ASSEMBLED: Final = {
    "table": "assembled/table.parquet",
    "flags": "assembled/flags.parquet",
    "columns": "assembled/columns.json",
    "sources": "assembled/sources.parquet",
    "credits": "assembled/credits.json",
    "shapes": "assembled/map_shapes.parquet",
    "frames": "assembled/map_frames.json",
    "classes": "assembled/map_classes.json",
    "source_text": "SOURCES.md",
}

#: Products that rules of their own make.
TEXTS: Final = ("provenance.json", "SOURCES.md", "quality.json", "quality.md")

_EXPORTS: Final = "comarca.publish.exports"

PRODUCTS: Final = (
    Product("csv", "indicators.csv", f"{_EXPORTS}.wide_csv", ("table", "columns"), report="table"),
    Product("long", "indicators_long.csv", f"{_EXPORTS}.long_csv", ("table", "flags", "columns")),
    Product("codebook", "codebook.csv", f"{_EXPORTS}.codebook_csv", ("table", "columns"), report="codebook"),
    Product("geoparquet", "indicators.parquet", f"{_EXPORTS}.geoparquet", ("table", "columns", "territories")),
    Product(
        "geopackage",
        "indicators.gpkg",
        f"{_EXPORTS}.geopackage",
        ("table", "columns", "classes", "territories", "cities", "roads"),
    ),
    Product("xlsx", "indicators.xlsx", f"{_EXPORTS}.xlsx", ("table", "columns", "sources")),
    Product("stata", "indicators.dta", f"{_EXPORTS}.stata", ("table", "columns")),
    Product("datapackage", "datapackage.json", f"{_EXPORTS}.datapackage", ("table", "columns", "sources")),
    Product(
        "atlas_pdf",
        "atlas.pdf",
        f"{_EXPORTS}.atlas_pdf",
        ("table", "columns", "shapes", "frames", "classes", "credits", "source_text"),
    ),
    Product(
        "atlas_html",
        "atlas.html",
        f"{_EXPORTS}.atlas_html",
        ("table", "flags", "columns", "shapes", "frames", "classes", "credits", "source_text"),
        report="atlas",
    ),
)
