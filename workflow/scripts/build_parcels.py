"""Give the parcels of a cadastre, or mapped fields, to territories."""

from collections.abc import Sequence

from comarca import io
from comarca.jobs import job
from comarca.land.parcels import Border, parcels_from_land_use
from comarca.layers import files as layer_io
from comarca.sources.vectors.parcels import read_parcels


def main(
    *,
    cadastre: str | None,
    land_use: str | None,
    territories: str,
    layer: str | None,
    owner: str | None,
    border: Border,
    field_classes: Sequence[str],
    parcels: str,
    checks: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if cadastre:
        table, check = read_parcels(cadastre, area, layer=layer, owner=owner, border=border)
    else:
        mapped = layer_io.read_layer(land_use, "land_use")
        table, check = parcels_from_land_use(mapped, area, classes=field_classes, border=border)
    io.write_table(table, parcels)
    io.write_checks([check], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            cadastre=snakemake.input.get("cadastre"),
            land_use=snakemake.input.get("land_use"),
            territories=snakemake.input.territories,
            layer=snakemake.params.source["layer"],
            owner=snakemake.params.source["owner"],
            border=snakemake.params.source["border"],
            field_classes=snakemake.params.field_classes,
            parcels=snakemake.output.parcels,
            checks=snakemake.output.checks,
        )
