"""The figures of all comparisons in one table, docs/validation/index.md, each written when its script runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypedDict

FOLDER = Path(__file__).resolve().parents[1] / "docs/validation"
FIGURES = FOLDER / "figures"
#: Pages in the order of the table.
PAGES = {
    "routers": "Travel times",
    "country_totals": "A whole country",
    "degree_of_urbanisation": "Degree of urbanisation",
    "land_gini": "Gini of land",
    "peers": "Inequality, patches and cells",
}


def real_cases() -> Path:
    """Find the folder of real cases, or end with where it is looked for."""
    folder = Path(os.environ.get("COMARCA_CASES", FOLDER.parents[2] / "shared/data"))
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there: COMARCA_CASES names the folder of real cases.")
    return folder


class Figure(TypedDict):
    """One row of the table."""

    what: str
    ours: str
    theirs: str
    error: str
    bound: str
    holds: bool | None
    why: str


def record(page: str, figures: list[Figure]) -> None:
    """Keep the figures of a page, and write the table anew."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (FIGURES / f"{page}.json").write_text(text + "\n", encoding="utf-8")
    (FOLDER / "index.md").write_text(table(), encoding="utf-8")


def table() -> str:
    """Write the table of all figures that are there."""
    lines = [
        "# Values that others published",
        "",
        "What our numbers were held against, and how far off they were. Each row is written by the script of its page;",
        "`make validate` runs them all. The codebook says for each column which of these it rests on",
        "(`validated_against`, `validation_error`). What stands in no row was checked against its definition in the",
        "tests, and not against outside values.",
        "",
        "| page | what | ours | theirs | error | has to be | holds | explanation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for page, title in PAGES.items():
        path = FIGURES / f"{page}.json"
        for row in json.loads(path.read_text(encoding="utf-8")) if path.exists() else ():
            holds = {True: "yes", False: "no", None: ""}[row["holds"]]
            cells = (row["what"], row["ours"], row["theirs"], row["error"], row["bound"], holds, row["why"])
            lines.append(f"| [{title}]({page}.md) | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
