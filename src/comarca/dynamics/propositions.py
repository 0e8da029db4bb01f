"""The propositions of the research held against a region: figures and a verdict by stated rules for each row."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.dynamics.association import Association, Sample, associate, false_discovery, rank_correlation
from comarca.dynamics.neighbours import among
from comarca.dynamics.notes import CONDITIONS, Note, write_notes
from comarca.registry.columns import LANGUAGES
from comarca.registry.propositions import INITIAL_INEQUALITY, OUTCOMES, Proposition, Propositions, Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from libpysal.graph import Graph

logger = logging.getLogger(__name__)

COLUMNS: Final = (
    "id", "outcome", "period", "condition", "column", "expected", "n", "rho", "coefficient", "low", "high",
    "p_clustered", "p_permutation", "q", "moran_residuals", "verdict", "note",
)  # fmt: skip
MIN_TERRITORIES: Final = 30
#: Territories that a parent must have to stay in.
MIN_OF_PARENT: Final = 3
LEVEL: Final = 0.05
#: Half width of what counts as no association for a claim that a factor does not secure an outcome.
NEGLIGIBLE: Final = 0.1
#: Column of change that goes with a column of land concentration: level now less change is the level at the start.
_CHANGE_OF: Final = {
    "holding_area_gini_index": "holding_area_gini_change_index",
    "farmland_patch_area_gini_index": "farmland_patch_area_gini_change_index",
}


@dataclass(frozen=True)
class Outcome:
    """An outcome in one period.

    Attributes
    ----------
    change, initial : pandas.Series
        Change, turned so that more is better, and the level at the first date; on the territories.
    """

    change: pd.Series
    initial: pd.Series


@dataclass(frozen=True)
class Period:
    """Two dates and what changed between them.

    Attributes
    ----------
    label : str
        Such as ``1991-2000``.
    first_year : int or None
        Year of the first date.
    outcomes : mapping
        Outcome -> its change and initial level.
    population : pandas.Series or None
        Persons at the first date.
    inequality : pandas.Series or None
        Gini of income at the first date.
    types : pandas.Series or None
        Types of change.
    """

    label: str
    first_year: int | None
    outcomes: Mapping[str, Outcome]
    population: pd.Series | None = None
    inequality: pd.Series | None = None
    types: pd.Series | None = None


@dataclass(frozen=True)
class Panel:
    """What is known of the territories.

    Attributes
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    parent : pandas.Series
        Unit one level up, on the same index; missing where not known.
    periods : sequence of Period
        The periods, in order.
    neighbours : libpysal.graph.Graph
        Contiguity.
    years : mapping
        Column -> year of its data.
    """

    table: pd.DataFrame
    parent: pd.Series
    periods: Sequence[Period]
    neighbours: Graph
    years: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Factor:
    """A factor as it enters a regression.

    Attributes
    ----------
    column : str
        Name of the column it comes from; empty if of several.
    values : pandas.Series
        Turned so that more is more of the factor.
    beside : pandas.Series or None
        A further control.
    notes : tuple of Note
        Remarks.
    """

    column: str
    values: pd.Series
    beside: pd.Series | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of the table, before p-values are adjusted.

    Attributes
    ----------
    id, outcome, period, column, expected : str
        As in the table.
    condition : str
        ``upper``, ``lower``, ``interaction`` or empty.
    n : int
        Territories in the regression.
    rho, moran : float
        Rank correlation; Moran's I of the residuals.
    fit : Association or None
        None where it cannot be told.
    notes : tuple of Note
        Remarks; the reason first where it cannot be told.
    """

    id: str
    outcome: str
    period: str
    condition: str
    column: str
    expected: str
    n: int = 0
    rho: float = np.nan
    moran: float = np.nan
    fit: Association | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Options of the tests.

    Attributes
    ----------
    permutations, seed : int
        Number of permutations, and their seed.
    columns : mapping
        Proposition -> column to use instead of the registry's, with ``-`` before it for less of it.
    language : str
        Language of conditions and notes.
    """

    permutations: int = 4999
    seed: int = 20_151
    columns: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


def hold_propositions(panel: Panel, propositions: Propositions, settings: Settings) -> pd.DataFrame:
    """Hold each proposition against a region.

    Parameters
    ----------
    panel : Panel
        The territories.
    propositions : Propositions
        The registry.
    settings : Settings
        Options of the tests.

    Returns
    -------
    pandas.DataFrame
        The `COLUMNS`, one row per proposition, outcome, period and condition, in the order of the registry, and
        ``condition_<language>`` and ``note_<language>`` for each language. ``rho`` and ``coefficient`` are those of the
        factor turned as the claim has it; ``low`` and ``high`` are the 95 % interval.

    Notes
    -----
    Verdicts by rule, see `verdict_of`. ``q`` adjusts over all rows: clustered p-values where there are enough parents
    for them, else those of the permutation test.
    """
    search = _Search(panel, propositions, settings)
    rows = [row for proposition in propositions.rows for row in search.rows_of(proposition)]
    return _as_table(rows, {row.id: row for row in propositions.rows}, settings.language)


def verdict_of(expected: str, fit: Association | None, q: float) -> str:
    """Give the verdict on a row.

    Parameters
    ----------
    expected : str
        ``+``, ``-``, ``0``, or empty where nothing is claimed.
    fit : Association or None
        The figures; None where it cannot be told.
    q : float
        Adjusted p-value.

    Returns
    -------
    str
        ``cannot be told`` without figures or claim. A sign is ``as expected`` if q and the p of the permutations are
        under 0.05 and the coefficient has it, ``against`` if it has the other one. A claim of 0 is ``against`` if the
        coefficient is significantly above 0, ``as expected`` if its 90 % interval lies within 0.1 of 0. Else ``no clear
        relation``.
    """
    if fit is None or not expected:
        return "cannot be told"
    is_clear = q < LEVEL and fit.p_permutation < LEVEL
    if expected == "0":
        if is_clear and fit.coefficient > 0:
            return "against"
        is_negligible = fit.low_90 >= -NEGLIGIBLE and fit.high_90 <= NEGLIGIBLE
        return "as expected" if is_negligible else "no clear relation"
    if not is_clear:
        return "no clear relation"
    return "as expected" if (fit.coefficient > 0) == (expected == "+") else "against"


class _Search:
    """One pass over the propositions of a region."""

    def __init__(self, panel: Panel, propositions: Propositions, settings: Settings) -> None:
        self.panel, self.propositions, self.settings = panel, propositions, settings
        self._graphs: dict[tuple[str, ...], Graph] = {}

    def rows_of(self, proposition: Proposition) -> list[Row]:
        rows: list[Row] = []
        factor = self._factor(proposition)
        for outcome in (name for name in OUTCOMES if name in proposition.expected):
            periods = [period for period in self.panel.periods if outcome in period.outcomes]
            if not periods:
                rows.append(self._untold(proposition, outcome, "", factor, Note("no_outcome")))
            for period in periods:
                rows += self._in_period(proposition, outcome, period, factor)
        return rows

    def _in_period(self, proposition: Proposition, outcome: str, period: Period, factor: Factor | Note) -> list[Row]:
        if isinstance(factor, Note):
            return [self._untold(proposition, outcome, period.label, factor, factor)]
        frame = self._frame(outcome, period, factor)
        notes = (*self._dated(factor, period), *factor.notes)
        base = Row(proposition.id, outcome, period.label, "", factor.column, proposition.expected[outcome], notes=notes)
        if not proposition.condition:
            row = self._fitted(base, frame)
            return [self._counted(row, frame, period)] if proposition.is_counted and row.fit is not None else [row]
        condition = self._condition(proposition, period)
        if isinstance(condition, Note):
            return [self._untold(proposition, outcome, period.label, factor, condition)]
        return self._halves(base, frame.assign(condition=condition).dropna(subset=["condition"]))

    def _halves(self, base: Row, frame: pd.DataFrame) -> list[Row]:
        is_upper = frame["condition"] > frame["condition"].median()
        plain = frame.drop(columns="condition")
        upper = self._fitted(_with(base, condition="upper"), plain[is_upper])
        lower = self._fitted(_with(base, condition="lower", expected=""), plain[~is_upper])
        if lower.fit is not None:
            lower = _with(lower, notes=(Note("nothing_claimed"), *lower.notes))
        if upper.fit is None or lower.fit is None:
            reason = (upper if upper.fit is None else lower).notes[0]
            return [upper, lower, _with(base, condition="interaction", notes=(reason, *base.notes))]
        # The factor's own part and the half are held; what is tested is how much the association differs.
        standard = (plain["factor"] - plain["factor"].mean()) / plain["factor"].std(ddof=0)
        both = plain.assign(factor=standard * is_upper, control_factor=standard, control_half=is_upper.astype(float))
        return [upper, lower, self._fitted(_with(base, condition="interaction"), both, is_interaction=True)]

    def _frame(self, outcome: str, period: Period, factor: Factor) -> pd.DataFrame:
        """Complete cases: outcome, factor, controls, parent."""
        change = period.outcomes[outcome]
        columns = {
            "outcome": change.change,
            "factor": factor.values,
            "control_initial": change.initial,
            "parent": self.panel.parent,
        }
        if period.population is not None:
            columns["control_population"] = np.log(period.population.where(period.population > 0))
        if factor.beside is not None:
            columns["control_latest"] = factor.beside
        return pd.DataFrame(columns, index=self.panel.table.index).dropna()

    def _fitted(self, row: Row, frame: pd.DataFrame, *, is_interaction: bool = False) -> Row:
        size = frame.groupby("parent")["parent"].transform("size")
        kept = frame[size >= MIN_OF_PARENT].sort_values("parent", kind="stable")
        notes = row.notes
        if len(kept) < len(frame):
            notes = (*notes, Note("small_parents", {"n": len(frame) - len(kept)}))
        n, parents = len(kept), kept["parent"].nunique()
        if n < MIN_TERRITORIES:
            return _with(row, n=n, notes=(Note("too_few_territories", {"n": n, "least": MIN_TERRITORIES}), *notes))
        if parents < 2:
            return _with(row, n=n, notes=(Note("one_parent"), *notes))
        controls = kept[[name for name in map(str, kept) if name.startswith("control_")]].to_numpy(dtype=float)
        parent = pd.factorize(kept["parent"])[0].astype(np.intp)
        outcome, factor = kept["outcome"].to_numpy(dtype=float), kept["factor"].to_numpy(dtype=float)
        sample = Sample(outcome, factor, controls, parent)
        options = self.settings
        fit = associate(
            sample, permutations=options.permutations, seed=options.seed, standardise_factor=not is_interaction
        )
        if fit is None:
            return _with(row, n=n, notes=(Note("no_variation"), *notes))
        if "control_population" not in kept:
            notes = (*notes, Note("no_population"))
        if not fit.is_clustered:
            notes = (*notes, Note("few_parents", {"parents": parents}))
        moran, is_alike = self._moran(kept.index, fit.residuals)
        if is_alike:
            notes = (*notes, Note("alike_neighbours", {"moran": f"{moran:.2f}"}))
        rho = np.nan if is_interaction else rank_correlation(factor, outcome)[0]
        return _with(row, n=n, rho=rho, moran=moran, fit=fit, notes=notes)

    def _moran(self, members: pd.Index, residuals: np.ndarray) -> tuple[float, bool]:
        """Moran's I of residuals among those that have a neighbour in the sample, and whether it is clearly above 0."""
        key = tuple(members)
        if key not in self._graphs:
            self._graphs[key] = among(self.panel.neighbours, members)
        graph = self._graphs[key]
        if graph.n < MIN_OF_PARENT:
            return np.nan, False
        from esda import Moran  # two seconds that only this needs

        values = pd.Series(residuals, members).loc[graph.unique_ids].to_numpy()
        result = Moran(values, graph, permutations=0)
        return float(result.I), bool(result.p_norm < LEVEL and result.I > result.EI)

    def _factor(self, proposition: Proposition) -> Factor | Note:
        """Take the factor from the first column that the region has; a note with the reason if it has none."""
        if proposition.measure == "favourable_count":
            return self._favourable_count()
        chosen = self.settings.columns.get(proposition.id)
        terms = (Term.of(chosen),) if chosen else proposition.terms
        term = next((term for term in terms if self._has(term.column)), None)
        if term is None:
            return Note("no_column", {"columns": ", ".join(term.column for term in terms)})
        values = self.panel.table[term.column].astype(float)
        turned = (Note("turned", {"column": term.column}),) if term.sign < 0 else ()
        if proposition.measure == "latest":
            return Factor(term.column, term.sign * values, notes=turned)
        change = _CHANGE_OF.get(term.column, "")
        if not self._has(change):
            return Note("one_date")
        earliest = values - self.panel.table[change].astype(float)
        notes = (Note("earliest", {"column": term.column}), *turned)
        return Factor(term.column, term.sign * earliest, beside=term.sign * values, notes=notes)

    def _favourable_count(self) -> Factor | Note:
        sides: dict[str, pd.Series] = {}
        for proposition in self.propositions.rows:
            if not proposition.counts_as_factor:
                continue
            factor = self._factor(proposition)
            if isinstance(factor, Factor) and factor.column not in sides:
                side = proposition.favourable * factor.values
                sides[factor.column] = (side > side.median()).astype(float).where(side.notna())
        if len(sides) < 2:
            return Note("too_few_factors")
        count = pd.DataFrame(sides).sum(axis=1, skipna=False)
        return Factor("", count, notes=(Note("counted_factors", {"columns": ", ".join(sides)}),))

    def _condition(self, proposition: Proposition, period: Period) -> pd.Series | Note:
        for name in proposition.condition:
            if name == INITIAL_INEQUALITY and period.inequality is not None:
                return period.inequality
            if self._has(name):
                return self.panel.table[name].astype(float)
        return Note("no_condition_column", {"columns": ", ".join(proposition.condition)})

    def _has(self, name: str) -> bool:
        table = self.panel.table
        if name not in table or not (pd.api.types.is_numeric_dtype(table[name]) or table[name].dtype == "boolean"):
            return False
        return bool(table[name].notna().any())

    def _dated(self, factor: Factor, period: Period) -> tuple[Note, ...]:
        year = self.panel.years.get(factor.column)
        if not factor.column:
            return ()
        if year is None:
            return (Note("factor_undated"),)
        if period.first_year is not None and year > period.first_year:
            return (Note("factor_later", {"year": year, "first": period.first_year}),)
        return (Note("factor_year", {"year": year}),)

    def _untold(self, proposition: Proposition, outcome: str, period: str, factor: Factor | Note, reason: Note) -> Row:
        column = factor.column if isinstance(factor, Factor) else ""
        return Row(proposition.id, outcome, period, "", column, proposition.expected[outcome], notes=(reason,))

    def _counted(self, row: Row, frame: pd.DataFrame, period: Period) -> Row:
        """Add how many of the third with most of the factor grew, and how many of these won on poverty and equality."""
        if period.types is None:
            return row
        types = period.types.reindex(frame.index).dropna()
        factor = frame.loc[types.index, "factor"]
        top = types[factor >= factor.quantile(2 / 3)]
        grew = top[top.str[0] == "W"]
        counts = {"n": len(top), "grew": len(grew), "won": int((grew == "WWW").sum())}
        return _with(row, notes=(*row.notes, Note("counts", counts)))


