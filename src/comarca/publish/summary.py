"""The few lines a run ends with: what was made, where, in what time, and which checks warn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from comarca.fetch.receipts import Failure, load_layer_receipt
from comarca.io import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def summarise_run(folders: Mapping[str, str], *, seconds: float) -> list[str]:
    """Describe what stands in the results folders.

    Parameters
    ----------
    folders : mapping
        Region -> its folder.
    seconds : float
        Time the run took.

    Returns
    -------
    list of str
        Lines to print, failed checks first and again last. Only what exists is spoken of, as a run may have been asked
        for a single product.
    """
    lines = ["", f"comarca: done in {seconds:.0f} s."]
    for region, name in folders.items():
        folder = Path(name)
        maps = len(list(folder.glob("maps/*.png")))
        table = folder / "indicators.csv"
        if table.is_file():
            header, *rows = table.read_text(encoding="utf-8").splitlines()
            lines.append(
                f"  {region}: {table} has {len(rows)} territories and {header.count(',') + 1} columns"
                f" (explained in {folder / 'codebook.csv'}); {maps} maps in {folder / 'maps'}/."
            )
        quality = folder / "quality.json"
        if quality.is_file():
            lines.extend(_checks(region, quality))
        lines.extend(f"    {region}: {told}" for told in _second_choices(folder))
    for region, names in failed_checks(folders).items():
        lines.append(f"  {region}: FAILED: {', '.join(names)}. Find out why before you use what rests on them.")
    atlases = [str(path) for name in folders.values() if (path := Path(name) / "atlas.html").is_file()]
    return [*lines, f"  Open {' or '.join(atlases)} in a browser."] if atlases else lines


def failed_layers(folders: Mapping[str, str]) -> list[Failure]:
    """Gather what could not be had, as the jobs left it.

    Parameters
    ----------
    folders : mapping
        Region -> its folder.

    Returns
    -------
    list of Failure
        Rows of required layers that failed, and of optional ones that are missing.
    """
    rows: list[Failure] = []
    for name in folders.values():
        for path in sorted(Path(name).glob("logs/fetch_layer/*.failed.json")):
            rows.extend(Failure(**row) for row in read_json(path))
        for path in sorted(Path(name).glob("fetched/*.json")):
            if (receipt := load_layer_receipt(path)).status == "missing":
                rows.extend(receipt.tried)
    return rows


def failed_checks(folders: Mapping[str, str]) -> dict[str, list[str]]:
    """Name the checks that failed.

    Parameters
    ----------
    folders : mapping
        Region -> its folder.

    Returns
    -------
    dict
        Region -> names of its failed checks, of those regions that have any.
    """
    failed = {}
    for region, name in folders.items():
        quality = Path(name) / "quality.json"
        checks = read_json(quality)["checks"] if quality.is_file() else []
        if names := [str(check["name"]) for check in checks if check["status"] == "fail"]:
            failed[region] = names
    return failed


def _second_choices(folder: Path) -> list[str]:
    """Name the layers that are not from their first choice, with the reason."""
    receipts = [load_layer_receipt(path) for path in sorted(folder.glob("fetched/*.json"))]
    return [
        f"{receipt.layer} is from {receipt.provider}, not from "
        + "; nor from ".join(f"{row.provider} ({row.reason})" for row in receipt.tried)
        + "."
        for receipt in receipts
        if receipt.status == "ready" and receipt.tried
    ]


def _checks(region: str, quality: Path) -> list[str]:
    checks = read_json(quality)["checks"]
    groups = {status: [check for check in checks if check["status"] == status] for status in ("fail", "warn", "pass")}
    counts = {status: len(group) for status, group in groups.items()}
    lines = [
        f"  {region}: {counts['pass']} checks pass, {counts['warn']} warn, {counts['fail']} fail; "
        f"see {quality.with_suffix('.md')}."
    ]
    lines.extend(f"    {status}: {check['message']}" for status in ("fail", "warn") for check in groups[status])
    return lines
