"""Whether a table of the user's has codes of the user's territories, looked at before any job runs.

Only where the territories come from a file: the codes of others are not known yet. Everything else is found out, and
reported row by row, when the table is joined.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from comarca.errors import ConfigError, InputError
from comarca.sources.datasets import paths_of
from comarca.sources.names import same_form
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.read import Layout, clean_codes, layout_of, open_table
from comarca.sources.vectors.read import as_code, options_of, read_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comarca.config.layers import Territories

#: Larger tables are left to their job, as the look at the files stands before every run.
LARGEST_BYTES: Final = 1 << 25


def check_joins(territories: Territories, tables: Mapping[str, tuple[Any, str]]) -> None:
    """Refuse a table in which no row has the code of a territory.

    Parameters
    ----------
    territories : Territories
        The section of the territories, from a file.
    tables : mapping
        Key of the configuration -> the section of a table and its column of codes. Sections with codes decided by the
        user, divided units or a crosswalk are left to their job.

    Raises
    ------
    ConfigError
        Names the key, the codes found and those expected.
    """
    chosen = {key: pair for key, pair in tables.items() if _is_plain(pair[0])}
    if not chosen:
        return
    name, path, column = "territories", territories.path or (), str(territories.id)
    raw = read_column(path, column, name=name, **options_of(territories.model_dump()))
    codes_of_units = as_code(raw, where=f"{name}, column {column}").dropna().unique()
    code_of = {same_form(code): code for code in codes_of_units}
    for key, (source, heading) in chosen.items():
        cells = open_table(paths_of(source.path)[0], **_layout(source)).cells
        theirs = {same_form(str(label)): label for label in cells.columns}
        if same_form(heading) not in theirs:
            continue
        codes = clean_codes(cells[theirs[same_form(heading)]]).drop_duplicates()
        if codes.map(same_form).isin(list(code_of)).any():
            continue
        rows = pd.DataFrame({"territory_id": codes, "territory_name": ""})
        try:
            join_by_code(
                rows, dict.fromkeys(codes_of_units, ""), name=key, repair=getattr(source, "repair_codes", False)
            )
        except InputError as error:
            where = f"configuration, {key}, {paths_of(source.path)[0]}, column {heading}"
            raise ConfigError(where, got=error.got, expected=error.expected, remedy=error.remedy) from error


def _is_plain(source: Any) -> bool:
    decided = any(getattr(source, key, None) for key in ("codes", "divided", "crosswalk"))
    return not decided and Path(paths_of(source.path)[0]).stat().st_size <= LARGEST_BYTES


def _layout(source: Any) -> Layout:
    """Layout of a section's table; of parcels the layer is the sheet."""
    keys = source.model_dump()
    sheet: Layout = {"sheet": keys["layer"]} if isinstance(keys.get("layer"), str) else {}
    return layout_of(keys) | sheet
