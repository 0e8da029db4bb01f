"""What the documentation takes from the program itself, each time it is built.

The pages of indicators, data sources and configuration are written from the registries, so they cannot be out of
date. Those of reason codes are, too, but lie in the folder for readers of the repository: `python docs/hooks.py` writes
them. Equations become MathML here, so that no page needs a script to show them.
"""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from latex2mathml.converter import convert
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

from comarca.config.reference import config_reference
from comarca.publish.maps.atlas_words import REASON_WORDS
from comarca.registry.columns import LANGUAGES, load_registry, translations
from comarca.registry.files import load_sources
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from comarca.registry.columns import Column, Family
    from comarca.registry.files import SourceFile

#: What the pages of indicators say, per language.
INDICATOR_WORDS: Final = yaml.safe_load((Path(__file__).parent / "indicator-words.yaml").read_text(encoding="utf-8"))
#: Wings whose functions others may want to call.
WINGS: Final = ("measures", "indicators", "land", "rasters", "population", "roads", "access")
_OF_REGION: Final = "regions.<name>."
_CONFIG_HEADER: Final = "| key | kind | default | meaning |\n|---|---|---|---|\n"
#: What the theme loads for search in pages that are opened from a file.
_WORKER: Final = "https://unpkg.com/iframe-worker/shim"
_EQUATION: Final = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.+?)\\[)\]]</\1>', re.DOTALL)
#: Files that a reader of the repository is led to -> the page of the site that says the same.
_PAGES: Final = {
    "config/README.md": "configuration.md",
    "src/comarca/registry/data/indicators": "indicators.md",
    "src/comarca/registry/data/sources.yaml": "sources.md",
}
_LINK: Final = re.compile(rf"\]\((?:\.\./)+({'|'.join(map(re.escape, _PAGES))})\)")
_DOI: Final = re.compile(r"doi:(10\.\d{4,9}/[^\s;,]*[^\s;,.)])")
_ADDRESS: Final = re.compile(r"(?<![<(\[])https?://[^\s;,)]+")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are written from the registries.

    Parameters
    ----------
    files : mkdocs.structure.files.Files
        The pages that stand in the folder.
    config : mkdocs.config.defaults.MkDocsConfig
        Settings of the site.

    Returns
    -------
    mkdocs.structure.files.Files
        With the written ones.
    """
    pages = {
        **{f"{_folder(lang)}indicators.md": indicators_page(lang) for lang in LANGUAGES},
        **{
            f"{_folder(lang)}indicators/{family.name}.md": family_page(family, lang)
            for lang in LANGUAGES
            for family in load_registry().families.values()
        },
        "sources.md": sources_page(),
        "configuration.md": config_page(),
        "release-notes.md": (Path(config.docs_dir).parent / "CHANGELOG.md").read_text(encoding="utf-8"),
        "api/foundations.md": modules_page("comarca", ("crs", "polygons", "results", "errors", "units")),
        **{f"api/{wing}.md": wing_page(wing) for wing in WINGS},
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to files of the repository to the pages of the site.

    Parameters
    ----------
    markdown : str
        The page.
    page : mkdocs.structure.pages.Page
        Where it stands.
    config, files
        As MkDocs hands them over; not used.

    Returns
    -------
    str
        The page with links that the site holds.
    """
    up = "../" * page.file.src_uri.count("/")
    return _LINK.sub(lambda found: f"]({up}{_PAGES[found[1]]})", markdown)


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the equations of a page into MathML.

    Parameters
    ----------
    content : str
        The page's body as HTML.
    page, config, files
        As MkDocs hands them over; not used.

    Returns
    -------
    str
        The body with MathML.
    """
    return _EQUATION.sub(
        lambda found: convert(html.unescape(found[2]), display="block" if found[1] == "div" else "inline"), content
    )


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Let the search of pages opened from a file run by a script of the site, as nothing is fetched.

    Parameters
    ----------
    output : str
        The page as HTML.
    page : mkdocs.structure.pages.Page
        The page.
    config : mkdocs.config.defaults.MkDocsConfig
        Not used.

    Returns
    -------
    str
        The page with the address of our script in place of the theme's.
    """
    return output.replace(_WORKER, get_relative_url("scripts/file-worker.js", page.url))


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Do the same in the page of the theme's own that is shown for broken links.

    Parameters
    ----------
    output_content : str
        The page as HTML.
    template_name, config
        As MkDocs hands them over; not used.

    Returns
    -------
    str
        The page with the address of our script in place of the theme's.
    """
    return output_content.replace(_WORKER, "scripts/file-worker.js")


def indicators_page(language: str = "en") -> str:
    """List every registered column, with a link to the page of its family.

    Parameters
    ----------
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Markdown: a table per family.
    """
    families = load_registry().families
    count = sum(len(family.columns) for family in families.values())
    lines = [f"# {INDICATOR_WORDS['indicators'][language]}", "", INDICATOR_WORDS["intro"][language].format(count), ""]
    for family in families.values():
        lines += [f"## [{family.title[language]}](indicators/{family.name}.md)", ""]
        lines += _table(
            (INDICATOR_WORDS["column"][language], ""),
            [(f"`{column.name}`", column.title[language]) for column in family.columns],
        )
    return "\n".join(lines) + "\n"


def family_page(family: Family, language: str) -> str:
    """Describe the columns of a family.

    Parameters
    ----------
    family : Family
        From the registry.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Markdown: an entry per column.
    """
    needs = ", ".join(f"`{name}`" for name in family.layers)
    intro = INDICATOR_WORDS["module"][language].format(f"`comarca.indicators.{family.name}`", needs)
    lines = [f"# {family.title[language]}", "", intro, ""]
    for column in family.columns:
        lines += _column(column, language)
    return "\n".join(lines) + "\n"


def _folder(language: str) -> str:
    return "" if language == "en" else f"{language}/"


def wing_page(wing: str) -> str:
    """Ask for the docstrings of a wing.

    Parameters
    ----------
    wing : str
        Name of a folder of the package.

    Returns
    -------
    str
        Markdown.
    """
    package = importlib.import_module(f"comarca.{wing}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg)
    return modules_page(f"comarca.{wing}", names, title=wing.capitalize(), text=package.__doc__ or "")


def modules_page(package: str, names: Iterable[str], *, title: str = "Foundations", text: str = "") -> str:
    """Ask for the docstrings of some modules, in the form that mkdocstrings reads.

    Parameters
    ----------
    package : str
        Name of their package.
    names : iterable of str
        Names of the modules in it.
    title, text : str, optional
        Heading of the page, and what stands under it.

    Returns
    -------
    str
        Markdown.
    """
    return "\n\n".join([f"# {title}", text, *(f"::: {package}.{name}" for name in names)]) + "\n"


def sources_page() -> str:
    """Describe every file that the program can fetch.

    Returns
    -------
    str
        Markdown: an entry per row of the registry of sources.
    """
    entries = load_sources()
    lines = [
        "# Data sources",
        "",
        "What comarca can fetch, from whom, and on which terms. `SOURCES.md` of each run names what that run used, "
        "with dates, and is what you cite. How files are fetched: [Retrieval](retrieval.md).",
        "",
    ]
    for layer in dict.fromkeys(entry.layer for entry in entries.values()):
        lines += [f"## Layer `{layer}`", ""]
        for entry in entries.values():
            if entry.layer == layer:
                lines += _source(entry)
    return "\n".join(lines) + "\n"


def flags_page(language: str = "en") -> str:
    """Describe the reason codes.

    Parameters
    ----------
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Markdown: a table.
    """
    meanings = {flag: REASON_WORDS[language].get(flag, text) for flag, text in MEANING.items() if flag is not Flag.OK}
    rows = [(f"`{flag}`", text) for flag, text in meanings.items()]
    title, intro, head = (INDICATOR_WORDS[key][language] for key in ("flags", "flags_intro", "flags_head"))
    return "\n".join([f"# {title}", "", intro, "", *_table(("flag", head), rows)])


def config_page() -> str:
    """Describe every key of the configuration.

    Returns
    -------
    str
        Markdown: the introduction of `config/README.md`, and its table cut into a section per part of a region.
    """
    introduction, table = config_reference().split(_CONFIG_HEADER)
    rows = {row.split("`")[1]: row for row in table.strip().splitlines()}
    parts: dict[str, list[str]] = {"The whole file": [], "A region": []}
    for key, row in rows.items():
        inner = key.removeprefix(_OF_REGION)
        part = _part(inner, rows)
        title = "The whole file" if inner == key else f"`{part}`" if part else "A region"
        parts.setdefault(title, []).append(row.replace(f"`{key}`", f"`{inner}`", 1))
    lines = [introduction.strip(), "", f"All keys but those of the whole file stand under `{_OF_REGION[:-1]}`.", ""]
    for title, found in parts.items():
        lines += [f"## {title}", "", _CONFIG_HEADER.strip(), *found, ""]
    return "\n".join(lines) + "\n"


def _part(key: str, keys: Iterable[str]) -> str:
    """Name the section that a key of a region stands in: the longest of its beginnings that has keys of its own."""
    first, _, rest = key.partition(".")
    names = [f"{first}.{rest.split('.')[0]}", first] if first == "indicators" and rest else [first]
    return next((name for name in names if any(each.startswith(f"{_OF_REGION}{name}.") for each in keys)), "")


def _column(column: Column, language: str) -> list[str]:
    words = {key: text[language] for key, text in INDICATOR_WORDS.items()}
    translated = translations(language) if language != "en" else {}
    text = {
        name: translated.get(english := getattr(column, name), english)
        for name in ("definition", "method", "proxy_for", "bias", "missing")
    }
    classes = (f"`{value}` {title[language]}" for value, title in column.categories.items())
    rows = [
        (words["unit"], _unit(column, words)),
        (words["method"], text["method"]),
        (words["source"], column.source),
        (words["reference"], column.reference),
        (words["proxy_for"], text["proxy_for"]),
        (words["bias"], text["bias"]),
        (words["missing"], text["missing"]),
        (words["layers"], ", ".join(f"`{name}`" for name in column.layers)),
        (words["classes"], "; ".join(classes)),
    ]
    facts = _table(("", column.title[language]), [(name, _linked(entry)) for name, entry in rows if entry])
    return [f"## `{column.name}`", "", text["definition"], "", *facts]


def _unit(column: Column, words: Mapping[str, str]) -> str:
    low, high = column.range
    span = words["span"].format(*(words["no_limit"] if end is None else f"{end:g}" for end in (low, high)))
    bounds = "" if low is None and high is None else f", {span}"
    better = "" if column.better == "neither" else f"; {words[column.better]}"
    name = {"1": words["bare"], "": column.kind}.get(column.unit, column.unit)
    return f"{name}{bounds}{better}"


def _source(entry: SourceFile) -> list[str]:
    passing_on = "" if entry.redistribute else "; may not be passed on"
    rows = [
        ("Provider", f"`{entry.provider}`, <{entry.homepage}>"),
        ("Version", "the newest, under a fixed address" if entry.version == "latest" else entry.version),
        ("Licence", f"[{entry.licence}]({entry.licence_url}){passing_on}"),
        ("To print", _linked(entry.attribution)),
        ("Checked by", "form and size only" if entry.checksum == "none" else entry.checksum),
    ]
    return [f"### {entry.title}", "", *_table(("", f"`{entry.key}`"), rows)]


def _linked(text: str) -> str:
    """Turn DOIs and bare addresses into links."""
    return _ADDRESS.sub(r"<\g<0>>", _DOI.sub(r"[doi:\1](https://doi.org/\1)", text))


def _table(header: tuple[str, str], rows: Iterable[tuple[str, str]]) -> list[str]:
    cells = [header, ("---", "---"), *((name, " ".join(text.split()).replace("|", "\\|")) for name, text in rows)]
    return [*(f"| {name} | {text} |" for name, text in cells), ""]


def write_flags_pages() -> None:
    """Write the pages of reason codes beside this file."""
    for language in LANGUAGES:
        path = Path(__file__).parent / _folder(language) / "missing-values.md"
        path.write_text(flags_page(language), encoding="utf-8")


if __name__ == "__main__":
    write_flags_pages()
