"""Roads and power lines: how much there is, of what quality, and how many people live near them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geodesic_area_km2, geodesic_length_km, require_storage_crs
from comarca.polygons import valid_areas
from comarca.population.degurba import RURAL_CELL
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain, join_parts
from comarca.roads.lengths import length_by_territory, length_inside_km, within_distance
from comarca.roads.restrictions import is_restricted
from comarca.roads.surfaces import base_class, check_surfaces, is_all_season, paved_share_by_class, surface_is

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from comarca.registry.columns import TableColumn

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

_BALANCE: Final = 1e-6
_MAIN: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
_POOR_COMPLETENESS: Final = 0.25


def compute(
    *,
    territories: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None = None,
    power: gpd.GeoDataFrame | None = None,
    demand: gpd.GeoDataFrame | None = None,
    degree_of_urbanisation: pd.DataFrame | None = None,
    surfaces: pd.DataFrame | None = None,
    demand_lights: pd.DataFrame | None = None,
    main_road_classes: Collection[str] = _MAIN,
    rural_access_distance_km: float = 2.0,
    power_distance_km: float = 5.0,
    lit_above: float = 7.0,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Length, density and quality of roads and power lines, and access to them.

    Parameters
    ----------
    roads, power : geopandas.GeoDataFrame, optional
        Layers of these names, EPSG:4326.
    degree_of_urbanisation : pandas.DataFrame, optional
        Column ``cell_class`` (`comarca.population.degurba.classify_cells`) indexed by ``demand_id``.
    surfaces : pandas.DataFrame, optional
        Table of surfaces, see `comarca.roads.surfaces.check_surfaces`.
    demand_lights : pandas.DataFrame, optional
        Column ``light`` (brightness at night) indexed by ``demand_id``; NaN where the raster has no value.
    main_road_classes : collection of str, optional
        Classes that count as main roads, their links included.
    rural_access_distance_km, power_distance_km : float, optional
        Straight distances that count as near.
    lit_above : float, optional
        Brightness above which a place counts as lit, in the raster's unit.

    Returns
    -------
    Indicators
        No road is 0 km; but a layer that is empty in all territories is not mapped, and its columns are missing (flag
        ``not_mapped``).

    Notes
    -----
    Lines are cut exactly at borders (`comarca.roads.lengths.length_by_territory`). Roads are those open to the public
    (`comarca.roads.restrictions.is_restricted`); ferries are none.
    """
    require_storage_crs(territories, name="layer territories")
    places = territories.sort_values("territory_id")
    index = pd.Index(places["territory_id"], name="territory_id")
    areas = valid_areas(places.geometry.to_numpy())
    area_km2 = pd.Series(geodesic_area_km2(areas), index)
    people = demand if any("population" in column.layers for column in columns) else None
    parts: list[Indicators] = []
    if roads is not None:
        roads = roads[roads["road_class"] != "ferry"].reset_index(drop=True)
        closed, roads = roads[is_restricted(roads)], roads[~is_restricted(roads)].reset_index(drop=True)
        cut = _Cut(roads.geometry.to_numpy(), areas, index)
        classes = sorted({column.fields["road_class"] for column in columns if "road_class" in column.fields})
        parts.append(_lengths(roads, cut, area_km2, main_road_classes, classes))
        parts.append(_left_out(closed, areas, index, is_mapped=cut.is_mapped))
        if people is not None:
            is_mapping = "osm_completeness_ratio" in {column.name for column in columns}
            parts.append(_per_person(roads, cut, people_by_territory(people, index), is_mapping=is_mapping))
        if surfaces is not None:
            parts.append(_paved(roads, cut, check_surfaces(surfaces)))
        if surfaces is not None and people is not None and degree_of_urbanisation is not None:
            rural = people["demand_id"].map(degree_of_urbanisation["cell_class"]).to_numpy() == RURAL_CELL
            good = is_all_season(roads, check_surfaces(surfaces), main_road_classes=main_road_classes)
            parts.append(_rural_access(people, rural, roads[good], index, rural_access_distance_km))
    if power is not None:
        cut = _Cut(power.geometry.to_numpy(), areas, index)
        parts.append(_power(cut, area_km2, people, power, power_distance_km))
    if demand_lights is not None and people is not None:
        light = people["demand_id"].map(demand_lights["light"]).to_numpy(dtype=float)
        lit = np.where(np.isnan(light), np.nan, light > lit_above)
        parts.append(_share_of_people(people, lit, index, "lit_population_share", Flag.OUTSIDE_RASTER))
        parts.append(_lit_cells(people, lit, index))
    return join_parts(parts, index).select([column.name for column in columns])


