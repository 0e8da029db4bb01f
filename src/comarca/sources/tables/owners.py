"""Owners of land in a register: who is not known, who is no owner, and what part of a parcel each has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.names import fold_name
from comarca.sources.tables.numbers import ZERO_MARKS, as_texts, cell_text, has_percent, is_missing, parse_columns
from comarca.sources.tables.once import is_total

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Words for an owner who is not known, beside the marks of missing figures.
_UNKNOWN: Final = frozenset({
    "desconhecido", "desconhecida", "desconocido", "desconocida", "ignorado", "ignorada", "nao identificado",
    "nao informado", "no identificado", "no informado", "not known", "propietario desconocido",
    "proprietario desconhecido", "sem dados", "sem informacao", "sin datos", "sin identificar",
    "sin propietario", "unknown", "unknown owner",
})  # fmt: skip
#: Shares of a parcel may miss a whole by as much as rounding to three digits.
_ROUNDING: Final = 0.005
_FRACTION: Final = r"^\s*([-+]?\d+)\s*/\s*([-+]?\d+)\s*$"
_REMEDY: Final = "Write each as a fraction such as 1/2, with the sign %, or all as parts of 1."


def known_owners(owners: pd.Series, *, where: str) -> pd.Series:
    """Tell owners from marks for an owner who is not known.

    Parameters
    ----------
    owners : pandas.Series
        Cells of the column of owners.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of object
        Names; None where not known: empty cells, marks such as S/D and ``-``, words such as ``desconocido``. A single
        letter such as X is a mark unless other owners are single letters too.

    Raises
    ------
    InputError
        If an owner is called total: its land would count twice.
    """
    texts = owners.astype(object).map(cell_text).astype("str")
    names = pd.Series(texts.unique(), dtype="str")
    total = next((name for name in names if is_total(name)), None)
    if total is not None:
        raise InputError(where, got=f"an owner {total}", expected="owners",
                         remedy="A total is no owner: leave its rows out with `where`.")  # fmt: skip
    marked = is_missing(names) | names.isin(ZERO_MARKS)
    letters = names.str.fullmatch(r"\w")
    if (letters & ~marked).any():
        marked &= ~letters
    unknown = set(names[marked | names.map(fold_name).isin(_UNKNOWN)])
    return texts.astype(object).mask(texts.isin(list(unknown)), None)


def read_shares(shares: pd.Series, *, parcel: ArrayLike, where: str) -> pd.Series:
    """Read the parts of parcels that owners have.

    Parameters
    ----------
    shares : pandas.Series
        Fractions such as 1/2, per cents with their sign, parts of 1, or per cents: numbers without a sign are per cents
        if any of them exceeds 1.
    parcel : array-like, shape (n,)
        Which rows are of one parcel.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of float
        Parts of 1; NaN where not given.

    Raises
    ------
    InputError
        If a share is no number, negative or more than the whole; or if some seem to be parts of 1 and others per cents.
    """
    texts = as_texts(shares, "share")
    parts = texts["share"].str.extract(_FRACTION, expand=True).astype(float)
    is_fraction = parts[0].notna()
    fraction = parts[0] / parts[1].where(parts[1] != 0)
    if (is_fraction & fraction.isna()).any():
        raise InputError(where, got=shares[is_fraction & fraction.isna()].iloc[0], expected="a share of a parcel")
    plain = texts.assign(share=texts["share"].mask(is_fraction, ""))
    plain.attrs = texts.attrs
    numbers = parse_columns(plain, ["share"], decimal=None, hint=".", where=where)["share"]
    is_percent = has_percent(plain["share"])
    if not is_percent and (numbers > 1 + _ROUNDING).any():
        is_percent = True
        _refuse_mixed(numbers, np.asarray(parcel), where)
    found = fraction.where(is_fraction, numbers / (100.0 if is_percent else 1.0))
    wrong = (found < 0) | (found > 1 + _ROUNDING)
    if wrong.any():
        raise InputError(where, got=shares[wrong].iloc[0], expected="shares from 0 to the whole parcel", remedy=_REMEDY)
    return found.clip(upper=1.0)


def _refuse_mixed(percents: pd.Series, parcel: NDArray[np.generic], where: str) -> None:
    """Refuse numbers of at most 1 among per cents, unless those of their parcels add up to whole parcels."""
    sums = percents.groupby(parcel).transform("sum") / 100
    is_whole = (sums.round() >= 1) & ((sums - sums.round()).abs() <= _ROUNDING * sums.round())
    small = (percents > 0) & (percents <= 1) & ~is_whole
    if small.any():
        raise InputError(where, got=[float(percents[small].iloc[0]), float(percents.max())],
                         expected="all shares as parts of 1, or all in per cent", remedy=_REMEDY)  # fmt: skip


def table_shares_check(shares: pd.Series, *, parcel: ArrayLike) -> Check:
    """Count parcels of a table whose shares do not add up to a whole.

    Parameters
    ----------
    shares : pandas.Series of float
        Parts of 1.
    parcel : array-like, shape (n,)
        Which rows are of one parcel, or of several that look alike.

    Returns
    -------
    Check
        ``parcels_shares``.
    """
    sums = shares.groupby(np.asarray(parcel)).sum(min_count=1).dropna()
    nearest = sums.round().clip(lower=1)
    count = int(((sums - nearest).abs() > _ROUNDING * nearest).sum())
    return Check(
        "parcels_shares", "warn" if count else "pass", count, "0 parcels",
        f"The shares of {count} of {len(sums)} parcels of the table do not add up to the whole: owners may be missing, "
        "and the land of these is left out.",
    )  # fmt: skip
