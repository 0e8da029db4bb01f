"""A region in ten sentences, each from its own numbers."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.publish.headlines import MAX_SENTENCES, headline_columns, summary, written
from comarca.publish.sentence_words import SENTENCE_WORDS
from comarca.publish.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from comarca.registry.columns import Column

#: Sentences of extremes and medians that come before those of other kinds.
_FIRST: Final = 4
#: Mean travel time beyond which a territory is remote, minutes.
REMOTE_MIN: Final = 120
#: A unit one level up is compared if so many of its territories have a value.
_LEAST_MEMBERS: Final = 3
#: Two indicators are said to go together from so many territories and so strong a rank correlation on.
_LEAST_PAIRS: Final = 20
_LEAST_RHO: Final = 0.3


def in_short(table: pd.DataFrame, columns: Sequence[Column], language: str, *, title: str) -> list[str]:
    """Describe a region.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    language : str
        ``en``, ``es`` or ``pt``.
    title : str
        What readers call the region.

    Returns
    -------
    list of str
        At most `comarca.publish.headlines.MAX_SENTENCES`, so many wherever the numbers allow: size, extremes and
        medians, where people live, classes, differences between units, what goes together, gaps, spreads.

    Notes
    -----
    A rank correlation (Spearman's) is between two headline indicators of different families, over territories that have
    both; it says nothing on causes. Quantiles are of territories, each counted once.
    """
    extremes = summary(table, columns, language)
    kinds = [
        list(kind) for kind in (_classes(table, columns, language), _parents(table, columns, language),
                                _pairs(table, columns, language))
    ]  # fmt: skip
    first = [
        _size(table, title, language), *extremes[:_FIRST], *_half(table, language), *_remote(table, columns, language),
        *(kind[0] for kind in kinds if kind), *_gaps(table, columns, language),
    ]  # fmt: skip
    rest = [*extremes[_FIRST:], *(text for kind in kinds for text in kind[1:]), *_spreads(table, columns, language)]
    return [*first, *rest][:MAX_SENTENCES]


def _say(key: str, language: str, *values: Any) -> str:
    return SENTENCE_WORDS[key][language].format(*values)


def _count(key: str, count: int, language: str, *before: str) -> str:
    return _say(key if count != 1 else f"{key}_1", language, *before, number(count, language))


def _size(table: pd.DataFrame, title: str, language: str) -> str:
    """How many territories in how many units, how large, how many people."""
    text = _count("territories", len(table), language)
    if units := int(table["parent_name"].nunique()):
        text = _count("units", units, language, text)
    parts = [text]
    if "area_km2" in table and table["area_km2"].notna().all():
        parts.append(f"{number(float(table['area_km2'].sum()), language, decimals=0)} km²")
    if "population_persons" in table and table["population_persons"].notna().any():
        parts.append(_say("persons", language, number(float(table["population_persons"].sum()), language, decimals=0)))
    return f"{title}: {', '.join(parts)}."


def _half(table: pd.DataFrame, language: str) -> Iterator[str]:
    if "population_persons" not in table or len(table) < _LEAST_MEMBERS:
        return
    people = np.sort(table["population_persons"].to_numpy(dtype="float64", na_value=0.0))[::-1]
    if people.sum() > 0:
        count = int(np.searchsorted(np.cumsum(people), people.sum() / 2)) + 1
        total = number(float(people.sum()), language, decimals=0)
        yield _say("half" if count > 1 else "half_1", language, _count("territories", count, language), total)


def _remote(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    """Where the mean time to the nearest intermediate city is long, and how many people live there."""
    time = next((column for column in columns if column.name == "time_intermediate_city_mean_min"), None)
    if time is None or "population_persons" not in table or time.name not in table or table[time.name].isna().all():
        return
    is_far = (table[time.name] > REMOTE_MIN).fillna(value=False).to_numpy(dtype=bool)
    people = table["population_persons"].to_numpy(dtype="float64", na_value=0.0)
    if is_far.any() and people.sum() > 0:
        share = f"{number(100 * people[is_far].sum() / people.sum(), language, decimals=1)} %"
        persons = number(float(people[is_far].sum()), language, decimals=0)
        where = _count("territories", int(is_far.sum()), language)
        yield _say("remote", language, time.title[language], REMOTE_MIN, where, share, persons)


def _classes(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    for column in columns:
        if column.kind != "class" or not column.mapped or column.name not in table:
            continue
        counts = table[column.name].astype("str")[table[column.name].notna()].value_counts()
        if len(counts) > 1 and counts.iloc[0] > counts.iloc[1]:
            code, count = str(counts.index[0]), int(counts.iloc[0])
            label = column.categories[code][language] if code in column.categories else code
            total = _count("territories", int(counts.sum()), language)
            yield _say("classes", language, column.title[language], number(count, language), total, label)


def _parents(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    """Medians of the units one level up, of each headline indicator."""
    for column in headline_columns(table, columns):
        values = table[column.name].astype("float64")
        groups = values.groupby(table["parent_name"]).agg(["median", "count"])
        medians = groups.loc[groups["count"] >= _LEAST_MEMBERS, "median"].sort_values(kind="stable")
        if len(medians) < 2 or column.name == "population_persons":
            continue
        least, greatest = (written(column, float(medians.iloc[place]), language) for place in (0, -1))
        if least != greatest:
            names = (medians.index[0], medians.index[-1])
            yield _say("parents", language, column.title[language], least, names[0], greatest, names[1])


def _pairs(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    """Headline indicators of different families that go together, the strongest first."""
    for one, two, rho, count in related(table, columns):
        texts = (number(rho, language, decimals=2), _count("territories", count, language))
        yield _say("rising" if rho > 0 else "falling", language, one.title[language], two.title[language], *texts)


def related(table: pd.DataFrame, columns: Sequence[Column]) -> list[tuple[Column, Column, float, int]]:
    """Find headline indicators of different families that go together.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.

    Returns
    -------
    list of tuple
        Two columns, their rank correlation (Spearman's) and the number of territories that have both; the strongest
        first. Only pairs of `_LEAST_PAIRS` territories or more and of a correlation of `_LEAST_RHO` or more; the
        number of people, with which density and the like go by themselves, is left out.
    """
    found = []
    known = [column for column in headline_columns(table, columns) if column.name != "population_persons"]
    for one, two in combinations(known, 2):
        both = table[[one.name, two.name]].astype("float64").dropna()
        if one.family == two.family or len(both) < _LEAST_PAIRS or (both.nunique() < 2).any():
            continue
        rho = float(both.rank().corr().to_numpy()[0, 1])
        if abs(rho) >= _LEAST_RHO:
            found.append((one, two, rho, len(both)))
    return sorted(found, key=lambda pair: (-abs(pair[2]), pair[0].name, pair[1].name))


def _gaps(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    """How many indicators are known everywhere."""
    present = [column for column in columns if column.mapped and column.name in table]
    shown = [column for column in present if table[column.name].notna().any()]
    if not shown:
        return
    known = [int(table[column.name].notna().sum()) for column in shown]
    whole = known.count(len(table))
    if whole:
        yield _say("whole", language, number(whole, language), number(len(shown), language))
    else:
        most = int(np.argmax(known))
        yield _say("partial", language, shown[most].title[language], _count("territories", known[most], language))


def _spreads(table: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    mapped = [column for column in columns if column.mapped and column.kind == "number" and column.name in table]
    first = headline_columns(table, columns)
    for column in [*first, *(column for column in mapped if column not in first)]:
        values = table[column.name].astype("float64").dropna()
        if len(values) < _LEAST_PAIRS:
            continue
        texts = [written(column, float(value), language) for value in values.quantile([0.25, 0.75, 0.9])]
        if len(set(texts)) == 3:
            yield _say("spread", language, column.title[language], *texts)
