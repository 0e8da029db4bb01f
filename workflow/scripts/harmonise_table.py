"""Read a table that people keep, such as jobs by sector, and join it to the territories by code."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.tables.age_groups import read_age_groups
from comarca.sources.tables.employment import read_economy_table
from comarca.sources.tables.join import divide_units, join_by_code
from comarca.sources.tables.parts import leave_out_parts
from comarca.sources.tables.public_finance import FIGURES, read_public_finance
from comarca.sources.tables.read import layout_of, table_checks

#: Layer -> its reader, the keys of its section that the reader takes, and the figures that add up.
READERS: Final[dict[str, tuple[Callable[..., Any], tuple[str, ...], tuple[str, ...]]]] = {
    "employment": (partial(read_economy_table, name="employment"), ("sexes",), ("jobs", "women")),
    "firms": (partial(read_economy_table, name="firms"), (), ("firms",)),
    "public_finance": (read_public_finance, ("year",), FIGURES),
    "age_groups": (read_age_groups, ("year", "sexes", "add"), ("persons",)),
}


def main(
    *,
    layer: str,
    table: str,
    territories: str,
    source: dict[str, Any],
    parquet: str,
    checks: str,
    divided: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    layout = layout_of(source)
    read, keys, figures = READERS[layer]
    options = {key: source[key] for key in ("columns", "decimal", "missing", *keys) if source[key]}
    found = read(table, **options, **layout)
    figures = tuple(name for name in figures if name in found)
    found, parts = divide_units(found, divided, figures=figures, name=layer)
    joined, check = join_by_code(found, names, name=layer, codes=source["codes"], repair=source["repair_codes"])
    joined, beyond = leave_out_parts(joined, name=layer)
    io.write_table(joined, parquet)
    io.write_checks([check, *beyond, *parts, *table_checks(table, name=layer, **layout)], checks)


if "snakemake" in globals():
    run(main, snakemake)
