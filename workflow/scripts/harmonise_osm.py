"""Read an OpenStreetMap extract into raw layers, in one pass."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comarca import io
from comarca.errors import InputError
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import chosen_provider
from comarca.registry.countries import country as country_of
from comarca.sources.boundaries.fetched import territories as fetched_territories
from comarca.sources.boundaries.read import osm_admin_level, territories_from_file, territories_from_osm
from comarca.sources.osm.clip import clip_extract, routing_area
from comarca.sources.osm.read import OSM_LAYERS, read_osm
from comarca.sources.vectors.read import options_of


def outline_in(extract: Path, *, country: str, admin_level: int | None):
    """Find a country in an extract that holds several."""
    place = country_of(country)
    boundaries = read_osm(extract, ["boundaries"])["boundaries"]
    layer, checks = territories_from_osm(
        boundaries,
        country=country,
        country_alpha2=place.iso2,
        admin_level=admin_level or osm_admin_level(boundaries, place),
    )
    if any(check.name == "territories_country_boundary" and check.status != "pass" for check in checks):
        raise InputError(
            str(extract),
            got=f"no whole boundary of level 2 with the code {place.iso2}",
            expected=f"the outline of {country}, as this extract is larger than the country and has to be cut to it",
            remedy="Set territories.provider to another one than osm, or give the territories as a file.",
        )
    return layer.union_all()


def region_outline(*, extract: Path, receipt: str | None, source: dict[str, Any], country: str):
    """Read the region's outline: what an extract that is larger is cut to."""
    found = load_layer_receipt(receipt) if receipt else None
    provider = chosen_provider(source["provider"], found)
    if provider == "osm":
        return outline_in(extract, country=country, admin_level=source["admin_level"])
    if provider == "file":
        keys = ("id", "name", "parent", "dissolve")
        layer, _ = territories_from_file(
            source["path"], country=country, **{key: source[key] for key in keys}, **options_of(source)
        )
    else:
        level, place = source["level"], country_of(country)
        layer, _ = fetched_territories(present_files(found), provider=provider, country=place, level=level)
    return layer.union_all()


def main(
    *,
    country: str,
    territories: dict[str, Any],
    buffer_km: float,
    header: str,
    checks: str,
    extract: str | None = None,
    receipt: str | None = None,
    outline: Sequence[str] | str | None = None,
    outline_receipt: str | None = None,
    **layers: str,
) -> None:
    found = load_layer_receipt(receipt) if receipt else None
    with tempfile.TemporaryDirectory(dir=Path(header).parent) as folder:
        if found is not None and found.provider != "file":
            whole = present_files(found)[0]
            extract = str(whole)
            if found.files[0].is_shared:
                part = Path(folder, "extract.osm.pbf")
                boundary = region_outline(extract=whole, receipt=outline_receipt, source=territories, country=country)
                clip_extract(whole, part, routing_area(boundary, buffer_km=buffer_km))
                extract = str(part)
        write_layers(extract, layers=layers, header=header, checks=checks)


def write_layers(extract: str, *, layers: Mapping[str, str], header: str, checks: str) -> None:
    osm = read_osm(extract, [name for name in OSM_LAYERS if name in layers])
    for name, path in layers.items():
        layer_io.write_layer(osm[name], path, name)
    io.write_json(asdict(osm.header), header)
    io.write_checks(osm.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
