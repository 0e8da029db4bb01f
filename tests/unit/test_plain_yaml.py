import subprocess
import sys
from pathlib import Path

import pytest

from comarca.config.plain_yaml import main, require_plain_yaml
from comarca.errors import ConfigError
from comarca.registry import DATA

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = """\
__use_yte__: true
__definitions__:
  - import pathlib; pathlib.Path("ran").touch()
regions:
  example: {country: NIC}
"""

BAD = {
    "template": (TEMPLATE, "line 1: got 'the key __use_yte__'"),
    "template in JSON": ('{"__use_yte__": true}', "__use_yte__"),
    "expression as key": ("regions:\n  ?if True:\n    a: 1\n", "the key"),
    "template under an alias": ("k: &k __use_yte__\nd: &d __definitions__\n*k : true\n*d : [1]\n", "the key *k"),
    "octal": ("cells:\n  raster_cell_m: 0500\n", "line 2: got '0500, which YAML reads to another base"),
    "octal code": ("where: {code: 0101}\n", "a text in quotes"),
    "base 60": ("buffer: 1:30\n", "got '1:30"),
    "digits": (f"a: {'1' * 5_000}\n", "a number of 5,000 digits"),
    "Norway": ("roads:\n  where: {code: NO}\n", "line 2: got 'NO, which YAML reads as false', expected false, or 'NO'"),
    "decimals of a code": ("where: {not: {code: [2, 1.10]}}\n", "got '1.10, which YAML reads as 1.1'"),
    "UTF-16": ("a: b\n".encode("utf-16"), "YAML in UTF-8"),
    "tag": ("a: !!python/object/apply:os.system [ls]\n", "python/object"),
    "doubled key": ("a: 1\nb: {c: 1, c: 2}\n", "the key 'c' again, which stands in line 2"),
    "aliases": ("a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
                "aliases expanded"),
    "alias inside itself": ("a: &a [*a]\n", "inside itself"),
    "many keys": ("".join(f"k{i}: 1\n" for i in range(60_000)), "more than 50,000 keys"),
    "deep": ("[" * 100_000, "more than 50 levels"),
    "tab": ("a:\n\t- 1\n", "line 2"),
    "not UTF-8": (b"a: \xe9\n", "UTF-8"),
    "zero bytes": (b"a: \x00\n", "YAML"),
    "large": ("# " + "x" * 4_000_001, "at most 4,000,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_more_than_data_is_refused(name, tmp_path):
    content, said = BAD[name]
    path = tmp_path / "config.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=r"config\.yaml") as error:
        require_plain_yaml(path)
    assert said in str(error.value)
    assert main([str(path)]) == 1


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("config/*.yaml")), *sorted(DATA.glob("*.yaml"))], ids=str)
def test_files_of_the_project_pass(path):
    require_plain_yaml(path)


def test_values_that_yaml_reads_as_they_stand_pass_under_where(tmp_path):
    path = tmp_path / "config.yaml"
    text = "where: {code: [1, 2.5, 'NO', \"1.10\", -3, x_y], day: 2010-01-05, void: null, is_rural: true, not: {a: ~}}"
    path.write_text(f"{text}\nafter: {{offline: yes, share: 1.10}}\n", encoding="utf-8")
    require_plain_yaml(path)


def test_anchors_and_merges_pass(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: &a {x: 1}\nb: {<<: *a, y: [*a, *a]}\n", encoding="utf-8")
    require_plain_yaml(path)


@pytest.mark.parametrize("arguments", [["-n"], ["--lint"], ["--list-rules"]])
def test_a_template_in_the_configuration_is_refused_and_nothing_of_it_runs(arguments, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(TEMPLATE, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "workflow/Snakefile"), "--cores", "1", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode != 0
    assert "__use_yte__" in done.stdout + done.stderr
    assert not (tmp_path / "ran").exists()
