"""The edits of a scenario as the configuration has them, made with the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.crs import geodesic_length_km
from comarca.errors import InputError
from comarca.results import Check
from comarca.roads.speeds import speed_table
from comarca.scenarios.edits import (
    add_roads,
    add_services,
    area_of,
    change_cities,
    change_roads,
    close_roads,
    close_services,
)
from comarca.scenarios.two_networks import extract_roads, is_extract, mapping_effort
from comarca.settings_tables import read_csv_texts
from comarca.sources.vectors.nearby import within_reach
from comarca.sources.vectors.power_services import services_from_file
from comarca.sources.vectors.read import VectorOptions, open_vector, options_of
from comarca.sources.vectors.roads import RoadColumns, roads_from_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import shapely

#: Keys of a section that say where a file lies and how it is read.
_READING = {"provider", "path", *VectorOptions.__annotations__}


def edited_layers(
    scenario: Mapping[str, Any],
    load: Callable[[str], Any],
    *,
    key: str,
    speeds: str,
    surfaces: str,
    country: str,
    kinds: Sequence[str],
    reach_km: float,
) -> tuple[dict[str, gpd.GeoDataFrame], list[Check]]:
    """Make the edited layers of a scenario.

    Parameters
    ----------
    scenario : mapping
        Its section of the configuration, as plain data.
    load : callable
        Reads a layer of the base by its name.
    key : str
        Key of the configuration, for messages.
    speeds, surfaces : str
        The tables of speeds and surfaces, for the words of added roads.
    country : str
        ISO 3166-1 alpha-3 code.
    kinds : sequence of str
        Kinds of service that are counted.
    reach_km : float
        How far around the region roads of another network are kept.

    Returns
    -------
    layers : dict
        ``roads``, ``cities``, ``services``, as far as edited. Another network comes first; then roads are closed,
        changed and added.
    checks : list of Check
        What was done.
    """
    layers: dict[str, gpd.GeoDataFrame] = {}
    checks: list[Check] = []
    words = {"speeds": speeds, "surfaces": surfaces, "country": country}
    edits = [name for name in ("close_roads", "change_roads", "add_roads") if scenario[name]]
    if scenario["roads"] or edits:
        layers["roads"] = load("roads")
    if scenario["roads"]:
        territories = load("territories")
        other, found = _network_of(scenario["roads"], **words)
        kept, near = within_reach(other, territories, name="roads", buffer_km=reach_km)
        checks += [*found, *near, _replaced(kept, f"{key}.roads"), *mapping_effort(layers["roads"], kept, territories)]
        layers["roads"] = kept
    if edits:
        layers["roads"], found = _roads(scenario, layers["roads"], key=key, **words)
        checks += found
    if scenario["cities"]:
        persons = {name: change["population_persons"] for name, change in scenario["cities"].items()}
        layers["cities"], check = change_cities(load("cities"), persons, key=f"{key}.cities")
        checks.append(check)
    if scenario["services"]["add"] or scenario["services"]["close"]:
        layers["services"], found = _services(
            scenario["services"], load("services"), key=f"{key}.services", kinds=kinds
        )
        checks += found
    return layers, checks


def _roads(
    scenario: Mapping[str, Any], roads: gpd.GeoDataFrame, *, key: str, speeds: str, surfaces: str, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    checks: list[Check] = []
    for at, place in enumerate(scenario["close_roads"]):
        where = f"{key}.close_roads.{at}"
        roads, check = close_roads(roads, where=place["where"], area=area_of_place(place, where), key=where)
        checks.append(check)
    for at, change in enumerate(scenario["change_roads"]):
        where = f"{key}.change_roads.{at}"
        becomes = {name: change[name] for name in ("to_class", "surface", "maxspeed_kmh")}
        roads, check = change_roads(
            roads, where=change["where"], area=area_of_place(change, where), **becomes, key=where
        )
        checks.append(check)
    if added := scenario["add_roads"]:
        new, found = _read_roads(added, speeds=speeds, surfaces=surfaces, country=country)
        snap = {"snap_m": added["snap_m"], "crossings": added["crossings"]}
        roads, made = add_roads(roads, new, **snap, key=f"{key}.add_roads")
        checks += [*found, *made]
    return roads, checks


def _network_of(
    section: Mapping[str, Any], *, speeds: str, surfaces: str, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    if is_extract(section["path"]):
        return extract_roads(section["path"]), []
    return _read_roads(section, speeds=speeds, surfaces=surfaces, country=country)


def _read_roads(
    section: Mapping[str, Any], *, speeds: str, surfaces: str, country: str
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Read the roads of a file of the user's in the words of the tables of speeds and surfaces."""
    table = speed_table(read_csv_texts(speeds), country=country, name=speeds)
    columns = {name: value for name, value in section.items() if name in RoadColumns.__dataclass_fields__}
    return roads_from_file(
        section["path"], RoadColumns(**columns), known_classes=table.class_kmh,
        known_surfaces={*read_csv_texts(surfaces)["surface"], *table.caps_kmh.get("surface", {})},
        snap_m=min(section["snap_m"], 20.0), **options_of(section),
    )  # fmt: skip


def _replaced(roads: gpd.GeoDataFrame, key: str) -> Check:
    if roads.empty:
        raise InputError(key, got="no road in or near the region", expected="roads of the region")
    km = float(geodesic_length_km(roads.geometry.to_numpy()).sum())
    message = f"{len(roads)} roads with {km:,.1f} km take the place of the region's."
    return Check("roads_replaced", "info", km, "", message)


def _services(
    change: Mapping[str, Any], services: gpd.GeoDataFrame, *, key: str, kinds: Sequence[str]
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    checks: list[Check] = []
    for at, place in enumerate(change["close"]):
        where = f"{key}.close.{at}"
        services, check = close_services(services, where=place["where"], area=area_of_place(place, where), key=where)
        checks.append(check)
    if added := change["add"]:
        options = {name: value for name, value in added.items() if name not in _READING}
        new, found = services_from_file(added["path"], **options, **options_of(added), known_kinds=kinds)
        services, check = add_services(services, new)
        checks += [*found, check]
    return services, checks


def area_of_place(place: Mapping[str, Any], key: str) -> shapely.Geometry | None:
    """Read the area of an edit.

    Parameters
    ----------
    place : mapping
        ``path``, ``layer`` and ``buffer_m``, as plain data.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    shapely.Geometry or None
        The area, EPSG:4326; None where no file is given.
    """
    if place["path"] is None:
        return None
    options: VectorOptions = {"layer": place["layer"]} if place["layer"] else {}
    shapes, _ = open_vector(place["path"], name=key, **options)
    return area_of(shapes, buffer_m=place["buffer_m"])
