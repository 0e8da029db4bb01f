"""What a region turned out to lack when it ran: optional layers that no provider had."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca import io
from comarca.fetch.receipts import Failure, LayerReceipt
from comarca.publish.quality import NotComputed
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comarca.registry.columns import Column


def mapped_values(table: pd.DataFrame, name: str) -> pd.Series:
    """Take a column to draw; one that was left out of the table gives a map without data.

    Parameters
    ----------
    table : pandas.DataFrame
        The assembled table.
    name : str
        A planned column.

    Returns
    -------
    pandas.Series
        Indexed like the table.
    """
    return table[name] if name in table else pd.Series(np.nan, index=table.index, name=name)


def empty_columns(
    columns: Sequence[Column], table: pd.DataFrame, flags: pd.DataFrame, *, keys: Mapping[str, str]
) -> list[NotComputed]:
    """Name the columns that were left out as no territory has a value of them, for the quality report.

    Parameters
    ----------
    columns : sequence of Column
        Those that the table was made of.
    table, flags : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    keys : mapping
        Column -> key of the configuration that gives the data it rests on.

    Returns
    -------
    list of NotComputed
        With the reason codes of the territories and their number.
    """
    return [
        NotComputed(
            column.name, column.title["en"], (), keys.get(column.name, ""),
            reasons=dict(sorted(Counter(flags[column.name].tolist()).items())), titles=column.title,
            template=column.template,
        )
        for column in columns
        if column.name in flags and column.name not in table
    ]  # fmt: skip


def fallback_checks(receipts: Iterable[LayerReceipt]) -> list[Check]:
    """Say which layers are not from the first choice.

    Parameters
    ----------
    receipts : iterable of LayerReceipt
        Those of the layers that a region fetched.

    Returns
    -------
    list of Check
        One ``warn`` with a row per layer whose first provider did not answer, or where something else stands in for
        what was asked for, such as a coarser level; none if there is no such layer.
    """
    rows = [
        {
            "layer": receipt.layer,
            "taken": receipt.provider,
            "reason": "; ".join(
                [f"{failure.provider}: {failure.reason}" for failure in receipt.tried]
                + [file.note for file in receipt.files if file.substitute]
            ),
        }
        for receipt in receipts
        if receipt.status == "ready" and (receipt.tried or any(file.substitute for file in receipt.files))
    ]
    if not rows:
        return []
    layers = ", ".join(row["layer"] for row in rows)
    message = f"Not from the first choice, as that could not be had: {layers}."
    return [Check("layers_from_second_choice", "warn", len(rows), "every layer from its first provider", message, rows)]


@dataclass(frozen=True)
class Absent:
    """Layers that could not be had, and what goes with them.

    Attributes
    ----------
    layers : frozenset of str
        Layers and conditions that the configuration promises and the run does not have.
    columns : frozenset of str
        Columns that rest on them.
    failures : tuple of Failure
        Why, one row per provider.
    """

    layers: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    failures: tuple[Failure, ...] = ()

    @classmethod
    def read(cls, path: str | None) -> Absent:
        """Read what a run noted.

        Parameters
        ----------
        path : str or None
            JSON file; None where nothing can be lacking.

        Returns
        -------
        Absent
            Empty if there is no file.
        """
        if path is None:
            return cls()
        entry = io.read_json(path)
        failures = tuple(Failure(**row) for row in entry["failures"])
        return cls(frozenset(entry["layers"]), frozenset(entry["columns"]), failures)

    def kept(self, columns: Sequence[Column]) -> list[Column]:
        """Keep the columns that can be computed.

        Parameters
        ----------
        columns : sequence of Column
            The planned ones.

        Returns
        -------
        list of Column
            Without those that rest on what is absent.
        """
        return [column for column in columns if column.name not in self.columns]

    def not_computed(self, columns: Sequence[Column]) -> list[NotComputed]:
        """Name the columns that are left out, for the quality report.

        Parameters
        ----------
        columns : sequence of Column
            The planned ones.

        Returns
        -------
        list of NotComputed
            With the fetched layer that could not be had.
        """
        missing = tuple(dict.fromkeys(failure.layer for failure in self.failures))
        key = " or ".join(f"{layer}.provider" for layer in missing)
        return [
            NotComputed(column.name, column.title["en"], missing, key, titles=column.title, template=column.template)
            for column in columns
            if column.name in self.columns
        ]

    def checks(self) -> list[Check]:
        """Say why layers are absent.

        Returns
        -------
        list of Check
            One ``warn`` with a row per provider that was tried; none if nothing is absent.
        """
        if not self.failures:
            return []
        layers = ", ".join(dict.fromkeys(failure.layer for failure in self.failures))
        message = f"No provider had {layers}: {len(self.columns)} columns that rest on it are not computed."
        rows = [failure.as_dict() for failure in self.failures]
        return [Check("layers_not_retrieved", "warn", len(self.failures), "every layer can be had", message, rows)]
