"""Gather all checks of a run into quality.json and quality.md."""

from collections.abc import Iterable
from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent, fallback_checks
from comarca.publish.quality import NotComputed, quality_markdown, quality_report, table_checks
from comarca.registry.columns import Column


def main(
    *,
    region: str,
    checks: list[str],
    table: str,
    flags: str,
    described: str,
    territories: str,
    not_computed: list[dict[str, Any]],
    absent: str | None,
    receipts: Iterable[str],
    expected_area_km2: float | None,
    json: str,
    markdown: str,
) -> None:
    lost = Absent.read(absent)
    texts = io.read_json(described)
    planned = [Column(**column) for column in texts["columns"]]
    results = [check for path in checks for check in io.read_checks(path)]
    results += table_checks(
        io.read_table(table),
        io.read_table(flags),
        lost.kept(planned),
        territories=layer_io.read_layer(territories, "territories"),
        years=texts["years"],
        expected_area_km2=expected_area_km2,
    )
    left_out = [NotComputed(**entry) for entry in not_computed] + lost.not_computed(planned)
    results += fallback_checks(load_layer_receipt(path) for path in receipts)
    report = quality_report([*results, *lost.checks()], region=region, not_computed=left_out)
    io.write_json(report, json)
    io.write_text(quality_markdown(report), markdown)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            region=snakemake.wildcards.region,
            checks=list(snakemake.input.checks),
            table=snakemake.input.table,
            flags=snakemake.input.flags,
            described=snakemake.input.columns,
            territories=snakemake.input.territories,
            not_computed=snakemake.params.not_computed,
            absent=snakemake.input.get("absent"),
            receipts=[path for name, path in snakemake.input.items() if name.startswith("receipt_")],
            expected_area_km2=snakemake.params.expected_area_km2,
            json=snakemake.output.json,
            markdown=snakemake.output.markdown,
        )
