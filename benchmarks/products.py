"""Measure what readers of the products notice: colours, room on the page, size and speed of the atlas, sheets.

    PYTHONPATH=tests:tests/unit python benchmarks/products.py results/LIE results/Matopiba --axe axe.min.js

prints a table in Markdown. The folders are those of finished runs; the atlases of 996 and 5,570 territories are
made up. The browser is Chromium, as in the tests; axe-core comes from npm and is left out where no path is given.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from browser.conftest import ARGUMENTS, COLUMNS, make_atlas
from skimage.color import deltaE_ciede2000, rgb2lab
from test_map_classes import URCA, URCA_16, URCA_ALL, vision

from comarca import io
from comarca.publish.analysis import read_curves
from comarca.publish.assembled import Assembled
from comarca.publish.maps.classify import Classes
from comarca.publish.maps.files import base_of
from comarca.publish.maps.layout import choose_layout
from comarca.publish.maps.page import keys_height
from comarca.publish.maps.palettes import catchment_colors, nominal_colors
from comarca.publish.maps.sheet import SheetData, draw_sheet
from comarca.publish.maps.style import class_colors
from comarca.registry.products import ASSEMBLED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EYES = ("all", "protanopia", "deuteranopia", "tritanopia", "grey")
INDICATORS = 60
CHANGES = 12
SHEETS = 60


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="*", type=Path)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("--part", choices=("colors", "rooms", "screens", "sheets"))
    options = parser.parse_args()
    parts = {
        "colors": colors(),
        "rooms": rooms(options.results),
        "screens": screens(options.results, options.axe),
        "sheets": sheets(options.results),
    }
    print("| what | measured |\n|---|---|")
    for part in [options.part] if options.part else parts:
        for what, measured in parts[part]:
            print(f"| {what} | {measured} |", flush=True)


def colors() -> Iterator[tuple[str, str]]:
    """Smallest difference (CIEDE2000) between two classes of a map, for each eye."""
    five = Classes((1.0, 2.0, 3.0, 4.0), 0.0, 5.0)
    schemes = {
        "five classes of numbers, more is better": class_colors(five, "higher"),
        "five classes of numbers, less is better": class_colors(five, "lower"),
        "five classes of numbers, neither": class_colors(five, "neither"),
        "urban-rural catchment areas, eight classes": catchment_colors(URCA),
        "urban-rural catchment areas, sixteen classes": catchment_colors(URCA_16),
        "urban-rural catchment areas, all thirty classes": catchment_colors(URCA_ALL),
        "classes without order, five": nominal_colors(5),
        "classes without order, eight": nominal_colors(8),
    }
    for name, chosen in schemes.items():
        yield (
            f"smallest difference of colours (dE 2000), {name}",
            ", ".join(f"{eye} {smallest(chosen, eye):.1f}" for eye in EYES),
        )


def smallest(chosen: Sequence[str], eye: str) -> float:
    """Smallest difference between two colours."""
    return min(float(deltaE_ciede2000(a, b)) for a, b in combinations(rgb2lab(vision(chosen, eye)), 2))


def assembled(folder: Path) -> Assembled:
    """Find what a finished run's products are written from."""
    files = {name: str(folder / path) for name, path in ASSEMBLED.items() if (folder / path).exists()}
    return Assembled(files, "es")


def rooms(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Share of the page that the map takes."""
    for folder in folders:
        main = base_of(assembled(folder)).frames[0]
        layout = choose_layout(main, legend_in=2.5, keys_in=keys_height([], main, 0), title_lines=1)
        page, box = layout.width * layout.height, layout.panel
        yield f"share of the page that the map takes, {folder.name}", f"{box.width * box.height / page:.0%}"


def screens(folders: Sequence[Path], axe: Path | None) -> Iterator[tuple[str, str]]:
    """Size of atlases, time to open, time of a change of indicator, violations that axe-core finds."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        pages = {f"{run.name} (a run)": run / "atlas.html" for run in folders}
        for count in (996, 5_570):
            path = Path(folder) / f"{count}.html"
            path.write_text(grid_atlas(count), encoding="utf-8")
            pages[f"{count:,} territories, {INDICATORS} indicators"] = path
        for name, path in pages.items():
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            start = time.perf_counter()
            tab.goto(path.resolve().as_uri())
            tab.wait_for_selector("html[data-ready]", timeout=120_000)
            opened = time.perf_counter() - start
            yield f"atlas.html, {name}: size", f"{path.stat().st_size / 1e6:.1f} MB"
            yield f"atlas.html, {name}: ready after", f"{opened:.1f} s"
            yield f"atlas.html, {name}: change of indicator, median of {CHANGES}", f"{change_ms(tab):.0f} ms"
            if axe:
                found = violations(tab, axe)
                yield f"atlas.html, {name}: violations of axe-core", f"{len(found)} {'; '.join(found)}".strip()
            tab.close()
        browser.close()


def grid_atlas(count: int) -> str:
    """Atlas of a made-up country: squares of a hundred vertices, many indicators."""
    ids = [f"{number:07d}" for number in range(count)]
    rng = np.random.default_rng(1)
    many = [*COLUMNS[:2], *(replace(COLUMNS[2], name=f"time_{place}_min") for place in range(INDICATORS))]
    numbers = {entry.name: rng.gamma(2.0, 40.0, count) for entry in many[2:]}
    table = pd.DataFrame({"territory_id": ids, "territory_name": [f"Place {name}" for name in ids], **numbers})
    corners = np.column_stack(np.divmod(np.arange(count), 75)) / 10
    shapes = shapely.segmentize(shapely.box(*corners.T, *(corners + 0.1).T), 0.004)
    return make_atlas(table, many, shapes)


def change_ms(tab: Any) -> float:
    """Median time from the choice of an indicator to the second frame that the browser paints after it."""
    script = """async (place) => {
      const select = document.querySelector("#indicator");
      select.selectedIndex = place % select.options.length;
      const start = performance.now();
      select.dispatchEvent(new Event("change", {bubbles: true}));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - start;
    }"""
    return statistics.median(tab.evaluate(script, place) for place in range(1, CHANGES + 1))


def violations(tab: Any, axe: Path) -> list[str]:
    """Rules of axe-core that the page breaks."""
    tab.add_script_tag(path=str(axe))
    found = tab.evaluate("async () => (await axe.run()).violations.map((rule) => [rule.id, rule.nodes.length])")
    return [f"{rule} ({count})" for rule, count in found]


def sheets(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Pages of territories per minute, written into one file."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    from comarca.publish.maps.style import RC

    for folder in folders:
        data = assembled(folder)
        table = data.table.set_index("territory_id", drop=False)
        drawn = SheetData(
            base=base_of(data), table=table, columns=data.columns, profiles=io.read_table(data.path("profiles")),
            similar=io.read_table(data.path("similar_territories")), periods=[],
            curves=read_curves(data.path("lorenz_curves")), language="es", source_line=data.credit, title=data.title,
        )  # fmt: skip
        chosen = list(table.index[:SHEETS])
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "sheets.pdf"
            start = time.process_time()
            with mpl.rc_context(RC), PdfPages(path) as pdf:
                for name in chosen:
                    draw_sheet(drawn, name).savefig(pdf, format="pdf", dpi=200)
            seconds = time.process_time() - start
            size = path.stat().st_size / len(chosen) / 1e3
        yield f"sheets, {folder.name}", f"{60 * len(chosen) / seconds:.0f} per minute of CPU, {size:.0f} kB each"


if __name__ == "__main__":
    main()
