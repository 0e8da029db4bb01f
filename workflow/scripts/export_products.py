"""Write products, each by the function that its row names."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from comarca import io
from comarca.jobs import job
from comarca.publish.assembled import Assembled


def main(*, modules: Sequence[tuple[str, str]], files: Mapping[str, str], products: Sequence[str]) -> None:
    data = Assembled(files)
    for (module, language), path in zip(modules, products, strict=True):
        with io.atomic_path(path) as part:
            import_module(module).write(data.in_language(language), part)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            modules=snakemake.params.modules,
            files={name: path for name, path in snakemake.input.items() if name != "code"},
            products=list(snakemake.output),
        )
