"""Change single signs and numbers of the source, and see whether the tests of the module notice.

``make mutants`` runs this on a seeded sample of each measuring wing. Of the changed module the unit tests that import
it are run, those of its own first, until the first that fails; a mutant that none notices is written down, to be
explained or to be caught by a better test. Each mutant has a process of its own, forked from one that has the libraries
loaded.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import math
import os
import pkgutil
import random
import shutil
import signal
import sys
import time
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: A mutant that takes longer is taken for one that hangs, which is noticed, s.
LONGEST = 120
#: Tests of other modules that use the changed one are run up to so long, s.
ENOUGH = 60
#: Libraries that are plugins of pytest, too, are loaded already.
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
#: Tests of all modules of a wing at once, beside those that import a module by name.
OF_ALL = {"measures": ["tests/unit/test_examples.py"]}
WINGS = ("measures", "rasters", "land", "population", "roads", "access")
#: Each sign and what it is changed to.
SIGNS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def places(tree: ast.AST) -> list[ast.AST]:
    """Nodes inside functions that can be changed, in order; messages and nested functions' own lines stand once."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return list(dict.fromkeys(node for function in functions for part in function.body for node in _inside(part)))


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that can be changed; what is only said, to a log or in an error, does not count."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _is_log(node.func)):
        return
    if _changes(node):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _inside(child)


def _is_log(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and ast.unparse(function.value) in {"log", "logger"}


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


def tests_of(module: str, seconds: dict[str, float], *, is_wide: bool) -> list[str]:
    """Unit tests that import a module, or if `is_wide` any of its wing, and pass without any change.

    Those that import little else stand first; of the others so many are taken as run for a minute, if wide for three.
    """
    name, wing = f"comarca.{module}", module.split(".")[0]
    wanted = [
        path
        for path in seconds
        if name in _imports(ROOT / path)
        or path in OF_ALL.get(wing, [])
        or (is_wide and any(each.startswith(f"comarca.{wing}.") for each in _imports(ROOT / path)))
    ]
    wanted.sort(key=lambda path: (-_share(ROOT / path, name), seconds[path], path))
    sums, enough = list(accumulate(seconds[path] for path in wanted)), 3 * ENOUGH if is_wide else ENOUGH
    return [path for path, total in zip(wanted, sums, strict=True) if total <= enough or path == wanted[0]]


def _share(path: Path, name: str) -> float:
    """Share of a module among all modules of the project that a test imports."""
    return (name in _imports(path)) / sum(each.startswith("comarca.") for each in _imports(path))


@cache
def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def passes(copy: Path, tests: list[str]) -> bool:
    """Run tests on a copy of the source in a process of their own; one that hangs or dies does not pass."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path.insert(0, str(copy))
        os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.dont_write_bytecode = True
        os.chdir(ROOT)
        os._exit(int(pytest.main([*OPTIONS, *tests])))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def load_libraries() -> None:
    """Load all that the project's modules need, once, and forget the modules themselves."""
    sys.path.insert(0, str(ROOT / "src"))
    for wing in WINGS:
        package = importlib.import_module(f"comarca.{wing}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    sys.path.remove(str(ROOT / "src"))
    for name in [name for name in sys.modules if name.split(".")[0] == "comarca"]:
        del sys.modules[name]


def sample(per_wing: int, seed: int, wings: list[str]) -> list[tuple[str, int]]:
    """Choose places of each wing: module and number of the place; wings take turns."""
    chosen: list[tuple[int, str, int]] = []
    for wing in wings:
        paths = sorted((ROOT / "src/comarca" / wing).glob("*.py"))
        counts = {f"{wing}.{path.stem}": len(places(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}
        every = [(module, number) for module, count in counts.items() for number in range(count)]
        picked = random.Random(f"{seed} {wing}").sample(every, min(per_wing, len(every)))
        chosen += [(turn, module, number) for turn, (module, number) in enumerate(picked)]
    return [(module, number) for _, module, number in sorted(chosen)]


def timed(copy: Path, modules: set[str], notes: Path) -> dict[str, float]:
    """Seconds that each test file which imports one of the modules takes; those that fail unchanged are left out."""
    seconds: dict[str, float | None] = json.loads(notes.read_text()) if notes.is_file() else {}
    names = {f"comarca.{module}" for module in modules}
    extra = [path for module in modules for path in OF_ALL.get(module.split(".")[0], [])]
    for path in sorted((ROOT / "tests/unit").glob("test_*.py")):
        name = str(path.relative_to(ROOT))
        if name not in seconds and (names & _imports(path) or name in extra):
            begun = time.monotonic()
            seconds[name] = time.monotonic() - begun if passes(copy, [name]) else None
            notes.write_text(json.dumps(seconds))
    return {name: value for name, value in seconds.items() if value is not None}


def main() -> None:
    """Go on with the sample where the file of results ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("results", type=Path, help="JSON lines, one per mutant")
    arguments.add_argument("--per-wing", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--wings", nargs="+", default=list(WINGS))
    arguments.add_argument("--again", action="store_true", help="run what is not noticed with the tests of its wing")
    arguments.add_argument("--seconds", type=float, default=math.inf, help="begin no mutant after so long")
    given = arguments.parse_args()
    begun = time.monotonic()
    given.results.touch()
    rows = {(row["module"], row["number"]): row for row in map(json.loads, given.results.read_text().splitlines())}
    copy = given.results.with_suffix(".src").resolve()
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    load_libraries()
    chosen = sample(given.per_wing, given.seed, given.wings)
    seconds = timed(copy, {module for module, _ in chosen}, given.results.with_suffix(".seconds.json"))
    for module, number in chosen:
        row = rows.get((module, number), {})
        is_done = row.get("is_wide", False) or row["noticed"] if given.again and row else bool(row) or given.again
        if is_done or time.monotonic() - begun > given.seconds:
            continue
        path = copy / "comarca" / f"{module.replace('.', '/')}.py"
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        changed = change(places(tree)[number])
        path.write_text(ast.unparse(tree), encoding="utf-8")
        is_noticed = not passes(copy, tests_of(module, seconds, is_wide=given.again))
        path.write_text(source, encoding="utf-8")
        row = {"module": module, "number": number, "change": changed, "noticed": is_noticed, "is_wide": given.again}
        rows[module, number] = row
        with given.results.open("a") as file:
            file.write(json.dumps(row) + "\n")
    for wing in given.wings:
        of_wing = [row for row in rows.values() if row["module"].startswith(f"{wing}.")]
        sys.stdout.write(f"{wing}: {sum(row['noticed'] for row in of_wing)} of {len(of_wing)} mutants noticed\n")


if __name__ == "__main__":
    main()