def _with(row: Row, **changes: object) -> Row:
    return Row(**{**row.__dict__, **changes})


def _as_table(rows: Sequence[Row], propositions: Mapping[str, Proposition], language: str) -> pd.DataFrame:
    fits = [row.fit for row in rows]
    decisive = [np.nan if fit is None else fit.p if fit.is_clustered else fit.p_permutation for fit in fits]
    adjusted = false_discovery(np.array(decisive, dtype=float))
    table = pd.DataFrame(
        [
            {
                "id": row.id,
                "outcome": row.outcome,
                "period": row.period,
                "condition": _condition_words(row, propositions[row.id], language),
                "column": row.column,
                "expected": row.expected,
                "n": row.n,
                "rho": row.rho,
                "coefficient": np.nan if row.fit is None else row.fit.coefficient,
                "low": np.nan if row.fit is None else row.fit.low,
                "high": np.nan if row.fit is None else row.fit.high,
                "p_clustered": np.nan if row.fit is None else row.fit.p,
                "p_permutation": np.nan if row.fit is None else row.fit.p_permutation,
                "q": q,
                "moran_residuals": row.moran,
                "verdict": verdict_of(row.expected, row.fit, q),
                "note": write_notes(row.notes, language),
            }
            for row, q in zip(rows, adjusted, strict=True)
        ],
        columns=list(COLUMNS),
    )
    logger.info("%d rows: %s.", len(table), table["verdict"].value_counts().to_dict())
    for spoken in LANGUAGES:
        table[f"condition_{spoken}"] = [_condition_words(row, propositions[row.id], spoken) for row in rows]
        table[f"note_{spoken}"] = [write_notes(row.notes, spoken) for row in rows]
    return table


def _condition_words(row: Row, proposition: Proposition, language: str) -> str:
    if not row.condition:
        return ""
    return CONDITIONS[row.condition][language].format(title=proposition.condition_title[language])
