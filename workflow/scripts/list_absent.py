"""List the layers that no provider had, the columns that rest on them, and why."""

from collections.abc import Mapping, Sequence

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import job


def main(
    *,
    receipts: Mapping[str, str],
    losses: Mapping[str, Sequence[str]],
    columns: Mapping[str, Sequence[str]],
    absent: str,
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
    with job(snakemake.log[0]):
        main(
            receipts={name: snakemake.input[name] for name in snakemake.params.losses},
            losses=snakemake.params.losses,
            columns=snakemake.params.columns,
            absent=snakemake.output.absent,
        )
