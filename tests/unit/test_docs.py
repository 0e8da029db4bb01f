"""The documentation as a site: whole, without broken links, and readable without a network."""

import html
import importlib.util
import re
from html.parser import HTMLParser

import pytest
import yaml

from comarca.config.reference import config_reference
from comarca.registry.columns import load_registry
from comarca.registry.files import load_sources
from comarca.results import Flag

pytestmark = pytest.mark.xdist_group("site")

#: Elements and attributes whose address a browser follows by itself, as against links that a reader follows.
LOADED = {
    ("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data"),
}  # fmt: skip


class Loaded(HTMLParser):
    """Collect the addresses that a browser loads when it shows a page."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if (tag, name) in LOADED]


def external(addresses):
    return [address for address in addresses if re.match(r"(https?:)?//", address)]


def text_of(page):
    return page.read_text(encoding="utf-8")


def test_no_page_loads_anything_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    found = {}
    for page in pages:
        parser = Loaded()
        parser.feed(text_of(page))
        assert parser.addresses, page
        if foreign := external(parser.addresses):
            found[page.name] = foreign
    assert not found


def test_no_style_loads_anything_from_elsewhere(site):
    styles = sorted(site.rglob("*.css"))
    assert styles
    found = [
        address
        for style in styles
        for address in re.findall(r"url\(['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", text_of(style))
    ]
    assert not external([url or imported for url, imported in found])


def test_the_check_for_foreign_addresses_sees_one():
    parser = Loaded()
    parser.feed('<script src="https://cdn.example.org/math.js"></script><a href="https://example.org">read</a>')
    assert external(parser.addresses) == ["https://cdn.example.org/math.js"]


def test_no_link_of_the_repository_is_dead_without_the_site(root):
    pages = [*(root / "docs").rglob("*.md"), *root.glob("*.md"), *(root / "data").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", text_of(page))]
    assert len(links) > 100
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_pages_of_reason_codes_are_those_of_the_program(root):
    spec = importlib.util.spec_from_file_location("hooks", root / "docs/hooks.py")
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    for language, folder in {"en": "", "es": "es", "pt": "pt"}.items():
        assert text_of(root / "docs" / folder / "missing-values.md") == hooks.flags_page(language)


def test_a_tutorial_has_the_same_steps_in_each_language(root):
    pages = [text_of(root / "docs" / folder / "tutorial.md") for folder in ("", "es", "pt")]
    assert len({len(re.findall(r"^#+ ", page, re.MULTILINE)) for page in pages}) == 1
    assert len({page.count("```sh") for page in pages}) == 1


def test_equations_are_mathml_and_none_is_left_as_tex(site):
    for name in ("infrastructure", "population", "urbanisation", "productive"):
        page = text_of(site / "methods" / f"{name}.html")
        assert "<math " in page
        assert "arithmatex" not in page
        assert "$" not in re.sub(r"<(script|style|code)\b.*?</\1>", "", page, flags=re.DOTALL)


def test_every_registered_column_is_described(site, root):
    page = text_of(site / "indicators.html")
    registry = load_registry()
    names = [column.name for family in registry.families.values() for column in family.columns]
    assert [name for name in names if f"<code>{name}</code>" not in page] == []


@pytest.mark.parametrize(
    ("folder", "heading"), [("", "How it is computed"), ("es", "Cómo se calcula"), ("pt", "Como se calcula")]
)
def test_every_family_has_a_page_in_each_language(site, root, folder, heading):
    for name, family in load_registry().families.items():
        page = text_of(site / folder / f"indicators/{name}.html")
        assert page.count(heading) == len(family.columns)
        assert [column.name for column in family.columns if f"<code>{column.name}</code>" not in page] == []


def test_references_are_links_to_their_doi(site):
    page = text_of(site / "indicators/land.html")
    assert 'href="https://doi.org/10.2307/1937992"' in page
    assert not re.search(r'href="https://doi\.org/[^"]*[.,;)]"', page)


def test_every_source_and_every_reason_code_is_described(site):
    sources, flags = text_of(site / "sources.html"), text_of(site / "missing-values.html")
    assert [key for key in load_sources() if f"<code>{key}</code>" not in sources] == []
    assert [flag for flag in Flag if flag and f"<code>{flag}</code>" not in flags] == []


def test_every_page_stands_in_the_navigation(root):
    entries = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]

    def pages(entry):
        if isinstance(entry, str):
            return {entry}
        return set().union(*(pages(part) for part in (entry.values() if isinstance(entry, dict) else entry)))

    docs = root / "docs"
    assert {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} <= pages(entries)


@pytest.mark.parametrize("name", ["README.md", "README.es.md", "README.pt.md", "CONTRIBUTING.md"])
def test_links_of_the_pages_beside_the_code_lead_somewhere(root, name):
    links = re.findall(r"\]\(([^)#]+)", (root / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if "://" not in link and not (root / link).exists()] == []


def test_every_key_of_the_configuration_is_described(site):
    page = text_of(site / "configuration.html")
    keys = re.findall(r"^\| `(?:regions\.<name>\.)?([^`]+)`", config_reference(), flags=re.MULTILINE)
    assert len(keys) > 100
    assert page.count("<tr>") == len(keys) + page.count("<thead>")
    assert [key for key in keys if f"<td><code>{html.escape(key)}</code></td>" not in page] == []


def test_the_pages_of_modules_come_from_the_docstrings(site):
    page = text_of(site / "api/measures.html")
    assert "comarca.measures.inequality.gini" in page
    assert "twice the area between the Lorenz curve and the diagonal" in page
    assert "_relative_size" not in page
    assert ":::" not in page


def test_the_release_notes_are_the_changelog(site, root):
    first = next(line for line in (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if "## " in line)
    assert first.removeprefix("## ") in text_of(site / "release-notes.html")


def test_decisions_are_numbered_without_gaps_and_listed(root):
    records = sorted((root / "docs/decisions").glob("0*.md"))
    index = (root / "docs/decisions/index.md").read_text(encoding="utf-8")
    for number, record in enumerate(records, start=1):
        assert record.name.startswith(f"{number:04}-")
        assert record.read_text(encoding="utf-8").startswith(f"# {number}. ")
        assert f"({record.name})" in index
