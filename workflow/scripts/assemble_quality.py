"""Gather all checks of a run into quality.json and quality.md."""

from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent, empty_columns, fallback_checks
from comarca.publish.maps.base import outline_of
from comarca.publish.maps.files import read_classes
from comarca.publish.quality import NotComputed, failed_checks, quality_report, table_checks
from comarca.publish.quality_text import quality_markdown
from comarca.registry.columns import Column


def main(
    *,
    region: str,
    titles: dict[str, str],
    checks: list[str],
    resting: dict[str, list[str]],
    table: str,
    flags: str,
    columns: str,
    territories: str,
    classes: str,
    country: str,
    not_computed: list[dict[str, Any]],
    factors: list[dict[str, Any]],
    column_keys: dict[str, str],
    area_range_km2: tuple[float, float] | None,
    json: str,
    markdown: str,
    failed: str,
    spanish: str,
    portuguese: str,
    absent: str | None = None,
    **files: Any,
) -> None:
    lost = Absent.read(absent)
    texts = io.read_json(columns)
    planned = [Column(**column) for column in texts["columns"]]
    by_file = {name: io.read_checks(path) for name, path in zip(resting, checks, strict=True)}
    values, reasons = io.read_table(table), io.read_table(flags)
    by_file[""] = table_checks(
        values,
        reasons,
        lost.kept(planned),
        territories=layer_io.read_layer(territories, "territories"),
        years=texts["years"],
        area_range_km2=area_range_km2,
        country_outline=outline_of(country),
        classes=read_classes(classes),
    )
    left_out = [NotComputed(**entry) for entry in not_computed] + lost.not_computed(planned)
    left_out += empty_columns(planned, values, reasons, keys=column_keys)
    receipts = (path for name, path in files.items() if name.startswith("receipt_"))
    results = [check for found in by_file.values() for check in found]
    results += fallback_checks(load_layer_receipt(path) for path in receipts)
    report = quality_report([*results, *lost.checks()], region=region, not_computed=left_out, factors=factors)
    io.write_json(report, json)
    io.write_json(failed_checks(by_file, planned, resting=resting | {"": [column.name for column in planned]}), failed)
    for language, path in {"en": markdown, "es": spanish, "pt": portuguese}.items():
        io.write_text(quality_markdown(report, language=language, title=titles[language]), path)


if "snakemake" in globals():
    run(main, snakemake)
