"""Draw the pictures of docs/gallery.md from finished runs.

    python tools/gallery.py results/LIE results/Matopiba docs/images

Maps are joined to one picture; the atlas is opened in Chromium at three sizes; a sheet is drawn by pdftoppm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

MAPS = {
    1: ("holding_area_gini_index", "holding_gini_camara_class", "holding_area_large_share", "holding_area_mean_ha"),
    0: (
        "population_persons", "population_density_persons_per_km2", "time_intermediate_city_mean_min",
        "population_within_30min_intermediate_city_share", "road_density_km_per_100km2",
        "urban_rural_catchment_class", "time_school_mean_min", "land_use_shannon_index",
    ),
}  # fmt: skip
COLUMNS, WIDTH = 4, 480
#: The picture at the top of README: run and map.
OPENING = ((1, "holding_area_gini_index"), (0, "time_intermediate_city_mean_min"))
SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
COLORS = 160


def main(first: Path, second: Path, images: Path) -> None:
    """Write all pictures."""
    runs = (first, second)
    contacts(
        [runs[place] / "maps" / f"{name}.png" for place in MAPS for name in MAPS[place]], images / "gallery_maps.png"
    )
    contacts([runs[place] / "maps" / f"{name}.png" for place, name in OPENING], images / "example_maps.png", width=707)
    screens(second / "atlas.html", images)
    sheet(second / "sheets.pdf", images)


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


def screens(atlas: Path, images: Path) -> None:
    """Open the atlas at three sizes, with a territory chosen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height) in SIZES.items():
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto(atlas.resolve().as_uri())
            tab.wait_for_selector("html[data-ready]", timeout=60_000)
            tab.fill("#find", "Barreiras")
            tab.keyboard.press("Enter")
            tab.evaluate("window.scrollTo(0, 0)")
            tab.wait_for_timeout(1_000)
            tab.screenshot(path=f"{folder}/{name}.png")
            picture = Image.open(f"{folder}/{name}.png").convert("RGB")
            save(picture.resize((min(width, 1200), round(min(width, 1200) / width * height))),
                 images / f"gallery_atlas_{name}.png")  # fmt: skip
        browser.close()


def sheet(sheets: Path, images: Path) -> None:
    """Draw a page of the sheets."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", "75", "-f", "1", "-l", "1", "-singlefile", "-png", str(sheets), f"{folder}/sheet"]
        subprocess.run(command, check=True)  # noqa: S603
        save(Image.open(f"{folder}/sheet.png").convert("RGB"), images / "gallery_sheet.png")


def save(picture: Image.Image, path: Path) -> None:
    """Write few colours: maps have no more, and the file is a third as large."""
    picture.quantize(COLORS).save(path, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
