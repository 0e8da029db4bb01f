"""What a table says in short: a sentence per headline indicator, best and worst territories, what is flagged."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comarca.publish.maps.atlas_words import REASON_WORDS
from comarca.publish.rounding import decimals
from comarca.publish.words import is_share, number, unit_label, word
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from comarca.registry.columns import Column

#: Columns that a summary speaks of, as far as a region has them; at most `MAX_SENTENCES` of them.
HEADLINES: Final = (
    "population_persons", "time_intermediate_city_mean_min", "population_within_60min_intermediate_city_share",
    "rural_access_index_share", "road_density_km_per_100km2", "paved_road_share", "time_school_mean_min",
    "holding_area_gini_index", "holding_area_top10_share", "holding_area_large_share", "holding_area_mean_ha",
    "parcel_area_gini_index", "farmland_patch_area_gini_index", "land_use_shannon_index",
    "population_rural_share", "income_growth_percent_per_year", "natural_cover_share",
)  # fmt: skip
MAX_SENTENCES: Final = 10
RANKED: Final = 10
MAX_DECIMALS: Final = 4
_BOUNDS: Final = ("_lower_", "_upper_")


@dataclass(frozen=True)
class Place:
    """A row of a ranking.

    Attributes
    ----------
    rank : int
        One more than the number of territories with a better value as written; equal values have the same rank.
    name : str
        Of the territory, or how many territories share the value where they are too many to name.
    value : str
        As written.
    count : int
        Territories that the row stands for.
    """

    rank: int
    name: str
    value: str
    count: int = 1


@dataclass(frozen=True)
class Ranking:
    """The best and worst territories by an indicator.

    Attributes
    ----------
    title : str
        Of the indicator.
    first, last : list of Place
        The best first, then the worst, the worst last. Where neither direction is better, the greatest values are
        first.
    count : int
        Territories with a value.
    """

    title: str
    first: list[Place]
    last: list[Place]
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether territories between the first and the last are left out."""
        return sum(place.count for place in (*self.first, *self.last)) < self.count


@dataclass(frozen=True)
class Compared:
    """An indicator of a territory beside those of others.

    Attributes
    ----------
    title : str
        Of the indicator, with its unit.
    here, parent, region : str
        The value; the medians of the territories of the same unit above and of all; a dash where there is none.
    """

    title: str
    here: str
    parent: str
    region: str


def summary(table: pd.DataFrame, columns: Sequence[Column], language: str) -> list[str]:
    """Write a sentence per headline indicator.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    list of str
        Least value, greatest value and median, with the territories that have them, or how many share them; where half
        of the territories have the least or the greatest value, their number instead of the median. Columns of which
        all values are written alike are left out.
    """
    names = _distinct_names(table)
    sentences = []
    for column in headline_columns(table, columns)[:MAX_SENTENCES]:
        values = table[column.name].astype("float64")
        texts = values.dropna().map(lambda value, column=column: written(column, value, language))
        ends = [written(column, float(value), language) for value in (values.min(), values.max())]
        if ends[0] == ends[1]:
            continue
        holders = [_holders(names[texts.index][texts == end], language) for end in ends]
        middle = _middle(texts, written(column, float(values.median()), language), ends, len(table), language)
        text = word("headline", language)
        sentences.append(text.format(column.title[language], ends[0], holders[0], ends[1], holders[1], middle))
    return sentences


def rankings(table: pd.DataFrame, columns: Sequence[Column], language: str, *, count: int = RANKED) -> list[Ranking]:
    """Rank territories by the headline indicators.

    Parameters
    ----------
    table, columns, language
        As for `summary`.
    count : int, optional
        How many territories from each end; those in the middle are left out, if there are any. Where more than fit
        share a value, one row says how many.

    Returns
    -------
    list of Ranking
        In the order of `HEADLINES`. Territories of equal value have the same rank, in the order of their codes.
    """
    found = []
    for column in headline_columns(table, columns):
        known = table[table[column.name].notna()]
        known = known.sort_values(
            [column.name, "territory_id"], ascending=[column.better == "lower", True], kind="stable"
        )
        names = [
            f"{name}, {parent}" if isinstance(parent, str) else str(name)
            for name, parent in zip(known["territory_name"], known["parent_name"], strict=True)
        ]
        groups = _ranked([written(column, float(value), language) for value in known[column.name]], names)
        if len(groups) < 2:
            continue
        if len(names) <= 2 * count:
            first, last = [place for group in groups for place in group], []
        else:
            first, used = _fitting(groups, count, language)
            last = _fitting([group[::-1] for group in groups[: used - 1 : -1]], count, language)[0][::-1]
        found.append(Ranking(column.title[language], first, last, len(names)))
    return found


class Comparison:
    """Holds the indicators of territories against medians.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by ``territory_id``.
    columns : sequence of Column
        The registered columns.
    language : str
        ``en``, ``es`` or ``pt``.
    """

    def __init__(self, table: pd.DataFrame, columns: Sequence[Column], language: str) -> None:
        self._language = language
        self._columns = _measured(table, columns)
        names = [column.name for column in self._columns]
        self._table = table[["parent_name"]].join(table[names].astype("float64"))
        self._region = self._table[names].median()
        self._parents = self._table.groupby("parent_name")[names].median()
        self._titles = {column.name: _with_unit(column, language) for column in self._columns}

    def of(self, territory_id: str, *, count: int = MAX_SENTENCES) -> list[Compared]:
        """Compare one territory.

        Parameters
        ----------
        territory_id : str
            Which territory.
        count : int, optional
            At most so many rows.

        Returns
        -------
        list of Compared
            Headline indicators in the order of `HEADLINES`, then other columns of numbers, those with a map first and
            one of each family before a second one; bounds of others are left out. The median is over territories with
            a value.
        """
        parent = self._table["parent_name"].loc[territory_id]
        rows = []
        for column in self._columns[:count]:
            name = column.name
            here, region = float(self._table[name].loc[territory_id]), float(self._region[name])
            above = float(self._parents[name].get(parent, math.nan))
            rows.append(Compared(self._titles[name], *(self._text(column, each) for each in (here, above, region))))
        return rows

    def _text(self, column: Column, value: float) -> str:
        return written(column, value, self._language, unit=False) if value == value else "\u2013"


