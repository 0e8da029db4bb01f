"""Legends that come with the project, and users' own."""

from __future__ import annotations

import pytest

from comarca.errors import InputError
from comarca.registry.legends import ROLES, read_legend


@pytest.fixture
def folder(root):
    return root / "src/comarca/registry/data/legends"


@pytest.mark.parametrize(("name", "count"), [("worldcover", 11), ("mapbiomas", 45), ("corine", 88)])
def test_each_code_has_a_name_and_at_most_one_role(folder, name, count):
    table = read_legend(name, folder).table
    assert len(table) == count
    assert (table["name"].str.len() > 0).all()
    assert (table[list(ROLES)].sum(axis=1) <= 1).all()


def test_farmed_codes_are_those_of_the_products(folder):
    assert read_legend("worldcover", folder).codes("is_farmed") == [40]
    assert {15, 18, 21, 39, 41} <= set(read_legend("mapbiomas", folder).codes("is_farmed"))
    assert 3 not in read_legend("mapbiomas", folder).codes("is_farmed")
    corine = read_legend("corine", folder)
    assert [code for code in corine.codes("is_farmed") if code > 100] == [
        211, 212, 213, 221, 222, 223, 231, 241, 242, 243, 244,
    ]  # fmt: skip


def test_corine_knows_its_classes_by_level_3_code_and_by_grid_code(folder):
    table = read_legend("corine", folder).table
    assert (table.loc[1:44].to_numpy() == table.loc[111:523].to_numpy()).all()


def test_codes_that_a_legend_lacks_are_listed(folder):
    assert read_legend("worldcover", folder).unknown([40, 7, 7, 101]) == [7, 101]


def test_a_users_legend_is_read(folder, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("code,name,is_farmed,is_natural,is_built_up,is_water\n3,Milpa,TRUE,0,0,0\n1,Selva,0,1,0,0\n")
    legend = read_legend(str(path), folder)
    assert legend.name == "mine"
    assert legend.codes("is_farmed") == [3]
    assert legend.table.index.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,name\n1,x\n", "a column is_farmed"),
        ("code,name,is_farmed,is_natural,is_built_up,is_water\n1,x,0,0,0,0\n1,y,0,0,0,0\n", "each code once"),
        ("code,name,is_farmed,is_natural,is_built_up,is_water\n1.5,x,0,0,0,0\n", "whole number"),
        ("code,name,is_farmed,is_natural,is_built_up,is_water\n1,x,yes,0,0,0\n", "true or false"),
        (
            "code,name,is_farmed,is_natural,is_built_up,is_water\n1,x,0,0,0,0\n2,y,1,0,0,1\n",
            "code 2.*water that is farmed",
        ),
        ("code,name,is_farmed,is_natural,is_built_up,is_water\n", "one row per class"),
    ],
)
def test_a_legend_that_cannot_be_is_refused(folder, tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_legend(str(path), folder)


def test_a_misspelt_legend_is_answered_with_the_nearest_name(folder):
    with pytest.raises(InputError, match="Did you mean 'mapbiomas'"):
        read_legend("mapbioma", folder)
    with pytest.raises(InputError, match="a file that is there"):
        read_legend("nowhere.csv", folder)
