"""Figures that are part of others in the same row: those above their whole are left out, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: Layer -> part -> the figure that it is part of.
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "employment": {"women": "jobs"},
    "holdings": {"women": "holdings", "absent": "holdings", "irrigated_ha": "area_ha"},
}
#: What tells rows of one territory apart, where the table has it.
_KEYS: Final = ("territory_id", "source_id", "year", "sector", "class_min_ha", "sex", "age_from", "age_to")
_ROUNDING: Final = 1e-9
_LISTED: Final = 30


def leave_out_parts(table: pd.DataFrame, *, name: str) -> tuple[pd.DataFrame, list[Check]]:
    """Leave out parts that are larger than their whole, such as more women than jobs.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of the layer, with ``territory_id``.
    name : str
        Name of the layer: ``employment``, ``holdings`` or ``age_groups``; others come back as they are.

    Returns
    -------
    table : pandas.DataFrame
        The same rows; such parts are NaN.
    checks : list of Check
        ``<name>_parts``: ``warn`` with the rows; none if the table has no parts.
    """
    if name == "age_groups":
        keys = [key for key in _KEYS if key in table and key != "sex"]
        both = table["persons"].where(table["sex"] == "both")
        pairs = [("persons", both.groupby([table[key] for key in keys], dropna=False).transform("sum", min_count=1))]
    else:
        pairs = [(part, table[whole]) for part, whole in PARTS.get(name, {}).items() if part in table]
    rows: list[dict[str, Any]] = []
    kept = table
    for part, whole in pairs:
        beyond = table[part] > whole * (1 + _ROUNDING)
        shown = table.loc[beyond, [key for key in _KEYS if key in table]]
        shown = shown.assign(column=part, value=table.loc[beyond, part], whole=whole[beyond]).astype(object)
        plain = shown.where(shown.notna(), None).to_dict("records")
        rows += [{str(key): value for key, value in row.items()} for row in plain]
        kept = kept.assign(**{part: table[part].mask(beyond)})
    if not pairs:
        return table, []
    message = f"{len(rows)} figures of {len(table)} rows are more than the figure they are part of, and were left out."
    check = Check(f"{name}_parts", "warn" if rows else "pass", len(rows), "no part above its whole", message,
                  rows[:_LISTED])  # fmt: skip
    return kept, [check]