def quality_notes(table: pd.DataFrame, flags: pd.DataFrame, columns: Sequence[Column], language: str) -> dict[str, str]:
    """Say of each column how many values are missing or doubtful, and why.

    Parameters
    ----------
    table, flags : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    dict
        Column -> note, of those columns of which there is something to say.
    """
    notes = {}
    ids = table["territory_id"]
    for column in columns:
        if column.name not in flags or column.name not in table:
            continue
        codes = flags[column.name].reindex(ids).fillna("").to_numpy()
        missing = table[column.name].isna().to_numpy()
        parts = [
            f"{word(kind, language)} {number(count, language)} ({meaning(str(code), language)})"
            for kind, chosen in (("no_data", missing), ("flagged_short", ~missing))
            for code, count in sorted(Counter(codes[chosen & (codes != "")].tolist()).items())
        ]
        if parts:
            notes[column.name] = "; ".join(parts) + "."
    return notes


def meaning(code: str, language: str) -> str:
    """Say what a reason code means."""
    return REASON_WORDS[language].get(code) or MEANING.get(Flag(code), code)


def written(column: Column, value: float, language: str, *, unit: bool = True) -> str:
    """Write a value with its unit, in as many digits as a reader takes in: about three."""
    if is_share(column):
        return f"{number(100 * value, language, decimals=1)} %"
    if value == 0:
        return f"0 {unit_label(column, language)}".strip() if unit and column.unit not in {"", "1"} else "0"
    digits = next((count for limit, count in ((100, 0), (10, 1), (1, 2)) if abs(value) >= limit), MAX_DECIMALS)
    text = number(value, language, decimals=min(digits, decimals(column)))
    name = unit_label(column, language) if unit and column.unit not in {"", "1"} else ""
    return f"{text} {name}".strip()


def headline_columns(table: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """List the columns of `HEADLINES` that a table has, in that order, without those of one value."""
    known = {column.name: column for column in columns if column.kind == "number" and column.name in table}
    return [known[name] for name in HEADLINES if name in known and _differs(table[name])]


def _measured(table: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    """Columns of numbers that differ: the headline ones, others with a map, the rest but bounds; families in turn."""
    first = headline_columns(table, columns)
    others = [
        column
        for column in columns
        if column.kind == "number" and column.name in table and column not in first
        and not any(part in column.name for part in _BOUNDS) and _differs(table[column.name])
    ]  # fmt: skip
    turn = Counter[tuple[str, bool]]()
    order = []
    for place, column in enumerate(others):
        turn[column.family, column.mapped] += 1
        order.append((not column.mapped, turn[column.family, column.mapped], place))
    return [*first, *(others[place] for _, _, place in sorted(order))]


def _differs(values: pd.Series) -> bool:
    known = values.dropna()
    return len(known) > 0 and bool((known != known.iloc[0]).any())


def _with_unit(column: Column, language: str) -> str:
    title = column.title[language]
    name = unit_label(column, language) if column.unit not in {"", "1"} and not is_share(column) else ""
    return f"{title} ({name})" if name and not title.endswith(name) else title


def _distinct_names(table: pd.DataFrame) -> pd.Series:
    """Names, with the unit above where another territory has the same name."""
    is_shared = table["territory_name"].duplicated(keep=False) & table["parent_name"].notna()
    both = table["territory_name"].astype("str") + ", " + table["parent_name"].astype("str")
    return table["territory_name"].where(~is_shared, both)


def _holders(names: pd.Series, language: str) -> str:
    """Name of the one territory that has a value, or how many have it."""
    return str(names.iloc[0]) if len(names) == 1 else word("count_of", language).format(number(len(names), language))


def _middle(texts: pd.Series, median: str, ends: Sequence[str], total: int, language: str) -> str:
    """Say what half of the territories with a value have."""
    sharing, present = int((texts == median).sum()), len(texts)
    counts = (number(sharing, language), number(present, language), number(total, language), median)
    if median in ends and sharing > 1:
        return word("headline_shared" if present == total else "headline_shared_known", language).format(*counts)
    return word("headline_half" if present == total else "headline_half_known", language).format(*counts)


def _ranked(texts: Sequence[str], names: Sequence[str]) -> list[list[Place]]:
    """Rows in order, those of one value as written together."""
    groups: list[list[Place]] = []
    for place, (text, name) in enumerate(zip(texts, names, strict=True), start=1):
        if groups and groups[-1][0].value == text:
            groups[-1].append(Place(groups[-1][0].rank, name, text))
        else:
            groups.append([Place(place, name, text)])
    return groups


def _fitting(groups: Sequence[list[Place]], count: int, language: str) -> tuple[list[Place], int]:
    """Rows of the groups that begin within `count`, one for a group that does not fit; and the number of groups."""
    rows: list[Place] = []
    used = 0
    for group in groups:
        if len(rows) >= count:
            break
        used += 1
        if len(rows) + len(group) > count:
            name = word("count_of", language).format(number(len(group), language))
            rows.append(Place(group[0].rank, name, group[0].value, len(group)))
            break
        rows += group
    return rows, used
