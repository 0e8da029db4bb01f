"""Draw the pictures of docs/gallery.md from finished runs, the second and third with `sheets.pdf` or a single sheet.

    python tools/gallery.py docs/images results/LIE results/Matopiba results/MatopibaPT [<old>/LIE <old>/matopiba]

The third run is the second with `languages: [pt, es, en]`. Maps are joined to one picture; the atlas is opened in
Chromium at four sizes; sheets are drawn by pdftoppm, the workbook by LibreOffice, the GeoPackage by QGIS. The pictures
of an earlier state are drawn where its two results are given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
from PIL import Image, ImageOps
from playwright.sync_api import sync_playwright

MAPS = {
    1: ("holding_area_gini_index", "holding_gini_camara_class", "holding_area_large_share", "holding_area_mean_ha"),
    0: (
        "population_persons", "population_density_persons_per_km2", "time_intermediate_city_mean_min",
        "population_within_30min_intermediate_city_share", "road_density_km_per_100km2",
        "urban_rural_catchment_class", "time_school_mean_min", "land_use_shannon_index",
    ),
}  # fmt: skip
COLUMNS, WIDTH = 4, 440
#: The picture at the top of README: run and map.
OPENING = ((1, "holding_area_gini_index"), (0, "time_intermediate_city_mean_min"))
#: Language, width and height of the windows.
WINDOWS = {"1920": ("en", 1920, 1080), "1366": ("es", 1366, 768), "768": ("pt", 768, 1024), "390": ("es", 390, 844)}
ROWS, CELLS = 24, 9
QGIS = """
import sys
from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument
package, style, picture = sys.argv[1:]
application = QgsApplication([], False); application.initQgis()
layer = QgsVectorLayer(f"{package}|layername=territories", "t", "ogr")
_, keys, names, _, _ = layer.listStylesInDatabase()
text, _ = layer.getStyleFromDatabase(keys[names.index(style)])
document = QDomDocument(); document.setContent(text); layer.importNamedStyle(document)
settings = QgsMapSettings(); settings.setLayers([layer]); settings.setBackgroundColor(QColor("white"))
settings.setDestinationCrs(layer.crs()); settings.setExtent(layer.extent()); settings.setOutputSize(QSize(700, 700))
job = QgsMapRendererParallelJob(settings); job.start(); job.waitForFinished(); job.renderedImage().save(picture)
"""


def main(images: Path, *runs: Path) -> None:
    """Write all pictures."""
    example, second, portuguese, *earlier = runs
    contacts(twelve(example, second), images / "gallery_maps.webp")
    opening = [(example, second)[place] / "maps" / f"{name}.png" for place, name in OPENING]
    contacts(opening, images / "example_maps.png", width=707)
    for name, (language, width, height) in WINDOWS.items():
        screen(second / "atlas.html", images / f"gallery_atlas_{name}.webp", width, height, language=language)
    for name, run in {"es": second, "pt": portuguese}.items():
        one = sorted((run / "sheets").glob("*.pdf"))
        save(page(one[0] if one else run / "sheets.pdf", dots=75), images / f"gallery_sheet_{name}.webp")
        workbook(run / "indicators.xlsx", images / f"gallery_xlsx_{name}.webp", sheet_name=-3)
    qgis(second / "indicators.gpkg", "holding_area_gini_index", images / "gallery_qgis.webp")
    if earlier:
        contacts(twelve(*earlier), images / "gallery_maps_before.webp")
        screen(earlier[1] / "atlas.html", images / "gallery_atlas_before.webp", 1366, 768)
        workbook(earlier[1] / "indicators.xlsx", images / "gallery_xlsx_before.webp", sheet_name=0)


def twelve(example: Path, second: Path) -> list[Path]:
    """Name the maps of a contact sheet."""
    return [(example, second)[place] / "maps" / f"{name}.png" for place in MAPS for name in MAPS[place]]


def contacts(maps: list[Path], path: Path, *, width: int = WIDTH) -> None:
    """Join the maps in rows."""
    columns = min(COLUMNS, len(maps))
    pictures = [Image.open(path).convert("RGB") for path in maps]
    small = [picture.resize((width, round(width * picture.height / picture.width))) for picture in pictures]
    height = max(picture.height for picture in small)
    joined = Image.new("RGB", (columns * width, -(-len(small) // columns) * height), "white")
    for place, picture in enumerate(small):
        joined.paste(picture, (place % columns * width, place // columns * height))
    save(joined, path)


def screen(atlas: Path, path: Path, width: int, height: int, *, language: str = "") -> None:
    """Open the atlas in a window, with a territory chosen if a language is given."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": width, "height": height})
        tab.goto(atlas.resolve().as_uri() + (f"#language={language}" if language else ""))
        if language:
            tab.wait_for_selector("html[data-ready]", timeout=60_000)
            tab.fill("#find", "Barreiras")
            tab.keyboard.press("Enter")
            tab.evaluate("window.scrollTo(0, 0)")
        tab.wait_for_timeout(1_000 if language else 8_000)
        tab.screenshot(path=f"{folder}/screen.png")
        browser.close()
        picture = Image.open(f"{folder}/screen.png").convert("RGB")
    save(picture.resize((min(width, 1200), round(min(width, 1200) / width * height))), path)


def workbook(book: Path, path: Path, *, sheet_name: int) -> None:
    """Print the first cells of a sheet by LibreOffice."""
    opened = openpyxl.load_workbook(book)
    shown = opened.worksheets[sheet_name]
    for other in opened.worksheets:
        if other is not shown:
            opened.remove(other)
    shown.delete_rows(ROWS, shown.max_row)
    shown.delete_cols(CELLS + 1, shown.max_column)
    shown.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    shown.page_setup.orientation = "landscape"
    shown.HeaderFooter.oddHeader.left.text = shown.HeaderFooter.oddHeader.right.text = None
    shown.HeaderFooter.oddFooter.center.text = None
    shown.print_options.gridLines = shown.print_options.headings = True
    with tempfile.TemporaryDirectory() as folder:
        opened.save(f"{folder}/book.xlsx")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        done("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", folder, f"{folder}/book.xlsx")
        printed = page(Path(folder) / "book.pdf", dots=100)
        save(printed.crop(ImageOps.invert(printed).getbbox()), path)


def qgis(package: Path, style: str, path: Path) -> None:
    """Draw the territories in a style that the GeoPackage brings."""
    with tempfile.TemporaryDirectory() as folder:
        done("/usr/bin/python3", "-c", QGIS, str(package), style, f"{folder}/map.png", QT_QPA_PLATFORM="offscreen")
        save(Image.open(f"{folder}/map.png").convert("RGB"), path)


def page(pdf: Path, *, dots: int) -> Image.Image:
    """Draw the first page of a document, so many dots an inch."""
    with tempfile.TemporaryDirectory() as folder:
        done("pdftoppm", "-r", str(dots), "-f", "1", "-l", "1", "-singlefile", "-png", str(pdf), f"{folder}/page")
        return Image.open(f"{folder}/page.png").convert("RGB")


def done(*command: str, **environment: str) -> str:
    """Run a program; what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | environment).stdout  # noqa: S603


def save(picture: Image.Image, path: Path) -> None:
    """Write few colours: maps have no more, and the file is a third as large."""
    if path.suffix == ".webp":
        picture.save(path, quality=62, method=6)
    else:
        picture.quantize(160).save(path, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
