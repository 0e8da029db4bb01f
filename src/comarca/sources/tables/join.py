"""Joins of users' tables to territories: by code; what does not join is explained, with the nearest names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.names import fold_name, same_form
from comarca.sources.tables.numbers import parse_columns
from comarca.sources.tables.read import clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

#: A repair is spoken of if it would join this share of the codes that did not join, and more than one.
_CLEAR_SHARE: Final = 0.5
_LISTED: Final = 3
#: Shares of a unit may miss 1 by as much as rounding to three digits.
_ROUNDING: Final = 0.005


@dataclass(frozen=True)
class CodeRepair:
    """A way in which codes of a table differ from those of the territories.

    Attributes
    ----------
    fault : str
        What happened to the codes, as a sentence.
    code_of : mapping
        Code in the table -> code of the territory, where one and only one fits.
    """

    fault: str
    code_of: Mapping[str, str]


def join_by_code(
    table: pd.DataFrame,
    territories: Mapping[str, str],
    *,
    name: str,
    codes: Mapping[str, str] | None = None,
    repair: bool = False,
) -> tuple[pd.DataFrame, Check]:
    """Keep the rows of a table that belong to territories of the region.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``territory_id`` and ``territory_name``.
    territories : mapping
        Code -> name of the region's territories.
    name : str
        Name of the table: first word of the check.
    codes : mapping, optional
        Name or code in the table -> code, as the user decided after reading the report. Several units may lead to one
        territory. No row is joined by name otherwise, however alike the names are.
    repair : bool, default False
        Join codes that lost their leading zeros or differ by a check digit, where that leaves no doubt.

    Returns
    -------
    joined : pandas.DataFrame
        Rows whose code is one of the territories, with a fresh index; the code before is ``source_id``.
    check : Check
        How many territories have rows, and each entry that did not join with the territories of nearest name.

    Raises
    ------
    InputError
        If no row joins at all, or a territory stands under two spellings of its code.
    """
    decided = {same_form(str(key)): code for key, code in (codes or {}).items()}
    by_name = table["territory_name"].map(lambda text: decided.get(same_form(str(text))))
    by_code = table["territory_id"].map(lambda text: decided.get(same_form(str(text))))
    code_of = {same_form(code): code for code in territories}
    plain = table["territory_id"].map(lambda text: code_of.get(same_form(str(text)), str(text)))
    code = by_name.where(by_name.notna(), by_code.where(by_code.notna(), plain))
    repairs = code_repairs(code[~code.isin(list(territories))].unique(), territories)
    if repair and len(repairs) == 1:
        code = code.map(lambda text: repairs[0].code_of.get(text, text))
    coded = table.assign(territory_id=code, source_id=table["territory_id"])
    fits = coded["territory_id"].isin(list(territories))
    if not fits.any():
        raise _nothing_joins(table, territories, repairs, name)
    _refuse_spellings(coded[fits & by_name.isna() & by_code.isna()], name)
    joined = coded[fits].reset_index(drop=True)
    return joined, _check(coded, fits, territories, repairs, name=name, is_repaired=repair)


def _refuse_spellings(coded: pd.DataFrame, name: str) -> None:
    """Refuse codes that differ as they are written and mean one territory, without the user's word."""
    spellings = coded.groupby("territory_id")["source_id"].unique()
    twice = spellings[spellings.map(len) > 1]
    if len(twice):
        raise InputError(
            f"{name}, codes of the territories", got=f"{list(twice.iloc[0])}, which mean {twice.index[0]}",
            expected="one spelling of each code",
            remedy="Correct them; if they are units that became one territory, name them under `codes`.",
        )  # fmt: skip


