"""Bounds of shares that rest on surfaces that nobody tagged, and on distances that count as near."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.indicators import infrastructure
from comarca.roads.surfaces import check_surfaces, surface_is
from comarca.uncertainty.bands import Band, Method, bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from comarca.registry.columns import TableColumn

#: Distances that count as near are lowered and raised by this share.
DISTANCE_SPREAD: Final = 0.1
_ON_SURFACES: Final = ("paved_road_share", "rural_access_index_share")
_NEAR_POWER: Final = "population_within_{power_distance}km_power_line_share"


def has_bounds(column: TableColumn) -> bool:
    """Tell whether a column has bounds by this module.

    Parameters
    ----------
    column : TableColumn
        The column.

    Returns
    -------
    bool
        Whether it has.
    """
    return column.template in {*_ON_SURFACES, _NEAR_POWER}


def road_bands(
    layers: Mapping[str, Any],
    options: Mapping[str, Any],
    columns: Sequence[TableColumn],
    published: pd.DataFrame,
) -> list[Band]:
    """Compute shares with all untagged roads unpaved, and with all of them paved.

    Parameters
    ----------
    layers, options : mapping
        What `comarca.indicators.infrastructure.compute` takes.
    columns : sequence of TableColumn
        Columns of `has_bounds`.
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.

    Returns
    -------
    list of Band
        Paved share; rural access, where the distance is lowered by a tenth as well for the one bound and raised for the
        other; people near a power line, for the lowered and the raised distance.
    """
    sides = [
        _side(layers, options, columns, is_paved=is_paved, factor=factor)
        for is_paved, factor in ((False, 1 - DISTANCE_SPREAD), (True, 1 + DISTANCE_SPREAD))
    ]
    return [
        bounds(
            column.name,
            Method.SURFACES if column.template in _ON_SURFACES else Method.THRESHOLD,
            published[column.name],
            *(side[column.name].reindex(published.index).to_numpy() for side in sides),
        )
        for column in columns
    ]


def tagged_throughout(roads: gpd.GeoDataFrame, surfaces: pd.DataFrame, *, is_paved: bool) -> gpd.GeoDataFrame:
    """Give all roads whose surface is not known one surface.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Layer ``roads``.
    surfaces : pandas.DataFrame
        Table of surfaces.
    is_paved : bool
        Whether that surface is a paved one, which is passable all year, or an unpaved one, which is not.

    Returns
    -------
    geopandas.GeoDataFrame
        The roads; tagged ones keep their surface.
    """
    table = check_surfaces(surfaces)
    same = table[(table["is_paved"] == is_paved) & (table["is_all_weather"] == is_paved)]
    is_unknown = np.isnan(surface_is(roads["surface"], table["is_paved"]))
    return roads.assign(surface=roads["surface"].mask(is_unknown, str(same.index[0])))


def _side(
    layers: Mapping[str, Any],
    options: Mapping[str, Any],
    columns: Sequence[TableColumn],
    *,
    is_paved: bool,
    factor: float,
) -> pd.DataFrame:
    given = dict(layers)
    if given.get("roads") is not None and given.get("surfaces") is not None:
        given["roads"] = tagged_throughout(given["roads"], given["surfaces"], is_paved=is_paved)
    near = {name: options[name] * factor for name in ("rural_access_distance_km", "power_distance_km")}
    power = f"population_within_{near['power_distance_km']:g}km_power_line_share"
    named = [replace(column, name=power) if column.template == _NEAR_POWER else column for column in columns]
    values = infrastructure.compute(**given, **{**options, **near}, columns=named).values
    return values.set_axis([column.name for column in columns], axis=1)
