"""The search of the documentation, in pages that are opened from a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def test_search_works_from_a_file_and_fetches_nothing(browser: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    tab = browser.new_page()
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((tmp_path / "es/tutorial.html").as_uri())
    tab.fill("[data-md-component=search-query]", "Theil")
    tab.wait_for_selector(".md-search-result__link", timeout=30_000)
    pages = {str(link.get_attribute("href")).split("#")[0] for link in tab.locator(".md-search-result__link").all()}
    assert (tmp_path / "methods/land.html").as_uri() in pages
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    tab.close()
