"""Write the table, cities and roads as a GeoPackage that QGIS opens as a map."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.absent import published
from comarca.publish.exports.gpkg import write_geopackage


def main(
    *,
    table: str,
    territories: str,
    cities: str | None,
    roads: str | None,
    columns: list[dict[str, Any]],
    language: str,
    output: str,
) -> None:
    with io.atomic_path(output) as part:
        write_geopackage(
            io.read_table(table),
            layer_io.read_layer(territories, "territories"),
            published(columns, table),
            part,
            cities=layer_io.read_layer(cities, "cities") if cities else None,
            roads=layer_io.read_layer(roads, "roads") if roads else None,
            language=language,
        )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            territories=snakemake.input.territories,
            cities=snakemake.input.get("cities"),
            roads=snakemake.input.get("roads"),
            columns=snakemake.params.columns,
            language=snakemake.params.language,
            output=snakemake.output.geopackage,
        )
