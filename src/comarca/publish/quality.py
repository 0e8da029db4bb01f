"""The quality report of a run as data, `quality.json`, and the columns that rest on failed checks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comarca.publish.folders import without_folders
from comarca.publish.table_checks import table_checks
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column
    from comarca.results import Check

__all__ = ["NotComputed", "failed_checks", "quality_report", "table_checks"]


@dataclass(frozen=True)
class NotComputed:
    """A column that this region's inputs do not allow.

    Attributes
    ----------
    column, title : str
        Name and English title.
    lacking : tuple of str
        Layers that are missing.
    config_key : str
        What to set to switch it on, such as ``regions.LIE.land_cover.provider``.
    reasons : mapping, optional
        Reason code -> number of territories, of a column that was left out as no territory has a value.
    titles : mapping, optional
        Title per language.
    template : str, optional
        Its name in the registry, with fields.
    """

    column: str
    title: str
    lacking: tuple[str, ...]
    config_key: str
    reasons: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    template: str = ""


def quality_report(
    checks: Sequence[Check],
    *,
    region: str,
    not_computed: Sequence[NotComputed] = (),
    factors: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Collect all checks of a run.

    Parameters
    ----------
    checks : sequence of Check
        From the layers, the families and the table.
    region : str
        Name of the region.
    not_computed : sequence of NotComputed
        Columns that the region's inputs do not allow.
    factors : sequence of mapping
        What the theory says and the planned columns for it, as from `comarca.plan.theory.factor_columns`.

    Returns
    -------
    dict
        ``region, summary, checks, not_computed, factors, reason_codes``; strict JSON: what is not finite becomes null.
    """
    counts = Counter(check.status for check in checks)
    report = {
        "region": region,
        "summary": {status: counts.get(status, 0) for status in ("pass", "warn", "fail", "info")},
        "checks": [check.as_dict() for check in checks],
        "not_computed": [asdict(entry) | {"lacking": list(entry.lacking)} for entry in not_computed],
        "factors": [_factor(row, not_computed) for row in factors],
        "reason_codes": {flag.value: MEANING[flag] for flag in Flag if flag != Flag.OK},
    }
    return json.loads(json.dumps(_plain(report), allow_nan=False))  # type: ignore[no-any-return]


def _factor(row: Mapping[str, Any], left_out: Sequence[NotComputed]) -> dict[str, Any]:
    """Tell which of the planned columns of a statement there are in the end, and the key of each that is lacking."""
    keys = {entry.column: entry.config_key for entry in left_out}
    there = {template: [name for name in names if name not in keys] for template, names in row["columns"].items()}
    lost = {template: keys[names[0]] for template, names in row["columns"].items() if names and not there[template]}
    texts = {name: row[name] for name in ("factor", "title", "says", "missing")}
    return texts | {"columns": [name for names in there.values() for name in names],
                    "lacking": dict(row["config_keys"]) | lost}  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return without_folders(value)
    if isinstance(value, np.generic):
        return _plain(value.item())
    if value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value


def failed_checks(
    by_file: Mapping[str, Sequence[Check]], columns: Sequence[Column], *, resting: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Tell which columns rest on failed checks.

    Parameters
    ----------
    by_file : mapping
        Name of a file of checks -> its checks.
    columns : sequence of Column
        The columns of the table.
    resting : mapping
        Name of a file of checks -> names of the columns that rest on what it is about.

    Returns
    -------
    dict
        Column -> names of the failed checks, of those columns that have one. A check with `Check.fields` concerns the
        columns with these fields only, and one whose rows name columns concerns those.
    """
    failed: dict[str, list[str]] = {}
    for file, checks in by_file.items():
        for check in (check for check in checks if check.status == "fail"):
            named = {str(row["column"]) for row in check.rows if "column" in row}
            for column in columns:
                is_meant = column.name in named if named else column.name in resting.get(file, ())
                if is_meant and check.fields.items() <= column.fields.items():
                    failed.setdefault(column.name, []).append(check.name)
    return failed
