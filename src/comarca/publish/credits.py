"""From receipts to the records that provenance and the list of sources are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.publish.provenance import InputFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comarca.fetch.receipts import LayerReceipt, Receipt


def input_files(receipts: Iterable[LayerReceipt]) -> list[InputFile]:
    """Make one record per file, whichever layers rest on it.

    Parameters
    ----------
    receipts : iterable of LayerReceipt
        Receipts of a region's layers.

    Returns
    -------
    list of InputFile
        Sorted by path.
    """
    files: dict[str, Receipt] = {}
    layers: dict[str, set[str]] = {}
    notes: dict[str, str] = {}
    for receipt in receipts:
        for file in receipt.files:
            files[file.path] = file
            notes[file.path] = receipt.note
            layers.setdefault(file.path, set()).add(receipt.layer)
    return [
        InputFile(
            layer=", ".join(sorted(layers[path])),
            provider=file.provider,
            version=file.version,
            path=path,
            url=file.url or None,
            sha256=file.sha256,
            bytes=file.bytes,
            retrieved=file.retrieved,
            data_date=file.data_date or None,
            licence=file.licence,
            attribution=file.attribution,
            final_url=file.final_url or None,
            origin=file.origin,
            note=" ".join(filter(None, (file.note, notes.get(path, "")))),
        )
        for path, file in sorted(files.items())
    ]
