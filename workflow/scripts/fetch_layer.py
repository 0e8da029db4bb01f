"""Have the files of a layer, from the first provider that has them all."""

from pathlib import Path
from typing import Any

from comarca import io
from comarca.fetch.failures import LadderError
from comarca.fetch.ladder import fetch_layer
from comarca.fetch.settings import Settings
from comarca.jobs import job
from comarca.layers import files as layer_io


def main(
    *,
    layer: str,
    country: str,
    providers: list[str],
    options: dict[str, Any],
    required: bool,
    territories: str | None,
    settings: Settings,
    receipt: str,
    failures: Path,
) -> None:
    boundary = layer_io.read_layer(territories, "territories").union_all() if territories else None
    failures.unlink(missing_ok=True)
    try:
        found = fetch_layer(
            layer,
            country,
            providers=providers,
            settings=settings,
            options=options,
            boundary=boundary,
            required=required,
        )
    except LadderError as error:
        # Read once more when the run ends: one table for all layers.
        io.write_json([failure.as_dict() for failure in error.failures], failures)
        raise
    io.write_json(found.as_dict(), receipt)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            layer=snakemake.wildcards.layer,
            country=snakemake.params.country,
            providers=snakemake.params.providers,
            options=snakemake.params.options,
            required=snakemake.params.required,
            territories=snakemake.input.get("territories"),
            # No parameters, as the data are the same wherever they come from.
            settings=Settings.of_run(snakemake.config),
            receipt=snakemake.output.receipt,
            failures=Path(snakemake.log[0]).with_suffix(".failed.json"),
        )
