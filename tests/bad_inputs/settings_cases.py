"""Bad tables of settings: speeds, surfaces, and legends of land cover."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bad_inputs.case import ANSWER, REFUSED, Case
from comarca.access.friction import walking_speeds
from comarca.registry import DATA
from comarca.registry.legends import ROLES, read_legend
from comarca.roads.speeds import speed_table
from comarca.roads.surfaces import check_surfaces
from comarca.settings_tables import read_csv_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from comarca.registry.legends import Legend
    from comarca.roads.speeds import SpeedTable

SPEEDS_FILE = Path(__file__).parents[2] / "config/speeds.csv"
SPEEDS = SPEEDS_FILE.read_text(encoding="utf-8")
WALKS = SPEEDS_FILE.with_name("offroad_speeds.csv").read_text(encoding="utf-8")
LEGEND = (DATA / "legends/worldcover.csv").read_text(encoding="utf-8")
SURFACES = (Path(__file__).parents[2] / "config/surfaces.csv").read_text(encoding="utf-8")
PRIMARY, CROPLAND = ",class,primary,60,,yes,", "40,Cropland,true,false,false,false"
#: Fault of any table of settings -> its change of a text; and what comes of it.
BOTH: dict[str, tuple[Callable[[str], bytes], str]] = {
    "sound": (str.encode, ANSWER),
    "UTF-16": (lambda text: text.encode("utf-16"), ANSWER),
    "cp1252": (
        lambda text: text.replace("Cropland", "Cañas").replace("grades below", "niñas").encode("cp1252"),
        ANSWER,
    ),
    "a mark of order": (lambda text: text.encode("utf-8-sig"), ANSWER),
    "empty": (lambda _: b"", REFUSED),
    "a heading alone": (lambda text: text.splitlines()[0].encode(), REFUSED),
    "no heading": (lambda text: "\n".join(text.splitlines()[1:]).encode(), REFUSED),
    "rubbish": (lambda _: bytes(range(256)) * 4, REFUSED),
    "zeros": (lambda text: bytes(len(text)), REFUSED),
    "a row with cells too many": (lambda text: (text + "1,2,3,4,5,6,7,8,9\n").encode(), REFUSED),
    "an open quote": (lambda text: text.replace("\n", '\n"', 1).encode(), REFUSED),
    "a row twice": (lambda text: (text.rstrip("\n") + "\n" + text.splitlines()[3] + "\n").encode(), REFUSED),
    "a heading twice": (lambda text: (text.splitlines()[0] + text[text.index(",") :]).encode(), REFUSED),
}
#: Fault -> row in place of that of primary roads.
SPEED_ROWS = {
    "speed of 0": ",class,primary,0,,yes,",
    "negative speed": ",class,primary,-60,,yes,",
    "infinite speed": ",class,primary,inf,,yes,",
    "no speed": ",class,primary,,,yes,",
    "speed of a rocket": ",class,primary,600,,yes,",
    "speed of a snail": ",class,primary,1e-9,,yes,",
    "decimal comma": ',class,primary,"60,5",,yes,',
    "unit": ",class,primary,60 km/h,,yes,",
    "class with a capital": ",class,Primary,60,,yes,",
    "kind with a capital": ",Class,primary,60,,yes,",
    "country in small letters": PRIMARY + "\nury,class,primary,70,,yes,",
    "country by its name": PRIMARY + "\nUruguay,class,primary,70,,yes,",
    "negative factor": PRIMARY + "\n,surface,mud2,,-1,,",
    "factor of 5": PRIMARY + "\n,surface,mud2,,5,,",
    "on foot perhaps": ",class,primary,60,,maybe,",
    "value left empty": PRIMARY + "\n,surface,,20,,,",
    "surface twice, once with a capital": PRIMARY + "\n,surface,Gravel,20,,,",
    "grade that is none": PRIMARY + "\n,track_grade,grade9,20,,,",
    "limit that is none": PRIMARY + "\n,maxspeed,lowst,20,,,",
    "factor of a class": ",class,primary,60,0.5,yes,",
    "speed of a factor": PRIMARY + "\n,untagged_surface,track,0.8,,,",
}
#: Fault -> row in place of that of cropland.
LEGEND_ROWS = {
    "farmed water": "40,Cropland,true,false,false,true",
    "farmed houses": "40,Cropland,true,false,true,false",
    "natural houses": "40,Cropland,false,true,true,false",
    "code with a fraction": "40.5,Cropland,true,false,false,false",
    "negative code": "-40,Cropland,true,false,false,false",
    "huge code": "99999999999,Cropland,true,false,false,false",
    "code as a word": "forty,Cropland,true,false,false,false",
    "range of codes": "40-45,Cropland,true,false,false,false",
    "no code": ",Cropland,true,false,false,false",
    "role as another word": "40,Cropland,perhaps,false,false,false",
    "roles left empty": "40,Cropland,,,,",
}
#: Fault -> row beside those of the table of surfaces.
SURFACE_ROWS = {
    "surface twice, once with a capital": "Asphalt,false,false",
    "surface without a name": ",true,true",
    "role as another word": "mud2,perhaps,false",
    "roles left empty": "mud2,,",
}


def cases() -> Iterator[Case]:
    """List all cases."""
    both = (
        ("speeds", SPEEDS, _speeds, _right_speeds),
        ("legends", LEGEND, _legend, _right_legend),
        ("surfaces", SURFACES, _surfaces, _right_surfaces),
        ("walking speeds", WALKS, _walks, _right_walks),
    )
    for layer, text, read, check in both:
        for fault, (change, outcome) in BOTH.items():
            yield Case(layer, ".csv", fault, outcome, _made(change(text), read), check if outcome == ANSWER else None)
    for fault, cell in {"negative": "-3", "infinite": "inf", "a word": "slow"}.items():
        text = WALKS.replace("worldcover,20,3,", f"worldcover,20,{cell},")
        yield Case("walking speeds", ".csv", f"a speed that is {fault}", REFUSED, _made(text.encode(), _walks))
    for fault, row in SPEED_ROWS.items():
        yield Case("speeds", ".csv", fault, REFUSED, _made(SPEEDS.replace(PRIMARY, row).encode(), _speeds))
    for fault, row in SURFACE_ROWS.items():
        yield Case("surfaces", ".csv", fault, REFUSED, _made(f"{SURFACES.rstrip()}\n{row}\n".encode(), _surfaces))
    for answers in ("True,True", "yes,yes", "TRUE,YES"):
        text = SURFACES.replace("asphalt,true,true", f"Asphalt,{answers}")
        yield Case("surfaces", ".csv", answers, ANSWER, _made(text.encode(), _surfaces), _right_surfaces)
    for fault, row in LEGEND_ROWS.items():
        yield Case("legends", ".csv", fault, REFUSED, _made(LEGEND.replace(CROPLAND, row).encode(), _legend))


def _walks(path: Path) -> dict[int, float]:
    return walking_speeds(read_csv_texts(path), legend="worldcover", name=str(path))


def _right_walks(found: dict[int, float]) -> bool:
    rows = csv.DictReader(WALKS.splitlines())
    return found == {int(row["code"]): float(row["speed_kmh"]) for row in rows if row["legend"] == "worldcover"}


def _right_speeds(found: SpeedTable) -> bool:
    """Compare the speeds, factors and caps with the lines of the file, as the csv module splits them."""
    rows = list(csv.DictReader(SPEEDS.splitlines()))
    here = [row for row in rows if row["country"] == "" or row["country"] == "URY"]
    kmh = {(row["kind"], row["value"]): float(row["speed_kmh"] or "inf") for row in here if row["kind"] != "terrain"}
    classes = {value: speed for (kind, value), speed in kmh.items() if kind == "class"}
    caps = {value: speed for (kind, value), speed in kmh.items() if kind == "surface"}
    terrain = {row["value"]: float(row["factor"]) for row in here if row["kind"] == "terrain"}
    assert found.class_kmh == classes
    assert found.caps_kmh["surface"] == caps
    assert found.terrain_factor == terrain
    return bool(found.class_kmh["primary"] == 60.0 and found.on_foot >= {"primary"})


def _right_surfaces(found: pd.DataFrame) -> bool:
    rows = [line.split(",") for line in SURFACES.splitlines()[1:]]
    assert list(found.index) == [row[0] for row in rows]
    return bool((found.to_numpy() == [[word == "true" for word in row[1:]] for row in rows]).all())


def _right_legend(found: Legend) -> bool:
    rows = {int(row["code"]): row for row in csv.DictReader(LEGEND.splitlines())}
    assert list(found.table.index) == sorted(rows)
    for role in ROLES:
        assert found.codes(role) == sorted(code for code, row in rows.items() if row[role] == "true")
    names = {code: name.replace("Cañas", "Cropland") for code, name in found.table["name"].items()}
    return names == {code: row["name"] for code, row in rows.items()}


def _made(body: bytes, read: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        path = folder / "settings.csv"
        path.write_bytes(body)
        return lambda: read(path)

    return make


def _speeds(path: Path) -> Any:
    return speed_table(read_csv_texts(path), country="URY", name=str(path))


def _surfaces(path: Path) -> Any:
    return check_surfaces(read_csv_texts(path), name=str(path))


def _legend(path: Path) -> Any:
    return read_legend(str(path))
