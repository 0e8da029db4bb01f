"""Give the parcels of a cadastre, or mapped fields, to territories."""

from collections.abc import Sequence
from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.land.parcels import parcels_from_land_use
from comarca.layers import files as layer_io
from comarca.sources.vectors.parcels import read_parcels


def main(
    *,
    territories: str,
    source: dict[str, Any],
    field_classes: Sequence[str],
    parcels: str,
    checks: str,
    cadastre: str | None = None,
    land_use: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if cadastre:
        table, check = read_parcels(cadastre, area, **{key: source[key] for key in ("layer", "owner", "border")})
    else:
        mapped = layer_io.read_layer(land_use, "land_use")
        table, check = parcels_from_land_use(mapped, area, classes=field_classes, border=source["border"])
    io.write_table(table, parcels)
    io.write_checks([check], checks)


if "snakemake" in globals():
    run(main, snakemake)
