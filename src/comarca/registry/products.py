"""The list of products: one row per file that people open, and what it is written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from comarca.registry.columns import LANGUAGES


@dataclass(frozen=True)
class Product:
    """A file that is written from a region's assembled results by one function.

    Attributes
    ----------
    name : str
        Name of the row.
    path : str
        Where it lies, below ``results/<region>/``. With ``{language}`` in it there is one file per language.
    writer : str
        Module of `comarca.publish.exports` with ``write(data, path)``, see `comarca.publish.assembled.Assembled`.
    inputs : tuple of str
        Names of assembled files (`ASSEMBLED`) and of layers; a layer that a region does not have is left out.
    in_all : bool
        Whether a run without a target makes it.
    report : str
        Its label in the report of Snakemake, with the caption ``workflow/report/<label>.rst``; empty if not in it.
    job : str
        Rows of the same job are written by one job, since each job takes seconds to start; by default one of its own.
    needs : tuple of str
        Layers without which a region has no such product.
    keeps : bool
        Whether its module has ``take_over(before, path)``, which takes what users added to the file into the new one.
    """

    name: str
    path: str
    writer: str
    inputs: tuple[str, ...]
    in_all: bool = True
    report: str = ""
    job: str = ""
    needs: tuple[str, ...] = ()
    keeps: bool = False

    @property
    def module(self) -> str:
        """Full name of the module that writes it."""
        return f"comarca.publish.exports.{self.writer}"

    def editions(self, language: str) -> list[tuple[str, str]]:
        """List the files of the row.

        Parameters
        ----------
        language : str
            Language of a product that is in one language.

        Returns
        -------
        list of tuple
            Language and path of each file.
        """
        spoken = LANGUAGES if "{language}" in self.path else (language,)
        return [(name, self.path.replace("{language}", name)) for name in spoken]


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
    "failed": "assembled/failed_checks.json",
    "source_text": "SOURCES.md",
    "source_text_es": "SOURCES_es.md",
    "source_text_pt": "SOURCES_pt.md",
    "profiles": "assembled/profiles.parquet",
    "similar_territories": "assembled/similar_territories.parquet",
    "lorenz_curves": "assembled/lorenz_curves.json",
    "dynamics_summary": "assembled/dynamics_summary.parquet",
    "dynamics_transitions": "assembled/dynamics_transitions.parquet",
    "dynamics_factors": "assembled/dynamics_factors.parquet",
    "propositions": "assembled/propositions.parquet",
}

#: Assembled files of regions with outcomes only.
OF_OUTCOMES: Final = ("dynamics_summary", "dynamics_transitions", "dynamics_factors", "propositions")
#: Assembled files of what is computed from the finished table.
ANALYSIS: Final = ("profiles", "similar_territories", "lorenz_curves", *OF_OUTCOMES)

#: Products of regions with functional territories.
FUNCTIONAL: Final = ("indicators_functional.csv", "functional_territories.csv", "layers/functional_territories.parquet")
#: Products of each scenario, below its folder.
OF_SCENARIO: Final = ("indicators.csv", "differences.csv", "people.csv", "summary.pdf")
#: Tables of several regions, below ``results/together/``.
TOGETHER: Final = ("indicators.csv", "codebook.csv", "map_classes.csv", "left_out.csv")
TOGETHER_DYNAMICS: Final = "dynamics_summary.csv"
#: What the sheets of territories are drawn from.
SHEET_INPUTS: Final = (
    "table",
    "columns",
    "shapes",
    "frames",
    "credits",
    "profiles",
    "similar_territories",
    "lorenz_curves",
)
#: Products that rules of their own make.
TEXTS: Final = (
    "provenance.json",
    "SOURCES.md",
    "SOURCES_es.md",
    "SOURCES_pt.md",
    "LICENSE.md",
    "quality.json",
    "quality.md",
    "quality_es.md",
    "quality_pt.md",
)
#: Texts on the sources, one per language.
SOURCE_TEXTS: Final = {"en": "source_text", "es": "source_text_es", "pt": "source_text_pt"}

#: What the job that draws writes; single pictures lie beside the first of them.
DRAWN: Final = ("maps/index.json", "maps/index.html", "atlas.pdf")

#: The data set ready to be published; copies of the products lie beside it.
PUBLICATION: Final = "publication/ro-crate-metadata.json"

PRODUCTS: Final = (
    Product("csv", "indicators.csv", "wide_csv", ("table", "columns"), report="table", job="tables"),
    Product("csvt", "indicators.csvt", "csvt", ("table", "columns"), job="tables"),
    Product("long", "indicators_long.csv", "long_csv", ("table", "flags", "columns"), job="tables"),
    Product("long_csvt", "indicators_long.csvt", "long_csvt", ("table", "columns"), job="tables"),
    Product("codebook", "codebook.csv", "codebook_csv", ("table", "columns"), report="codebook", job="tables"),
    Product("codebooks", "codebook_{language}.csv", "codebook_language_csv", ("table", "columns"), job="tables"),
    Product("excel_csv", "indicators_excel_{language}.csv", "excel_csv", ("table", "columns"), job="tables"),
    Product("stata", "indicators.dta", "stata", ("table", "columns"), job="tables"),
    Product("xlsx", "indicators.xlsx", "xlsx", ("table", "columns", "sources"), job="tables"),
    Product("datapackage", "datapackage.json", "datapackage", ("table", "columns", "sources"), job="tables"),
    Product("geoparquet", "indicators.parquet", "geoparquet", ("table", "columns", "territories"), job="layers"),
    Product("geojson", "indicators.geojson", "geojson", ("table", "columns", "territories"), job="layers"),
    Product(
        "geopackage",
        "indicators.gpkg",
        "geopackage",
        ("table", "columns", "classes", "territories", "cities", "roads"),
        job="layers",
        keeps=True,
    ),
    *(
        Product(name, f"{name}.csv", "analysis_csv", (name,), job="tables")
        for name in ("profiles", "similar_territories")
    ),
    *(
        Product(name, f"{name}.csv", "analysis_csv", (name,), job="dynamics", needs=("outcomes",))
        for name in OF_OUTCOMES
    ),
    Product(
        "uncertainty",
        "indicators_uncertainty.csv",
        "uncertainty_csv",
        ("uncertainty", "columns", "table"),
        needs=("uncertainty",),
    ),
    Product(
        "atlas_html",
        "atlas.html",
        "atlas_html",
        (
            "table",
            "flags",
            "columns",
            "shapes",
            "frames",
            "classes",
            "credits",
            "uncertainty",
            *SOURCE_TEXTS.values(),
            *ANALYSIS,
        ),
        report="atlas",
    ),
)


def jobs() -> dict[str, tuple[Product, ...]]:
    """Gather the rows by the job that writes them.

    Returns
    -------
    dict
        Name of the job -> its rows, in the order of the list.
    """
    rows: dict[str, list[Product]] = {}
    for product in PRODUCTS:
        rows.setdefault(product.job or product.name, []).append(product)
    return {job: tuple(products) for job, products in rows.items()}
