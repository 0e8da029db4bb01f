"""The registries as frozen data: what each column is, and which layers it needs.

`src/comarca/registry/data/indicators/<family>.yaml` has one entry per column. A column name may hold fields in braces,
such as ``time_{city_class}_city_mean_min``: it stands for one column per value of that field, and its texts may use the
field too. The values come from the region's configuration.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, field, fields, replace
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Literal

import yaml

from comarca.errors import InputError, did_you_mean
from comarca.registry import DATA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path


LANGUAGES = ("en", "es", "pt")

#: Texts of a column that are written in English and translated in ``data/translations``.
TEXTS = ("definition", "method", "source", "proxy_for", "bias", "missing")

#: Between the codes of a text that lists several.
LIST_SEPARATOR: Final = ", "

Kind = Literal["number", "class", "text", "boolean"]

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """What the table is computed from and checked against: a column without its texts.

    Attributes
    ----------
    name, family : str
        Column name; the family that computes it.
    kind : str
        ``number``, ``class``, ``text`` or ``boolean``.
    range : tuple of float or None
        Least and greatest value that can be right; None leaves a side open.
    layers : tuple of str
        Layers without which the column is not computed.
    categories : collection of str
        For ``class`` columns: the values, in the order of the legend. For ``text`` columns: the codes that a value
        lists.
    template : str
        The registry's name of the column, which may hold fields in braces; empty for a column of a user's table.
    fields : mapping
        The values of the fields of a templated name, for this column.
    """

    name: str
    family: str
    kind: Kind
    range: tuple[float | None, float | None]
    layers: tuple[str, ...]
    categories: Collection[str] = ()
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def codes(self, value: str) -> tuple[str, ...]:
        """Take a value apart into its codes.

        Parameters
        ----------
        value : str
            A value of a column with categories.

        Returns
        -------
        tuple of str
            The class, or all codes that a text lists.
        """
        is_list = self.kind == "text" and value not in self.categories
        return tuple(value.split(LIST_SEPARATOR)) if is_list else (value,)


@dataclass(frozen=True, kw_only=True)
class Column(TableColumn):
    """One column of the indicator table, with all that is printed of it.

    Attributes
    ----------
    title : mapping
        Short title per language (en, es, pt), as on a map.
    unit : str
        Unit, ``1`` if dimensionless, empty for text.
    better : str
        ``higher``, ``lower`` or ``neither``.
    definition, method, source, reference, proxy_for, bias, missing : str
        What it means; how it is computed; where its data come from; what the method is taken from (DOI); what it stands
        for; in which direction it errs; what a missing value means.
    mapped : bool
        Whether a map is drawn of it.
    categories : mapping
        Value of a class, or code in a text -> title per language, in the order of the legend.
    by_area : mapping
        Attributes that differ where the region has no population, so that means and shares are over area.
    texts : mapping
        Language -> text -> its translation, of those texts that are translated.
    is_additive : bool
        Whether the value of a union of territories is the sum of theirs.
    short_title : mapping
        A shorter title per language, where the title does not fit into a label of Stata; empty where it does.
    """

    title: Mapping[str, str]
    unit: str
    better: str
    definition: str
    method: str
    source: str
    missing: str
    mapped: bool
    reference: str = ""
    proxy_for: str = ""
    bias: str = ""
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_area: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_additive: bool = False
    short_title: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, language: str) -> str:
        """Read one of the texts `TEXTS` in a language.

        Parameters
        ----------
        name : str
            Such as ``definition``.
        language : str
            ``en``, ``es`` or ``pt``.

        Returns
        -------
        str
            In English where there is no translation, as for a column of a user's table.
        """
        english: str = getattr(self, name)
        return self.texts.get(language, {}).get(name, english)

    def label(self, value: str, language: str) -> str:
        """Write a value of a column with categories for readers.

        Parameters
        ----------
        value : str
            A class, or a text that lists codes.
        language : str
            ``en``, ``es`` or ``pt``.

        Returns
        -------
        str
            The title of the class, or of each code; what has no title stays as it is.
        """
        titles = (self.categories.get(code, {}).get(language, code) for code in self.codes(value))
        return LIST_SEPARATOR.join(titles)

    def without_texts(self) -> TableColumn:
        """Leave out what is only printed.

        Returns
        -------
        TableColumn
            The same column.
        """
        facts = {item.name: getattr(self, item.name) for item in fields(TableColumn)}
        return TableColumn(**facts | {"categories": tuple(self.categories)})


#: Family of the users' own columns, which rules by the ending of a name do not bind.
OWN_FAMILY: Final = "attributes"

#: Names, or names with their fields, of columns that stand for the main job: the table has them even if they are empty.
MAIN_COLUMNS: Final = frozenset(
    {
        "area_km2", "population_persons", "time_intermediate_city_mean_min", "distance_intermediate_city_mean_km",
        "distance_intermediate_city_straight_km", "nearest_intermediate_city_name",
        "population_within_60min_intermediate_city_share", "road_length_km", "road_density_km_per_100km2",
        "main_road_density_km_per_100km2", "paved_road_share", "rural_access_index_share",
        "power_line_density_km_per_100km2", "school_count", "parcel_area_gini_index", "farmland_patch_area_gini_index",
        "holding_area_gini_index", "land_use_shannon_index", "urban_rural_catchment_class", "dynamics_type_{period}",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Family:
    """A family of indicators: one module, one config section.

    Attributes
    ----------
    name : str
        Name of the module in `comarca.indicators` and of the section under ``indicators:``.
    title : mapping
        Title per language.
    layers, optional_layers : tuple of str
        Layers that it cannot do without; layers that it uses where there are any.
    columns : tuple of Column
        Its columns, templates not yet expanded.
    """

    name: str
    title: Mapping[str, str]
    layers: tuple[str, ...]
    optional_layers: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Registry:
    """All families, and the words that templates use.

    Attributes
    ----------
    families : mapping
        Families by name, in the order of the table.
    terms : mapping
        Field -> value -> word per language, for templated titles; a value without an entry stands for itself.
    """

    families: Mapping[str, Family]
    terms: Mapping[str, Mapping[str, Mapping[str, str]]]

    def columns(
        self, family: str, *, fields: Mapping[str, Sequence[str]], layers: Iterable[str]
    ) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """Columns of a family for one region.

        Parameters
        ----------
        family : str
            Name of the family.
        fields : mapping
            Values of each template field, such as ``{"city_class": ["town", "intermediate"]}``.
        layers : iterable of str
            Layers that the region has. Without ``population``, columns are described as means and shares of area.

        Returns
        -------
        active, inactive : tuple of Column
            Those that can be computed, and those that lack a layer.
        """
        entry = self.families[family]
        available = set(layers)
        templates = entry.columns
        if "population" not in available:
            templates = tuple(replace(column, **column.by_area) for column in templates)
        expanded = [column for template in templates for column in self._expand(template, fields)]
        active = tuple(column for column in expanded if available.issuperset((*entry.layers, *column.layers)))
        return active, tuple(column for column in expanded if column not in active)

    def _expand(self, template: Column, fields: Mapping[str, Sequence[str]]) -> list[Column]:
        names = _fields_of(template.name)
        template = replace(template, texts=template.texts or _translated(template))
        if not names:
            return [template]
        columns = []
        for values in itertools.product(*(fields.get(name, ()) for name in names)):
            chosen = dict(zip(names, values, strict=True))
            english = self._words(chosen, "en")
            columns.append(
                replace(
                    template,
                    name=template.name.format(**chosen),
                    title=self._filled(template.title, chosen),
                    short_title=self._filled(template.short_title, chosen),
                    definition=template.definition.format(**english),
                    method=template.method.format(**english),
                    proxy_for=template.proxy_for.format(**english),
                    missing=template.missing.format(**english),
                    texts={
                        language: {key: text.format(**self._words(chosen, language)) for key, text in texts.items()}
                        for language, texts in template.texts.items()
                    },
                    layers=tuple(layer.format(**chosen) for layer in template.layers),
                    fields=chosen,
                )
            )
        return columns

    def _filled(self, titles: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
        return {language: text.format(**self._words(chosen, language)) for language, text in titles.items()}

    def _words(self, chosen: Mapping[str, str], language: str) -> dict[str, str]:
        return {
            name: self.terms.get(name, {}).get(value, {}).get(language, value.replace("_", " "))
            for name, value in chosen.items()
        }


def load_registry(folder: Path = DATA / "indicators") -> Registry:
    """Read and check the indicator registry.

    Parameters
    ----------
    folder : pathlib.Path
        Folder with ``_index.yaml`` (order of the families and the words of templates) and
        one file per family; families that the order does not name come last, by name.

    Returns
    -------
    Registry
        The registry.

    Raises
    ------
    InputError
        If an entry lacks a key, has an unknown one, or a column stands twice.
    """
    index = _read_yaml(folder / "_index.yaml")
    further = sorted({path.stem for path in folder.glob("*.yaml")} - {"_index", *index["families"]})
    families = {name: _load_family(folder / f"{name}.yaml", name) for name in (*index["families"], *further)}
    owner: dict[str, str] = {}
    for family in families.values():
        for column in family.columns:
            if column.name in owner:
                raise InputError(
                    f"{folder}, {family.name}.{column.name}",
                    got=f"the name of a column of {owner[column.name]}",
                    expected="one entry per column",
                )
            owner[column.name] = family.name
    return Registry(families=families, terms=index.get("terms", {}))


@cache
def translations(language: str) -> Mapping[str, str]:
    """Read the translations of the registry's texts.

    Parameters
    ----------
    language : str
        ``es`` or ``pt``.

    Returns
    -------
    mapping
        English text, with its fields in braces -> the same in the language.
    """
    path = DATA / "translations" / f"{language}.yaml"
    return _read_yaml(path) if path.is_file() else {}


def _translated(template: Column) -> dict[str, dict[str, str]]:
    texts = {}
    for language in LANGUAGES[1:]:
        words = translations(language)
        texts[language] = {name: words[text] for name in TEXTS if (text := getattr(template, name)) in words}
    return {language: entries for language, entries in texts.items() if entries}


def _read_yaml(path: Path) -> Any:
    # The parser written in C: with the other one, reading the registry takes longer than all other planning.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _load_family(path: Path, name: str) -> Family:
    entry = _read_yaml(path)
    return Family(
        name=name,
        title=_in_all_languages(path, name, entry["title"]),
        layers=tuple(entry.get("layers", ())),
        optional_layers=tuple(entry.get("optional_layers", ())),
        columns=tuple(_column(path, name, key, value) for key, value in entry["columns"].items()),
    )


_KEYS = {
    "title", "unit", "kind", "range", "better", "definition", "method", "source", "reference", "missing", "layers",
    "mapped", "proxy_for", "bias", "categories", "by_area", "additive", "short_title",
}  # fmt: skip

_REQUIRED = {"title", "unit", "better", "definition", "method", "source", "missing"}


def _column(path: Path, family: str, name: str, entry: Mapping[str, Any]) -> Column:
    where = f"{path}, {family}.{name}"
    for key in entry:
        if key not in _KEYS:
            raise InputError(where, got=key, expected="a known key", remedy=did_you_mean(key, _KEYS))
    if lacking := _REQUIRED - entry.keys():
        raise InputError(where, got=sorted(entry), expected=f"also {sorted(lacking)}")
    low, high = entry.get("range", (None, None))
    return Column(
        name=name,
        template=name,
        family=family,
        title=_in_all_languages(path, name, entry["title"]),
        unit=str(entry["unit"]),
        kind=entry.get("kind", "number"),
        range=(low, high),
        better=entry["better"],
        definition=entry["definition"],
        method=entry["method"],
        source=entry["source"],
        reference=entry.get("reference", ""),
        missing=entry["missing"],
        layers=tuple(entry.get("layers", ())),
        mapped=entry.get("mapped", entry.get("kind", "number") in {"number", "class"}),
        proxy_for=entry.get("proxy_for", ""),
        bias=entry.get("bias", ""),
        categories=entry.get("categories", {}),
        by_area=_by_area(path, name, entry.get("by_area", {})),
        is_additive=bool(entry.get("additive", False)),
        short_title=_in_all_languages(path, name, entry["short_title"]) if "short_title" in entry else {},
    )


def _by_area(path: Path, name: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    allowed = {"title", "short_title", "unit", "definition", "method", "missing", "proxy_for", "bias"}
    for key in entry:
        if key not in allowed:
            raise InputError(f"{path}, {name}.by_area", got=key, expected=f"one of {sorted(allowed)}")
    for key in {"title", "short_title"} & entry.keys():
        _in_all_languages(path, f"{name}.by_area", entry[key])
    return entry


def _in_all_languages(path: Path, name: str, title: Mapping[str, str]) -> Mapping[str, str]:
    if lacking := set(LANGUAGES) - title.keys():
        raise InputError(f"{path}, {name}.title", got=dict(title), expected=f"also {sorted(lacking)}")
    return title


def _fields_of(name: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(name) if name]


def sector_key(name: str) -> str:
    """Make the part of a column name that stands for a sector.

    Parameters
    ----------
    name : str
        Name of the sector in the user's table.

    Returns
    -------
    str
        Lower case without accents, with an underscore for all but letters and digits.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
