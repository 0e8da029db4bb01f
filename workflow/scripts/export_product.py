"""Write a product by the function that its row names."""

from collections.abc import Mapping
from importlib import import_module

from comarca import io
from comarca.jobs import job
from comarca.publish.assembled import Assembled


def main(*, module: str, files: Mapping[str, str], language: str, product: str) -> None:
    with io.atomic_path(product) as part:
        import_module(module).write(Assembled(files, language), part)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            module=snakemake.params.module,
            files={name: path for name, path in snakemake.input.items() if name != "code"},
            language=snakemake.params.language,
            product=snakemake.output.product,
        )
