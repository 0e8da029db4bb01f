"""Change single signs and numbers of the source, and see whether the tests notice.

``make mutants`` runs this on a seeded sample of each measuring wing. Each unit test that imports a module of the wings
is run once under coverage; of a changed line the tests that run it are run again, those of its own module first, until
the first that fails. A mutant that none notices is written down, to be explained or to be caught by a better test. Each
mutant has a process of its own, forked from one that has the libraries loaded. A place is known by its function and its
text, so that the sample stays as it is when other lines change.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import math
import os
import pkgutil
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from functools import cache, partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from coverage import CoverageData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
#: Places at which a change makes no difference that a test could see, and why.
EXPLAINED = ROOT / "tests/faults/explained.yaml"
#: A mutant that takes more of the processor is taken for one that hangs, which is noticed, s.
LONGEST = 180
#: Tests of a mutant are chosen up to so long, s.
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


def places(tree: ast.AST) -> list[ast.expr]:
    """Nodes inside functions that can be changed, in order; messages and nested functions' own lines stand once."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return list(dict.fromkeys(node for function in functions for part in function.body for node in _inside(part)))


def _inside(node: ast.AST) -> Iterator[ast.expr]:
    """Nodes that can be changed; what is only said, to a log or in an error, and checks by `zip` do not count."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _is_log(node.func)):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    if isinstance(node, ast.expr) and _changes(node):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _inside(child)


def _is_log(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and ast.unparse(function.value) in {"log", "logger"}


def _changes(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp | ast.BoolOp):
        return type(node.op) in SIGNS
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1 and type(node.ops[0]) in SIGNS
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not | ast.Invert | ast.USub)
    return isinstance(node, ast.Constant) and type(node.value) in {int, float, bool}


def change(node: ast.expr) -> str:
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


def lines_of(tree: ast.AST, node: ast.expr) -> range:
    """Lines of the statement that holds a node, without its body."""
    holds = [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.stmt) and each.lineno <= node.lineno <= (each.end_lineno or 0)
    ]
    body = getattr(holds[-1], "body", None)
    return range(holds[-1].lineno, body[0].lineno if body else (holds[-1].end_lineno or 0) + 1)


def tests_of(module: str, lines: range, traces: Traces) -> list[list[str]]:
    """Tests that run a statement: those of files that import its module, then others, of a minute each at most.

    Where none is seen to run it, as in compiled functions: the files that import the module.
    """
    name, runs = f"comarca.{module}", traces.tests(module, lines)
    if not runs:
        return [_first(traces.files_of(name))]
    near = {test: seconds for test, seconds in runs.items() if name in _imports(ROOT / test.split("::")[0])}
    far = {test: seconds for test, seconds in runs.items() if test not in near}
    return [_first(tests) for tests in (near, far) if tests]


def _first(tests: dict[str, float]) -> list[str]:
    """So many tests as run in a minute, the quick ones first, and one at least."""
    ordered = sorted(tests, key=lambda test: (tests[test], test))
    sums = accumulate(tests[test] for test in ordered)
    return [test for test, total in zip(ordered, sums, strict=True) if total <= ENOUGH or test == ordered[0]]


def tests_of_wing(module: str, traces: Traces) -> list[str]:
    """Whole files that import a module of the wing, those that import little else first, of up to three minutes."""
    name, wing = f"comarca.{module}", module.split(".")[0]
    wanted = traces.files_of(f"comarca.{wing}.") | traces.files_of(name)
    wanted |= {path: traces.files[path] for path in OF_ALL.get(wing, []) if path in traces.files}
    ordered = sorted(wanted, key=lambda path: (-_share(ROOT / path, name), wanted[path], path))
    sums = accumulate(wanted[path] for path in ordered)
    return [path for path, total in zip(ordered, sums, strict=True) if total <= 3 * ENOUGH]


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


class Traces:
    """Which test runs which line, by test file; kept in a folder, and made again where a test file has changed."""

    def __init__(self, folder: Path, copy: Path) -> None:
        self.folder, self.copy = folder, copy
        folder.mkdir(exist_ok=True)
        wings = tuple(f"comarca.{wing}." for wing in WINGS)
        extra = {path for paths in OF_ALL.values() for path in paths}
        every = {str(path.relative_to(ROOT)): path for path in sorted((ROOT / "tests/unit").glob("test_*.py"))}
        self.wanted = [
            name
            for name, path in every.items()
            if name in extra or any(each.startswith(wings) for each in _imports(path))
        ]
        self.files: dict[str, float] = {}
        self._lines: dict[str, dict[str, dict[str, list[str]]]] = {}
        self._seconds: dict[str, dict[str, float]] = {}

    def make(self, until: float) -> bool:
        """Trace what is not traced yet, as long as there is time; return whether all is."""
        for name in self.wanted:
            digest = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:12]
            notes = self.folder / f"{Path(name).stem}.{digest}.json"
            if not notes.is_file():
                if time.monotonic() > until:
                    return False
                _forked(self.copy, partial(self._trace, name, notes))
            whole = json.loads(notes.read_text()) if notes.is_file() else {"lines": {}, "seconds": {}}
            self._lines[name], self._seconds[name] = whole["lines"], whole["seconds"]
            if whole["seconds"]:
                self.files[name] = sum(whole["seconds"].values())
        return True

    def _trace(self, name: str, notes: Path) -> int:
        """Run one test file under coverage and note, for each line, the tests that run it."""
        data, times = notes.with_suffix(".coverage"), _Times()
        os.environ["COVERAGE_FILE"] = str(data)
        options = ("--cov=comarca", "--cov-context=test", "--cov-report=", "--cov-fail-under=0")
        pytest.main([*OPTIONS[1:], *options, name], plugins=[times])
        lines: dict[str, dict[str, list[str]]] = {}
        found = CoverageData(str(data))
        found.read()
        for path in sorted(found.measured_files()):
            module = ".".join(Path(path).with_suffix("").parts[-2:])
            if module.split(".")[0] in WINGS:
                by_line = found.contexts_by_lineno(path)
                lines[module] = {str(line): sorted(filter(None, contexts)) for line, contexts in by_line.items()}
        notes.write_text(json.dumps({"lines": lines, "seconds": times.passed()}))
        data.unlink()
        return 0

    def files_of(self, prefix: str) -> dict[str, float]:
        """Test files that import a module whose name begins so, with their seconds."""
        names = {name: any(each.startswith(prefix) for each in _imports(ROOT / name)) for name in self.files}
        return {name: self.files[name] for name, is_wanted in names.items() if is_wanted}

    def tests(self, module: str, lines: range) -> dict[str, float]:
        """Tests that run one of the lines, and their seconds; what a fixture runs counts for all tests of its file."""
        chosen: dict[str, float] = {}
        for name, by_module in self._lines.items():
            by_line = by_module.get(module, {})
            contexts = [each.rpartition("|") for line in lines for each in by_line.get(str(line), [])]
            seconds = self._seconds[name]
            is_shared = any(phase != "run" for _, _, phase in contexts)
            chosen |= seconds if is_shared else {test: seconds[test] for test, _, _ in contexts if test in seconds}
        return chosen


class _Times:
    """Plugin that notes how long each test takes, and which fail."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] += report.duration
        if not report.passed:
            self.failed.add(report.nodeid)

    def passed(self) -> dict[str, float]:
        """Seconds of each test that passes."""
        return {test: round(value, 4) for test, value in self.seconds.items() if test not in self.failed}


