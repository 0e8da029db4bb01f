"""Which layers a region has by its configuration, and the values that column names are expanded over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comarca.layers.index import ECONOMY_SECTORS, LAYERS, PROVIDERS_FROM_OSM

if TYPE_CHECKING:
    from comarca.config.base import Source
    from comarca.config.region import Region
    from comarca.layers.index import Layer


#: Property of a section -> the key that a user would write.
_KEYS: Final = {
    "from_settlements": "provider", "from_mappers": "provider", "has_years": "earlier", "has_women": "columns.women",
    "has_absent": "columns.absent", "has_irrigated": "columns.irrigated_ha", "has_population": "columns.population",
}  # fmt: skip


def sources(region: Region) -> dict[str, Source]:
    """List the sections of a region that say where a layer comes from.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Name of the section -> section, in the order of the configuration.
    """
    from comarca.config.base import Source  # here, as models take long to import, and most jobs read none

    return {name: value for name, value in region if isinstance(value, Source)}


def providers(region: Region, section: str) -> tuple[str, ...]:
    """Name the providers of a section that have something to give in the region.

    Parameters
    ----------
    region : Region
        The region's configuration.
    section : str
        Name of the section.

    Returns
    -------
    tuple of str
        In the order in which they are tried; without those that read OpenStreetMap where the region has no extract.
    """
    empty = {"none"} if region.osm.is_given else {"none", *PROVIDERS_FROM_OSM}
    return tuple(name for name in getattr(region, section).provider if name not in empty)


def available_layers(region: Region) -> frozenset[str]:
    """Name the layers that a region has by its configuration.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    frozenset of str
        Keys of `LAYERS`.
    """
    present: set[str] = set()
    for layer in LAYERS.values():
        bases = [name in present for name in layer.rests_on]
        stands = {"all": all(bases), "any": any(bases), "none": True}[layer.needs]
        if stands and _is_given(region, layer) and _is_wanted(region, layer):
            present.add(layer.name)
    return frozenset(present)


def missing_key(region: Region, layer: str) -> str:
    """Name the key of the configuration that would give a region a layer.

    Parameters
    ----------
    region : Region
        The region's configuration.
    layer : str
        A layer that the region does not have.

    Returns
    -------
    str
        Such as ``roads.provider``.
    """
    row = LAYERS[layer]
    if not _is_wanted(region, row):
        return f"indicators.{row.family}"
    present = available_layers(region)
    base = next((name for name in row.rests_on if name not in present), None)
    if base is not None:
        return missing_key(region, base)
    return f"{row.section}.{_KEYS.get(row.key, row.key)}"


def layer_keys(layer: str) -> frozenset[str]:
    """Name the keys of the configuration that say where a layer comes from.

    Parameters
    ----------
    layer : str
        Any layer or condition.

    Returns
    -------
    frozenset of str
        Such as ``roads.provider``; those of all layers that it is made from, where it has no section of its own.
    """
    row = LAYERS[layer]
    if row.section:
        return frozenset({f"{row.section}.{_KEYS.get(row.key, row.key)}"})
    return frozenset().union(*(layer_keys(name) for name in row.rests_on))


def layers_made_of(layer: str) -> frozenset[str]:
    """Name a layer and all layers that are made from it.

    Parameters
    ----------
    layer : str
        Any layer.

    Returns
    -------
    frozenset of str
        Keys of `LAYERS`.
    """
    made = {layer}
    for row in LAYERS.values():
        if made & {*row.rests_on}:
            made.add(row.name)
    return frozenset(made)


def layers_of_extract(region: Region) -> frozenset[str]:
    """Name the layers that are as old as the OpenStreetMap extract.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    frozenset of str
        Layers that rest on no other, and whose section takes nothing else than OpenStreetMap.
    """
    if not region.osm.is_given:
        return frozenset()
    rows = [layer for layer in LAYERS.values() if layer.section and layer.key == "provider"]
    return frozenset(
        layer.name
        for layer in rows
        if layer.section == "osm" or {*getattr(region, layer.section).provider} <= {*PROVIDERS_FROM_OSM, "settlements"}
    )


def template_fields(region: Region) -> dict[str, list[str]]:
    """Values of the fields that registry entries are expanded over.

    Parameters
    ----------
    region : Region
        The region's configuration.

    Returns
    -------
    dict
        Field -> values as text.
    """
    options = region.indicators
    power_km = options.infrastructure.power_distance_km if options.infrastructure else None
    return {
        "city_class": list(region.city_classes_persons),
        "time_threshold": [str(t) for t in options.access.time_thresholds_min] if options.access else [],
        "road_class": list(options.infrastructure.road_classes) if options.infrastructure else [],
        "power_distance": [f"{power_km:g}"] if power_km else [],
        "service": list(options.services.kinds) if options.services else [],
        "economy_sector": list(ECONOMY_SECTORS),
    }


def _is_given(region: Region, layer: Layer) -> bool:
    if not layer.section:
        return True
    if layer.key != "provider":
        return bool(getattr(getattr(region, layer.section), layer.key))
    return bool(providers(region, layer.section))


def _is_wanted(region: Region, layer: Layer) -> bool:
    return not layer.family or getattr(region.indicators, layer.family) is not False