def divide_units(
    table: pd.DataFrame, divided: str | Path | None, *, figures: Sequence[str], name: str
) -> tuple[pd.DataFrame, list[Check]]:
    """Divide the figures of units that several territories took over.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``territory_id``, the codes of the file.
    divided : path-like, optional
        Table with the columns ``old``, ``new`` and ``share`` (0 to 1).
    figures : sequence of str
        Columns to divide: numbers that add up.
    name : str
        Name of the table: first word of the check.

    Returns
    -------
    table : pandas.DataFrame
        One row per territory for the rows of such units, each with its share; other rows as they came.
    checks : list of Check
        How many units were divided; a warning where shares do not add up to 1, or units are not in the table.

    Raises
    ------
    InputError
        If a column lacks or a share is no number from 0 to 1.
    """
    if divided is None:
        return table, []
    where = str(divided)
    raw = pick_columns(read_text_table(divided), {}, required=["old", "new", "share"], where=where)
    share = parse_columns(raw, ["share"], decimal=None, hint=".", where=where)["share"]
    if not share.between(0, 1).all():
        raise InputError(f"{where}, column share", got=float(share[~share.between(0, 1)].iloc[0]),
                         expected="parts from 0 to 1")  # fmt: skip
    parts = raw.assign(share=share, old=clean_codes(raw["old"]), new=clean_codes(raw["new"]))
    sums = parts.groupby("old")["share"].sum()
    wrong = sorted({*sums.index[(sums - 1).abs() > _ROUNDING], *(set(parts["old"]) - set(table["territory_id"]))})
    joined = table.merge(parts[["old", "new", "share"]], left_on="territory_id", right_on="old", how="left")
    is_part = joined["old"].notna()
    joined["territory_id"] = joined["new"].where(is_part, joined["territory_id"])
    for figure in figures:
        joined[figure] = joined[figure] * joined["share"].fillna(1.0)
    message = f"The figures of {parts['old'].nunique()} units of {name} are divided among {len(parts)} territories."
    if wrong:
        message += f" The shares of {', '.join(wrong)} do not add up to 1, or the table has no such unit."
    check = Check(f"{name}_divided", "warn" if wrong else "info", len(wrong), "shares add up to 1", message)
    return joined.drop(columns=["old", "new", "share"]), [check]


def code_repairs(stray: Iterable[str], territories: Iterable[str]) -> list[CodeRepair]:
    """Find out what happened to codes that no territory has.

    Parameters
    ----------
    stray : iterable of str
        Codes of a table.
    territories : iterable of str
        Codes of the territories.

    Returns
    -------
    list of CodeRepair
        Each kind of fault by which at least half of the stray codes, or all of several, would be codes of territories.
    """
    codes = [code for code in dict.fromkeys(map(str, stray)) if code]
    valid = list(dict.fromkeys(territories))
    width = max((len(code) for code in valid), default=0)
    rules = (
        ("The codes of the table have lost their leading zeros (padding them with zeros would join them)",
         lambda code: code.zfill(width), lambda code: code),
        ("The territories' codes have lost leading zeros that the table has", lambda code: code.lstrip("0"),
         lambda code: code),
        ("The codes of the table lack the last digit, a check digit, of the territories' codes", lambda code: code,
         lambda code: code[:-1]),
        ("The codes of the table have a last digit, a check digit, that the territories' codes lack",
         lambda code: code[:-1], lambda code: code),
        ("The codes of the table have signs between their digits that the territories' codes lack",
         lambda code: re.sub(r"[\W_]", "", code), lambda code: code),
        ("The codes of the table have signs for thousands, and have lost their leading zeros",
         lambda code: re.sub(r"(?<=\d)[., ](?=\d{3})", "", code).zfill(width), lambda code: code),
        ("The codes of the table go on with zeros, as those of a unit's seat do",
         lambda code: code[:width] if not code[width:].strip("0") else code, lambda code: code),
        ("The territories' codes begin with letters of the country, which the table lacks", lambda code: code,
         lambda code: re.sub(r"^[A-Za-z]+[-_. ]?", "", code)),
        ("The codes of the table begin with letters of the country, which the territories' codes lack",
         lambda code: re.sub(r"^[A-Za-z]+[-_. ]?", "", code), lambda code: code),
        ("The territories' codes end in .0, as numbers do in some programs", lambda code: code,
         lambda code: re.sub(r"\.0+$", "", code)),
    )  # fmt: skip
    faults = []
    for fault, theirs, ours in rules:
        meant: dict[str, list[str]] = {}
        for code in valid:
            meant.setdefault(ours(code), []).append(code)
        fit = {code: meant[theirs(code)][0] for code in codes if len(meant.get(theirs(code), ())) == 1}
        fit = {code: target for code, target in fit.items() if code not in valid}
        if fit and len(set(fit.values())) == len(fit) and len(fit) >= _CLEAR_SHARE * len(codes):
            faults.append(CodeRepair(fault, fit))
    return faults[:1]


