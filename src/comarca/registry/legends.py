"""Legends of land-cover rasters: what each code is called, and which part of the land it counts for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from comarca.errors import InputError, did_you_mean
from comarca.registry import DATA
from comarca.settings_tables import read_csv_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

Role = Literal["is_farmed", "is_natural", "is_built_up", "is_water"]
ROLES: Final[tuple[Role, ...]] = ("is_farmed", "is_natural", "is_built_up", "is_water")


@dataclass(frozen=True)
class Legend:
    """A legend.

    Attributes
    ----------
    name : str
        Name of the file without its ending.
    table : pandas.DataFrame
        Indexed by ``code``, sorted; columns ``name`` and one of bool per role.
    """

    name: str
    table: pd.DataFrame

    def codes(self, role: Role) -> list[int]:
        """List the codes of a role.

        Parameters
        ----------
        role : str
            ``is_farmed``, ``is_natural``, ``is_built_up`` or ``is_water``.

        Returns
        -------
        list of int
            In ascending order.
        """
        return [int(code) for code in self.table.index[self.table[role]]]

    def unknown(self, codes: Iterable[int]) -> list[int]:
        """List the codes that the legend does not have.

        Parameters
        ----------
        codes : iterable of int
            Codes found in a raster.

        Returns
        -------
        list of int
            In ascending order. They are kept as classes of their own, and play no role.
        """
        return sorted({int(code) for code in codes} - set(self.table.index))


def read_legend(name_or_path: str, folder: Path = DATA / "legends") -> Legend:
    """Read one of the legends that come with the project, or a user's own.

    Parameters
    ----------
    name_or_path : str
        Name of a file in `folder` without its ending (``worldcover``, ``mapbiomas``, ``corine``), or the path of a CSV
        file with the columns ``code`` (0 to 65535), ``name``, ``is_farmed``, ``is_natural``, ``is_built_up`` and
        ``is_water`` (true or false).
    folder : pathlib.Path
        Folder of the project's legends.

    Returns
    -------
    Legend
        The legend.

    Raises
    ------
    InputError
        If there is no such legend or file, a column lacks, or a code stands twice or is not a whole number.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    path = files.get(name_or_path)
    if path is None:
        if not name_or_path.endswith(".csv"):
            raise InputError("land_cover.legend", got=name_or_path, expected=f"one of {list(files)} or a CSV file",
                             remedy=did_you_mean(name_or_path, files))  # fmt: skip
        path = Path(name_or_path)
    if not path.is_file():
        raise InputError("land_cover.legend", got=name_or_path, expected="a file that is there")
    return Legend(path.stem, _checked(read_csv_texts(path).fillna(""), str(path)))


def _checked(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    for name in ("code", "name", *ROLES):
        if name not in raw:
            raise InputError(where, got=list(raw), expected=f"a column {name}", remedy=did_you_mean(name, raw.columns))
    code = pd.to_numeric(raw["code"], errors="coerce")
    wrong = ~code.between(0, 65_535) | (code % 1 != 0) | code.duplicated()
    if wrong.any():
        raise InputError(f"{where}, column code", got=raw.loc[wrong, "code"].iloc[0],
                         expected="each code once, a whole number from 0 to 65535")  # fmt: skip
    flags = raw[list(ROLES)].apply(lambda column: column.str.strip().str.lower())
    if raw.empty:
        raise InputError(where, got="no classes", expected="one row per class")
    if not (strange := ~flags.isin({"true", "false", "1", "0"})).to_numpy().any():
        table = flags.isin({"true", "1"}).assign(name=raw["name"].str.strip())
        dry = table[["is_farmed", "is_built_up"]].any(axis=1)
        if (both := table["is_water"] & dry).any():
            raise InputError(
                f"{where}, code {int(code[both].iloc[0])}", got="a class of water that is farmed or built up",
                expected="is_water, or one of the others",
            )  # fmt: skip
        if (both := table["is_built_up"] & table[["is_farmed", "is_natural"]].any(axis=1)).any():
            raise InputError(
                f"{where}, code {int(code[both].iloc[0])}", got="a class of built-up land that is farmed or natural",
                expected="is_built_up, or one of the others",
            )  # fmt: skip
        table.index = pd.Index(code.astype(int), name="code")
        ordered: pd.DataFrame = table[["name", *ROLES]].sort_index()
        return ordered
    role = strange.any().idxmax()
    raise InputError(f"{where}, column {role}", got=raw.loc[strange[role], role].iloc[0], expected="true or false")
