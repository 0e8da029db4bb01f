"""The part of the atlas for the screen on dynamics: types of change, factors, and the propositions of the research."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.dynamics.factors import ALL, CHANGES
from comarca.dynamics.notes import VERDICTS, row_sentence
from comarca.dynamics.summary import MISSING
from comarca.publish.maps.dynamics_words import say
from comarca.publish.maps.style import NO_DATA, NO_DATA_HATCH, contrast, type_style
from comarca.publish.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from comarca.publish.analysis import Dynamics
    from comarca.registry.columns import Column
    from comarca.registry.propositions import Proposition

#: Half width of the strips, in standard deviations; size of a strip in pixels.
_REACH: Final = 0.6
_WIDTH: Final = 260
_HEIGHT: Final = 18
_VERDICT_COLORS: Final = {"as expected": "#1b7837", "against": "#762a83"}
_MUTED: Final = "#5c5c5c"


def dynamics_html(
    dynamics: Dynamics,
    propositions: Sequence[Proposition],
    columns: Sequence[Column],
    *,
    languages: Sequence[str],
) -> str:
    """Write the sections on dynamics, one block per language.

    Parameters
    ----------
    dynamics : Dynamics
        The tables.
    propositions : sequence of Proposition
        The registry.
    columns : sequence of Column
        Columns of the table, for their titles.
    languages : sequence of str
        Languages that the reader can choose from.

    Returns
    -------
    str
        HTML: a ``section`` per language with ``data-language``, hidden but for the first. All texts are escaped.
    """
    blocks = []
    for place, language in enumerate(languages):
        parts = [
            *_summary(dynamics, columns, language),
            *_factors(dynamics.factors, columns, language),
            *_propositions(dynamics.propositions, propositions, language),
        ]
        hidden = " hidden" if place else ""
        blocks.append(
            f'<section class="dynamics" data-language="{language}" lang="{language}"{hidden}>{"".join(parts)}</section>'
        )
    return "\n".join(blocks)


def _summary(dynamics: Dynamics, columns: Sequence[Column], language: str) -> Iterator[str]:
    titles = next(column.categories for column in columns if column.name == "dynamics_type")
    yield f"<h2>{_said('summary', language)}</h2><p class='about'>{_said('letters', language)}</p>"
    country = dynamics.summary[dynamics.summary["level"] == "country"]
    order = {name: place for place, name in enumerate([*titles, MISSING])}
    for period, rows in country.groupby("period", sort=True):
        yield f"<h3>{escape(str(period))}</h3>{_open('type', 'territories', 'people', language=language)}"
        for row in rows.sort_values("dynamics_type", key=lambda names: names.map(order)).to_dict("records"):
            kind = row["dynamics_type"]
            text = say("missing", language) if kind == MISSING else titles[kind][language]
            yield (
                f"<tr><th scope='row'>{_swatch(kind)} {escape(text)}</th>"
                f"<td class='number'>{_counted(row['territories'], row['territories_share'], language)}</td>"
                f"<td class='number'>{_counted(row['population_persons'], row['population_share'], language)}</td></tr>"
            )
        yield (
            f"<tr><th scope='row'>{_said('total', language)}</th>"
            f"<td class='number'>{_counted(rows['territories'].sum(), np.nan, language)}</td>"
            f"<td class='number'>{_counted(rows['population_persons'].sum(min_count=1), np.nan, language)}</td></tr>"
            "</tbody></table>"
        )
    yield f"<p class='about'>{_said('published', language)}</p>"
    for (before, after), moves in dynamics.transitions.groupby(["from_period", "to_period"], sort=True):
        yield _moves(f"{before} \u2192 {after}", moves, language)


def _moves(title: str, moves: pd.DataFrame, language: str) -> str:
    both = moves[(moves["from_type"] != MISSING) & (moves["to_type"] != MISSING)]
    stay = say("stay", language).format(
        stay=int(both.loc[both["is_same"], "territories"].sum()), all=int(both["territories"].sum())
    )
    table = moves.pivot_table(index="from_type", columns="to_type", values="territories", aggfunc="sum", fill_value=0)
    head = "".join(f"<th scope='col'>{escape(str(name))}</th>" for name in table.columns)
    body = "".join(
        f"<tr><th scope='row'>{escape(str(kind))}</th>"
        + "".join(f"<td class='number'>{number(value, language) if value else ''}</td>" for value in counts)
        + "</tr>"
        for kind, counts in table.iterrows()
    )
    return (
        f"<h3>{_said('transitions', language)}, {escape(title)}</h3><p class='about'>{escape(stay)}</p>"
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _factors(factors: pd.DataFrame, columns: Sequence[Column], language: str) -> Iterator[str]:
    titles = {column.name: column.title[language] for column in columns}
    rows = factors[factors["group"] == ALL]
    tests = int(rows[[f"p_{change}" for change in CHANGES]].notna().to_numpy().sum())
    note = say("factors_note", language).format(tests=tests)
    yield f"<h2>{_said('factors', language)}</h2><p class='about'>{escape(note)}</p>"
    for period, members in rows.groupby("period", sort=True):
        yield f"<h3>{escape(str(period))}</h3>{_open('factor', *CHANGES, language=language)}"
        for row in members.to_dict("records"):
            cells = "".join(f"<td class='number'>{_rho(row, change, language)}</td>" for change in CHANGES)
            yield f"<tr><th scope='row'>{escape(titles[row['column']])}</th>{cells}</tr>"
        yield "</tbody></table>"


def _propositions(table: pd.DataFrame, propositions: Sequence[Proposition], language: str) -> Iterator[str]:
    note = _said("propositions_note", language)
    yield f"<h2>{_said('propositions', language)}</h2><p class='about'>{note}</p>"
    known = {row.id: row for row in propositions}
    told = table[table["coefficient"].notna()].to_dict("records")
    for name, rows in groupby(told, key=lambda row: str(row["id"])):
        claim = known[name]
        more = escape(say("more", language).format(claim.factor[language]))
        yield f"<h3>{escape(claim.claim[language])}</h3><p class='about'>{more}</p><table class='strips'><tbody>"
        for row in rows:
            yield _strip(row, claim, language)
        yield "</tbody></table>"
    untold = table[table["coefficient"].isna()]
    if len(untold):
        yield f"<details><summary>{_said('untold', language)}</summary><ul>"
        for (key, reason), members in untold.groupby(["id", f"note_{language}"], sort=False):
            outcomes = ", ".join(dict.fromkeys(say(outcome, language) for outcome in members["outcome"]))
            claimed = escape(known[str(key)].claim[language])
            yield f"<li><strong>{claimed}</strong> {escape(outcomes)}: {escape(str(reason))}</li>"
        yield "</ul></details>"


def _strip(row: Mapping[Any, Any], claim: Proposition, language: str) -> str:
    label = f"{say(row['outcome'], language)} {row['period']}"
    condition = row[f"condition_{language}"]
    label = f"{label}, {condition}" if condition else label
    verdict = VERDICTS[row["verdict"]][language]
    color = _VERDICT_COLORS.get(row["verdict"], _MUTED)
    sentence = row_sentence(row, claim.factor, language)
    return (
        f"<tr><th scope='row'>{escape(label)}</th><td>{_svg(row, color, sentence)}</td>"
        f"<td style='color:{color}'>{escape(verdict)}</td><td class='about'>{escape(row[f'note_{language}'])}</td></tr>"
    )


def _svg(row: Mapping[Any, Any], color: str, sentence: str) -> str:
    """Draw a coefficient with its interval, the expected side shaded; the sentence is for those who do not see it."""

    def x(value: float) -> float:
        return float(round((np.clip(value, -_REACH, _REACH) + _REACH) / (2 * _REACH) * _WIDTH, 1))

    low, high = {"+": (0.0, _REACH), "-": (-_REACH, 0.0), "0": (-0.1, 0.1)}.get(row["expected"], (0.0, 0.0))
    middle = _HEIGHT / 2
    ends = f"x1='{x(row['low'])}' x2='{x(row['high'])}' y1='{middle}' y2='{middle}'"
    return (
        f"<svg role='img' width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}'>"
        f"<title>{escape(sentence)}</title>"
        f"<rect x='{x(low)}' y='0' width='{round(x(high) - x(low), 1)}' height='{_HEIGHT}' fill='#dcebdc'/>"
        f"<line x1='{x(0)}' x2='{x(0)}' y1='0' y2='{_HEIGHT}' stroke='#2b2b2b'/>"
        f"<line {ends} stroke='{color}' stroke-width='2'/>"
        f"<circle cx='{x(row['coefficient'])}' cy='{middle}' r='4' fill='{color}'/></svg>"
    )


def _swatch(kind: str) -> str:
    color, hatch = (NO_DATA, "////") if kind == MISSING else type_style(kind)
    line = NO_DATA_HATCH if kind == MISSING else contrast(color)
    fill = {
        "": color,
        "////": f"repeating-linear-gradient(135deg,{color} 0 3px,{line} 3px 4px)",
        "....": f"radial-gradient({line} 1px,transparent 1.5px) 0 0/5px 5px,{color}",
    }[hatch]
    return f"<span class='swatch' aria-hidden='true' style='background:{fill}'></span>"


def _open(*keys: str, language: str) -> str:
    """Open a table with a heading of words."""
    cells = "".join(f"<th scope='col'>{_said(key, language)}</th>" for key in keys)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>"


def _counted(value: float, share: float, language: str) -> str:
    if np.isnan(value):
        return "\u2013"
    text = number(value, language, decimals=0)
    return text if np.isnan(share) else f"{text} ({number(100 * share, language, decimals=1)} %)"


def _rho(row: Mapping[Any, Any], change: str, language: str) -> str:
    if np.isnan(row[f"rho_{change}"]):
        return "\u2013"
    text = f"{number(row[f'rho_{change}'], language, decimals=2)} (n {number(row[f'n_{change}'], language)})"
    return f"<strong>{text}</strong>" if row[f"q_{change}"] < 0.05 else text


def _said(key: str, language: str) -> str:
    return escape(say(key, language))
