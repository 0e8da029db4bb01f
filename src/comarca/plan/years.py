"""The years that the numbers describe: from the dates of the sources to a year for each column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comarca.layers.index import LAYERS, origins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comarca.fetch.receipts import LayerReceipt
    from comarca.registry.columns import TableColumn


def year_of(date: str | None) -> int | None:
    """Take the year out of a date.

    Parameters
    ----------
    date : str or None
        ISO date, or a year.

    Returns
    -------
    int or None
        The year; None if the text holds none.
    """
    year = re.search(r"(?<!\d)(19|20)\d\d(?!\d)", date or "")
    return int(year.group()) if year else None


def year_of_people(receipt: LayerReceipt | None, *, configured: int | None, extract: int | None) -> int | None:
    """Date the people of a region.

    Parameters
    ----------
    receipt : LayerReceipt or None
        What came of fetching them; None if nothing had to be fetched.
    configured : int or None
        Year of the user's raster.
    extract : int or None
        Year of the OSM extract, which dates settlements.

    Returns
    -------
    int or None
        The year; None if it is not stated.
    """
    if receipt is None:
        return configured
    if receipt.provider == "settlements":
        return extract
    if receipt.provider == "file":
        return configured
    return max((year for file in receipt.files if (year := year_of(file.data_date))), default=None)


def column_inputs(
    columns: Iterable[TableColumn], family_layers: Mapping[str, Iterable[str]], from_extract: Iterable[str]
) -> dict[str, list[str]]:
    """Name the inputs that columns rest on, for the credits of their maps.

    Parameters
    ----------
    columns : iterable of TableColumn
        The active columns.
    family_layers : mapping
        Family -> layers that it cannot do without.
    from_extract : iterable of str
        Layers that the region reads from its OpenStreetMap extract.

    Returns
    -------
    dict
        Column -> sections of the configuration whose files it rests on, ``osm`` for the extract; boundaries are in all.
    """
    extract = {*from_extract}
    inputs = {}
    for column in columns:
        layers = {*column.layers, *family_layers[column.family], "territories"}
        sources = {source for layer in layers for source in origins(layer)}
        inputs[column.name] = sorted({"osm" if name in extract else LAYERS[name].section or name for name in sources})
    return inputs


def column_years(
    columns: Iterable[TableColumn], family_layers: Mapping[str, Iterable[str]], layer_years: Mapping[str, int]
) -> dict[str, int]:
    """Date the columns.

    Parameters
    ----------
    columns : iterable of TableColumn
        The active columns.
    family_layers : mapping
        Family -> layers that it cannot do without.
    layer_years : mapping
        Layer -> year of its data.

    Returns
    -------
    dict
        Column -> the oldest year among the layers that it rests on, boundaries apart; columns without any dated layer
        are left out.
    """
    year_of_column = {}
    for column in columns:
        layers = {*column.layers, *family_layers[column.family]}
        sources = {source for layer in layers for source in origins(layer)} - {"territories"}
        if years := [layer_years[source] for source in sources if source in layer_years]:
            year_of_column[column.name] = min(years)
    return year_of_column
