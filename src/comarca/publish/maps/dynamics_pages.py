"""Pages of the atlas for print on dynamics: types of change, factors, and the propositions of the research."""

from __future__ import annotations

import re
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from comarca.dynamics.factors import ALL, CHANGES
from comarca.dynamics.notes import VERDICTS
from comarca.dynamics.summary import MISSING
from comarca.publish.maps.dynamics_words import say
from comarca.publish.maps.layout import A4_IN, new_page
from comarca.publish.maps.style import BORDER, MUTED, NO_DATA, NO_DATA_HATCH, OUTLINE, RC, contrast, type_style
from comarca.publish.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.registry.columns import Column
    from comarca.registry.propositions import Proposition

_LEFT: Final = 0.8
_RIGHT: Final = 7.47
_TOP: Final = 10.9
_BOTTOM: Final = 0.9
_ROW: Final = 0.2
#: Half width of the strips, in standard deviations.
_REACH: Final = 0.6
_SHADE: Final = "#dcebdc"
_VERDICT_COLORS: Final = {"as expected": "#1b7837", "against": "#762a83", "no clear relation": MUTED,
                          "cannot be told": MUTED}  # fmt: skip


def summary_pages(
    summary: pd.DataFrame, transitions: pd.DataFrame, titles: Mapping[str, Mapping[str, str]], *, language: str
) -> Iterator[Figure]:
    """Draw counts by type and the moves between types.

    Parameters
    ----------
    summary, transitions : pandas.DataFrame
        As from `comarca.dynamics.summary`.
    titles : mapping
        Type -> what it means, per language.
    language : str
        ``en``, ``es`` or ``pt``.

    Yields
    ------
    matplotlib.figure.Figure
        Pages.
    """
    figure, page = new_page(*A4_IN)
    y = _heading(page, say("summary", language), say("letters", language))
    country = summary[summary["level"] == "country"]
    for period, rows in country.groupby("period", sort=True):
        y = _type_table(page, str(period), rows, titles, y, language)
    y = _paragraph(page, say("published", language), y, size=8.5) - 0.15
    for (before, after), moves in transitions.groupby(["from_period", "to_period"], sort=True):
        if y < 4.0:
            yield figure
            figure, page = new_page(*A4_IN)
            y = _TOP
        y = _transition_table(page, f"{before} \u2192 {after}", moves, y, language)
    yield figure


def _type_table(
    page: Axes, period: str, rows: pd.DataFrame, titles: Mapping[str, Mapping[str, str]], y: float, language: str
) -> float:
    page.text(_LEFT, y, period.replace("-", "\u2013"), fontsize=12, fontweight="bold", va="top")
    for right, key in ((6.1, "territories"), (_RIGHT, "people")):
        page.text(right, y, say(key, language), fontsize=9, fontweight="bold", va="top", ha="right")
    y -= 0.32
    order = {name: place for place, name in enumerate([*titles, MISSING])}
    for row in rows.sort_values("dynamics_type", key=lambda names: names.map(order)).to_dict("records"):
        is_missing = row["dynamics_type"] == MISSING
        color, hatch = (NO_DATA, "/////") if is_missing else type_style(row["dynamics_type"])
        edge = NO_DATA_HATCH if is_missing else contrast(color) if hatch else BORDER
        page.add_patch(Rectangle((_LEFT, y - 0.14), 0.3, 0.14, facecolor=color, hatch=hatch or None, edgecolor=edge,
                                 linewidth=0.4))  # fmt: skip
        text = say("missing", language) if is_missing else titles[row["dynamics_type"]][language]
        page.text(_LEFT + 0.4, y, text, fontsize=8.5, va="top")
        for right, value, share in ((6.1, row["territories"], row["territories_share"]),
                                    (_RIGHT, row["population_persons"], row["population_share"])):  # fmt: skip
            page.text(right, y, _counted(value, share, language), fontsize=8.5, va="top", ha="right")
        y -= _ROW
    page.text(_LEFT + 0.4, y, say("total", language), fontsize=8.5, fontweight="bold", va="top")
    for right, value in ((6.1, rows["territories"].sum()), (_RIGHT, rows["population_persons"].sum(min_count=1))):
        page.text(right, y, _counted(value, np.nan, language), fontsize=8.5, fontweight="bold", va="top", ha="right")
    return y - 0.4


def _counted(value: float, share: float, language: str) -> str:
    if np.isnan(value):
        return "\u2013"
    text = number(value, language, decimals=0)
    return text if np.isnan(share) else f"{text} ({number(100 * share, language, decimals=1)} %)"


