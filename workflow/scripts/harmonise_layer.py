"""Keep of a layer what lies in the region or near enough to matter for it."""

from comarca import io, layer_io
from comarca.jobs import job
from comarca.nearby import within_reach


def main(*, layer: str, source: str, territories: str, buffer_km: float, output: str, checks: str) -> None:
    kept, found = within_reach(
        layer_io.read_layer(source, layer),
        layer_io.read_layer(territories, "territories"),
        name=layer,
        buffer_km=buffer_km,
    )
    layer_io.write_layer(kept, output, layer)
    io.write_checks(found, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            layer=snakemake.wildcards.layer,
            source=snakemake.input.source,
            territories=snakemake.input.territories,
            buffer_km=snakemake.params.buffer_km,
            output=snakemake.output.layer,
            checks=snakemake.output.checks,
        )
