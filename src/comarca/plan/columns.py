"""The registry of one region: ours, with the columns of the user's tables and the words of the user's sectors."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.plan.layers import template_fields
from comarca.registry.columns import LANGUAGES, OWN_FAMILY, Column, Family, Registry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comarca.config.region import Region
    from comarca.config.tables import Chain, ConfiguredColumn

#: The family of classes of local Moran's I.
CLUSTERS: Final = "clusters"
#: The family of the user's own columns.
#: Names of columns that GeoPackage, GeoParquet and CSV have anyway.
_RESERVED: Final = frozenset({"fid", "ogc_fid", "geom", "geometry", "wkb_geometry", "index"})
_TITLE: Final = {"en": "Further data", "es": "Otros datos", "pt": "Outros dados"}
#: What is said of a user's column, but for what the user says.
_OWN_TEXTS: Final = {
    "es": {
        "method": "Tomado de la tabla sin cambios.",
        "source": "tabla {}",
        "missing": "la tabla no tiene cifra para el territorio",
    },
    "pt": {
        "method": "Tomado da tabela sem alteração.",
        "source": "tabela {}",
        "missing": "a tabela não tem valor para o território",
    },
}

#: Separator of thousands, words for a span and for an open end, inhabitants.
_CLASS_WORDS: Final = {
    "en": (",", "{} to {}", "{} or more", "inhabitants"),
    "es": ("\N{NO-BREAK SPACE}", "{} a {}", "{} o m\u00e1s", "habitantes"),
    "pt": (".", "{} a {}", "{} ou mais", "habitantes"),
}


def regional_registry(registry: Registry, region: Region) -> Registry:
    """Extend the registry by what a region's own tables bring.

    Parameters
    ----------
    registry : Registry
        The families that come with the project.
    region : Region
        The region's configuration.

    Returns
    -------
    Registry
        With a last family ``attributes`` if the region has such tables, and with the terms ``employment_sector`` and
        ``period``.

    Raises
    ------
    InputError
        If the user's columns bear wrong or taken names, or the sectors cannot be read.
    """
    terms = {"employment_sector": _sectors(region), "period": _periods(region), "cluster_column": {}}
    terms["chain"] = {name: _chain_words(name, chain) for name, chain in region.employment.chains.items()}
    terms["city_class"] = {name: class_words(*limits) for name, limits in region.city_classes_persons.items()}
    extended = _with_attributes(Registry(registry.families, {**registry.terms, **terms}), region)
    return _with_clusters(extended, region) if region.clusters.columns else extended


def class_words(low: float, high: float | None) -> dict[str, str]:
    """Say in words which cities a class holds.

    Parameters
    ----------
    low, high : float, float or None
        Inhabitants: from (included) and to (not included; None is no limit).

    Returns
    -------
    dict
        Per language, such as ``50,000 to 1,000,000 inhabitants``: titles that name the class alone say nothing.
    """
    words = {}
    for language, (separator, span, open_end, people) in _CLASS_WORDS.items():
        limits = [f"{limit:,.0f}".replace(",", separator) for limit in (low, high) if limit is not None]
        text = open_end.format(*limits) if high is None else span.format(*limits)
        words[language] = f"{text} {people}"
    return words


def _with_attributes(extended: Registry, region: Region) -> Registry:
    """Add the family of the user's own columns."""
    if not region.attributes:
        return extended
    registry = extended
    fields = regional_fields(extended, region)
    expanded = [part for name in registry.families for part in extended.columns(name, fields=fields, layers=())]
    taken = [column.name for part in expanded for column in part]
    family = Family(OWN_FAMILY, _TITLE, layers=(), optional_layers=(), columns=_attributes(region, taken))
    return Registry({**registry.families, OWN_FAMILY: family}, extended.terms)


def _with_clusters(registry: Registry, region: Region) -> Registry:
    """Give the columns of clusters the titles and layers of the columns that they class."""
    fields = regional_fields(registry, region)
    expanded = [part for name in registry.families for part in registry.columns(name, fields=fields, layers=())]
    column_of = {column.name: column for part in expanded for column in part}
    for name in region.clusters.columns:
        if name not in column_of or column_of[name].kind != "number":
            raise ConfigError("clusters.columns", got=name, expected="a numeric column of the table, see codebook.csv",
                              remedy=did_you_mean(name, column_of))  # fmt: skip
    terms = {name: dict(column_of[name].title) for name in region.clusters.columns}
    registry = Registry(registry.families, {**registry.terms, "cluster_column": terms})
    made = [column for part in registry.columns(CLUSTERS, fields=regional_fields(registry, region), layers=())
            for column in part]  # fmt: skip
    columns = []
    for column in made:
        source = column_of[column.fields["cluster_column"]]
        columns.append(replace(column, layers=(*registry.families[source.family].layers, *source.layers)))
    family = replace(registry.families[CLUSTERS], columns=tuple(columns))
    # Its names hold no fields any more.
    return Registry({**registry.families, CLUSTERS: family}, registry.terms)


