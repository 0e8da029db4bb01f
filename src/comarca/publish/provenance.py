"""Where the numbers come from: the record of a run, and what has to be credited."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

import comarca
from comarca.publish.folders import without_folders
from comarca.publish.inputs import InputFile
from comarca.publish.licence import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Libraries whose version can change a number or a picture.
LIBRARIES: Final = (
    "comarca", "exactextract", "geopandas", "mapclassify", "matplotlib", "numpy", "osmium", "pandas", "pyogrio",
    "pyproj", "rasterio", "scipy", "shapely", "snakemake",
)  # fmt: skip

_SOURCES_WORD: Final = {"en": "Sources", "es": "Fuentes", "pt": "Fontes"}


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a result.

    Returns
    -------
    dict
        Name -> version, sorted by name; without those that are not installed here, as Snakemake may be in a job's own
        environment. This package need not be installed: it states its version itself.
    """
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = comarca.__version__ if name == "comarca" else version(name)
    return found


def provenance(
    inputs: Sequence[InputFile],
    *,
    region: str,
    config: Mapping[str, Any],
    run_seconds: float | None = None,
    finished: str | None = None,
) -> dict[str, Any]:
    """Make the record of a run.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.
    region : str
        Name of the region.
    config : mapping
        The validated configuration of the region.
    run_seconds : float, optional
        How long it took.
    finished : str, optional
        ISO date and time of its end.

    Returns
    -------
    dict
        Plain data for `provenance.json`.
    """
    record: dict[str, Any] = {
        "region": region,
        "finished": finished,
        "run_seconds": run_seconds,
        "terms": terms_of(inputs).as_dict(),
        "inputs": [asdict(entry) for entry in ordered(inputs)],
        "config": without_folders(dict(config)),
        "versions": library_versions(),
    }
    return {key: without_home(value) for key, value in record.items()}


def without_home(value: Any) -> Any:
    """Write ``~`` for the user's home in all texts of plain data: nobody needs to know how it is called."""
    if isinstance(value, dict):
        return {key: without_home(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_home(entry) for entry in value]
    home = str(Path.home())
    return value.replace(home, "~") if isinstance(value, str) and home != "/" else value


def sources_table(inputs: Sequence[InputFile]) -> pd.DataFrame:
    """List the inputs as a table.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.

    Returns
    -------
    pandas.DataFrame
        One row per file, one column per attribute of `InputFile`.
    """
    return pd.DataFrame([asdict(entry) for entry in ordered(inputs)], columns=list(InputFile.__dataclass_fields__))


def inputs_from_table(table: pd.DataFrame) -> list[InputFile]:
    """Take the inputs back from their table.

    Parameters
    ----------
    table : pandas.DataFrame
        What `sources_table` made, also after a round trip through a file.

    Returns
    -------
    list of InputFile
        One per row.
    """
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [InputFile(**{str(key): value for key, value in row.items()}) for row in rows]


def source_line(inputs: Sequence[InputFile], *, language: str) -> str:
    """Write the line that stands under a map.

    Parameters
    ----------
    inputs : sequence of InputFile
        What the map was made from.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Each attribution once, with its licence; empty if there is none to give.
    """
    notices = credits_of(inputs)
    return f"{_SOURCES_WORD[language]}: {'; '.join(notices)}." if notices else ""


def credit_lines_of(inputs: Sequence[InputFile], language: str) -> dict[str, Any]:
    """Gather the credits of a region for its maps.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    dict
        ``all``: the line for the whole region; ``word``: what such a line begins with; ``layers``: layer of an input ->
        its credits.
    """
    layers: dict[str, list[str]] = {}
    for entry in ordered(inputs):
        for layer in entry.layer.split(", "):
            layers.setdefault(layer, []).append(_credit(entry))
    unique = {layer: [line for line in dict.fromkeys(lines) if line] for layer, lines in layers.items()}
    return {"all": source_line(inputs, language=language), "word": _SOURCES_WORD[language], "layers": unique}


def credits_of(inputs: Sequence[InputFile]) -> list[str]:
    """List what has to be printed with maps and tables.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.

    Returns
    -------
    list of str
        Each attribution once, with its licence.
    """
    return list(dict.fromkeys(credit for entry in ordered(inputs) if (credit := _credit(entry))))


def ordered(inputs: Sequence[InputFile]) -> list[InputFile]:
    """Sort the inputs by layer, provider and path.

    Parameters
    ----------
    inputs : sequence of InputFile
        Every file that was read.

    Returns
    -------
    list of InputFile
        The same files.
    """
    return sorted(inputs, key=lambda entry: (entry.layer, entry.provider, entry.path))


def _credit(entry: InputFile) -> str:
    if not entry.attribution:
        return ""
    return f"{entry.attribution} ({entry.licence})" if entry.licence else entry.attribution
