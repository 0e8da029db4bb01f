"""Take the canals and ditches of irrigation from OSM or from the user's file, and keep those near the territories."""

from collections.abc import Sequence
from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.osm.read import read_osm
from comarca.sources.vectors.nearby import within_reach
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.power_services import canals_from_file
from comarca.sources.vectors.read import options_of


def main(
    *,
    territories: str,
    source: dict[str, Any],
    canals: str,
    checks: str,
    files: Sequence[str] | str | None = None,
    extract: str | None = None,
    receipt: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if files:
        whole, found = canals_from_file(source["path"], **options_of(source))
        found += require_overlap(whole.geometry.to_numpy(), area, name="canals", ids=whole["canal_id"])
    else:
        fetched = load_layer_receipt(receipt) if receipt else None
        path = present_files(fetched)[0] if fetched is not None and fetched.provider != "file" else extract
        osm = read_osm(path, ["canals"])
        whole, found = osm["canals"], osm.checks
    kept, near = within_reach(whole, area, name="canals", buffer_km=0.0)
    layer_io.write_layer(kept, canals, "canals")
    io.write_checks([*found, *near], checks)


if "snakemake" in globals():
    run(main, snakemake)
