"""The source files that a result hangs on, found by following import statements without running them.

Snakemake reruns a job when its script changes, but not when a module that the script imports changes. Rules
therefore take these files as an input.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
#: Fields of a syntax tree's nodes that hold statements, or that hold what holds statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def module_files(*modules: str) -> list[str]:
    """List the files of modules of this package and of all that they import from it.

    Parameters
    ----------
    *modules : str
        Dotted names, such as ``comarca.indicators.land``.

    Returns
    -------
    list of str
        Absolute paths, sorted. Imports that only serve type checking do not count.
    """
    files: set[Path] = set()
    todo = [path for name in modules for path in _resolve(name)]
    while todo:
        path = todo.pop()
        if path not in files:
            files.add(path)
            todo.extend(_imported(path))
    return sorted(str(path) for path in files)


def script_modules(script: str | Path) -> list[str]:
    """List the modules of this package that a script imports.

    Parameters
    ----------
    script : path-like
        A Python file outside the package.

    Returns
    -------
    list of str
        Dotted names.
    """
    return sorted(_imports(ast.parse(Path(script).read_text(encoding="utf-8"))))


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    names = _imports(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(file for name in sorted(names) for file in _resolve(name))


def _imports(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            # Import statements stand in blocks; to look into expressions takes ten times as long.
            todo.extend(inner for block in _BLOCKS for inner in getattr(node, block, ()))
    return {name for name in names if name.split(".")[0] == "comarca"}


@cache
def _resolve(name: str) -> tuple[Path, ...]:
    """Files of a dotted name: the module and the packages above it; nothing if it names a function or class."""
    parts = name.split(".")[1:]
    files = [PACKAGE.joinpath(*parts[:depth], "__init__.py") for depth in range(len(parts) + 1)]
    if parts:
        files.append(PACKAGE.joinpath(*parts).with_suffix(".py"))
    return tuple(file for file in files if file.is_file())
