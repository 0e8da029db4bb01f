"""The edits of a scenario: layers of the base in, edited layers out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE, equal_area_crs, geodesic_length_km, require_storage_crs
from comarca.errors import InputError, did_you_mean
from comarca.results import Check
from comarca.roads.crossings import position_code, read_vertices
from comarca.roads.network import STEPS_PER_DEGREE
from comarca.roads.noding import node_lines
from comarca.scenarios.cutting import cut_at_area
from comarca.sources.names import fold_name
from comarca.sources.rows import choose_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

#: Tags that no longer hold where a road gets another surface.
_OF_THE_OLD_SURFACE: Final = ("smoothness", "tracktype", "four_wd_only")


def area_of(shapes: gpd.GeoDataFrame, *, buffer_m: float) -> shapely.Geometry:
    """Make one area of the shapes of a file.

    Parameters
    ----------
    shapes : geopandas.GeoDataFrame
        Areas, lines or points, EPSG:4326.
    buffer_m : float
        Distance around lines and points that counts.

    Returns
    -------
    shapely.Geometry
        Polygon or MultiPolygon, EPSG:4326.
    """
    require_storage_crs(shapes, name="places of a scenario")
    flat = shapes.to_crs(equal_area_crs(shapes.total_bounds))
    is_area = shapely.get_dimensions(flat.geometry.to_numpy()) == 2
    wide = np.where(is_area, flat.geometry.to_numpy(), shapely.buffer(flat.geometry.to_numpy(), max(buffer_m, 0.01)))
    area: shapely.Geometry = gpd.GeoSeries([shapely.union_all(wide)], crs=flat.crs).to_crs(STORAGE).iloc[0]
    return area


def close_roads(
    roads: gpd.GeoDataFrame, *, where: Mapping[str, Any], area: shapely.Geometry | None, key: str
) -> tuple[gpd.GeoDataFrame, Check]:
    """Take roads out.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``.
    where : mapping
        Conditions on the columns of the layer; all roads if empty.
    area : shapely.Geometry or None
        Only what lies in it is closed.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        What stays open.
    check : Check
        Kilometres closed.
    """
    pieces, chosen = _chosen(roads, where, area, key)
    return pieces[~chosen].reset_index(drop=True), _edit_check("roads_closed", pieces[chosen], key, "are closed")


def change_roads(
    roads: gpd.GeoDataFrame,
    *,
    where: Mapping[str, Any],
    area: shapely.Geometry | None,
    to_class: str | None = None,
    surface: str | None = None,
    maxspeed_kmh: float | None = None,
    key: str,
) -> tuple[gpd.GeoDataFrame, Check]:
    """Give roads another class, surface or speed limit.

    Parameters
    ----------
    roads, where, area, key
        See `close_roads`.
    to_class, surface, maxspeed_kmh
        What they get; None leaves it.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        All roads.
    check : Check
        Kilometres changed.
    """
    pieces, chosen = _chosen(roads, where, area, key)
    changed = pieces.copy()
    if to_class is not None:
        changed.loc[chosen, "road_class"] = to_class
    if surface is not None:
        changed.loc[chosen, "surface"] = surface
        changed.loc[chosen, list(_OF_THE_OLD_SURFACE)] = None
    if maxspeed_kmh is not None:
        changed.loc[chosen, "maxspeed"] = f"{maxspeed_kmh:g}"
    return changed.astype(roads.dtypes.to_dict()), _edit_check("roads_changed", pieces[chosen], key, "are changed")


def add_roads(
    roads: gpd.GeoDataFrame, added: gpd.GeoDataFrame, *, snap_m: float, crossings: str = "join", key: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Add roads, joined to those that they meet.

    Parameters
    ----------
    roads, added : geopandas.GeoDataFrame
        Schema ``roads``.
    snap_m : float
        How far the end of a new road may miss another one and still be joined to it.
    crossings : {"join", "pass"}, default "join"
        Whether a new road has a junction with each road that it crosses; with bridges and tunnels it never has.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        Both; roads that are met have a vertex more there, those that are not stay as they are.
    checks : list of Check
        Kilometres added, and ends that meet nothing.
    """
    near = np.unique(
        roads.sindex.query(shapely.box(*_wider(added.bounds.to_numpy(), snap_m).T), predicate="intersects")[1]
    )
    old = roads.iloc[near]
    is_apart = old["bridge"].notna() | old["tunnel"].notna() | (crossings == "pass")
    level = np.concatenate([np.zeros(len(added), dtype=np.int64), np.where(is_apart, 1 + np.arange(len(old)), 0)])
    lines = np.concatenate([added.geometry.to_numpy(), old.geometry.to_numpy()])
    noded = node_lines(lines, level=level, snap_m=snap_m, suspicious_m=max(snap_m, 100.0))
    new_lines = noded.lines[: len(added)]
    met = position_code(read_vertices(new_lines).step)
    geometry, separated = roads.geometry.to_numpy().copy(), roads["grade_separated"].to_numpy(dtype=object).copy()
    for row, line in zip(near, noded.lines[len(added) :], strict=True):
        geometry[row], separated[row] = _with_vertices(geometry[row], line, met, separated[row])
    taken = {*roads["road_id"]}
    names = [f"new/{name}" if name in taken else name for name in added["road_id"]]
    both = pd.concat(
        [roads.assign(grade_separated=separated).set_geometry(geometry, crs=roads.crs),
         added.assign(road_id=names).set_geometry(new_lines, crs=roads.crs)],
        ignore_index=True,
    )  # fmt: skip
    open_ends = noded.open_ends[noded.open_ends["line"] < len(added)]
    checks = [_edit_check("roads_added", added, key, "are added")]
    checks.append(
        Check(
            "added_roads_open_ends", "warn" if len(open_ends) else "pass", len(open_ends), "none",
            f"{len(open_ends)} ends of added roads pass near a road and are not joined to it: raise snap_m, or mend "
            "the file.",
            [{str(name): value for name, value in row.items()} for row in open_ends.head(20).to_dict("records")],
        )
    )  # fmt: skip
    return gpd.GeoDataFrame(both, geometry="geometry", crs=roads.crs).astype(roads.dtypes.to_dict()), checks