class _Cut:
    """Lines cut at borders, ready to be summed by territory."""

    def __init__(self, lines: NDArray[np.object_], areas: NDArray[np.object_], index: pd.Index) -> None:
        pieces = length_by_territory(lines, areas)
        self.lines, self.areas, self.index = lines, areas, index
        self.line, self.territory, self.km = (pieces[name].to_numpy() for name in ("line", "territory", "km"))
        self.is_mapped = len(pieces) > 0

    def total(self, weight: ArrayLike = 1.0) -> pd.Series:
        """Sum of km x weight of the line, by territory."""
        by_line = np.broadcast_to(np.asarray(weight, dtype=float), self.lines.shape)
        summed = np.bincount(self.territory, self.km * by_line[self.line], minlength=len(self.index))
        return pd.Series(summed, self.index)

    def by_line(self) -> FloatArray:
        """Length of each line inside all territories, km."""
        return np.bincount(self.line, self.km, minlength=len(self.lines)).astype(float)

    def balance(self, what: str) -> Check:
        """Hold the sum over territories against the length inside their union."""
        inside = float(length_inside_km(self.lines, shapely.union_all(self.areas)).sum())
        total, name = float(self.km.sum()), what.replace("_", " ")
        error = abs(total - inside) / inside if inside else abs(total)
        return Check(
            name=f"{what}_km_balance",
            status="pass" if error <= _BALANCE else "fail",
            value=error,
            threshold=f"relative difference at most {_BALANCE:g}",
            message=f"The territories hold {total:,.3f} km of {name} together, their union {inside:,.3f} km.",
        )


def _lengths(
    roads: gpd.GeoDataFrame, cut: _Cut, area_km2: pd.Series, main: Collection[str], classes: Sequence[str]
) -> Indicators:
    """Kilometres of roads: all, main, by class, and how many carry a surface tag."""
    kind = base_class(roads["road_class"])
    length, tagged = cut.total(), cut.total(roads["surface"].notna())
    density = 100 / area_km2
    values = {
        "road_length_km": length,
        "road_density_km_per_100km2": length * density,
        "main_road_density_km_per_100km2": cut.total(kind.isin(list(main))) * density,
        **{f"{name}_road_density_km_per_100km2": cut.total(kind == name) * density for name in classes},
        "surface_tagged_share": tagged / length.where(length > 0),
    }
    share = float(tagged.sum() / length.sum()) if cut.is_mapped else 0.0
    check = Check(
        name="surface_tagged_km_share",
        status="info",
        value=share,
        threshold="",
        message=f"{share:.0%} of the road km say what their surface is; the rest is imputed by class.",
    )
    return _mapped(values, cut, [cut.balance("road"), check], surface_tagged_share=Flag.NO_ROADS)