def passes(copy: Path, tests: list[str]) -> bool:
    """Run tests on a copy of the source in a process of their own; one that hangs or dies does not pass."""
    return _forked(copy, lambda: int(pytest.main([*OPTIONS, *tests]))) == 0


def _forked(copy: Path, work: Callable[[], int]) -> int:
    """Do something in a process of its own that imports the copy of the source; return how it ended."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        signal.alarm(10 * LONGEST)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path.insert(0, str(copy))
        os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.dont_write_bytecode = True
        os.chdir(ROOT)
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


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


def named_places(wing: str) -> dict[str, tuple[str, int]]:
    """Places of a wing by name: module, function, text, and which of those of one text it is."""
    named: dict[str, tuple[str, int]] = {}
    for path in sorted((ROOT / "src/comarca" / wing).glob("*.py")):
        tree, seen, module = ast.parse(path.read_text(encoding="utf-8")), Counter[str](), f"{wing}.{path.stem}"
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for number, node in enumerate(places(tree)):
            around = [each for each in functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
            name = f"{module} {around[-1].name}: {ast.unparse(node)}"
            seen[name] += 1
            named[f"{name} ({seen[name]})"] = module, number
    return named


def sample(per_wing: int, seed: int, wings: list[str], rows: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Choose places of each wing, those with a row first: name, module and number; wings take turns."""
    chosen: list[tuple[int, str, str, int]] = []
    for wing in wings:
        named = named_places(wing)
        ranks = {name: hashlib.sha256(f"{seed} {name}".encode()).hexdigest() for name in named}
        picked = sorted(named, key=lambda name: (name not in rows, ranks[name]))[:per_wing]
        chosen += [(turn, name, *named[name]) for turn, name in enumerate(picked)]
    return [(name, module, number) for _, name, module, number in sorted(chosen)]


