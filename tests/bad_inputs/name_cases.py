"""Names and kinds of files: folders in place of files, links to nothing, hidden files, endings of another kind."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from bad_inputs import cell_cases, place_cases, table_cases
from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.right import is_table, same_tables
from comarca.guards.file_names import file_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Name of a file that is read as any other.
NAMES = {
    "hidden": ".hidden", "blanks and accents": "año 1 (ñ)", "a name of one dot": "a.b", "signs": "a#b%20&c",
    "a quote": "a'b", "Greek": "δήμοι", "brackets": "a[1]", "a leading minus": "-a",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """List all cases: one reader of tables, one of shapes and one of rasters stand for all layers."""
    readers: tuple[tuple[str, str, Callable[[Path], Path], Callable[[Path], Any], Callable[[Any], bool]], ...] = (
        (
            "tables", ".csv", _table, lambda path: table_cases.read("outcomes", path),
            is_table(table_cases.RIGHT["outcomes"]),
        ),
        ("shapes", ".gpkg", _shapes, lambda path: place_cases.read("services", path), _right_services),
        ("rasters", ".tif", _raster, cell_cases.read_people, cell_cases.by_territory(
            "population_persons", cell_cases.sums(cell_cases.counted()))),
    )  # fmt: skip
    for kind, suffix, write, read, right in readers:
        for fault, name in NAMES.items():
            yield Case(kind, suffix, f"a name: {fault}", ANSWER, _named(write, name + suffix, read), right)
        for fault, spoil in PLACES.items():
            yield Case(kind, suffix, fault, REFUSED, _spoilt(write, suffix, spoil, read))
        for ending in (".csv", ".xlsx", ".gpkg", ".geojson", ".parquet", ".tif"):
            if ending != suffix and not (kind == "rasters" and ending in {".xlsx", ".csv"}):
                outcome = _called(kind, ending)
                make = _named(write, "a" + ending, read)
                yield Case(
                    kind, ending, f"called {ending}, a {suffix}", outcome, make, right if outcome == ANSWER else None
                )
    for fault, codes in COLLIDING.items():
        yield Case("file names", "names", fault, ANSWER, lambda _, codes=codes: lambda: file_names(codes), _all_apart)


def _called(kind: str, ending: str) -> str:
    """GDAL knows a file by its content, whatever it is called; the project reads tables and Parquet by their ending."""
    is_by_content = kind == "rasters" or (kind == "shapes" and ending in {".geojson", ".tif"})
    return ANSWER if is_by_content else REFUSED


#: Codes of territories whose files might take each other's place.
COLLIDING = {
    "a slash": ["a/b", "a_b", "a%2Fb", "a\\b"], "capitals": ["ab", "AB", "Ab"], "accents": ["\u00f1", "n\u0303"],
    "dots": [".", "..", ".a", "a."], "devices": ["nul", "NUL", "nul.csv", "con"], "blanks": ["a", "a ", " a"],
    "long": ["a" * 300, "a" * 301], "nothing": ["", "%"], "ligatures": ["\u00df", "ss", "\ufb01", "fi"],
}  # fmt: skip


def _all_apart(names: Any) -> bool:
    plain = [name.casefold() for name in names.values()]
    return len(set(plain)) == len(plain) and not any("/" in name or name.startswith(".") or not name for name in plain)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _inside_a_file(path: Path) -> None:
    body = path.read_bytes()
    shutil.rmtree(path.parent)
    path.parent.write_bytes(body)


#: What stands where the file should -> how it comes there.
PLACES: dict[str, Callable[[Path], None]] = {
    "an empty folder of its name": _folder,
    "a link to nothing": _dangling,
    "a link to itself": _loop,
    "a file in place of its folder": _inside_a_file,
}


def _named(write: Callable[[Path], Path], name: str, read: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        path = folder / name
        write(folder).rename(path)
        return lambda: read(path)

    return make


def _spoilt(
    write: Callable[[Path], Path], suffix: str, spoil: Callable[[Path], None], read: Callable[[Path], Any]
) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        (folder / "in").mkdir()
        path = folder / "in" / f"a{suffix}"
        write(folder).rename(path)
        spoil(path)
        return lambda: read(path)

    return make


def _table(folder: Path) -> Path:
    path = folder / "written.csv"
    table_cases.write(*table_cases.SOUND["outcomes"][:2], path)
    return path


def _shapes(folder: Path) -> Path:
    path = folder / "written.gpkg"
    place_cases.write(place_cases.layer_of("services"), path)
    return path


def _raster(folder: Path) -> Path:
    return cell_cases.Cells(cell_cases.counted(), -1.0).write(folder / "written.tif")


def _right_services(found: Any) -> bool:
    same_tables(found[0], place_cases.right("services", place_cases.layer_of("services")))
    return True
