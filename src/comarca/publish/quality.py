"""The quality report of a run: `quality.json` for programs, `quality.md` for readers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.publish.folders import without_folders
from comarca.publish.table_checks import table_checks
from comarca.results import MEANING, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column
    from comarca.results import Check

__all__ = ["NotComputed", "quality_markdown", "quality_report", "table_checks"]

#: Cases that are printed per check; `quality.json` holds them all.
MAX_ROWS: Final = 20
_HEADINGS: Final = {
    "fail": ("Failed", "These results must not be used before the cause is found."),
    "warn": ("To look at", "The numbers stand, but each of these may matter for what you want to say with them."),
    "pass": ("Passed", ""),
    "info": ("Figures", "Measured, without a limit to hold them against."),
}


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
    """

    column: str
    title: str
    lacking: tuple[str, ...]
    config_key: str
    reasons: Mapping[str, int] = field(default_factory=dict)


def quality_report(checks: Sequence[Check], *, region: str, not_computed: Sequence[NotComputed] = ()) -> dict[str, Any]:
    """Collect all checks of a run.

    Parameters
    ----------
    checks : sequence of Check
        From the layers, the families and the table.
    region : str
        Name of the region.
    not_computed : sequence of NotComputed
        Columns that the region's inputs do not allow.

    Returns
    -------
    dict
        ``region, summary, checks, not_computed, reason_codes``; strict JSON: what is not finite becomes null.
    """
    counts = Counter(check.status for check in checks)
    report = {
        "region": region,
        "summary": {status: counts.get(status, 0) for status in ("pass", "warn", "fail", "info")},
        "checks": [check.as_dict() for check in checks],
        "not_computed": [asdict(entry) | {"lacking": list(entry.lacking)} for entry in not_computed],
        "reason_codes": {flag.value: MEANING[flag] for flag in Flag if flag != Flag.OK},
    }
    return json.loads(json.dumps(_plain(report), allow_nan=False))  # type: ignore[no-any-return]


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


def quality_markdown(report: Mapping[str, Any]) -> str:
    """Write the report out for a reader who is no programmer.

    Parameters
    ----------
    report : mapping
        As from `quality_report`.

    Returns
    -------
    str
        Markdown: a summary, what failed, what to look at, columns that were not computed, what passed, the figures,
        and what the reason codes mean.
    """
    parts = [f"# Quality of the results: {_cell(report['region'])}", _summary(report)]
    parts += [_section(report, status) for status in ("fail", "warn")]
    parts.append(_not_computed(report["not_computed"]))
    parts += [_section(report, status) for status in ("pass", "info")]
    codes = "\n".join(f"- `{code}`: {text}" for code, text in report["reason_codes"].items())
    parts.append(
        f"## What the reason codes mean\n\nThey stand in the column `flag` of `indicators_long.csv`.\n\n{codes}"
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(report: Mapping[str, Any]) -> str:
    counts = report["summary"]
    verdict = (
        "**Some checks failed.** Find out why before you use the results."
        if counts["fail"]
        else "**No check failed.** Read what is under *To look at* before you use the numbers."
        if counts["warn"]
        else "**All checks passed.**"
    )
    rows = [
        ("failed", counts["fail"]),
        ("to look at", counts["warn"]),
        ("passed", counts["pass"]),
        ("figures without a limit", counts["info"]),
        ("columns not computed, for want of data", len(report["not_computed"])),
    ]
    return "\n".join([f"{verdict}\n", "| Checks | Number |", "|---|---|", *(f"| {name} | {n} |" for name, n in rows)])


def _section(report: Mapping[str, Any], status: str) -> str:
    checks = [check for check in report["checks"] if check["status"] == status]
    if not checks:
        return ""
    title, intro = _HEADINGS[status]
    return "\n\n".join(part for part in [f"## {title}", intro, *map(_entry, checks)] if part)


def _entry(check: Mapping[str, Any]) -> str:
    limit = f" Expected: {check['threshold']}." if check["threshold"] else ""
    text = f"- **{check['name'].replace('_', ' ').capitalize()}.** {check['message']}{limit}"
    return f"{text}\n\n{_table(check['rows'])}" if check["rows"] and check["status"] != "pass" else text


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = [
        "  | " + " | ".join(_cell(key.replace("_", " ")) for key in keys) + " |",
        "  |" + "---|" * len(keys),
        *("  | " + " | ".join(_cell(row.get(key)) for key in keys) + " |" for row in rows[:MAX_ROWS]),
    ]
    more = f"\n\n  The first {MAX_ROWS} of {len(rows)}; all are in `quality.json`." if len(rows) > MAX_ROWS else ""
    return "\n".join(lines) + more


def _not_computed(entries: Sequence[Mapping[str, Any]]) -> str:
    """Give a line to each setting: a reader looks for data to get, not for names of columns."""
    if not entries:
        return ""
    titles: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        titles.setdefault((entry["config_key"], _lacking(entry)), []).append(
            f"{_cell(entry['title'])} (`{entry['column']}`)"
        )
    lines = [
        "| Setting | Data it lacks | Columns | What they are |",
        "|---|---|---|---|",
        *(
            f"| `{key}` | {_cell(lacking)} | {len(found)} | {'; '.join(found)} |"
            for (key, lacking), found in titles.items()
        ),
    ]
    intro = (
        "The table leaves these columns out, because the region has no data for them. Each setting, in the region's "
        "configuration, is where the data of the columns beside it come from; `config/README.md` explains the "
        "settings. Columns for which nothing was found stay in with `keep_empty_columns: true`."
    )
    return "\n\n".join(["## Not computed", intro, "\n".join(lines)])


def _lacking(entry: Mapping[str, Any]) -> str:
    if entry["reasons"]:
        counts = ", ".join(f"{code.replace('_', ' ') or 'no reason'}: {n}" for code, n in entry["reasons"].items())
        return f"nothing found in the whole region ({counts})"
    return ", ".join(name.replace("_", " ") for name in entry["lacking"]) or "switched off"


def _cell(value: Any) -> str:
    """Text that cannot break a Markdown table or bring HTML in."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{_cell(key)}: {_cell(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    text = (
        f"{value:,.4g}"
        if isinstance(value, float) and abs(value) < 1e4
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
