"""Territories from OpenStreetMap boundaries and from files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from comarca.crs import STORAGE, geodesic_area_km2
from comarca.errors import CRSError, InputError
from comarca.registry.countries import country
from comarca.sources.boundaries.read import osm_admin_level, territories_from_file, territories_from_osm
from comarca.sources.boundaries.topology import topology_checks
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.results import Check

MUNICIPALITIES = {
    "Balzers", "Eschen", "Gamprin", "Mauren", "Planken", "Ruggell", "Schaan", "Schellenberg", "Triesen", "Triesenberg",
    "Vaduz",
}  # fmt: skip


def _boundaries(rows: list[tuple[str, str, str | None, str | None, str | None, shapely.Geometry]]) -> gpd.GeoDataFrame:
    columns = ["boundary_id", "admin_level", "name", "iso_code", "subdivision_code"]
    table = pd.DataFrame([row[:-1] for row in rows], columns=columns, dtype="str")
    return gpd.GeoDataFrame(table, geometry=[row[-1] for row in rows], crs=STORAGE)


def _named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def _two_units(**change: Any) -> gpd.GeoDataFrame:
    rows = [
        ("r1", "2", "Land", "XA", None, shapely.box(0, 0, 2, 1)),
        ("r2", "8", "East", None, change.get("east"), shapely.box(1, 0, 2, 1)),
        ("r3", "8", "West", None, change.get("west"), shapely.box(0, 0, 1, 1)),
    ]
    return _boundaries(rows)


def test_neighbours_and_unnamed_slivers_are_left_out_by_name_and_reason() -> None:
    more = _boundaries(
        [
            ("r4", "8", "Abroad", None, None, shapely.box(2, 0, 3, 1)),
            ("r5", "8", "Mostly abroad", None, None, shapely.box(1.9, 1, 3, 2)),
            ("w6", "8", None, None, None, shapely.box(0.1, 0.1, 0.2, 0.2)),
            ("r7", "9", "Quarter", None, None, shapely.box(0, 0, 0.5, 0.5)),
        ]
    )
    both = pd.concat([_two_units(), more], ignore_index=True)
    found, checks = territories_from_osm(both, country="XAA", country_alpha2="xa", admin_level=8)
    assert list(found["territory_id"]) == ["r2", "r3"]
    assert list(found["territory_name"]) == ["East", "West"]
    assert set(found["country"]) == {"XAA"}
    rows = _named(checks, "territories_left_out").rows
    assert {(row["id"], row["name"], row["reason"]) for row in rows} == {
        ("r4", "Abroad", "not in XAA"),
        ("r5", "Mostly abroad", "not in XAA"),
        ("w6", None, "no name"),
    }


def test_codes_are_ids_only_if_all_units_have_one_and_no_two_the_same() -> None:
    def ids(**codes: str) -> list[str]:
        units = _two_units(**codes)
        return list(territories_from_osm(units, country="XAA", country_alpha2="XA", admin_level=8)[0]["territory_id"])

    assert ids(east="XA-01", west="XA-02") == ["XA-01", "XA-02"]
    assert ids(east="XA-01") == ["r2", "r3"]
    assert ids(east="XA-01", west="XA-01") == ["r2", "r3"]


def test_the_parent_is_the_nearest_unit_above() -> None:
    above = _boundaries(
        [
            ("r7", "6", "District", None, None, shapely.box(0, 0, 1, 1)),
            ("r8", "4", "State", None, None, shapely.box(0, 0, 2, 1)),
        ]
    )
    both = pd.concat([_two_units(), above], ignore_index=True)
    found, _ = territories_from_osm(both, country="XAA", country_alpha2="XA", admin_level=8)
    assert found.set_index("territory_name")["parent_name"].to_dict() == {"East": "State", "West": "District"}


def test_without_a_country_boundary_codes_decide_and_a_check_warns() -> None:
    units = _two_units(east="XB-01", west="XA-01").iloc[1:]
    found, checks = territories_from_osm(units, country="XAA", country_alpha2="XA", admin_level=8)
    assert list(found["territory_name"]) == ["West"]
    check = _named(checks, "territories_country_boundary")
    assert check.status == "warn"
    assert "XA-" in check.message


def test_without_a_country_boundary_and_codes_all_named_units_are_taken() -> None:
    found, checks = territories_from_osm(_two_units().iloc[1:], country="XAA", country_alpha2="XA", admin_level=8)
    assert len(found) == 2
    assert _named(checks, "territories_country_boundary").status == "warn"
    assert "all named units" in _named(checks, "territories_country_boundary").message


def test_the_only_country_boundary_serves_a_country_without_a_code() -> None:
    units = _two_units()
    units.loc[0, "iso_code"] = None
    outside = _boundaries([("r9", "8", "Abroad", None, None, shapely.box(5, 5, 6, 6))])
    both = pd.concat([units, outside], ignore_index=True)
    found, _ = territories_from_osm(both, country="XAA", country_alpha2="", admin_level=8)
    assert list(found["territory_name"]) == ["East", "West"]


def test_a_level_without_units_is_refused_with_the_levels_there_are() -> None:
    with pytest.raises(InputError, match=r"got 7, expected a level .*: 2, 8"):
        territories_from_osm(_two_units(), country="XAA", country_alpha2="XA", admin_level=7)


@pytest.mark.parametrize("extract", ["liechtenstein-2013", "liechtenstein-2021"])
def test_liechtenstein_has_eleven_municipalities(cases: Path, extract: str) -> None:
    (pbf,) = (cases / extract).glob("*.osm.pbf")
    boundaries = read_osm(pbf, ["boundaries"])["boundaries"]
    found, checks = territories_from_osm(boundaries, country="LIE", country_alpha2="LI", admin_level=8)
    assert set(found["territory_name"]) == MUNICIPALITIES
    assert geodesic_area_km2(found.geometry.to_numpy()).sum() == pytest.approx(160.5, abs=0.1)
    assert {name.split()[-1] for name in found["parent_name"]} == {"Oberland", "Unterland"}
    assert _named(checks, "territories_left_out").value == 4
    assert {check.status for check in checks} == {"info", "pass"}
    first = {"liechtenstein-2013": "r37", "liechtenstein-2021": "LI-01"}
    assert found["territory_id"].iloc[0] == first[extract]


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    """Return two squares with codes and names as a user may have them."""
    table = {"code": ["0101", "0102"], "label": ["Uno", "Dos"], "state": ["S", None], "number": [101.0, 102.0]}
    return gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=STORAGE)


def _read(path: Path, **options: Any) -> tuple[gpd.GeoDataFrame, list[Check]]:
    return territories_from_file(path, **{"country": "XAA", "id": "code", "name": "label", **options})


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
def test_any_vector_format_gives_the_same_territories(tmp_path: Path, units: gpd.GeoDataFrame, suffix: str) -> None:
    path = tmp_path / f"units.{suffix}"
    units.to_parquet(path) if suffix == "parquet" else units.to_file(path)
    found, checks = _read(path, parent="state")
    assert list(found["territory_id"]) == ["0101", "0102"]
    assert list(found["territory_name"]) == ["Uno", "Dos"]
    assert found["parent_name"].iloc[0] == "S"
    assert pd.isna(found["parent_name"].iloc[1])
    assert {check.status for check in checks} == {"pass"}


def test_a_file_in_another_crs_is_reprojected(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.to_crs("ESRI:54009").to_file(tmp_path / "units.gpkg")
    found, _ = _read(tmp_path / "units.gpkg")
    assert found.total_bounds == pytest.approx([0, 0, 2, 1], abs=1e-6)


def test_a_code_stored_as_a_float_does_not_become_101_0(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.to_file(tmp_path / "units.gpkg")
    found, _ = _read(tmp_path / "units.gpkg", id="number")
    assert list(found["territory_id"]) == ["101", "102"]


def test_a_file_without_a_crs_is_refused(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.set_crs(None, allow_override=True).to_parquet(tmp_path / "units.parquet")
    with pytest.raises(CRSError, match="A CRS is never assumed"):
        _read(tmp_path / "units.parquet")


def test_duplicate_ids_are_refused_by_name_or_merged_on_demand(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.assign(code="07").to_file(tmp_path / "units.gpkg")
    with pytest.raises(InputError, match=r"column code: .*07.*dissolve"):
        _read(tmp_path / "units.gpkg")
    found, checks = _read(tmp_path / "units.gpkg", dissolve=True)
    assert list(found["territory_id"]) == ["07"]
    assert shapely.area(found.geometry.to_numpy()) == pytest.approx([2.0])
    assert _named(checks, "territories_merged").value == 1


def test_a_territory_without_a_code_is_refused(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.assign(code=["1", " "]).to_file(tmp_path / "units.gpkg")
    with pytest.raises(InputError, match=r"row\(s\) 2"):
        _read(tmp_path / "units.gpkg")


def test_a_territory_without_a_name_gets_its_code_and_a_check_warns(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    units.assign(label=["Uno", None]).to_file(tmp_path / "units.gpkg")
    found, checks = _read(tmp_path / "units.gpkg")
    assert list(found["territory_name"]) == ["Uno", "0102"]
    assert _named(checks, "territories_unnamed").rows == [{"territory_id": "0102"}]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["cerro_largo", "salto_del_guaira"], ["Cerro Largo", "Salto del Guaira"]),
        (["la-pampa", None], ["La Pampa", None]),
        (["cerro_largo", "Treinta y Tres"], ["cerro_largo", "Treinta y Tres"]),
        (["ma", "pi"], ["ma", "pi"]),
    ],
)
def test_slugs_of_the_unit_above_are_written_as_words_where_all_are_slugs(
    tmp_path: Path, units: gpd.GeoDataFrame, names: list[str | None], words: list[str | None]
) -> None:
    units.assign(state=names).to_file(tmp_path / "units.gpkg")
    found, checks = _read(tmp_path / "units.gpkg", parent="state")
    assert found["parent_name"].astype(object).where(found["parent_name"].notna(), None).tolist() == words
    assert ("territories_parent_slugs" in {check.name for check in checks}) == (words != names)


def test_a_bow_tie_is_repaired_and_its_change_of_area_reported(tmp_path: Path, units: gpd.GeoDataFrame) -> None:
    tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    units.set_geometry([tie, shapely.box(1, 0, 2, 1)], crs=STORAGE).to_file(tmp_path / "units.gpkg")
    found, checks = _read(tmp_path / "units.gpkg")
    assert found.geometry.is_valid.all()
    assert shapely.area(found.geometry.iloc[0]) == pytest.approx(0.5)
    check = _named(checks, "territories_repaired")
    assert check.status == "warn"
    assert check.rows[0]["id"] == "0101"
    assert "Self-intersection" in check.rows[0]["reason"]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (None, "empty geometry"),
        (shapely.Polygon(), "empty geometry"),
        (shapely.Point(0, 0), "no polygon"),
        (shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)]), "cannot be repaired"),
    ],
)
def test_geometries_without_an_area_are_refused(
    tmp_path: Path, units: gpd.GeoDataFrame, shape: shapely.Geometry, message: str
) -> None:
    units.set_geometry([shapely.box(0, 0, 1, 1), shape], crs=STORAGE).to_parquet(tmp_path / "units.parquet")
    with pytest.raises(InputError, match=rf"0102.*{message}"):
        _read(tmp_path / "units.parquet")


def _squares(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    ids = [f"t{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"territory_id": ids}, geometry=list(shapes), crs=STORAGE)


def test_one_area_under_two_codes_is_refused() -> None:
    with pytest.raises(InputError, match="t0 and t2"):
        topology_checks(_squares(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1.001)))


@pytest.mark.parametrize(
    "shapes",
    [
        (shapely.box(0, 0, 1, 1), shapely.box(0.9, 0, 2, 1)),
        (shapely.box(0, 0, 1, 1), shapely.box(0.999, 0, 2, 1)),
        (shapely.box(0, 0, 1, 1), shapely.box(0.4, 0.4, 0.6, 0.6)),
    ],
)
def test_overlaps_are_measured(shapes: tuple[shapely.Geometry, shapely.Geometry]) -> None:
    overlaps, gaps = topology_checks(_squares(*shapes))
    assert overlaps.status == ("warn" if overlaps.value < 0.01 * geodesic_area_km2(shapes).sum() else "fail")
    assert overlaps.value == pytest.approx(geodesic_area_km2([shapely.intersection(*shapes)])[0])
    assert overlaps.rows[0]["territory_ids"] == "t0, t1"
    assert gaps.status == "pass"


def test_an_enclosed_gap_is_measured_and_located() -> None:
    hole = shapely.box(0.4, 0.4, 0.6, 0.6)
    overlaps, gaps = topology_checks(_squares(shapely.box(0, 0, 1, 1).difference(hole), shapely.box(1, 0, 2, 1)))
    assert overlaps.status == "pass"
    assert gaps.status == "warn"
    assert gaps.value == pytest.approx(geodesic_area_km2([hole])[0])
    assert hole.contains(shapely.from_wkt(gaps.rows[0]["place"]))


def test_neighbours_whose_vertices_differ_do_not_overlap() -> None:
    left = shapely.Polygon([(0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)])
    overlaps, gaps = topology_checks(_squares(left, shapely.box(1, 0, 2, 1)))
    assert (overlaps.value, gaps.value) == (0.0, 0.0)


def test_several_neighbours_whose_vertices_differ_do_not_overlap() -> None:
    left = shapely.Polygon([(0, 0), (1, 0), (1, 0.3), (1, 0.7), (1, 1), (0, 1)])
    overlaps, _ = topology_checks(_squares(left, shapely.box(1, 0, 2, 0.5), shapely.box(1, 0.5, 2, 1)))
    assert (overlaps.value, overlaps.rows) == (0, [])


# --- the level of the units --------------------------------------------------------------------------------------


def _levels(**counts: int) -> gpd.GeoDataFrame:
    """A country of the code XA with so many named units of each level, and as many abroad."""
    rows: list[Any] = [("r0", "2", "Land", "XA", None, shapely.box(0, 0, 10, 10))]
    for name, count in counts.items():
        level = name.removeprefix("level_")
        for number in range(count):
            west = 10 * number / count
            rows.append(("r", level, f"Unit {number}", None, None, shapely.box(west, 0, west + 10 / count, 10)))
            rows.append(("r", level, f"Abroad {number}", None, None, shapely.box(20 + west, 0, 21 + west, 10)))
    return _boundaries([(f"r{number}", *row[1:]) for number, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("level", "units", "expected"),
    [(None, (14, 16), 6), (None, (40, 42), 8), (None, (100, 110), 8), (5, (14, 16), 5), (None, None, 8)],
)
def test_the_level_of_the_units_is_the_catalogues_or_the_one_with_as_many_as_it_expects(
    level: int | None, units: tuple[int, int] | None, expected: int
) -> None:
    """Trinidad and Tobago and seven others have no level in the catalogue, but a number of units."""
    land = replace(country("XAA"), iso2="XA", osm_admin_level=level, units=units)
    boundaries = _levels(level_4=3, level_6=15, level_8=41)
    assert osm_admin_level(boundaries, land) == expected


def test_units_abroad_do_not_count_for_the_level() -> None:
    land = replace(country("XAA"), iso2="XA", osm_admin_level=None, units=(30, 30))
    assert osm_admin_level(_levels(level_6=15, level_9=30), land) == 9
