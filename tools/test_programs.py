"""Open the products of a run in other people's programs, by the commands of docs/use-elsewhere.md as they stand there.

`make test-programs` runs it after `make`. A program that is not installed is named and left out; the exit
status is the number of those that did not read what they should. None of this is part of `make test`.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = Path("results/LIE")
GUIDE: Final = ROOT / "docs/use-elsewhere.md"
STATA: Final = """
library(haven)
table <- read_dta("results/LIE/indicators.dta")
stopifnot(is.character(table$territory_id), nchar(attr(table[[7]], "label")) > 0)
cat(nrow(table), "\\n")
"""
QGIS: Final = """
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False); application.initQgis()
layer = QgsVectorLayer("results/LIE/indicators.gpkg|layername=territories", "t", "ogr")
assert layer.isValid() and layer.renderer().type() != "singleSymbol", layer.renderer().type()
print(layer.featureCount(), layer.attributeDisplayName(7))
"""


def blocks(language: str) -> list[str]:
    """Code of a language in the guide."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def run(*command: str, **environment: str) -> str:
    """Run a command at the project's root; what it prints."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment, timeout=300, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)[:80]}: {done.stderr.strip()[-600:]}")
    return done.stdout.strip()


def territories() -> list[list[str]]:
    """Rows of the published table, with its header."""
    with (ROOT / RESULTS / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def r() -> str:
    """Read table, codebook and shapes in R."""
    return run("Rscript", "-e", "\n".join(blocks("r")), R_DEFAULT_DEVICE="pdf")[-60:]


def stata() -> str:
    """Read the Stata file with haven: codes are text, variables have labels."""
    assert run("Rscript", "-e", STATA).split()[-1] == str(len(territories()) - 1)
    return "rows, codes and labels as published"


def libreoffice() -> str:
    """Read the workbook: its codes and values are those of the CSV."""
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        workbook = str(RESULTS / "indicators.xlsx")
        run("soffice", "--headless", profile, "--convert-to", filters, "--outdir", folder, workbook)
        with (Path(folder) / "indicators-indicators.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
    expected = territories()
    assert rows[0] == expected[0]
    assert [row[0] for row in rows] == [row[0] for row in expected]
    area = expected[0].index("area_km2")
    assert [float(row[area]) for row in rows[1:]] == [float(row[area]) for row in expected[1:]]
    return f"{len(rows) - 1} rows, {len(rows[0])} columns"


def duckdb() -> str:
    """Ask the query of the guide."""
    import duckdb as engine

    os.chdir(ROOT)
    found = engine.sql(blocks("sql")[0]).fetchall()
    assert found
    return f"{len(found)} values with a reason"


def sqlite() -> str:
    """Read the GeoPackage as a database."""
    command = next(block for block in blocks("sh") if block.startswith("sqlite3"))
    return run("sh", "-c", command).replace("\n", "; ")


def postgis() -> str:
    """Load the GeoPackage by ogr2ogr into the database that COMARCA_POSTGIS names."""
    target = os.environ["COMARCA_POSTGIS"]
    command = next(block for block in blocks("sh") if block.startswith("ogr2ogr")).replace("dbname=rural", target)
    run("sh", "-c", f"{command.strip()} -overwrite")
    return run("psql", target, "-tAc", "select count(*), st_srid(geom) from lie_territories group by 2")


def qgis() -> str:
    """Open the GeoPackage with its style."""
    return run(qgis_python(), "-c", QGIS, QT_QPA_PLATFORM="offscreen")


def qgis_python() -> str:
    """Find the Python that QGIS was installed for; empty if there is none."""
    return next((name for name in ("python3", "/usr/bin/python3") if imports(name, "qgis.core")), "")


def has(*names: str) -> bool:
    """Whether programs are installed."""
    return all(map(shutil.which, names))


def imports(program: str, module: str) -> bool:
    """Whether a program can import a module."""
    command = [program, "-c", f"import {module}"]
    return bool(shutil.which(program)) and not subprocess.run(command, capture_output=True, check=False).returncode


def has_r(package: str) -> bool:
    """Whether R has a package."""
    command = ["Rscript", "-e", f"library({package})"]
    return has("Rscript") and not subprocess.run(command, capture_output=True, check=False).returncode


def main() -> int:
    """Try each program; print a line for each.

    Returns
    -------
    int
        How many failed.
    """
    programs: list[tuple[str, Callable[[], str], bool]] = [
        ("R, sf", r, has_r("sf")),
        ("Stata file (R, haven)", stata, has_r("haven")),
        ("LibreOffice", libreoffice, has("soffice")),
        ("DuckDB", duckdb, imports(sys.executable, "duckdb")),
        ("SQLite", sqlite, has("sqlite3")),
        ("PostGIS", postgis, "COMARCA_POSTGIS" in os.environ and has("ogr2ogr", "psql")),
        ("QGIS", qgis, bool(qgis_python())),
    ]
    failed = 0
    for name, attempt, is_there in programs:
        if not is_there:
            print(f"{name}: not installed, left out")
            continue
        try:
            print(f"{name}: {attempt()}")
        except (AssertionError, RuntimeError, OSError) as error:
            failed += 1
            print(f"{name}: FAILED {error!r}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
