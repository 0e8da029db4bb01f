"""``python -m comarca.synthetic``: write a synthetic country, or hold a run's table against it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from comarca.errors import ComarcaError, InputError
from comarca.io import read_table
from comarca.synthetic.country import Country
from comarca.synthetic.truths import bounds, differences, truths
from comarca.synthetic.write import write_country

if TYPE_CHECKING:
    import pandas as pd


def main(arguments: list[str] | None = None) -> int:
    """Write the country, or compare.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line if not given.

    Returns
    -------
    int
        0; 1 if something cannot be made, or the table differs from what was planted.
    """
    parser = argparse.ArgumentParser(prog="python -m comarca.synthetic", description=__doc__)
    parser.add_argument("--territories", type=int, default=100, help="10 to 10,000 (default: 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("data/raw/synthetic"))
    parser.add_argument(
        "--check", type=Path, metavar="TABLE", help="assembled/table.parquet of a run: compare, write nothing"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    logging.getLogger("comarca").setLevel(logging.INFO)
    try:
        country = Country(options.territories, seed=options.seed)
        if options.check is None:
            write_country(country, options.folder)
            return 0
        found = differences(_table_of(options.check), truths(country), bounds(country))
    except (ComarcaError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(found.to_string(index=False))  # noqa: T201
    return int(found["wrong"].sum() > 0)


def _table_of(path: Path) -> pd.DataFrame:
    expected = "the table of a run on this country, results/synthetic/assembled/table.parquet"
    try:
        table = read_table(path)
    except (OSError, ValueError) as error:
        raise InputError(str(path), got=str(error).splitlines()[0], expected=expected) from error
    if "territory_id" not in table:
        raise InputError(str(path), got=f"the columns {', '.join(map(str, table))}", expected=expected)
    return table.set_index("territory_id")


if __name__ == "__main__":
    sys.exit(main())
