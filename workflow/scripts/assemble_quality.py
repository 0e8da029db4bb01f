"""Gather all checks of a run into quality.json and quality.md."""

from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent, empty_columns, fallback_checks
from comarca.publish.quality import NotComputed, quality_markdown, quality_report, table_checks
from comarca.registry.columns import Column


def main(
    *,
    region: str,
    checks: list[str],
    table: str,
    flags: str,
    columns: str,
    territories: str,
    not_computed: list[dict[str, Any]],
    column_keys: dict[str, str],
    area_range_km2: tuple[float, float] | None,
    json: str,
    markdown: str,
    absent: str | None = None,
    **files: Any,
) -> None:
    lost = Absent.read(absent)
    texts = io.read_json(columns)
    planned = [Column(**column) for column in texts["columns"]]
    results = [check for path in checks for check in io.read_checks(path)]
    values, reasons = io.read_table(table), io.read_table(flags)
    results += table_checks(
        values,
        reasons,
        lost.kept(planned),
        territories=layer_io.read_layer(territories, "territories"),
        years=texts["years"],
        area_range_km2=area_range_km2,
    )
    left_out = [NotComputed(**entry) for entry in not_computed] + lost.not_computed(planned)
    left_out += empty_columns(planned, values, reasons, keys=column_keys)
    receipts = (path for name, path in files.items() if name.startswith("receipt_"))
    results += fallback_checks(load_layer_receipt(path) for path in receipts)
    report = quality_report([*results, *lost.checks()], region=region, not_computed=left_out)
    io.write_json(report, json)
    io.write_text(quality_markdown(report), markdown)


if "snakemake" in globals():
    run(main, snakemake)
