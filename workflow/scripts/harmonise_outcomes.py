"""Read income, poverty and inequality by year, make dates comparable, and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.tables.comparable import combine_rows, in_common_units, join_units, read_crosswalk
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.outcomes import incomes_check, read_outcomes
from comarca.sources.tables.read import layout_of, table_checks


def main(
    *, table: str, territories: str, source: dict[str, Any], outcomes: str, checks: str, crosswalk: str | None = None
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    layout = layout_of(source)
    options = {key: source[key] for key in ("columns", "decimal", "missing") if source[key]}
    rows = read_outcomes(table, **options, **layout)
    rows = in_common_units(rows, units=source["units"], deflator=source["deflator"], where=table)
    incomes = incomes_check(rows)
    units, others = None, names
    if crosswalk:
        section = source["crosswalk"]
        units = read_crosswalk(crosswalk, columns=section["columns"], **layout_of(section))
        others = names | dict.fromkeys(units["territory_id"], "")
    joined, check = join_by_code(rows, others, name="outcomes", codes=source["codes"], repair=source["repair_codes"])
    compared, units_check = join_units(combine_rows(joined), units, names)
    is_constant = source["prices"] == "constant" or bool(source["deflator"])
    io.write_table(compared.assign(has_constant_prices=is_constant), outcomes)
    found = [check, *incomes, *([units_check] if units_check else []), *table_checks(table, name="outcomes", **layout)]
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