def _left_out(closed: gpd.GeoDataFrame, areas: NDArray[np.object_], index: pd.Index, *, is_mapped: bool) -> Indicators:
    """Kilometres of roads that are closed to the public, and so are counted in no other column."""
    cut = _Cut(closed.geometry.to_numpy(), areas, index)
    km = cut.total() * (1.0 if is_mapped or cut.is_mapped else np.nan)
    values = pd.DataFrame({"restricted_road_length_km": km}, index=index)
    check = Check(
        name="restricted_road_km",
        status="info",
        value=round(float(km.sum()), 3),
        threshold="",
        message=f"{km.sum():,.1f} km of road are closed to the public (private, agricultural, forestry, no access): "
        "they are in restricted_road_length_km alone, and nobody drives over them.",
    )
    return Indicators(values, explain(values, Flag.NOT_MAPPED), [check])


def _per_person(roads: gpd.GeoDataFrame, cut: _Cut, persons: pd.Series, *, is_mapping: bool) -> Indicators:
    """Kilometres per person and, of roads that people map, mapping effort per person."""
    some = persons.where(persons > 0)
    values = {"road_length_per_population_km_per_1000persons": 1000 * cut.total() / some}
    nobody = pd.Series(np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION), persons.index)
    if not is_mapping:
        return _mapped(values, cut, [], **dict.fromkeys(values, nobody))
    whole_km = geodesic_length_km(cut.lines)
    vertices = shapely.get_num_coordinates(cut.lines) / np.where(whole_km > 0, whole_km, np.inf)
    effort = cut.total(vertices) / some
    values["osm_completeness_ratio"] = effort / effort.median()
    poor = values["osm_completeness_ratio"][lambda ratio: ratio < _POOR_COMPLETENESS]
    check = Check(
        name="road_mapping_effort",
        status="warn" if len(poor) else "pass",
        value=len(poor),
        threshold=f"road vertices per person at least {_POOR_COMPLETENESS} of the median territory's",
        message=f"In {len(poor)} of {len(persons)} territories roads are drawn with so little detail per person that "
        "some may be missing from the map.",
        rows=[{"territory_id": name, "osm_completeness_ratio": ratio} for name, ratio in poor.items()],
    )
    return _mapped(values, cut, [check], **dict.fromkeys(values, nobody))


def _paved(roads: gpd.GeoDataFrame, cut: _Cut, surfaces: pd.DataFrame) -> Indicators:
    """Paved share of road km: among those tagged, and of all with the rest imputed by class."""
    km = cut.by_line()
    is_paved = surface_is(roads["surface"], surfaces["is_paved"])
    by_class = paved_share_by_class(roads["road_class"], is_paved, km)
    guess = base_class(roads["road_class"]).map(by_class["share"]).to_numpy(dtype=float)
    length, tagged = cut.total(), cut.total(~np.isnan(is_paved))
    values = {
        "paved_road_share": cut.total(np.where(np.isnan(is_paved), guess, is_paved)) / length.where(length > 0),
        "paved_road_tagged_share": cut.total(np.nan_to_num(is_paved)) / tagged.where(tagged > 0),
    }
    names, plain = ("road_class", *by_class.columns), by_class.astype(object).where(by_class.notna(), None)
    untagged = pd.Series(np.where(length > 0, Flag.NOT_MAPPED, Flag.NO_ROADS), length.index)
    if np.isnan(is_paved).all():
        values["paved_road_share"] = length * np.nan
    checks = [
        Check(
            name="paved_share_of_untagged_roads",
            status="info",
            value=float(km[np.isnan(is_paved)].sum()),
            threshold="",
            message="Roads without a surface tag count as paved by the share of their class that is given here.",
            rows=[dict(zip(names, row, strict=True)) for row in plain.itertuples()],
        ),
        _unknown_surfaces(roads["surface"], is_paved, km),
    ]
    return _mapped(values, cut, checks, paved_road_share=untagged, paved_road_tagged_share=untagged)


