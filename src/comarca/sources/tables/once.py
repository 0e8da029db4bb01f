"""Each thing once: rows of totals among their parts, and one territory under two names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.errors import InputError
from comarca.sources.names import fold_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

_WHOLE: Final = (
    r"(?:grand |gran |over|sub)?(?:tot(?:al|als|ales|ais|aux|ale)?)|all|todos?|todas?|tous|toutes|conjunto|suma|soma"
    r"|sum|ensemble|insgesamt|gesamt|jumlah|amb[oa]s|both"
)
#: A word for a whole at the beginning or the end of a name; punctuation, footnotes and brackets are gone.
_TOTAL: Final = re.compile(rf"(?:{_WHOLE})(?: .*)?|.* (?:sub)?tot(?:al|als|ales|ais|aux|ale)")
#: Words beside it that leave it the whole of everything.
_NEUTRAL: Final = frozenset(
    re.split(
        " ",
        "actividad actividades activites activities and as atividade atividades branches categorias categories "
        "clases classes country da das de del departamental departamento des do dos du e economic economica "
        "economicas economico economicos economiques el em empleo empleos emplois employed employment emprego "
        "empregos empresas en entreprises estabelecimentos establecimientos establishments estado et farms firmas "
        "firms general generale generales gerais geral global holdings in industrias industries jobs la las le les "
        "los municipal municipio nacional nacionales national ocupacao ocupacion ocupacoes ocupada ocupadas ocupado "
        "ocupados of os pais people personal personas persons pessoal pessoas poblacion populacao population postos "
        "provincia provincial puestos ramas ramos region regional rubros secteurs sector sectores sectors setor "
        "setores sex sexes sexos sizes tamanhos tamanos the toda todas todo todos trabajadores trabajo "
        "trabalhadores trabalho unidades workers y",
    )
)
#: Words that make the name one of what is left over.
_OTHER: Final = re.compile(r"\b(otr[oa]s?|outr[oa]s?|others?|autres?|demas|demais|resto?|restantes?|remaining)\b")
_SPACED: Final = re.compile(r"\b(?:\w ){2,}\w\b")
#: Fewest territories in which a class is the sum of the others for it to be their total, whatever its name.
_SEVERAL: Final = 3
#: Fewest of these that tell all their figures, where others withhold some.
_COMPLETE: Final = 2
_ROUNDING: Final = 1e-9
#: Part of the sum of others that a class called a total has at least.
_NEARLY: Final = 0.99


def one_name(table: pd.DataFrame, keys: Sequence[str] = ()) -> pd.Series:
    """Give all rows of a code the name that the first of them has.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``territory_id`` and ``territory_name``.
    keys : sequence of str
        Further columns within which a code has one name, such as the year.

    Returns
    -------
    pandas.Series of str
        The names; those of rows without a code are as they came.
    """
    first = table.groupby(["territory_id", *keys], dropna=False)["territory_name"].transform("first")
    return table["territory_name"].where(table["territory_id"] == "", first)


def is_total(text: str) -> bool:
    """Tell whether a text can only be a name of the total of all classes.

    Parameters
    ----------
    text : str
        Name of a class, as in a file; case, accents, punctuation and letters set apart do not matter.

    Returns
    -------
    bool
        True for a word for a whole, with none beside it that would narrow it.

    Examples
    --------
    >>> is_total("TOTAL (A+B)"), is_total("Total ocupados*"), is_total("T O T A L"), is_total("Total de tierra propia")
    (True, True, True, False)
    """
    plain = _plain(text)
    words = re.sub(rf"^(?:{_WHOLE})\b|\b(?:{_WHOLE})$", "", plain).split()
    return _may_be_total(plain) and all(len(word) == 1 or word.isdigit() or word in _NEUTRAL for word in words)


def _plain(text: str) -> str:
    plain = " ".join(re.sub(r"[\W_]+", " ", fold_text(text)).split())
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), plain)


def _may_be_total(plain: str) -> bool:
    return _TOTAL.fullmatch(plain) is not None and _OTHER.search(plain) is None


def find_total(wide: pd.DataFrame, is_whole: NDArray[np.bool_] | None = None) -> str | None:
    """Find a class that is the total of others.

    Parameters
    ----------
    wide : pandas.DataFrame
        A row per territory, a column per class; missing figures are NaN.
    is_whole : numpy.ndarray of bool, optional
        Rows that tell all their figures; by default all.

    Returns
    -------
    str or None
        The class: one whose name says so; one whose name may say so (``Comercio total``) and that is not less than the
        others, or than those that share its words, in any row; or one that is the sum of two or more others in at least
        three rows.
    """
    whole = np.ones(len(wide), dtype=bool) if is_whole is None else is_whole
    names = {str(label): _plain(str(label)) for label in wide.columns}
    doubtful = [label for label, plain in names.items() if _may_be_total(plain)]
    for label in wide.columns if len(wide.columns) > 1 else ():
        others = wide.drop(columns=label)
        if is_total(str(label)) or _is_sum(wide[label], others, whole):
            return str(label)
        if str(label) in doubtful and 2 * len(doubtful) < len(names):
            words = {word for word in names[str(label)].split() if word not in _NEUTRAL and not _TOTAL.fullmatch(word)}
            family = others[[name for name in others if words & {*names[str(name)].split()}]]
            if any(_covers(wide[label], part) for part in (others, family)):
                return str(label)
    return None


def _covers(figures: pd.Series, parts: pd.DataFrame) -> bool:
    """Whether a class is nowhere less than two or more others together, but for rounding."""
    rows = figures.notna() & ((parts > 0).sum(axis=1) > 1)
    return bool(rows.any() and (figures[rows] >= _NEARLY * parts[rows].sum(axis=1)).all())


def refuse_totals(table: pd.DataFrame, key: str, figure: str, *, where: str) -> None:
    """Refuse a class that is the total of the others, which would count everything twice.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per territory and class: ``territory_id``, the key and the figure.
    key : str
        Column of the class: texts, or upper limits of size classes, missing where open.
    figure : str
        Column of the figure.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        If `find_total` finds one; where figures are withheld, a class is at least as much as the others together.
    """
    wide = table.assign(label=table[key].astype("str").fillna("")).pivot_table(
        index=["territory_id", "territory_name"], columns="label", values=figure, aggfunc="sum"
    )
    lacking = table[figure].isna().groupby([table["territory_id"], table["territory_name"]]).any()
    total = find_total(wide, ~lacking.reindex(wide.index).to_numpy(bool))
    if total is not None:
        raise InputError(
            f"{where}, column {key}", got=f"{total or '(empty)'!r}, the total of the others",
            expected="each class once", remedy="Leave the rows of the total out with `where`.",
        )  # fmt: skip


def refuse_rows_of_totals(
    table: pd.DataFrame, figure: str, *, by: Sequence[str], labels: Sequence[str], where: str
) -> None:
    """Refuse rows that are the total of the others of their key, where all rows of a key are added up.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per key and part of it.
    figure : str
        Column of the figure, without missing values.
    by : sequence of str
        Columns of the key.
    labels : sequence of str
        Columns that may tell what a row is.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        If some rows, but not all, are called a total; or if in all keys of three rows and more, and at least three of
        two parts above 0, the largest row is the sum of the others.
    """
    got = ""
    groups = table.groupby(list(by))
    for column in labels:
        if not groups[column].nunique().gt(1).any():
            continue  # It tells something of the key, such as its name.
        totals = _total_rows(table, figure, by=by, column=column)
        if totals and not table[column].isin(totals).all():
            got = f"{totals[0]!r} in the column {column}, beside rows of its parts"
            break
    size, whole, largest = groups.size(), groups[figure].sum(), groups[figure].max()
    several = (size >= _SEVERAL) & (whole > 0)
    parts = table[figure].gt(0).groupby([table[column] for column in by]).sum()
    is_sum = np.isclose(2 * largest[several], whole[several], rtol=_ROUNDING, atol=0)
    if not got and is_sum.all() and (parts[several] >= _SEVERAL).sum() >= _SEVERAL:
        got = f"the total of the other rows of each {' and '.join(by)}"
    if got:
        raise InputError(where, got=got, expected="rows that add up to the figure",
                         remedy="Leave the rows of the total out with `where`.")  # fmt: skip


def _total_rows(table: pd.DataFrame, figure: str, *, by: Sequence[str], column: str) -> list[str]:
    """Texts of a column that are names of totals, or may be and cover the other rows of their keys."""
    totals = [text for text in table[column].unique() if is_total(str(text))]
    if not totals:
        wide = table.pivot_table(index=list(by), columns=column, values=figure, aggfunc="sum")
        found = find_total(wide) if any(_may_be_total(_plain(str(text))) for text in wide) else None
        totals = [text for text in wide if found == str(text)]
    return totals


def _is_sum(figures: pd.Series, others: pd.DataFrame, is_whole: NDArray[np.bool_]) -> bool:
    """Whether a class is the sum of the others wherever all figures are told, and not less elsewhere."""
    rows = ((others > 0).sum(axis=1) > 1) & (figures > 0)
    told, rest = figures[rows], others[rows].sum(axis=1)
    whole = is_whole[rows.to_numpy()]
    is_sum = np.isclose(told[whole], rest[whole], rtol=_ROUNDING, atol=0)
    is_enough = len(told) >= _SEVERAL and len(is_sum) >= _COMPLETE
    return bool(is_enough and is_sum.all() and (told[~whole] >= rest[~whole]).all())
