"""Spread the population of places over their buildings, unless a provider knows where people live."""

import pandas as pd

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.population.settlements import settlement_population


def main(*, settlements: str, checks: str, receipt: str | None = None, **layers: str) -> None:
    if receipt and load_layer_receipt(receipt).provider != "settlements":
        # Nobody reads it: it only has to be there.
        io.write_table(pd.DataFrame(), settlements)
        io.write_checks([], checks)
        return
    layer, found = settlement_population(**{name: layer_io.read_layer(path, name) for name, path in layers.items()})
    layer_io.write_layer(layer, settlements, "settlements")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
