"""Change single signs and numbers of the source, and see whether the tests of the module notice.

``make mutants`` runs this on a seeded sample. Of each module the unit tests that import it are run, until the first
that fails; a mutant that none notices is written down, to be explained or to be caught by a better test.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("measures", "rasters", "land", "population", "roads", "access")
#: Each sign and what it is changed to.
SIGNS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def places(tree: ast.AST) -> list[ast.AST]:
    """Nodes inside functions that can be changed, in order; annotations and messages aside."""
    found: list[ast.AST] = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                if not isinstance(statement, ast.Raise | ast.FunctionDef):
                    found += [node for node in ast.walk(statement) if _changes(node)]
    return list(dict.fromkeys(found))


def _changes(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp | ast.BoolOp):
        return type(node.op) in SIGNS
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and type(node.ops[0]) in SIGNS
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.Invert | ast.USub)
    return isinstance(node, ast.Constant) and type(node.value) in {int, float, bool}


def change(node: ast.AST) -> str:
    """Change a node in its place; return what was changed."""
    before = ast.unparse(node)
    match node:
        case ast.BinOp() | ast.BoolOp():
            node.op = SIGNS[type(node.op)]()  # type: ignore[assignment]
        case ast.Compare():
            node.ops = [SIGNS[type(node.ops[0])]()]  # type: ignore[list-item]
        case ast.UnaryOp():
            node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
            if not isinstance(node.op, ast.UAdd):
                return _without(node, before)
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value) | float(value)):
            node.value = value + 1
    return f"line {node.lineno}: {before} -> {ast.unparse(node)}"


def _without(node: ast.UnaryOp, before: str) -> str:
    """Take a negation away, by negating twice."""
    node.operand = ast.UnaryOp(op=type(node.op)(), operand=node.operand)
    return f"line {node.lineno}: {before} -> {ast.unparse(node)}"


def tests_of(module: str) -> list[str]:
    """Unit tests that import a module."""
    name = re.escape(f"comarca.{module}") + r"\b"
    tests = sorted((ROOT / "tests/unit").glob("test_*.py"))
    return [str(path) for path in tests if re.search(name, path.read_text(encoding="utf-8"))]


def is_noticed(copy: Path, tests: list[str]) -> bool:
    """Run the tests on a copy of the source; a mutant that hangs is noticed, too."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def sample(per_module: int, seed: int, wings: list[str]) -> list[tuple[str, int]]:
    """Choose places of each module: module and number of the place; modules take turns."""
    chosen: list[tuple[int, str, int]] = []
    for wing in wings:
        for path in sorted((ROOT / "src/comarca" / wing).glob("*.py")):
            module = f"{wing}.{path.stem}"
            count = len(places(ast.parse(path.read_text(encoding="utf-8"))))
            numbers = random.Random(f"{seed} {module}").sample(range(count), min(per_module, count))
            chosen += [(turn, module, number) for turn, number in enumerate(numbers)]
    return [(module, number) for _, module, number in sorted(chosen)]


def main() -> None:
    """Go on with the sample where the file of results ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("results", type=Path, help="JSON lines, one per mutant")
    arguments.add_argument("--per-module", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--wings", nargs="+", default=list(WINGS))
    arguments.add_argument("--seconds", type=float, default=math.inf, help="begin no mutant after so long")
    given = arguments.parse_args()
    begun = time.monotonic()
    lines = given.results.read_text().splitlines() if given.results.is_file() else []
    done = {(line["module"], line["number"]) for line in map(json.loads, lines)}
    copy = given.results.with_suffix(".src")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for module, number in sample(given.per_module, given.seed, given.wings):
        if (module, number) in done or time.monotonic() - begun > given.seconds:
            continue
        path = copy / "comarca" / f"{module.replace('.', '/')}.py"
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        changed = change(places(tree)[number])
        path.write_text(ast.unparse(tree), encoding="utf-8")
        noticed = is_noticed(copy, tests_of(module))
        path.write_text(source, encoding="utf-8")
        row = {"module": module, "number": number, "change": changed, "noticed": noticed}
        with given.results.open("a") as file:
            file.write(json.dumps(row) + "\n")
    rows = list(map(json.loads, given.results.read_text().splitlines()))
    sys.stdout.write(f"{sum(row['noticed'] for row in rows)} of {len(rows)} mutants noticed\n")


if __name__ == "__main__":
    main()
