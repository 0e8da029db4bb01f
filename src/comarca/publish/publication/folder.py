"""Write the folder of a data set that is ready to be published."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

import yaml

from comarca import io
from comarca.publish.publication.catalogue import dcat, enriched_package, ro_crate
from comarca.publish.publication.texts import checksums, citation_cff, readme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comarca.publish.publication.dataset import DataSet

#: What the folder holds beside copies of products.
METADATA: Final = ("README.md", "CITATION.cff", "config.yaml", "dcat.rdf", "ro-crate-metadata.json", "SHA256SUMS")


def write_publication(folder: Path, products: Sequence[Path], data: DataSet, *, config: Mapping[str, Any]) -> None:
    """Write the folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where to; what a former run left there is removed.
    products : sequence of pathlib.Path
        Files of the region to be copied, ``datapackage.json`` and ``LICENSE.md`` among them.
    data : DataSet
        What is said of the data set.
    config : mapping
        The configuration that makes it again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in products:
        shutil.copyfile(path, folder / path.name)
    package = folder / "datapackage.json"
    io.write_json(enriched_package(io.read_json(package), data), package)
    io.write_text(yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True), folder / "config.yaml")
    io.write_text(citation_cff(data), folder / "CITATION.cff")
    names = sorted({path.name for path in folder.iterdir()} | {*METADATA})
    io.write_text(readme(data, names), folder / "README.md")
    files = sorted(folder.iterdir())
    io.write_text(dcat(data, files), folder / "dcat.rdf")
    io.write_text(ro_crate(data, [*files, folder / "dcat.rdf"]), folder / "ro-crate-metadata.json")
    io.write_text(checksums([path for path in folder.iterdir() if path.name != "SHA256SUMS"]), folder / "SHA256SUMS")
