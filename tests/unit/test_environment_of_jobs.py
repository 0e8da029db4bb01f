"""The conda environment of the jobs names the libraries of pyproject.toml."""

import runpy

import yaml


def test_the_environment_is_written_from_the_projects_libraries(root):
    tool = runpy.run_path(str(root / "tools/build_environment.py"))
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert tool["TARGET"].read_text(encoding="utf-8") == tool["environment"](project), "make lock writes it anew"


def test_bounds_extras_and_other_names_are_carried_over(root):
    tool = runpy.run_path(str(root / "tools/build_environment.py"))
    text = tool["environment"]('[project]\ndependencies = ["matplotlib[x]>=1", "snakemake>=9", "osmium>=4", "zlib-x"]')
    found = yaml.safe_load(text)["dependencies"]
    assert found == ["matplotlib-base >=1", "pip", "python =3.11", "zlib-x", {"pip": ["osmium >=4"]}]