def change_cities(
    cities: gpd.GeoDataFrame, persons: Mapping[str, float], *, key: str
) -> tuple[gpd.GeoDataFrame, Check]:
    """Give cities other numbers of inhabitants.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema ``cities``.
    persons : mapping
        Code or name of a city -> inhabitants. A name that several cities bear stands for the largest.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        All cities.
    check : Check
        What was changed.

    Raises
    ------
    InputError
        If there is no such city.
    """
    changed, rows = cities.copy(), []
    by_size = cities.sort_values(["population_persons", "city_id"], ascending=[False, True], na_position="last")
    folded = by_size["city_name"].map(fold_name)
    for name, figure in persons.items():
        found = cities.index[cities["city_id"] == name]
        found = found if len(found) else by_size.index[folded == fold_name(name)][:1]
        if not len(found):
            raise InputError(key, got=name, expected="the code or the name of a city of the region",
                             remedy=did_you_mean(name, cities["city_name"].dropna()))  # fmt: skip
        before = float(cities.loc[found[0], "population_persons"])
        changed.loc[found[0], "population_persons"] = float(figure)
        rows.append({"city": str(cities.loc[found[0], "city_name"]), "before": before, "persons": float(figure)})
    message = f"{len(rows)} cities have another number of inhabitants."
    return changed, Check("cities_changed", "info", len(rows), "", message, rows)


def close_services(
    services: gpd.GeoDataFrame, *, where: Mapping[str, Any], area: shapely.Geometry | None, key: str
) -> tuple[gpd.GeoDataFrame, Check]:
    """Take services out.

    Parameters
    ----------
    services : geopandas.GeoDataFrame
        Schema ``services``.
    where, area, key
        See `close_roads`.

    Returns
    -------
    services : geopandas.GeoDataFrame
        Those that stay.
    check : Check
        Number closed.
    """
    chosen = services.index.isin(choose_rows(services, where, where=key)[0].index)
    if area is not None:
        chosen &= shapely.intersects(area, services.geometry.to_numpy())
    _require_some(chosen, key)
    message = f"{chosen.sum()} services are closed."
    return services[~chosen].reset_index(drop=True), Check("services_closed", "info", int(chosen.sum()), "", message)