def _transition_table(page: Axes, title: str, moves: pd.DataFrame, y: float, language: str) -> float:
    both = moves[(moves["from_type"] != MISSING) & (moves["to_type"] != MISSING)]
    y = _paragraph(page, f"{say('transitions', language)}, {title}", y, size=11, bold=True)
    stay = say("stay", language).format(stay=int(both.loc[both["is_same"], "territories"].sum()),
                                        all=int(both["territories"].sum()))  # fmt: skip
    y = _paragraph(page, stay, y, size=9) - 0.05
    table = moves.pivot_table(index="from_type", columns="to_type", values="territories", aggfunc="sum", fill_value=0)
    step = min(0.62, (_RIGHT - _LEFT - 0.8) / max(len(table.columns), 1))
    for place, name in enumerate(table.columns):
        page.text(
            _LEFT + 0.8 + step * (place + 0.5),
            y,
            _short(name),
            fontsize=8,
            fontweight="bold",
            va="top",
            ha="center",
        )
    y -= 0.22
    for kind, counts in table.iterrows():
        page.text(_LEFT, y, _short(str(kind)), fontsize=8, fontweight="bold", va="top")
        for place, (other, value) in enumerate(counts.items()):
            x = _LEFT + 0.8 + step * place
            if kind == other:
                page.add_patch(Rectangle((x, y - 0.16), step, 0.19, facecolor="#ececec", linewidth=0))
            page.text(
                x + step / 2, y, number(value, language) if value else "\u00b7", fontsize=8, va="top", ha="center"
            )
        y -= _ROW
    return y - 0.3


def _short(name: str) -> str:
    return "\u2013" if name == MISSING else name


def factor_pages(factors: pd.DataFrame, columns: Sequence[Column], *, language: str) -> Iterator[Figure]:
    """Draw the rank correlations of each factor with each change.

    Parameters
    ----------
    factors : pandas.DataFrame
        As from `comarca.dynamics.factors.factor_table`.
    columns : sequence of Column
        Columns of the table, for their titles.
    language : str
        ``en``, ``es`` or ``pt``.

    Yields
    ------
    matplotlib.figure.Figure
        Pages.
    """
    titles = {column.name: column.title[language] for column in columns}
    rows = factors[factors["group"] == ALL]
    tests = int(rows[[f"p_{change}" for change in CHANGES]].notna().to_numpy().sum())
    figure, page = new_page(*A4_IN)
    y = _heading(page, say("factors", language), say("factors_note", language).format(tests=tests))
    rights = dict(zip(CHANGES, (5.3, 6.4, _RIGHT), strict=True))
    for period, members in rows.groupby("period", sort=True):
        if y < 2.5:
            yield figure
            figure, page = new_page(*A4_IN)
            y = _TOP
        page.text(_LEFT, y, str(period).replace("-", "\u2013"), fontsize=11, fontweight="bold", va="top")
        for change, right in rights.items():
            page.text(right, y, say(change, language), fontsize=9, fontweight="bold", va="top", ha="right")
        y -= 0.28
        for row in members.to_dict("records"):
            page.text(
                _LEFT, y, textwrap.shorten(titles[row["column"]], 54, placeholder="\u2026"), fontsize=8.5, va="top"
            )
            for change, right in rights.items():
                page.text(right, y, _rho(row, change, language), fontsize=8.5, va="top", ha="right",
                          fontweight="bold" if row[f"q_{change}"] < 0.05 else "normal")  # fmt: skip
            y -= _ROW
            if y < _BOTTOM:
                yield figure
                figure, page = new_page(*A4_IN)
                y = _TOP
        y -= 0.2
    yield figure


def _signed(value: float, language: str) -> str:
    """Write a figure with two decimals and its sign; no sign where it is rounded to 0."""
    text = number(value if abs(value) >= 0.005 else 0.0, language, decimals=2)
    return f"+{text}" if value >= 0.005 else text


def _rho(row: Mapping[Any, Any], change: str, language: str) -> str:
    if np.isnan(row[f"rho_{change}"]):
        return "\u2013"
    return f"{_signed(row[f'rho_{change}'], language)} (n {number(row[f'n_{change}'], language)})"


def proposition_pages(table: pd.DataFrame, propositions: Sequence[Proposition], *, language: str) -> Iterator[Figure]:
    """Draw a strip of coefficients for each proposition that can be told, and list the others with their reason.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.dynamics.propositions.hold_propositions`.
    propositions : sequence of Proposition
        The registry.
    language : str
        ``en``, ``es`` or ``pt``.

    Yields
    ------
    matplotlib.figure.Figure
        Pages.
    """
    figure, page = new_page(*A4_IN)
    y = _heading(page, say("propositions", language), say("propositions_note", language))
    known = {row.id: row for row in propositions}
    told = table[table["coefficient"].notna()]
    for name, rows in groupby(told.to_dict("records"), key=lambda row: row["id"]):
        members = list(rows)
        need = 1.25 + 0.21 * len(members)
        if y - need < _BOTTOM:
            yield figure
            figure, page = new_page(*A4_IN)
            y = _TOP
        y = _strip(figure, page, known[name], members, y, language)
    blocks = _untold(table[table["coefficient"].isna()], known, language)
    if blocks and y < _BOTTOM + 1.0:
        yield figure
        figure, page = new_page(*A4_IN)
        y = _TOP
    if blocks:
        y = _paragraph(page, say("untold", language), y, size=12, bold=True) - 0.05
    for claim, reason in blocks:
        lines = len(textwrap.wrap(claim, 100)) + len(textwrap.wrap(reason, 104))
        if y - 0.16 * lines < _BOTTOM:
            yield figure
            figure, page = new_page(*A4_IN)
            y = _TOP
        y = _paragraph(page, claim, y, size=8.5, bold=True, width=100)
        y = _paragraph(page, reason, y, size=8, color=MUTED, width=104) - 0.06
    yield figure


