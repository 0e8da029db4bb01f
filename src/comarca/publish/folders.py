"""Texts of products without the folders of the computer they were made on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

#: An absolute path: a slash that nothing stands before, folders, a name.
_ABSOLUTE: Final = re.compile(r"(?<![\w.:/~-])(?:/vsizip)?/(?P<first>[\w.-]+)(?:/[^\s/'\"`,;:|]+)+")


def without_folders(value: Any, *, root: Path | None = None, home: Path | None = None) -> Any:
    """Write paths from the project's folder, and of files that lie elsewhere the name alone.

    Parameters
    ----------
    value : object
        A text, or lists and mappings of texts; all else stays.
    root, home : pathlib.Path, optional
        The project's folder, and the user's; those of the process if not given.

    Returns
    -------
    object
        The same with shorter paths. Addresses of the network stay.
    """
    root, home = root or Path.cwd(), home or Path.home()
    if isinstance(value, dict):
        return {key: without_folders(item, root=root, home=home) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_folders(item, root=root, home=home) for item in value]
    if not isinstance(value, str) or "/" not in value:
        return value
    if value.startswith("/") and Path(value).is_absolute() and Path(value).parent.is_dir():
        place = Path(value)  # a path and nothing else, which may hold blanks
        return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
    text = value.replace(f"{root.as_posix()}/", "")
    text = re.sub(rf"{re.escape(home.as_posix())}/(?:[^/\n'\"`,;:|]+/)*", "", text) if home != Path("/") else text
    return _ABSOLUTE.sub(lambda match: match[0].rsplit("/", 1)[1] if Path("/", match["first"]).is_dir() else match[0],
                         text)  # fmt: skip
