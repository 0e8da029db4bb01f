"""Give the parcels of a cadastre, or mapped fields, to territories."""

from collections.abc import Sequence
from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.land.parcels import parcels_from_land_use
from comarca.layers import files as layer_io
from comarca.sources.vectors.parcels import read_parcels
from comarca.sources.vectors.read import options_of


def main(
    *,
    territories: str,
    source: dict[str, Any],
    country: str,
    field_classes: Sequence[str],
    parcels: str,
    checks: str,
    cadastre: Sequence[str] | str | None = None,
    land_use: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if cadastre:
        keys = ("owner", "share", "area", "area_unit", "territory", "weight", "border")
        chosen = {key: source[key] for key in keys}
        table, found = read_parcels(source["path"], area, country=country, **chosen, **options_of(source))
    else:
        mapped = layer_io.read_layer(land_use, "land_use")
        table, check = parcels_from_land_use(mapped, area, classes=field_classes, border=source["border"])
        found = [check]
    io.write_table(table, parcels)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