def nearest_names(name: str, candidates: Mapping[str, str], *, count: int = 3) -> list[str]:
    """Find territories whose names are most like one, for a person to choose from.

    Parameters
    ----------
    name : str
        The name that did not join; what stands in brackets is left aside.
    candidates : mapping
        Code -> name.
    count : int, default 3
        How many at most.

    Returns
    -------
    list of str
        ``"Name (code)"``, the most alike first.
    """
    bare = fold_name(re.sub(r"\(.*?\)", "", name))
    by_name: dict[str, list[str]] = {}
    for code, label in candidates.items():
        by_name.setdefault(fold_name(label), []).append(f"{label} ({code})")
    starts = [folded for folded in by_name if folded.startswith(bare + " ") or bare.startswith(folded + " ")]
    alike = get_close_matches(bare, list(by_name), n=count, cutoff=0.6)
    return [label for folded in dict.fromkeys([*starts, *alike]) for label in by_name[folded]][:count]


def _check(
    coded: pd.DataFrame,
    fits: pd.Series,
    territories: Mapping[str, str],
    repairs: list[CodeRepair],
    *,
    name: str,
    is_repaired: bool,
) -> Check:
    stray = coded.loc[~fits, ["territory_id", "territory_name"]].drop_duplicates()
    code_of = {code: meant for each in repairs for code, meant in each.code_of.items()}
    rows = [
        {
            "territory_id": str(row.territory_id),
            "territory_name": str(row.territory_name),
            "nearest": [f"{territories[code_of[str(row.territory_id)]]} ({code_of[str(row.territory_id)]})"]
            if str(row.territory_id) in code_of
            else nearest_names(str(row.territory_name), territories),
        }
        for row in stray.itertuples()
    ]
    joined = coded.loc[fits, "territory_id"].nunique()
    message = f"{joined} of {len(territories)} territories have rows in the table of {name}."
    if rows:
        message += f" Not joined, for want of a code of the region: {len(rows)}."
    for each in repairs:
        done = "they were repaired" if is_repaired else "set `repair_codes: true` to join them so"
        message += f" {each.fault}: {len(each.code_of)} codes; {done}."
    return Check(
        name=f"{name}_join",
        status="warn" if rows or repairs else "pass",
        value=joined,
        threshold="every row of the table has the code of a territory",
        message=message,
        rows=rows,
    )


def _nothing_joins(
    table: pd.DataFrame, territories: Mapping[str, str], repairs: list[CodeRepair], name: str
) -> InputError:
    given = [code for code in clean_codes(table["territory_id"].astype("str")).unique() if code][:_LISTED]
    remedy = " ".join(f"{each.fault}. Set `repair_codes: true` to join them so." for each in repairs)
    return InputError(
        f"{name}, codes of the territories", got=f"{given}, none of which is a territory's code",
        expected=f"codes of the region's territories, such as {sorted(territories)[:_LISTED]}",
        remedy=remedy or "Is it the right column, and are the territories those of the table?",
    )  # fmt: skip
