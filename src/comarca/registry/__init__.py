"""The lists that drive everything: columns, provider files, products, countries and legends, with their data files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

#: Folder of the data files; they come with the package, installed or not.
DATA: Final = Path(str(files(__name__))) / "data"