def regional_fields(registry: Registry, region: Region) -> dict[str, list[str]]:
    """Values of the fields that a region's registry is expanded over.

    Parameters
    ----------
    registry : Registry
        The region's own, see `regional_registry`.
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Field -> values as text.
    """
    regional = {name: list(registry.terms[name]) for name in ("employment_sector", "period", "cluster_column", "chain")}
    return {**template_fields(region), **regional}


def attribute_columns(
    columns: Mapping[str, ConfiguredColumn], *, path: str, taken: Collection[str] = ()
) -> tuple[Column, ...]:
    """Describe a user's columns as registry columns, so that table, codebook and maps treat them as our own.

    Parameters
    ----------
    columns : mapping
        Name -> what the configuration says of it.
    path : str
        The file, which is named as the source where the user names none.
    taken : collection of str, optional
        Names that other columns bear.

    Returns
    -------
    tuple of Column
        In the order given.

    Raises
    ------
    InputError
        If a name is not in lower case with underscores, or taken, or classes have no titles.
    """
    return tuple(_attribute(name, entry, path=path, taken=taken) for name, entry in columns.items())


def _attribute(name: str, entry: ConfiguredColumn, *, path: str, taken: Collection[str]) -> Column:
    where = f"attributes, {path}, columns.{name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(where, got=name, expected="lower-case letters, digits and underscores, a letter first",
                         remedy="Give the name in the file as `column`.")  # fmt: skip
    if name in _RESERVED:
        raise InputError(
            where, got=name, expected="a name that is not reserved, as products have a column of that name anyway",
            remedy="Choose another name, and give the one in the file as `column`.",
        )  # fmt: skip
    if name in taken:
        raise InputError(where, got=name, expected="a name that no other column bears")
    if entry.kind == "class" and not entry.categories:
        raise InputError(f"{where}.categories", got=None, expected="the classes with their titles",
                         remedy="Or set `kind: text`, and no map is drawn.")  # fmt: skip
    titles = _titles(f"{where}.title", entry.title)
    return Column(
        name=name,
        family=OWN_FAMILY,
        title=titles,
        unit=entry.unit,
        kind=entry.kind,
        range=(None, None),
        better=entry.better,
        definition=entry.definition or titles["en"],
        method="Taken from the table without change.",
        source=entry.source or f"table {path}",
        missing="the table has no figure for the territory",
        layers=(),
        mapped=entry.kind in {"number", "class"},
        categories={value: _titles(f"{where}.categories.{value}", title) for value, title in entry.categories.items()},
        texts=_own_texts(entry, titles, path),
    )


def _own_texts(entry: ConfiguredColumn, titles: Mapping[str, str], path: str) -> dict[str, dict[str, str]]:
    """Say in the other languages what the user did not write."""
    texts = {}
    for language, words in _OWN_TEXTS.items():
        given = {"definition": entry.definition, "source": entry.source}
        own = {"definition": titles[language], **words, "source": words["source"].format(path)}
        texts[language] = {name: text for name, text in own.items() if not given.get(name)}
    return texts


def _titles(where: str, title: str | Mapping[Any, str]) -> Mapping[str, str]:
    titles = dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title
    if lacking := set(LANGUAGES) - titles.keys():
        raise InputError(where, got=dict(titles), expected=f"also {sorted(lacking)}, or one text for all languages")
    return titles


def _sectors(region: Region) -> dict[str, dict[str, str]]:
    source = region.employment
    if source.path is None:
        return {}
    from comarca.sources.tables.employment import read_sectors
    from comarca.sources.tables.read import layout_of

    sectors = read_sectors(str(source.path), columns=source.columns, **layout_of(source.model_dump()))
    return {key: dict.fromkeys(LANGUAGES, name) for key, name in sectors.items()}


def _chain_words(name: str, chain: Chain) -> dict[str, str]:
    words = dict.fromkeys(LANGUAGES, name.replace("_", " "))
    return words | (dict.fromkeys(LANGUAGES, chain.title) if isinstance(chain.title, str) else dict(chain.title or {}))


def _periods(region: Region) -> dict[str, dict[str, str]]:
    """Pairs of dates of the outcomes, each year with the next: such as ``1991_2000``, in words ``1991-2000``."""
    source = region.outcomes
    if source.path is None:
        return {}
    years: Sequence[int] | None = source.years
    if years is None:
        from comarca.sources.tables.outcomes import read_years
        from comarca.sources.tables.read import layout_of

        years = read_years(str(source.path), columns=source.columns, **layout_of(source.model_dump()))
    pairs = itertools.pairwise(years)
    return {f"{first}_{last}": dict.fromkeys(LANGUAGES, f"{first}\u2013{last}") for first, last in pairs}


def _attributes(region: Region, taken: list[str]) -> tuple[Column, ...]:
    columns: list[Column] = []
    for table in region.attributes:
        names = [*taken, *(column.name for column in columns)]
        columns += attribute_columns(table.columns, path=table.path, taken=names)
    return tuple(columns)
