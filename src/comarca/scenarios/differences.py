"""What a scenario changes: differences of columns, and people who gain or lose access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.population.people import demand_weight
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn
    from comarca.results import Indicators

#: Differences up to this share of the value are rounding, not change.
TOLERANCE: Final = 1e-9
#: Columns of the table of differences.
DIFFERENCES: Final = (
    "territory_id", "territory_name", "column", "base", "scenario", "difference", "base_text", "scenario_text", "flag",
)  # fmt: skip
#: Columns of the table of people.
PEOPLE: Final = (
    "territory_id", "territory_name", "destination", "threshold_min", "persons", "base_persons", "scenario_persons",
    "gained_persons", "lost_persons",
)  # fmt: skip


def difference_table(
    base: Mapping[str, Indicators],
    scenario: Mapping[str, Indicators],
    columns: Sequence[TableColumn],
    names: pd.Series,
) -> pd.DataFrame:
    """Compare the columns of two runs, territory by territory.

    Parameters
    ----------
    base, scenario : mapping
        Family -> values and flags, indexed by ``territory_id``.
    columns : sequence of TableColumn
        Columns that can change.
    names : pandas.Series
        Names of the territories, indexed by ``territory_id``.

    Returns
    -------
    pandas.DataFrame
        A row per column and territory, sorted in the order of the columns: `DIFFERENCES`. ``difference`` is scenario
        minus base; NaN where one of them is missing. ``flag`` is the reason code of the scenario's value.
    """
    parts = []
    for column in columns:
        before, after = base[column.family], scenario[column.family]
        old, new = (made.values[column.name].reindex(names.index) for made in (before, after))
        is_number = column.kind in {"number", "boolean"}
        empty = pd.Series(np.nan, names.index), pd.Series("", names.index)
        figures = [values.astype("Float64").astype(float) if is_number else empty[0] for values in (old, new)]
        texts = [empty[1] if is_number else values.astype("str").fillna("") for values in (old, new)]
        parts.append(
            pd.DataFrame(
                {
                    "territory_id": names.index, "territory_name": names.to_numpy(), "column": column.name,
                    "base": figures[0], "scenario": figures[1], "difference": _difference(*figures),
                    "base_text": texts[0], "scenario_text": texts[1],
                    "flag": after.flags[column.name].reindex(names.index).fillna(""),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)[list(DIFFERENCES)] if parts else pd.DataFrame(columns=list(DIFFERENCES))


def _difference(old: pd.Series, new: pd.Series) -> pd.Series:
    """Scenario minus base; rounding of sums is no change."""
    difference = new - old
    size = np.maximum(old.abs(), new.abs())
    return difference.mask((difference.abs() <= TOLERANCE * size), 0.0)


def people_table(
    demand: gpd.GeoDataFrame,
    base: Mapping[str, pd.DataFrame],
    scenario: Mapping[str, pd.DataFrame],
    names: pd.Series,
    *,
    thresholds_min: Sequence[float],
) -> pd.DataFrame:
    """Count the people who come within reach of a kind of destination, or fall out of it.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand``; counted in km2 where no population is known.
    base, scenario : mapping
        Class of cities or kind of service -> table indexed by ``demand_id`` with the column ``minutes``.
    names : pandas.Series
        Names of the territories, indexed by ``territory_id``.
    thresholds_min : sequence of float
        Travel times that count as within reach.

    Returns
    -------
    pandas.DataFrame
        A row per destination, threshold and territory, and one for the region, with empty ``territory_id``: `PEOPLE`.
        Destinations that nobody reaches before or after are left out.
    """
    weight = demand_weight(demand)
    territory = demand["territory_id"].to_numpy()
    rows = []
    for kind in base:
        before, after = (
            times[kind]["minutes"].reindex(demand["demand_id"]).fillna(np.inf).to_numpy(dtype=float)
            for times in (base, scenario)
        )
        if not np.isfinite([before, after]).any():
            continue
        for threshold in thresholds_min:
            was, is_now = before <= threshold, after <= threshold
            parts: dict[str, Any] = {
                "persons": np.ones(len(weight)), "base_persons": was, "scenario_persons": is_now,
                "gained_persons": is_now & ~was, "lost_persons": was & ~is_now,
            }  # fmt: skip
            sums = pd.DataFrame({name: weight * part for name, part in parts.items()}).groupby(territory).sum()
            sums = sums.reindex(names.index).fillna(0.0)
            whole = sums.sum().to_frame().T.set_axis([""])
            table = pd.concat([whole, sums])
            table.insert(0, "threshold_min", float(threshold))
            table.insert(0, "destination", kind)
            table.insert(0, "territory_name", ["", *names])
            rows.append(table.rename_axis("territory_id").reset_index())
    return pd.concat(rows, ignore_index=True)[list(PEOPLE)] if rows else pd.DataFrame(columns=list(PEOPLE))


def change_checks(differences: pd.DataFrame, people: pd.DataFrame) -> list[Check]:
    """Tell how much a scenario changes at all.

    Parameters
    ----------
    differences, people : pandas.DataFrame
        As from `difference_table` and `people_table`.

    Returns
    -------
    list of Check
        Columns and territories that change; a scenario that changes nothing is a warning.
    """
    is_other = (differences["difference"].fillna(0.0) != 0) | (differences["base_text"] != differences["scenario_text"])
    is_other |= differences["base"].isna() != differences["scenario"].isna()
    changed = differences[is_other]
    rows: list[dict[str, Any]] = [
        {"column": str(name), "territories": int(count)}
        for name, count in changed.groupby("column", sort=False).size().items()
    ]
    places = int(changed["territory_id"].nunique())
    region = people[people["territory_id"] == ""]
    gained, lost = float(region["gained_persons"].max()), float(region["lost_persons"].max())
    return [
        Check(
            "scenario_changes", "info" if places else "warn", places, "" if places else "a change somewhere",
            f"{len(rows)} columns change in {places} territories. At most {gained:,.0f} people come within a threshold "
            f"of travel time, and {lost:,.0f} fall out of one.",
            rows,
        )
    ]  # fmt: skip
