"""What the words of a column of sexes mean."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Literal

from comarca.errors import InputError
from comarca.measures.sexes import figures_by_sex
from comarca.sources.names import fold_name
from comarca.sources.vectors.words import SEX_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

logger = logging.getLogger(__name__)

Sex = Literal["women", "men", "both"]
#: Part of a figure of both sexes by which women and men may miss it in most cells.
_FAR: Final = 0.1
#: The letter that is short for men in English and Portuguese, and for women in Spanish.
_EITHER: Final = "m"


def read_sexes(texts: pd.Series, *, sexes: Mapping[str, Sex] | None = None, where: str) -> pd.Series:
    """Read the words of a column of sexes.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells; case, accents and punctuation do not matter.
    sexes : mapping, optional
        Word of the file -> ``women``, ``men`` or ``both``, where the usual words do not serve.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of str
        ``women``, ``men`` or ``both``. The letter m is men beside f, and women beside h or v.

    Raises
    ------
    InputError
        If a word is not understood.
    """
    words = {fold_name(text): text for text in texts.unique()}
    meanings: dict[str, str] = dict(SEX_WORDS)
    if _EITHER in words and "f" in words:
        meanings[_EITHER] = "men"
    elif _EITHER in words and {"h", "v"} & {*words}:
        meanings[_EITHER] = "women"
    meanings |= {fold_name(str(word)): meaning for word, meaning in (sexes or {}).items()}
    if strange := sorted(text for word, text in words.items() if word not in meanings):
        raise InputError(
            where, got=strange, expected="words for women, men, or both together",
            remedy=f"Say what they mean, such as `sexes: {{{strange[0] or '(empty)'}: women}}`, or leave rows out with"
            " `where`.",
        )  # fmt: skip
    return texts.map(lambda text: meanings[fold_name(text)])


def totals_of_sexes(rows: pd.DataFrame, figures: Sequence[str], *, by: Sequence[str], where: str) -> pd.DataFrame:
    """Bring the rows of one cell together, and say in the log which cells tell one sex only.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns `by`, ``sex`` and the figures.
    figures : sequence of str
        Columns of amounts; the first decides which cells are counted in the log.
    by : sequence of str
        Columns that tell cells apart.
    where : str
        File, for messages.

    Returns
    -------
    pandas.DataFrame
        As from `comarca.measures.sexes.figures_by_sex`.

    Raises
    ------
    InputError
        If women and men together are mostly not what the rows of both sexes say.
    """
    told = figures_by_sex(rows, figures, by=by)
    for figure in figures:
        _refuse_other_totals(told, figure, by, where)
    unknown = int(told[f"{figures[0]}_both"].isna().sum())
    logger.log(
        logging.WARNING if unknown else logging.INFO,
        "%s: %d rows by sex make %d cells; %d have no total, as one sex lacks or is withheld and no row is of both"
        " (a 0 has to be written)", where, len(rows), len(told), unknown,
    )  # fmt: skip
    return told


def _refuse_other_totals(told: pd.DataFrame, figure: str, by: Sequence[str], where: str) -> None:
    """Refuse women and men who in most cells are far from the figure of both sexes; single cells are left to checks."""
    parts, both = told[f"{figure}_women"] + told[f"{figure}_men"], told[f"{figure}_both"]
    known = parts.notna() & (both > 0)
    off = ((parts - both).abs() / both)[known]
    if len(off) and float(off.median()) > _FAR:
        cell = told.loc[off[off > _FAR].index[0]]
        at = ", ".join(f"{key} {cell[key]}" for key in by if cell[key] != "")
        raise InputError(
            f"{where}, {at}", got=f"{cell[f'{figure}_women']:g} {figure} of women and {cell[f'{figure}_men']:g} of men,"
            f" {cell[f'{figure}_both']:g} of both", expected="figures of both sexes that are those of women and men",
            remedy="Is something counted twice, or a unit another one?",
        )  # fmt: skip
