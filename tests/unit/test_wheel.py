"""The package as others install it: a wheel, without the folder of the project around it."""

import os
import subprocess
import sys
import zipfile

import pytest

import comarca

READ_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
import comarca
from comarca.config.read import read_config
from comarca.registry.columns import load_registry
from comarca.registry.countries import countries
from comarca.registry.files import load_sources
from comarca.registry.legends import read_legend
assert comarca.__file__.startswith(sys.argv[1]), comarca.__file__
read_config({"country": "NIC"})
legends = [read_legend(name).name for name in ("corine", "mapbiomas", "worldcover")]
print(comarca.__version__, len(load_registry().families), len(load_sources()), len(countries()), len(legends))
"""


def run(*command, cwd, **options):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=180, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*pip, "--wheel-dir", str(folder), str(root), cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


def test_an_installed_wheel_finds_all_registries(wheel, tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "elsewhere")]
    run(*pip, str(wheel), cwd=tmp_path)
    version, families, sources, countries, legends = run(
        sys.executable, "-c", READ_ALL, str(tmp_path / "elsewhere"), cwd=tmp_path
    ).split()
    assert version == comarca.__version__
    assert int(families) >= 9
    assert int(sources) >= 13
    assert int(countries) > 190
    assert int(legends) == 3


def test_the_wheel_holds_the_package_and_its_logger_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    packages = {"comarca", "snakemake_logger_plugin_comarca"}
    assert {name.split("/")[0] for name in names} == {*packages, f"comarca-{comarca.__version__}.dist-info"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_version_stands_in_one_place(root):
    for name in ("pyproject.toml", "CITATION.cff", "mkdocs.yml"):
        assert f'"{comarca.__version__}"' not in (root / name).read_text(encoding="utf-8")
        assert f"version: {comarca.__version__}" not in (root / name).read_text(encoding="utf-8")