def _untold(rows: pd.DataFrame, known: Mapping[str, Proposition], language: str) -> list[tuple[str, str]]:
    """Claims with the reasons why they cannot be told, and the outcomes that each reason holds for."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for row in rows.to_dict("records"):
        reasons = found.setdefault(row["id"], {})
        reasons.setdefault(row[f"note_{language}"], {})[say(row["outcome"], language)] = None
    return [
        (
            known[name].claim[language],
            " ".join(f"{', '.join(outcomes)}: {reason}" for reason, outcomes in reasons.items()),
        )
        for name, reasons in found.items()
    ]


def _strip(
    figure: Figure, page: Axes, proposition: Proposition, rows: Sequence[Mapping[Any, Any]], y: float, language: str
) -> float:
    y = _paragraph(page, proposition.claim[language], y, size=10, bold=True, width=88)
    y = _paragraph(page, say("more", language).format(proposition.factor[language]), y, size=8, color=MUTED, width=112)
    height = 0.21 * len(rows)
    left, width = 3.3, 2.2
    axes = figure.add_axes((left / 8.27, (y - height) / 11.69, width / 8.27, height / 11.69))
    axes.set(xlim=(-_REACH, _REACH), ylim=(len(rows) - 0.5, -0.5), yticks=[], xticks=[])
    for spine in axes.spines.values():
        spine.set(color=BORDER, linewidth=0.4)
    for place, row in enumerate(rows):
        _shade(axes, place, str(row["expected"]))
        color = _VERDICT_COLORS[str(row["verdict"])]
        low, high = np.clip([row["low"], row["high"]], -_REACH, _REACH)
        axes.plot([low, high], [place, place], color=color, linewidth=1.4, solid_capstyle="butt")
        axes.plot([np.clip(row["coefficient"], -_REACH, _REACH)], [place], marker="o", markersize=4, color=color)
        line = y - 0.21 * (place + 0.5)
        label = f"{say(str(row['outcome']), language)} {row['period']}".replace("-", "\u2013")
        condition = str(row[f"condition_{language}"])
        label = f"{label}, {condition}" if condition else label
        page.text(
            left - 0.1, line, textwrap.shorten(label, 46, placeholder="\u2026"), fontsize=7.5, ha="right", va="center"
        )
        text = f"{_signed(float(row['coefficient']), language)}   {VERDICTS[str(row['verdict'])][language]}"
        page.text(left + width + 0.1, line, text, fontsize=7.5, va="center", color=color)
    axes.axvline(0, color=OUTLINE, linewidth=0.6)
    return _paragraph(page, _remarks(rows, language), y - height - 0.08, size=7, color=MUTED, width=128) - 0.16


def _remarks(rows: Sequence[Mapping[Any, Any]], language: str) -> str:
    """Sentences of the rows' notes, each once."""
    sentences = [text for row in rows for text in re.split(r"(?<=\.) (?=[^\W\d_]|\d+ )", str(row[f"note_{language}"]))]
    return " ".join(dict.fromkeys(sentences))


def _shade(axes: Axes, place: int, expected: str) -> None:
    """Shade the side that the claim expects."""
    low, high = {"+": (0, _REACH), "-": (-_REACH, 0), "0": (-0.1, 0.1)}.get(expected, (0, 0))
    axes.add_patch(Rectangle((low, place - 0.5), high - low, 1, facecolor=_SHADE, linewidth=0))


def _heading(page: Axes, title: str, text: str) -> float:
    y = _paragraph(page, title, _TOP, size=18, bold=True, width=48) - 0.08
    return _paragraph(page, text, y, size=8.5) - 0.2


def _paragraph(
    page: Axes, text: str, y: float, *, size: float, bold: bool = False, color: str = OUTLINE, width: int = 0
) -> float:
    with mpl.rc_context(RC):
        lines = textwrap.wrap(text.replace(" %", "\N{NO-BREAK SPACE}%"), width or int(920 / size))
        page.text(_LEFT, y, "\n".join(lines), fontsize=size, fontweight="bold" if bold else "normal", color=color,
                  va="top", linespacing=1.3, parse_math=False)  # fmt: skip
    return y - len(lines) * size * 1.5 / 72 - 0.04
