"""Rules of a layer's columns, and what breaks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

#: Types of columns of numbers and truth values; text has several that mean the same, see `Column.is_typed`.
_DTYPES = {"number": "float64", "whole": "int64", "boolean": "bool", "geometry": "geometry"}


@dataclass(frozen=True)
class Column:
    """What a column holds.

    Attributes
    ----------
    kind : str
        ``text``, ``number`` (float), ``whole`` (integer), ``boolean`` or ``geometry``.
    description : str
        One line for readers.
    nullable : bool
        Whether values may be missing.
    unique : bool
        Whether no value may come twice.
    low, high : float, optional
        Least and greatest value.
    values : tuple of str
        The texts, or the types of geometry, that may stand in it; any if empty.
    """

    kind: Literal["text", "number", "whole", "boolean", "geometry"]
    description: str
    nullable: bool = True
    unique: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """Type of an empty column."""
        return _DTYPES.get(self.kind, "str")

    def is_typed(self, series: pd.Series) -> bool:
        """Whether a series has the column's type; for text, any that holds nothing but text.

        Parameters
        ----------
        series : pandas.Series
            The values.

        Returns
        -------
        bool
            Yes or no.
        """
        if self.kind == "text":
            is_objects = series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) in {"string", "empty"}
            return is_objects or isinstance(series.dtype, pd.StringDtype)
        return str(series.dtype) == self.dtype

    def faults(self, series: pd.Series) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Find the values of the right type that are not allowed.

        Parameters
        ----------
        series : pandas.Series
            The values, see `is_typed`.

        Yields
        ------
        tuple
            What is expected, and for each row whether it breaks that.
        """
        lacks = series.isna().to_numpy()
        if not self.nullable:
            yield "a value", lacks
        if self.kind == "geometry":
            yield " or ".join(self.values), ~(series.geom_type.isin(self.values).to_numpy() | lacks)
            yield "a geometry that is not empty", series.is_empty.to_numpy() & ~lacks
            return
        if self.unique:
            yield "values that differ from each other", series.duplicated(keep=False).to_numpy() & ~lacks
        if self.kind == "text" and not self.nullable:
            yield "text that is not empty", (series == "").to_numpy(dtype=bool, na_value=False)
        if self.values:
            yield f"one of {', '.join(self.values)}", ~(series.isin(self.values).to_numpy() | lacks)
        if self.low is not None:
            yield f"at least {self.low:g}", (series < self.low).to_numpy()
        if self.high is not None:
            yield f"at most {self.high:g}", (series > self.high).to_numpy()


@dataclass(frozen=True)
class Schema:
    """The columns of a layer: these, in this order, and no others.

    Attributes
    ----------
    name : str
        Name of the layer.
    columns : mapping
        Name -> column.
    index : tuple, optional
        Name and column of the index, where it says something.
    """

    name: str
    columns: Mapping[str, Column]
    index: tuple[str, Column] | None = None


@dataclass(frozen=True)
class Fault:
    """A value, or a column, that breaks a schema.

    Attributes
    ----------
    column : str
        Name of the column.
    row : object
        Label of the row; None if the whole column is meant.
    got : object
        What stands there.
    expected : str
        What should.
    """

    column: str
    row: object
    got: object
    expected: str


def faults(layer: pd.DataFrame, schema: Schema) -> list[Fault]:
    """Find all that breaks a schema.

    Parameters
    ----------
    layer : pandas.DataFrame or geopandas.GeoDataFrame
        The layer.
    schema : Schema
        What it should be.

    Returns
    -------
    list of Fault
        Column by column; empty if the layer holds to its schema.
    """
    names, wanted = [str(name) for name in layer.columns], [*schema.columns]
    found = [Fault(name, None, "no such column", "a column of the schema") for name in wanted if name not in names]
    found += [Fault(name, None, "an unknown column", ", ".join(wanted)) for name in names if name not in wanted]
    if not found and names != wanted:
        found = [Fault(", ".join(names), None, "this order", ", ".join(wanted))]
    parts = [(name, column, layer[name]) for name, column in schema.columns.items() if name in names]
    if schema.index:
        name, column = schema.index
        found += [] if layer.index.name == name else [Fault("index", None, layer.index.name, f"the name {name}")]
        parts.append((name, column, layer.index.to_series()))
    return found + [fault for part in parts for fault in _faults_of(*part)]


def _faults_of(name: str, column: Column, series: pd.Series) -> Iterator[Fault]:
    if not column.is_typed(series):
        yield Fault(name, None, f"type {series.dtype}", column.kind)
        return
    for expected, is_wrong in column.faults(series):
        for place in np.flatnonzero(is_wrong).tolist():
            yield Fault(name, series.index[place], series.iloc[place], expected)
