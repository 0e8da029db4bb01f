"""The table of the theory, the page written from it, and what a region lacks of it in its quality report."""

import re

import pytest
import yaml

from comarca.config.region import Region
from comarca.errors import InputError
from comarca.plan import theory as plan_theory
from comarca.plan.region import RegionPlan
from comarca.publish.quality import NotComputed, quality_report
from comarca.publish.quality_text import quality_markdown
from comarca.registry import DATA
from comarca.registry.columns import load_registry
from comarca.registry.theory import load_theory

REGISTRY = load_registry()
#: What the page says is missing.
MISSING = {"local_capital_share", "employment_largest_employer_share"}


def test_the_page_is_written_from_the_table(root, capsys):
    plan_theory.main()
    page = (root / "docs/theory.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == page, "make schema"
    assert "`age_groups.provider`" in page


def test_what_the_page_calls_missing_is_not_registered(root):
    page = (root / "docs/theory.md").read_text(encoding="utf-8")
    known = {column.name for family in REGISTRY.families.values() for column in family.columns}
    assert all(name in page for name in MISSING)
    assert not MISSING & known


def test_no_column_stands_twice_in_its_file(root):
    for path in sorted((root / "src/comarca/registry/data/indicators").glob("[a-z]*.yaml")):
        names = re.findall(r"^  (\S+):(?: |$)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(names) == sorted(set(names)), path.name


def test_unknown_columns_and_lacking_languages_are_refused(tmp_path):
    table = yaml.safe_load((DATA / "theory.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "theory.yaml"
    table["factors"]["land"]["statements"][0]["columns"].append("no_such_share")
    path.write_text(yaml.safe_dump(table), encoding="utf-8")
    with pytest.raises(InputError, match="no_such_share"):
        load_theory(path, REGISTRY)
    del table["factors"]["land"]["title"]["pt"]
    path.write_text(yaml.safe_dump(table), encoding="utf-8")
    with pytest.raises(InputError, match="language"):
        load_theory(path, REGISTRY)


def region_plan(root, **sections):
    return RegionPlan("A", Region(country="NIC", **sections), ("en",), REGISTRY, lambda path: str(root / path))


def test_every_statement_has_a_column_or_the_key_that_gives_it(root):
    for sections in ({}, {"osm": "none"}, {"services": "none", "power": "none"}):
        plan = region_plan(root, **sections)
        for row in plan.factor_columns:
            lacks = {name for name, names in row["columns"].items() if not names}
            assert lacks == set(row["config_keys"])
            for key in row["config_keys"].values():
                section = key.split(".")[0]
                assert section in Region.model_fields, key
    keys = {name: key for row in plan.factor_columns for name, key in row["config_keys"].items()}
    assert keys["young_adult_sex_ratio"] == "age_groups.provider"
    assert keys["holding_women_share"] == "holdings.provider"
    assert keys["employment_{employment_sector}_location_quotient_ratio"] == "employment.provider"
    assert keys["{service}_density_per_10000persons"] == "services.provider"


def test_the_report_tells_in_three_languages_what_the_region_lacks(root):
    plan = region_plan(root)
    lacking = [NotComputed(**row) for row in plan.not_computed]
    empty = NotComputed("mine_area_share", "", (), "osm.provider", {"not_mapped": 3}, template="mine_area_share")
    report = quality_report([], region="A", not_computed=[*lacking, empty], factors=plan.factor_columns)
    rows = {row["says"]["en"]: row for row in report["factors"]}
    assert rows["enclaves"]["lacking"] == {
        "employment_largest_sector_share": "employment.provider", "mine_area_share": "osm.provider"}  # fmt: skip
    assert rows["enclaves"]["columns"] == []
    assert "road_density_km_per_100km2" in rows["roads"]["columns"]
    for language, words in {"en": "The theory and this region", "es": "quemas", "pt": "floresta perdida"}.items():
        text = quality_markdown(report, language=language)
        assert words in text
        assert "`forest_loss.provider`" in text
    assert "The theory" not in quality_markdown(quality_report([], region="A"))


def test_a_column_that_stands_for_several_is_there_if_one_of_them_is(root):
    plan = region_plan(root)
    lost = [NotComputed("time_bank_mean_min", "", (), "osm.provider")]
    report = quality_report([], region="A", not_computed=lost, factors=plan.factor_columns)
    (row,) = [row for row in report["factors"] if row["says"]["en"] == "markets of several kinds"]
    assert "time_bank_mean_min" not in row["columns"]
    assert "time_marketplace_mean_min" in row["columns"]
    assert row["lacking"] == {}