def main() -> None:
    """Go on with the sample where the file of results ends."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("results", type=Path, help="JSON lines, one per mutant")
    arguments.add_argument("--per-wing", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--wings", nargs="+", default=list(WINGS))
    arguments.add_argument(
        "--again", action="store_true", help="try what is open again, with all tests of its wing, too"
    )
    arguments.add_argument("--seconds", type=float, default=math.inf, help="begin nothing after so long")
    given = arguments.parse_args()
    until = time.monotonic() + given.seconds
    given.results.touch()
    explained = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in map(json.loads, given.results.read_text().splitlines())}
    copy = given.results.with_suffix(f".{os.getpid()}").resolve()
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    try:
        load_libraries()
        traces = Traces(given.results.with_suffix(".traces").resolve(), copy)
        if traces.make(until):
            for place in sample(given.per_wing, given.seed, given.wings, rows):
                row = rows.get(place[0])
                is_known = row and (row["noticed"] or row["is_wide"] or row["name"] in explained)
                is_done = is_known or not row if given.again else row
                if not is_done and time.monotonic() < until:
                    rows[place[0]] = tried(copy, *place, traces, is_wide=given.again)
                    with given.results.open("a") as file:
                        file.write(json.dumps(rows[place[0]]) + "\n")
    finally:
        shutil.rmtree(copy)
    tell(rows, explained, given.wings)


def tell(rows: dict[str, Any], explained: dict[str, str], wings: list[str]) -> None:
    """Count what was noticed and explained by wing, and list what is open."""
    for wing in wings:
        of_wing = [row for row in rows.values() if row["name"].startswith(f"{wing}.")]
        missed = [row for row in of_wing if not row["noticed"]]
        is_open = [row for row in missed if row["name"] not in explained]
        sys.stdout.write(
            f"{wing}: {len(of_wing)} mutants, {len(of_wing) - len(missed)} noticed, "
            f"{len(missed) - len(is_open)} explained, {len(is_open)} open\n"
        )
        sys.stdout.writelines(f"  {row['name']} | {row['change']}\n" for row in is_open)


def tried(copy: Path, name: str, module: str, number: int, traces: Traces, *, is_wide: bool) -> dict[str, Any]:
    """Change one place of the copy, run the tests, and put it back."""
    path = copy / "comarca" / f"{module.replace('.', '/')}.py"
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    node = places(tree)[number]
    chosen = tests_of(module, lines_of(tree, node), traces)
    chosen += [tests_of_wing(module, traces)] if is_wide else []
    changed = change(node)
    path.write_text(ast.unparse(tree), encoding="utf-8")
    is_noticed = not all(passes(copy, tests) for tests in chosen)
    path.write_text(source, encoding="utf-8")
    return {"name": name, "change": changed, "noticed": is_noticed, "is_wide": is_wide}


if __name__ == "__main__":
    main()
