"""What products say on a region and its columns, gathered in one file that they all read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column


def describe(
    columns: Sequence[Column],
    *,
    region: str,
    title: Mapping[str, str],
    languages: Sequence[str],
    families: Mapping[str, Mapping[str, str]],
    years: Mapping[str, int | None],
    city_classes: Mapping[str, Sequence[float | None]],
    inputs: Mapping[str, Sequence[str]] | None = None,
    producer: str = "",
) -> dict[str, Any]:
    """Gather the texts that products print.

    Parameters
    ----------
    columns : sequence of Column
        The columns that the configuration promises, in the order of the table.
    region : str
        Name of the region in the configuration.
    title : mapping
        What readers call it, per language.
    languages : sequence of str
        Configured languages, the first one before the others.
    families : mapping
        Family -> its title per language.
    years : mapping
        Column name -> year of its data.
    city_classes : mapping
        Class of cities -> least number of inhabitants, and the number that it ends before, None for no end.
    inputs : mapping, optional
        Column name -> layers of the files that it rests on.
    producer : str, optional
        Who publishes the products.

    Returns
    -------
    dict
        Plain data for ``assembled/columns.json``, see `comarca.publish.assembled.Assembled`.
    """
    return {
        "region": region,
        "title": dict(title),
        "languages": list(languages),
        "families": {name: dict(words) for name, words in families.items()},
        "years": dict(years),
        "city_classes": {name: list(limits) for name, limits in city_classes.items()},
        "inputs": {name: list(layers) for name, layers in (inputs or {}).items()},
        "producer": producer,
        "columns": [asdict(column) for column in columns],
    }