def add_services(services: gpd.GeoDataFrame, added: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Check]:
    """Add services.

    Parameters
    ----------
    services, added : geopandas.GeoDataFrame
        Schema ``services``.

    Returns
    -------
    services : geopandas.GeoDataFrame
        Both.
    check : Check
        Number added.
    """
    taken = {*services["service_id"]}
    names = [f"new/{name}" if name in taken else name for name in added["service_id"]]
    both = pd.concat([services, added.assign(service_id=names)], ignore_index=True)
    message = f"{len(added)} services are added."
    made = gpd.GeoDataFrame(both, geometry="geometry", crs=services.crs).astype(services.dtypes.to_dict())
    return made, Check("services_added", "info", len(added), "", message)


def _chosen(
    roads: gpd.GeoDataFrame, where: Mapping[str, Any], area: shapely.Geometry | None, key: str
) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
    """Choose roads by conditions and by area; roads that cross its border are cut."""
    rows = roads.reset_index(drop=True)
    chosen = rows.index.isin(choose_rows(rows, where, where=key)[0].index)
    if area is not None:
        marked, inside = cut_at_area(rows.assign(chosen=chosen), area)
        rows, chosen = marked.drop(columns="chosen"), marked["chosen"].to_numpy(dtype=bool) & inside
    _require_some(chosen, key)
    return rows, chosen


def _require_some(chosen: NDArray[np.bool_], key: str) -> None:
    if not chosen.any():
        raise InputError(key, got="nothing that fits", expected="at least one", remedy="See where the places lie.")


def _edit_check(name: str, rows: gpd.GeoDataFrame, key: str, what: str) -> Check:
    km = float(geodesic_length_km(rows.geometry.to_numpy()).sum())
    logger.info("%s: %d roads, %.1f km %s", key, len(rows), km, what)
    names = zip(rows["road_id"].head(20), rows["road_class"].head(20), strict=True)
    listed = [{"road": str(road), "class": str(kind)} for road, kind in names]
    return Check(name, "info", km, "", f"{len(rows)} roads with {km:.1f} km {what}.", listed)


def _wider(bounds: NDArray[np.float64], snap_m: float) -> NDArray[np.float64]:
    """Boxes wider by the tolerance, on the safe side up to 80 degrees of latitude."""
    margin = (snap_m + 100.0) / 111_000
    return bounds + np.array([-6, -1, 6, 1]) * margin


def _with_vertices(
    line: shapely.LineString, noded: shapely.LineString, met: NDArray[np.int64], separated: str | None
) -> tuple[shapely.LineString, str | None]:
    """Put the vertices that new roads have on a line into it; all else of the noding is left aside."""
    old = position_code(read_vertices(np.array([line], dtype=object)).step)
    step = read_vertices(np.array([noded], dtype=object)).step
    code = position_code(step)
    is_old = np.isin(code, old)
    inner = np.arange(len(code))
    inner = (inner > np.flatnonzero(code == old[0])[0]) & (inner < np.flatnonzero(code == old[-1])[-1])
    keep = is_old | (np.isin(code, met) & inner)
    if is_old[keep].all():
        return line, separated
    place = np.flatnonzero(is_old[keep])
    coordinates = step[keep] / STEPS_PER_DEGREE
    if len(place) == shapely.get_num_points(line):
        coordinates[place] = shapely.get_coordinates(line)
    elif isinstance(separated, str):
        logger.warning("a road that passes a position twice has a bridge and is not joined to a new road")
        return line, separated
    if isinstance(separated, str):
        named = (entry.split(":") for entry in separated.split())
        separated = " ".join(f"{place[int(index)]}:{node}" for index, node in named)
    return shapely.LineString(coordinates), separated
