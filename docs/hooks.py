"""What the documentation takes from the program itself, each time it is built.

The pages of indicators, data sources, reason codes and configuration are written from the registries, so they cannot
be out of date. Equations become MathML here, so that no page needs a script to show them.
"""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from latex2mathml.converter import convert
from mkdocs.structure.files import File

from comarca.config.reference import config_reference
from comarca.registry.columns import load_registry
from comarca.registry.files import load_sources
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from comarca.registry.columns import Column, Family
    from comarca.registry.files import SourceFile

#: Wings whose functions others may want to call.
WINGS: Final = ("measures", "indicators", "land", "rasters", "population", "roads", "access")
_OF_REGION: Final = "regions.<name>."
_CONFIG_HEADER: Final = "| key | kind | default | meaning |\n|---|---|---|---|\n"
_EQUATION: Final = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.+?)\\[)\]]</\1>', re.DOTALL)
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
        "indicators.md": indicators_page(),
        "sources.md": sources_page(),
        "missing-values.md": flags_page(),
        "configuration.md": config_page(),
        "release-notes.md": (Path(config.docs_dir).parent / "CHANGELOG.md").read_text(encoding="utf-8"),
        "api/foundations.md": modules_page("comarca", ("crs", "polygons", "results", "errors", "units")),
        **{f"api/{wing}.md": wing_page(wing) for wing in WINGS},
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


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


def indicators_page() -> str:
    """Describe every registered column.

    Returns
    -------
    str
        Markdown: a section per family, an entry per column.
    """
    families = load_registry().families
    count = sum(len(family.columns) for family in families.values())
    lines = [
        "# Indicators",
        "",
        f"All {count} entries of the registry, family by family. A name with braces stands for several columns: one "
        "per class of city, kind of service, class of road and so on of your configuration. `codebook.csv` of a run "
        "says the same of the columns it made, with their titles in Spanish and Portuguese.",
        "",
        "A column is left out of the table where the region lacks a layer it needs; `quality.md` then names the key of "
        "the configuration that gives it. Why a single value is missing is said by its "
        "[reason code](missing-values.md).",
        "",
    ]
    for family in families.values():
        lines += _family(family)
    return "\n".join(lines) + "\n"


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


def flags_page() -> str:
    """Describe the reason codes.

    Returns
    -------
    str
        Markdown: a table.
    """
    rows = [(f"`{flag}`", meaning) for flag, meaning in MEANING.items() if flag is not Flag.OK]
    return "\n".join(
        [
            "# Missing and doubtful values",
            "",
            "An empty cell means: not defined, or not known. Zero means zero. Every empty cell, and every value that "
            "stands but deserves a doubt, has a code in the column `flag` of `indicators_long.csv`; `quality.md` "
            "counts them by column.",
            "",
            *_table(("flag", "what it says"), rows),
        ]
    )


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


def _family(family: Family) -> list[str]:
    needs = ", ".join(f"`{name}`" for name in family.layers)
    lines = [
        f"## {family.title['en']}",
        "",
        f"Module `comarca.indicators.{family.name}`; needs the layer(s) {needs}.",
        "",
    ]
    for column in family.columns:
        lines += _column(column)
    return lines


def _column(column: Column) -> list[str]:
    rows = [
        ("Unit", _unit(column)),
        ("How it is computed", column.method),
        ("Source", column.source),
        ("Stands for", column.proxy_for),
        ("Errs", column.bias),
        ("Missing if", column.missing),
        ("Needs also", ", ".join(f"`{name}`" for name in column.layers)),
        ("Classes", "; ".join(f"`{value}` {title['en']}" for value, title in column.categories.items())),
    ]
    heading = f"### `{column.name}`"
    facts = _table(("", column.title["en"]), [(name, _linked(text)) for name, text in rows if text])
    return [heading, "", column.definition, "", *facts]


def _unit(column: Column) -> str:
    low, high = column.range
    bounds = "" if low is None and high is None else f", from {_number(low)} to {_number(high)}"
    better = "" if column.better == "neither" else f"; {column.better} is better"
    name = {"1": "none (share, index or count)", "": column.kind}.get(column.unit, column.unit)
    return f"{name}{bounds}{better}"


def _number(value: float | None) -> str:
    return "no limit" if value is None else f"{value:g}"


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
