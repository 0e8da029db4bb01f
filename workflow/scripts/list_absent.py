"""List the layers that no provider had, the columns that rest on them, and why."""

from collections.abc import Mapping, Sequence

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run


def main(
    *,
    losses: Mapping[str, Sequence[str]],
    columns: Mapping[str, Sequence[str]],
    absent: str,
    **receipts: str,
) -> None:
    missing = [load_layer_receipt(path) for path in receipts.values()]
    missing = [receipt for receipt in missing if receipt.status == "missing"]
    names = [receipt.layer for receipt in missing]
    io.write_json(
        {
            "layers": sorted({layer for name in names for layer in losses[name]}),
            "columns": sorted({column for name in names for column in columns[name]}),
            "failures": [failure.as_dict() for receipt in missing for failure in receipt.tried],
        },
        absent,
    )


if "snakemake" in globals():
    run(main, snakemake)
