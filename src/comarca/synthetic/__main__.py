"""``python -m comarca.synthetic``: write a synthetic country, or hold a run's table against it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from comarca.errors import ComarcaError
from comarca.io import read_table
from comarca.synthetic.country import Country
from comarca.synthetic.truths import bounds, differences, truths
from comarca.synthetic.write import write_country


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
        table = read_table(options.check).set_index("territory_id")
        found = differences(table, truths(country), bounds(country))
    except ComarcaError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(found.to_string(index=False))  # noqa: T201
    return int(found["wrong"].sum() > 0)


if __name__ == "__main__":
    sys.exit(main())
