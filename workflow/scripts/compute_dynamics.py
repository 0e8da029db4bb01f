"""Count types of change and moves between them, set factors beside them, and hold the propositions of the research."""

from typing import Any

from comarca import io
from comarca.dynamics.factors import factor_table
from comarca.dynamics.neighbours import queen_neighbours
from comarca.dynamics.periods import nature_periods, outcome_periods
from comarca.dynamics.propositions import Panel, Settings, hold_propositions
from comarca.dynamics.summary import balance_check, summarise, transitions
from comarca.indicators.dynamics import periods_of
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.publish.assembled import Assembled
from comarca.registry.propositions import load_propositions


def main(
    *,
    table: str,
    columns: str,
    territories: str,
    outcomes: str,
    profiles: str,
    land_cover_areas: str | None = None,
    tests: dict[str, Any],
    dynamics_summary: str,
    dynamics_transitions: str,
    dynamics_factors: str,
    propositions: str,
    checks: str,
) -> None:
    data = Assembled({"table": table, "columns": columns})
    rows, known = data.table.set_index("territory_id"), io.read_table(outcomes)
    periods = periods_of(data.columns)
    summary = summarise(rows, known, periods)
    io.write_table(summary, dynamics_summary)
    io.write_table(transitions(rows, known, periods), dynamics_transitions)
    changes = outcome_periods(known, periods, rows)
    factors = list(dict.fromkeys(io.read_table(profiles)["column"]))
    io.write_table(factor_table(rows, factors, changes), dynamics_factors)
    registry = load_propositions()
    years = sorted(io.read_table(land_cover_areas)["year"].unique()) if land_cover_areas else []
    neighbours = queen_neighbours(layer_files.read_layer(territories, "territories"))
    panel = Panel(
        table=rows,
        parent=rows["parent_name"],
        periods=[*changes, *nature_periods(rows, registry, years=years)],
        neighbours=neighbours,
        years=data.years,
    )
    held = hold_propositions(panel, registry, Settings(**tests, language=data.languages[0]))
    io.write_table(held, propositions)
    io.write_checks([balance_check(summary, len(rows))], checks)


if "snakemake" in globals():
    run(main, snakemake)
