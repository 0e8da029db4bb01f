"""Take the territories from a provider of boundaries, from OSM boundaries or from a file."""

from collections.abc import Sequence
from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import chosen_provider
from comarca.registry.countries import country as country_of
from comarca.sources.boundaries.fetched import territories as fetched_territories
from comarca.sources.boundaries.read import osm_admin_level, territories_from_file, territories_from_osm
from comarca.sources.cities.read import country_places
from comarca.sources.vectors.overlap import require_country
from comarca.sources.vectors.read import options_of


def main(
    *,
    source: dict[str, Any],
    country: str,
    territories: str,
    checks: str,
    boundaries: Sequence[str] | str | None = None,
    osm: str | None = None,
    receipt: str | None = None,
) -> None:
    known = country_of(country)
    fetched = load_layer_receipt(receipt) if receipt else None
    provider = chosen_provider(source["provider"], fetched)
    if provider == "osm":
        units = layer_io.read_layer(osm, "boundaries")
        level = source["admin_level"] or osm_admin_level(units, known)
        layer, found = territories_from_osm(units, country=country, country_alpha2=known.iso2, admin_level=level)
    elif provider == "file":
        keys = ("id", "name", "parent", "dissolve")
        layer, found = territories_from_file(
            source["path"], country=country, **{key: source[key] for key in keys}, **options_of(source)
        )
        found += require_country(layer, country_places(country), country=country)
    else:
        files = present_files(fetched)
        layer, found = fetched_territories(files, provider=provider, country=known, level=source["level"])
    layer_io.write_layer(layer, territories, "territories")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
