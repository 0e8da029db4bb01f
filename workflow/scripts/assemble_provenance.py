"""Write down which files the numbers come from, under what terms, and with which settings."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.plan.ladders import chosen_provider
from comarca.publish.inputs import InputFile, input_files, local_input, offline_geonames
from comarca.publish.licence import licence_note, terms_of
from comarca.publish.provenance import (
    credit_lines_of,
    credits_of,
    provenance,
    sources_table,
)
from comarca.publish.sources_text import sources_markdown


def main(
    *,
    region: str,
    titles: dict[str, str],
    own_files: dict[str, str | Sequence[str]],
    own_descriptions: dict[str, dict[str, Any]],
    cities: Sequence[str],
    region_config: dict[str, Any],
    benchmarks: str,
    languages: list[str],
    record: str,
    markdown: str,
    spanish: str,
    portuguese: str,
    licence: str,
    credit_lines: str,
    sources: str,
    osm: str | None = None,
    **files: Any,
) -> None:
    receipts = (load_layer_receipt(path) for name, path in files.items() if name.startswith("receipt_"))
    fetched = {receipt.layer: receipt for receipt in receipts}
    local = {
        layer: path for layer, path in own_files.items() if chosen_provider(["file"], fetched.get(layer)) == "file"
    }
    date = io.read_json(osm)["timestamp"] if osm else None
    inputs = [
        local_input(
            layer, path, data_date=date if layer == "osm" else None, described=own_descriptions.get(section_of(layer))
        )
        for layer, path in local.items()
    ]
    inputs += [offline_geonames()] if chosen_provider(cities, fetched.get("cities")) == "geonames" else []
    inputs += [dated(entry, date) for entry in input_files(fetched.values())]
    seconds = sum(pd.read_csv(path, sep="\t")["s"].sum() for path in Path(benchmarks).rglob("*.tsv"))
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"config": region_config, "run_seconds": round(float(seconds), 1), "finished": finished}
    io.write_json(provenance(inputs, region=region, **facts), record)
    for language, path in {"en": markdown, "es": spanish, "pt": portuguese}.items():
        text = sources_markdown(inputs, region=region, title=titles[language], language=language)
        io.write_text(text, path)
    io.write_text(licence_note(terms_of(inputs), credits_of(inputs), title=titles["en"]), licence)
    io.write_table(sources_table(inputs), sources)
    io.write_json({language: credit_lines_of(inputs, language) for language in languages}, credit_lines)


def section_of(layer: str) -> str:
    """Section of the configuration that a file belongs to: earlier rasters bear their year."""
    return layer if layer.startswith("attributes_") else re.sub(r"_\d{4}$", "", layer)


def dated(entry: InputFile, osm_date: str | None) -> InputFile:
    """Date OpenStreetMap data by the extract itself, which knows best."""
    return replace(entry, data_date=osm_date or entry.data_date) if entry.layer == "osm" else entry


if "snakemake" in globals():
    run(main, snakemake)
