"""Every module of the package is imported by a test, by its own name."""

import ast

IMPORTED_FROM_TESTS = ("unit", "workflow", "network", "browser")


def modules(root):
    """Names of all modules of the package; a package without code of its own is not one."""
    package = root / "src"
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package).with_suffix("").parts)
        has_code = any(not isinstance(part, ast.Expr) for part in ast.parse(path.read_text(encoding="utf-8")).body)
        if has_code:
            yield name.removesuffix(".__init__")


def imported(path):
    """Names of the modules, and of what may be a module, that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_is_imported_by_a_test(root):
    files = [path for name in IMPORTED_FROM_TESTS for path in sorted((root / "tests" / name).rglob("*.py"))]
    names = {name for path in files for name in imported(path)}
    assert [module for module in modules(root) if module not in names] == []
