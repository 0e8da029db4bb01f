"""Write products, each by the function that its row names."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from comarca import io
from comarca.jobs import run
from comarca.publish.assembled import Assembled


def main(*, modules: Sequence[tuple[str, str]], products: Sequence[str], **files: str) -> None:
    data = Assembled(files)
    for (module, language), path in zip(modules, products, strict=True):
        writer = import_module(module)
        with io.atomic_path(path) as part:
            writer.write(data.in_language(language), part)
            if hasattr(writer, "take_over") and Path(path).exists():
                writer.take_over(Path(path), part)


if "snakemake" in globals():
    run(main, snakemake)
