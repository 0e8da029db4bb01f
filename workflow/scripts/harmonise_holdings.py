"""Read holdings by size class and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.tables.holdings import FURTHER, joined_totals, read_holdings
from comarca.sources.tables.holdings_checks import classes_check, land_check, means_check
from comarca.sources.tables.join import divide_units, join_by_code
from comarca.sources.tables.parts import leave_out_parts
from comarca.sources.tables.read import layout_of, table_checks


def main(
    *,
    table: str,
    territories: str,
    source: dict[str, Any],
    country: str,
    holdings: str,
    checks: str,
    divided: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    keys = ("columns", "decimal", "year", "measure", "sexes", "add", "missing")
    options = {key: source[key] for key in keys if source[key]}
    layout = layout_of(source)
    rows = read_holdings(table, country=country, unit=source["area_unit"], **options, **layout)
    further = [name for name in FURTHER if name in rows]
    figures = ("holdings", "area_ha", "landless", "total_holdings", "total_area_ha", *further)
    rows, parts = divide_units(rows, divided, figures=figures, name="holdings")
    joined, check = join_by_code(rows, names, name="holdings", codes=source["codes"], repair=source["repair_codes"])
    joined, beyond = leave_out_parts(joined, name="holdings")
    io.write_table(joined_totals(joined), holdings)
    found = [*beyond, land_check(joined, area, where=table), classes_check(joined), means_check(joined, where=table)]
    io.write_checks([check, *found, *parts, *table_checks(table, name="holdings", **layout)], checks)


if "snakemake" in globals():
    run(main, snakemake)
