"""Have the files of a layer, from the first provider that has them all."""

from pathlib import Path
from typing import Any

from comarca import io
from comarca.fetch.failures import LadderError
from comarca.fetch.ladder import fetch_layer
from comarca.fetch.settings import Settings
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import Ladder


def main(
    *,
    layer: str,
    country: str,
    ladder: dict[str, Any],
    config: dict[str, Any],
    receipt: str,
    log: str,
    territories: str | None = None,
) -> None:
    plan = Ladder(**ladder)
    # Read once more when the run ends: one table for all layers.
    failures = Path(log).with_suffix(".failed.json")
    boundary = layer_io.read_layer(territories, "territories").union_all() if territories else None
    failures.unlink(missing_ok=True)
    try:
        found = fetch_layer(
            layer,
            country,
            providers=plan.providers,
            # No parameters, as the data are the same wherever they come from.
            settings=Settings.of_run(config),
            options=plan.options,
            boundary=boundary,
            required=plan.is_required,
        )
    except LadderError as error:
        io.write_json([failure.as_dict() for failure in error.failures], failures)
        raise
    io.write_json(found.as_dict(), receipt)


if "snakemake" in globals():
    run(main, snakemake)
