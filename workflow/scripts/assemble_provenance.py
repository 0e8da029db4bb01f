"""Write down which files the numbers come from, under what terms, and with which settings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import job
from comarca.plan.ladders import rung
from comarca.publish.inputs import input_files, local_input, offline_geonames
from comarca.publish.provenance import InputFile, provenance, source_line, sources_markdown, sources_table


def main(
    *,
    region: str,
    title: str,
    local: dict[str, str],
    osm_header: str | None,
    cities: Sequence[str],
    receipts: Sequence[str],
    config: dict[str, Any],
    benchmarks: str,
    languages: list[str],
    record: str,
    sources: str,
    credit_lines: str,
    sources_table_path: str,
) -> None:
    fetched = {receipt.layer: receipt for receipt in map(load_layer_receipt, receipts)}
    local = {layer: path for layer, path in local.items() if rung(["file"], fetched.get(layer)) == "file"}
    date = io.read_json(osm_header)["timestamp"] if osm_header else None
    inputs = [local_input(layer, path, data_date=date if layer == "osm" else None) for layer, path in local.items()]
    inputs += [offline_geonames()] if rung(cities, fetched.get("cities")) == "geonames" else []
    inputs += [dated(entry, date) for entry in input_files(fetched.values())]
    seconds = sum(pd.read_csv(path, sep="\t")["s"].sum() for path in Path(benchmarks).rglob("*.tsv"))
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"config": config, "run_seconds": round(float(seconds), 1), "finished": finished}
    io.write_json(provenance(inputs, region=region, **facts), record)
    io.write_text(sources_markdown(inputs, region=region, title=title), sources)
    io.write_table(sources_table(inputs), sources_table_path)
    io.write_json({language: source_line(inputs, language=language) for language in languages}, credit_lines)


def dated(entry: InputFile, osm_date: str | None) -> InputFile:
    """Date OpenStreetMap data by the extract itself, which knows best."""
    return replace(entry, data_date=osm_date or entry.data_date) if entry.layer == "osm" else entry


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            region=snakemake.wildcards.region,
            title=snakemake.params.title,
            local=snakemake.params.local,
            osm_header=snakemake.input.get("osm_header"),
            cities=snakemake.params.cities,
            receipts=[snakemake.input[name] for name in snakemake.params.fetched],
            config=snakemake.params.config,
            benchmarks=snakemake.params.benchmarks,
            languages=snakemake.params.languages,
            record=snakemake.output.provenance,
            sources=snakemake.output.sources,
            credit_lines=snakemake.output.credits,
            sources_table_path=snakemake.output.table,
        )