def _unknown_surfaces(surface: pd.Series, is_paved: FloatArray, km: FloatArray) -> Check:
    strange = surface.notna().to_numpy() & np.isnan(is_paved)
    rows = pd.Series(km[strange]).groupby(surface[strange].to_numpy()).sum().sort_values(ascending=False)
    return Check(
        name="unknown_surfaces",
        status="warn" if rows.sum() > 0.01 * km.sum() else "pass",
        value=float(rows.sum()),
        threshold="at most 1 % of the road km",
        message=f"{rows.sum():,.1f} km of road have a surface that the table of surfaces does not know; they count as "
        "untagged.",
        rows=[{"surface": str(value), "km": length} for value, length in rows.items()],
    )


def _rural_access(
    demand: gpd.GeoDataFrame, rural: BoolArray, roads: gpd.GeoDataFrame, index: pd.Index, reach_km: float
) -> Indicators:
    """Share of rural people within reach of an all-season road (SDG 9.1.1)."""
    longitude, latitude = shapely.get_coordinates(demand.geometry.to_numpy()).T
    near = np.full(len(demand), np.nan)
    near[rural] = within_distance(longitude[rural], latitude[rural], roads.geometry.to_numpy(), distance_km=reach_km)
    part = _share_of_people(demand[rural], near[rural], index, "rural_access_index_share", Flag.ZERO_DENOMINATOR)
    people = demand["population_persons"].to_numpy()
    share = float(people[rural].sum() / people.sum()) if people.sum() else 0.0
    check = Check(
        name="rural_population_share",
        status="info",
        value=share,
        threshold="",
        message=f"{share:.0%} of the people live in rural cells by the degree of urbanisation; the rural access index "
        "is about them.",
    )
    return Indicators(part.values, part.flags, [check])


def _lit_cells(people: gpd.GeoDataFrame, lit: NDArray[np.float64], index: pd.Index) -> Indicators:
    """Share of the cells with people that shine, however many people each has."""
    settled = people[people["population_persons"] > 0].assign(lit=lit[people["population_persons"] > 0])
    share = settled.groupby("territory_id")["lit"].mean().reindex(index).to_frame("lit_settled_cell_share")
    reason = np.where(index.isin(settled["territory_id"]), Flag.OUTSIDE_RASTER, Flag.NO_POPULATION)
    return Indicators(share, explain(share, Flag.OUTSIDE_RASTER, lit_settled_cell_share=pd.Series(reason, index)))


def _power(
    cut: _Cut, area_km2: pd.Series, demand: gpd.GeoDataFrame | None, power: gpd.GeoDataFrame, reach_km: float
) -> Indicators:
    """Kilometres of power lines, and people near one."""
    values = {
        "power_line_length_km": cut.total(),
        "power_line_density_km_per_100km2": 100 * cut.total() / area_km2,
    }
    part = _mapped(values, cut, [cut.balance("power_line")])
    if demand is None:
        return part
    longitude, latitude = shapely.get_coordinates(demand.geometry.to_numpy()).T
    near = np.full(len(demand), np.nan)
    if cut.is_mapped:
        near = within_distance(longitude, latitude, power.geometry.to_numpy(), distance_km=reach_km).astype(float)
    name = f"population_within_{reach_km:g}km_power_line_share"
    reason = Flag.NO_DEMAND if cut.is_mapped else Flag.NOT_MAPPED
    return join_parts([part, _share_of_people(demand, near, cut.index, name, reason)], cut.index)


def _share_of_people(demand: gpd.GeoDataFrame, has: FloatArray, index: pd.Index, name: str, reason: Flag) -> Indicators:
    """Share of the people of whom `has` is known that have it; `reason` where it is known of nobody."""
    values = mean_over_people(demand, has, index).to_frame(name)
    return Indicators(values, explain(values, reason))


def _mapped(values: Mapping[str, pd.Series], cut: _Cut, checks: list[Check], **reasons: pd.Series | Flag) -> Indicators:
    """Values that are all missing if the layer has nothing in any territory."""
    frame = pd.DataFrame(values, index=cut.index)
    if not cut.is_mapped:
        frame = frame * np.nan
        reasons = {}
    return Indicators(frame, explain(frame, Flag.NOT_MAPPED, **reasons), checks)
