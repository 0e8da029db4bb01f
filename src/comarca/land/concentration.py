"""The same set of concentration measures for any kind of land unit: one row per territory, one reason per gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.errors import InputError
from comarca.measures.inequality import gini, herfindahl, mean, median, share_in_units_from, theil, top_share
from comarca.measures.lorenz import lorenz_asymmetry
from comarca.measures.ranked import RankedSizes
from comarca.results import Flag
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

#: Values and flags of some columns, on the territory index.
Block = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class MeasuredTerritories:
    """The territories of a region in order, with the options that all kinds of land unit share.

    Attributes
    ----------
    index : pandas.Index
        Territory ids, ascending.
    shapes : numpy.ndarray of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326, in the order of `index`.
    total_ha : numpy.ndarray, shape (m,)
        Their areas, ha.
    min_units : int
        Fewest units for which concentration is measured.
    large_unit_ha, small_unit_ha : float
        Size from which on a unit counts as large, and below which as small, ha.
    """

    index: pd.Index
    shapes: NDArray[np.object_]
    total_ha: NDArray[np.float64]
    min_units: int
    large_unit_ha: float
    small_unit_ha: float = 5.0

    @classmethod
    def of(
        cls, territories: gpd.GeoDataFrame, *, min_units: int, large_unit_ha: float, small_unit_ha: float = 5.0
    ) -> MeasuredTerritories:
        """Put the territories of a region in order and measure them.

        Parameters
        ----------
        territories : geopandas.GeoDataFrame
            Layer ``territories``, EPSG:4326.
        min_units, large_unit_ha, small_unit_ha
            As the attributes.

        Returns
        -------
        MeasuredTerritories
            The territories.

        Raises
        ------
        CRSError
            If the layer is not in EPSG:4326.
        """
        require_storage_crs(territories, name="layer territories")
        ordered = territories.sort_values("territory_id")
        shapes = ordered.geometry.to_numpy()
        return cls(
            index=pd.Index(ordered["territory_id"], name="territory_id"),
            shapes=shapes,
            total_ha=geodesic_area_km2(shapes) * HA_PER_KM2,
            min_units=min_units,
            large_unit_ha=large_unit_ha,
            small_unit_ha=small_unit_ha,
        )

    def position(self, territory_id: pd.Series, *, where: str) -> NDArray[np.intp]:
        """Find the positions of territories by id.

        Parameters
        ----------
        territory_id : pandas.Series of str
            Ids.
        where : str
            The table, for messages.

        Returns
        -------
        numpy.ndarray of int
            Positions in `index`.

        Raises
        ------
        InputError
            If the region has no such territory.
        """
        position = self.index.get_indexer(pd.Index(territory_id))
        if (position < 0).any():
            stray = territory_id[position < 0].iloc[0]
            raise InputError(f"{where}, column territory_id", got=stray, expected="a territory of the region")
        return position

    def units(self, table: pd.DataFrame, *, where: str) -> RankedSizes:
        """Group the areas of a table of units by territory.

        Parameters
        ----------
        table : pandas.DataFrame
            Columns ``territory_id`` and ``area_ha``; ``weight`` where a row stands for several units.
        where : str
            The table, for messages.

        Returns
        -------
        RankedSizes
            Grouped by position of the territory.
        """
        position = self.position(table["territory_id"], where=where)
        return RankedSizes.of(table["area_ha"], table.get("weight"), group=position, group_count=len(self.index))


def concentration(units: RankedSizes, territories: MeasuredTerritories, *, prefix: str, absent: Flag) -> Block:
    """Measure how land is divided among the units of each territory.

    Parameters
    ----------
    units : RankedSizes
        Areas in hectares, grouped by position of the territory.
    territories : MeasuredTerritories
        Territories and options.
    prefix : str
        Kind of unit, such as ``parcel``: first word of the column names.
    absent : Flag
        Reason given where a territory has no unit at all.

    Returns
    -------
    values, flags : pandas.DataFrame
        Columns ``<prefix>_count``, ``_area_mean_ha``, ``_area_median_ha``, ``_area_gini_index``,
        ``_area_theil_index``, ``_area_herfindahl_index``, ``_area_asymmetry_index``, ``_area_top10_share`` and
        ``_area_large_share``. The last six are NaN below ``min_units`` (flag ``too_few_units``); count is 0, not NaN,
        where there is none.
    """
    count = units.count
    few = count < territories.min_units
    size = {f"{prefix}_area_mean_ha": mean(units), f"{prefix}_area_median_ha": median(units)}
    spread = {
        f"{prefix}_area_gini_index": gini(units),
        f"{prefix}_area_theil_index": theil(units),
        f"{prefix}_area_herfindahl_index": herfindahl(units),
        f"{prefix}_area_asymmetry_index": lorenz_asymmetry(units),
        f"{prefix}_area_top10_share": top_share(units, share=0.1),
        f"{prefix}_area_large_share": share_in_units_from(units, size=territories.large_unit_ha),
    }
    spread = {name: np.where(few, np.nan, value) for name, value in spread.items()}
    values = pd.DataFrame({f"{prefix}_count": np.rint(count), **size, **spread}, index=territories.index)
    reason = np.select([count == 0, few], [absent.value, Flag.TOO_FEW_UNITS.value], Flag.ZERO_DENOMINATOR.value)
    return values, flag_gaps(values, pd.Series(reason, index=territories.index))


def flag_gaps(values: pd.DataFrame, reason: pd.Series | Flag) -> pd.DataFrame:
    """Write one reason per territory into every gap of its row.

    Parameters
    ----------
    values : pandas.DataFrame
        Values, NaN where missing.
    reason : Series of Flag or Flag
        The reason, one per territory or one for all.

    Returns
    -------
    pandas.DataFrame
        Shape of `values`: the reason where a value is missing, empty text elsewhere.
    """
    text = np.broadcast_to(np.asarray(reason, dtype=object).reshape(-1, 1), values.shape)
    gaps = values.isna().to_numpy()
    return pd.DataFrame(np.where(gaps, text, Flag.OK.value), index=values.index, columns=values.columns).astype(str)


def blank(block: Block, rows: NDArray[np.bool_], reason: Flag) -> Block:
    """Leave out the values of some territories, whatever they are.

    Parameters
    ----------
    block : Block
        Values and flags.
    rows : numpy.ndarray of bool, shape (m,)
        Territories.
    reason : Flag
        Why.

    Returns
    -------
    Block
        The same with NaN and the reason in those rows.
    """
    values, flags = block
    keep = pd.Series(~rows, index=values.index)
    return values.where(keep, np.nan, axis=0), flags.where(keep, reason.value, axis=0)


def side_by_side(blocks: Sequence[Block], index: pd.Index) -> Block:
    """Put blocks side by side; of a column that several have, the first one stands.

    Parameters
    ----------
    blocks : sequence of Block
        In order of preference.
    index : pandas.Index
        Territory ids.

    Returns
    -------
    Block
        All columns.
    """
    values, flags = pd.DataFrame(index=index), pd.DataFrame(index=index)
    for block_values, block_flags in blocks:
        new = [name for name in block_values if name not in values]
        values = values.join(block_values[new])
        flags = flags.join(block_flags[new])
    return values, flags
