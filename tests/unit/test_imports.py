"""Every module of the package is imported by a test, by its own name."""

import ast

IMPORTED_FROM_TESTS = ("unit", "workflow", "network", "browser")


#: Modules without a test of their own so far; a new module does not go here.
LACKING = {
    "comarca.config.dynamics",
    "comarca.fetch.on_disk",
    "comarca.fetch.providers.cod",
    "comarca.fetch.providers.gadm",
    "comarca.fetch.providers.geoboundaries",
    "comarca.fetch.providers.ghspop",
    "comarca.fetch.providers.mapbiomas",
    "comarca.fetch.providers.nightlights",
    "comarca.fetch.providers.one_file",
    "comarca.fetch.providers.worldcover",
    "comarca.fetch.providers.worldpop",
    "comarca.plan.region",
    "comarca.publish.absent",
    "comarca.publish.describe",
    "comarca.publish.exports.analysis_csv",
    "comarca.publish.exports.atlas_html",
    "comarca.publish.exports.atlas_pdf",
    "comarca.publish.exports.codebook_csv",
    "comarca.publish.exports.codebook_language_csv",
    "comarca.publish.exports.long_csv",
    "comarca.publish.exports.long_csvt",
    "comarca.publish.exports.qgis_styles",
    "comarca.publish.maps.dynamics_pages",
    "comarca.publish.maps.dynamics_words",
    "comarca.publish.maps.frames",
    "comarca.publish.maps.labels",
    "comarca.publish.maps.model",
    "comarca.publish.maps.sheet",
    "comarca.sources.boundaries.fetched",
    "comarca.sources.boundaries.provider_file",
    "comarca.sources.cities.fetched",
    "comarca.sources.datasets",
    "comarca.sources.osm.lines",
    "comarca.sources.osm.opl",
    "comarca.sources.osm.stream",
    "comarca.sources.osm.twins",
    "comarca.sources.osm.write",
    "comarca.sources.rows",
    "comarca.sources.tables.area_units",
    "comarca.sources.texts",
    "comarca.sources.vectors.encoding",
    "comarca.sources.vectors.geojson",
    "comarca.sources.vectors.nearby",
    "comarca.sources.vectors.spots",
    "comarca.sources.vectors.surfaces",
}


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
    assert {module for module in modules(root) if module not in names} - LACKING == set()
