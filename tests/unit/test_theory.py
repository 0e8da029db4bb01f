"""The page on the theory names columns that there are, and every family of factors has one on it."""

import re

from comarca.registry.columns import load_registry

#: What the page names that is no column of the registry: those it says are missing, and files.
MISSING = {"local_capital_share", "employment_largest_employer_share"}


def plain(name):
    """Take the fields of a template for any word."""
    return re.compile(re.sub(r"\\{[a-z_]+\\}", "[a-z0-9_<>]+", re.escape(name)))


def test_every_column_that_the_page_names_is_registered(root):
    page = (root / "docs/theory.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in page.splitlines() if line.startswith("|"))
    ending = r"(?:_index|_share|_min|_persons|_name|_class|_km|_year|_type|_city|_ratio|_100km2|_10000persons|_mbps)"
    named = set(re.findall(rf"`([a-z<][a-z0-9_<>]*{ending})`", rows))
    families = load_registry().families.values()
    patterns = [plain(column.name) for family in families for column in family.columns]
    assert len(named) > 40
    assert [name for name in sorted(named) if not any(pattern.fullmatch(name) for pattern in patterns)] == []


def test_what_the_page_calls_missing_is_not_registered(root):
    page = (root / "docs/theory.md").read_text(encoding="utf-8")
    known = {column.name for family in load_registry().families.values() for column in family.columns}
    assert all(name in page for name in MISSING)
    assert not MISSING & known


def test_no_column_stands_twice_in_its_file(root):
    for path in sorted((root / "src/comarca/registry/data/indicators").glob("[a-z]*.yaml")):
        names = re.findall(r"^  (\S+):(?: |$)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(names) == sorted(set(names)), path.name
