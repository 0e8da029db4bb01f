"""The search of the documentation, in pages that are opened from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.xdist_group("site")
def test_search_works_from_a_file_and_fetches_nothing(browser: Any, site: Path) -> None:
    tab = browser.new_page()
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((site / "es/tutorial.html").as_uri())
    tab.fill("[data-md-component=search-query]", "Theil")
    tab.wait_for_selector(".md-search-result__link", timeout=30_000)
    pages = {str(link.get_attribute("href")).split("#")[0] for link in tab.locator(".md-search-result__link").all()}
    assert (site / "methods/land.html").as_uri() in pages
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    tab.close()
