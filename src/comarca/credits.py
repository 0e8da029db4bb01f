"""Who is owed thanks, and for what: provenance and the list of sources, made from receipts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comarca.receipts import LayerReceipt


def provenance_rows(receipts: Iterable[LayerReceipt]) -> list[dict[str, Any]]:
    """Rows of ``provenance.json``: one per file, whichever layers use it.

    Parameters
    ----------
    receipts : iterable of LayerReceipt
        Receipts of the region's layers.

    Returns
    -------
    list of dict
        Sorted by path; the key ``layers`` names the layers that rest on the file.
    """
    layers: dict[str, list[str]] = {}
    rows: dict[str, dict[str, Any]] = {}
    for receipt in receipts:
        for file in receipt.files:
            rows[file.path] = file.as_dict()
            layers.setdefault(file.path, []).append(receipt.layer)
    return [rows[path] | {"layers": sorted(set(layers[path]))} for path in sorted(rows)]


def sources_markdown(receipts: Iterable[LayerReceipt]) -> str:
    """Text of ``SOURCES.md``: one paragraph per source, ready to be pasted into a paper.

    Parameters
    ----------
    receipts : iterable of LayerReceipt
        Receipts of the region's layers.

    Returns
    -------
    str
        Markdown. Files of one source are gathered; every line that a licence demands is there once.
    """
    gathered: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in provenance_rows(receipts):
        gathered.setdefault((row["provider"], row["attribution"]), []).append(row)
    lines = ["# Sources", ""]
    for (provider, attribution), rows in sorted(gathered.items()):
        versions = sorted({row["version"] for row in rows if row["version"]})
        dates = sorted({row["data_date"] for row in rows if row["data_date"]})
        retrieved = sorted({row["retrieved"][:10] for row in rows})
        used_for = sorted({layer for row in rows for layer in row["layers"]})
        lines += [
            f"- **{provider}** ({', '.join(used_for)}). {attribution}",
            f"  Version {', '.join(versions) or 'not stated'}; data of {', '.join(dates) or 'unknown date'}; "
            f"retrieved {', '.join(retrieved)}; {len(rows)} file(s).",
            f"  Licence: {', '.join(sorted({row['licence'] for row in rows}))}.",
            *(f"  Note: {note}" for note in sorted({row["note"] for row in rows if row["note"]})),
            "",
        ]
    return "\n".join(lines)
