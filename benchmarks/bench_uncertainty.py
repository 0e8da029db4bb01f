"""What bands cost and how wide they are: the step of finished regions once more, without and with draws.

Each measurement runs in a process of its own, on the files of a run that lies in the working directory. What a run
costs without bands are its other jobs, as Snakemake measured them (those that have a benchmark).

    python benchmarks/bench_uncertainty.py CONFIG:REGION ... [--draws 30] [--page docs/validation/uncertainty.md]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from textwrap import wrap

import pandas as pd
import yaml

from comarca.plan import inputs
from comarca.plan.run import RunPlan

ROOT = Path(__file__).resolve().parents[1]


def step(config: str, name: str, draws: int, folder: Path) -> dict:
    """Compute the bands of a region, and measure it."""
    region = RunPlan.read(yaml.safe_load(Path(config).read_text(encoding="utf-8")), project_file=str)[name]
    spec = importlib.util.spec_from_file_location("step", ROOT / "workflow/scripts/compute_uncertainty.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    files = {key: path for key, path in inputs.compute_uncertainty(region).items() if not isinstance(path, list)}
    given = {key: path for key, path in files.items() if Path(path).exists()}
    for key in files.keys() - given.keys():
        print(f"{name}: without {key}, which the run does not have", file=sys.stderr)
    clock, cpu = time.perf_counter(), time.process_time()
    script.main(
        table=region.file("assembled/table.parquet"),
        families=region.banded_families,
        settings=region.config.uncertainty.model_dump() | {"draws": draws},
        access=region.access_options,
        uncertainty=str(folder / "uncertainty.parquet"),
        checks=str(folder / "uncertainty.json"),
        **given,
    )
    seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - cpu
    check = json.loads((folder / "uncertainty.json").read_text(encoding="utf-8"))[0]
    demand = Path(region.file("layers/demand.parquet"))
    return {
        "seconds": seconds, "cpu_seconds": cpu_seconds,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "widths": check["rows"],
        "points": len(pd.read_parquet(demand, columns=["demand_id"])) if demand.exists() else 0,
        "territories": len(pd.read_parquet(region.file("assembled/table.parquet"), columns=[])),
    }  # fmt: skip


def measured(config: str, name: str, draws: int) -> dict:
    """Run the step in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, f"{config}:{name}", "--draws", str(draws), "--step", folder]
        return json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
        )


def other_jobs(name: str) -> dict:
    """Sum up what Snakemake measured of a region's other jobs."""
    files = [path for path in Path("results", name, "benchmarks").rglob("*.tsv") if "uncertainty" not in path.stem]
    rows = pd.concat([pd.read_csv(path, sep="\t", na_values="-") for path in files], ignore_index=True)
    return {"cpu_seconds": float(rows["cpu_time"].sum()), "mb": float(rows["max_rss"].max())}


def compare(config: str, name: str, draws: int) -> dict:
    """Measure a region without bands, with bands but no draws, and with draws."""
    return {
        "name": name,
        "off": other_jobs(name),
        "none": measured(config, name, 0),
        "on": measured(config, name, draws),
    }


COST = (
    "Written by `python benchmarks/bench_uncertainty.py`: {draws} draws of speeds and detours, on one core; seconds "
    "are those of the processor. *Other jobs* are those of a run without bands that Snakemake measures."
)
REUSED = (
    "Without roads and cities to drive to there is nothing to draw, and both runs are the same. The network is that "
    "of the base run, its vertices between two crossings already joined into edges; a draw divides the minutes of "
    "the edges by the factors of their classes and searches anew, since the quickest way changes with the speeds."
)
WIDTHS = (
    "Of what lies between 0 and 1 the width itself (absolute), of times and amounts the width over the value "
    "(relative), of classes the share of territories in more than one (class)."
)
COST_HEAD = ("region", "territories", "places", "other jobs, s", "MB", "without draws, s", "MB", "with draws, s", "MB")


def page(found: list[dict], draws: int) -> str:
    """Write up the cost and the widths in Markdown."""
    cost, widths = [], []
    for row in found:
        off, none, on = row["off"], row["none"], row["on"]
        each = max(on["cpu_seconds"] - none["cpu_seconds"], 0.0) / draws
        size = [row["name"], f"{on['territories']:,}", f"{on['points']:,}"]
        times = [f"{part['cpu_seconds']:.0f} | {part['mb']:,.0f}" for part in (off, none, on)]
        cost.append([*size, *times, f"{each:.2f}"])
        widths += [
            [row["name"], width["family"], width["method"], width["measure"], f"{width['bands']:,}",
             f"{width['median']:.3f}", f"{width['p90']:.3f}"]
            for width in on["widths"]
        ]  # fmt: skip
    lines = [
        "# What bands cost, and how wide they are",
        "",
        *wrap(COST.format(draws=draws), 119),
        "",
        *rows([*COST_HEAD, "a draw, s"], cost),
        "",
        *wrap(REUSED, 119),
        "",
        "## Widths",
        "",
        *wrap(WIDTHS, 119),
        "",
        *rows(["region", "family", "method", "measure", "bands", "median", "p90"], widths),
    ]
    return "\n".join(lines) + "\n"


def rows(head: list[str], body: list[list[str]]) -> list[str]:
    """Write a table in Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]


def main() -> None:
    """Measure the regions and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("regions", nargs="+", help="CONFIG:REGION, each finished in the working directory")
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--page", type=Path, default=ROOT / "docs/validation/uncertainty.md")
    parser.add_argument("--step", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    pairs = [region.rsplit(":", 1) for region in options.regions]
    if options.step:
        print(json.dumps(step(*pairs[0], options.draws, options.step)))
        return
    found = [compare(config, name, options.draws) for config, name in pairs]
    options.page.write_text(page(found, options.draws), encoding="utf-8")


if __name__ == "__main__":
    main()
