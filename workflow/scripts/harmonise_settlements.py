"""Spread the population of places over their buildings."""

from comarca import io, layer_io
from comarca.jobs import job
from comarca.settlements import settlement_population


def main(*, layers: dict[str, str], population: str, checks: str) -> None:
    layer, found = settlement_population(**{name: layer_io.read_layer(path, name) for name, path in layers.items()})
    layer_io.write_layer(layer, population, "population")
    io.write_checks(found, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            layers={
                name: snakemake.input[name] for name in ("territories", "cities", "places", "buildings", "land_use")
            },
            population=snakemake.output.population,
            checks=snakemake.output.checks,
        )
