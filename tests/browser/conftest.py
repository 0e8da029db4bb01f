"""The interactive atlas, opened in a real browser."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.publish.maps.atlas_html import atlas_html
from comarca.publish.maps.base import build_base
from comarca.registry.columns import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

#: The third has a gap in its first indicator.
NAMES = ["<script>alert(1)</script>", "Açailândia", "Barra", "Cerro", '"D", E', "Fosa"]
TITLES = {family: {"en": f"{family} en", "es": f"{family} es", "pt": f"{family} pt"} for family in ("land", "access")}
#: No request may leave the machine, not even the browser's own.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Page:
    """A page in the browser, what it complained of and what it asked for."""

    tab: Any
    path: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return str(self.tab.locator(selector).inner_text())

    def search(self, text: str) -> None:
        self.tab.fill("#find", text)
        self.tab.keyboard.press("Enter")


def column(name: str, family: str, *, kind: str = "number", mapped: bool = True, **more: Any) -> Column:
    return Column(
        name=name, family=family, title={lang: f"{name} {lang}" for lang in ("en", "es", "pt")},
        unit=more.pop("unit", "km"), kind=kind, range=(None, None), better="lower", definition=f"What {name} is.",
        method="m", source="s", missing="x", layers=(), mapped=mapped, **more,
    )  # fmt: skip


KEYS = [column(name, "territory", kind="text", mapped=False) for name in ("territory_id", "territory_name")]
COLUMNS = [
    *KEYS,
    column("time_min", "access", unit="min"),
    column("a_class", "access", kind="class", categories={code: {"en": code, "es": code, "pt": code} for code in "WL"}),
    column("wet_share", "land", unit="1"),
]  # fmt: skip


def small_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "territory_id": [f"{number:02d}" for number in range(1, 7)],
            "territory_name": NAMES,
            "time_min": [30.0, 10.0, np.nan, 20.0, 50.0, 40.0],
            "a_class": ["W", "L", "W", None, "L", "W"],
            "wet_share": [0.5, 0.25, 0.75, 1.0, 0.0, 0.125],
        }
    )


def small_atlas() -> str:
    table = small_table()
    flags = table.set_index("territory_id").isna().replace({True: "unreachable", False: ""}).astype(object)
    shapes = [shapely.box(place, 0, place + 1, 2) for place in range(6)]
    return make_atlas(table, COLUMNS, shapes, flags=flags)


def make_atlas(table: pd.DataFrame, columns: Sequence[Column], shapes: Any, **more: Any) -> str:
    frame = table[["territory_id", "territory_name"]].assign(parent_name=None, country="XXX")
    base = build_base(gpd.GeoDataFrame(frame, geometry=shapes, crs=4326))
    return atlas_html(
        base, table, columns, title="Region", languages=["en", "es", "pt"], family_titles=TITLES,
        sources="# Sources\n\nMade **here** of `roads.csv`.\n\n- one <b>\n- two\n", **more,
    )  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium without a window, or skip and say why."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def open_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Page]:
    """Open the text of a page from a file, and wait until it is drawn."""

    def opened(text: str, *, width: int = 1400, height: int = 900) -> Page:
        path = tmp_path_factory.mktemp("atlas") / "atlas.html"
        path.write_text(text, encoding="utf-8")
        page = Page(browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True), path)
        tab = page.tab
        tab.on("console", lambda said: page.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: page.complaints.append(str(error)))
        tab.on("request", lambda request: page.requests.append(request.url))
        tab.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    return opened


@pytest.fixture(scope="session")
def atlas() -> str:
    """Return the text of a small atlas."""
    return small_atlas()


@pytest.fixture
def page(open_page: Callable[..., Page], atlas: str) -> Iterator[Page]:
    """Open the small atlas afresh; nothing it does may raise a complaint, a request or a dialog."""
    page = open_page(atlas)
    yield page
    page.tab.close()
    assert page.complaints == []
    assert page.requests == [page.path.as_uri()]
    assert page.dialogs == []


@pytest.fixture
def table() -> pd.DataFrame:
    """Return the table of the small atlas."""
    return small_table()
