"""Licences of what the project runs on: each is known, and none asks that the project be passed on under its terms."""

from importlib.metadata import PackageNotFoundError, files, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PERMISSIVE = (
    "MIT", "BSD", "Apache", "PSF", "Python Software Foundation", "ISC", "HPND", "Zlib", "MPL", "Mozilla", "Unlicense",
    "BSL-1.0", "Boost", "CC0", "Public Domain", "0BSD", "PIL", "LGPL", "Lesser General Public",
)  # fmt: skip
LOCKED = sorted(
    line.split("==")[0].split("[")[0].lower()
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if "==" in line and not line.startswith((" ", "#"))
)


def licence_of(name):
    facts = metadata(name)
    stated = [value.rsplit("::", 1)[1] for value in facts.get_all("Classifier") or [] if "License ::" in value]
    stated += [facts.get("License-Expression") or "", (facts.get("License") or "")[:200]]
    for file in files(name) or ():
        if "licen" in file.name.lower() and Path(str(file.locate())).is_file():
            stated.append(file.read_text()[:200])
    return " ".join(" ".join(stated).split())


@pytest.mark.parametrize("name", LOCKED)
def test_the_licence_of_each_locked_package_is_permissive_or_of_the_library_alone(name):
    try:
        licence = licence_of(name)
    except PackageNotFoundError:
        pytest.skip("not installed on this system")
    assert any(word.lower() in licence.lower() for word in PERMISSIVE), f"{name}: {licence[:200]!r}"
