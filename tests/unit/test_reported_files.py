"""Inputs with one trait each, as people bring them: what comes out, or in which words they are refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from comarca.config.plain_yaml import require_plain_yaml
from comarca.config.read import read_config
from comarca.crs import geodesic_area_km2
from comarca.errors import ConfigError, InputError, RetrievalError
from comarca.land.concentration import MeasuredTerritories, concentration
from comarca.land.holdings import holding_columns
from comarca.plan.columns import attribute_columns
from comarca.plan.preflight import check_inputs
from comarca.plan.run import RunPlan
from comarca.population.plausibility import plausibility_check
from comarca.population.raster import demand_from_raster
from comarca.publish.exports.stata import write_dta
from comarca.rasters.bands import Raster
from comarca.registry.countries import country
from comarca.results import Flag
from comarca.sources.boundaries.read import territories_from_file
from comarca.sources.cities.read import cities_from_file, cities_offline
from comarca.sources.datasets import files_of
from comarca.sources.osm.read import read_osm
from comarca.sources.tables.attributes import read_attributes
from comarca.sources.tables.holdings import joined_totals, read_holdings
from comarca.sources.tables.join import join_by_code
from comarca.sources.vectors.parcels import read_parcels
from comarca.sources.vectors.read import open_vector, options_of
from comarca.sources.vectors.roads import RoadColumns, roads_from_file

if TYPE_CHECKING:
    from comarca.config.region import Region

FILES = Path(__file__).parents[1] / "files" / "reports"
CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "track")


def region_of(folder: Path, name: str = "config.yaml") -> Region:
    """Return the only region of a case's configuration."""
    text = (folder / name).read_text(encoding="utf-8").replace("@CASE@", folder.as_posix())
    return next(iter(read_config(yaml.safe_load(text)).regions.values()))


def checked(folder: Path, name: str = "config.yaml") -> Region:
    """Return the region after the look at its files that stands before every run."""
    text = (folder / name).read_text(encoding="utf-8").replace("@CASE@", folder.as_posix())
    config = read_config(yaml.safe_load(text))
    check_inputs(config)
    return next(iter(config.regions.values()))


def territories_of(region: Region) -> tuple[gpd.GeoDataFrame, list[Any]]:
    source = region.territories
    return territories_from_file(
        source.path, country=region.country, id=source.id, name=source.name, **options_of(source.model_dump())
    )


def holdings_of(region: Region) -> pd.DataFrame:
    """Return the columns of holdings of a case, by territory."""
    area, _ = territories_of(region)
    source = region.holdings
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    layout = {"skip_rows": source.skip_rows, "header_rows": source.header_rows}
    rows = read_holdings(
        source.path, columns=source.columns, decimal=source.decimal, year=source.year, country=region.country,
        unit=source.area_unit, **layout,
    )  # fmt: skip
    joined, _ = join_by_code(rows, names, name="holdings")
    measured = MeasuredTerritories.of(area, min_units=30, large_unit_ha=1000.0)
    (values, _), checks = holding_columns(joined_totals(joined), measured)
    values.attrs["checks"] = {check.name: check for check in checks}
    return values


def roads_of(region: Region) -> gpd.GeoDataFrame:
    source = region.roads
    keys = {key: value for key, value in source.model_dump().items() if key in RoadColumns.__dataclass_fields__}
    options = options_of(source.model_dump())
    return roads_from_file(source.path, RoadColumns(**keys), known_classes=CLASSES, snap_m=1.0, **options)[0]


def attributes_of(folder: Path, name: str = "config.yaml") -> pd.DataFrame:
    region = region_of(folder, name)
    area, _ = territories_of(region)
    table = region.attributes[0]
    return read_attributes(table.path, area, table.columns, id_column=table.id, name_column=table.name).values


def named(checks: list[Any], part: str) -> Any:
    return next(check for check in checks if part in check.name)


# Census tables


def test_classes_in_acres_ask_for_the_unit_and_are_converted_with_it() -> None:
    region = region_of(FILES / "file-01-acres")
    with pytest.raises(InputError, match="acre"):
        holdings_of(region)
    converted = region.holdings.model_copy(update={"area_unit": "acre"})
    found = holdings_of(region.model_copy(update={"holdings": converted})).loc["72001"]
    assert found["holding_area_mean_ha"] == pytest.approx(64.45, abs=0.01)
    assert found["holding_area_large_share"] == 0


def test_totals_tell_what_withheld_classes_hold() -> None:
    found = holdings_of(region_of(FILES / "file-02-both-withheld"))
    row = found.loc["66091"]
    assert row["holding_count"] == 110
    assert row["holding_area_mean_ha"] == pytest.approx(41934.5 / 110)
    assert row["holding_area_gini_index"] == pytest.approx(0.9695, abs=0.012)
    assert 0.918 <= row["holding_area_large_share"] <= 0.939
    assert row["holding_gini_camara_class"] == "very_strong"
    assert (
        row["holding_area_gini_lower_index"] <= row["holding_area_gini_index"] <= row["holding_area_gini_upper_index"]
    )
    assert row["holding_suppressed_share"] == pytest.approx(4 / 110)
    assert found.attrs["checks"]["holdings_suppressed_cells"].status == "warn"


def test_a_class_that_is_left_out_counts_as_withheld_if_the_total_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(FILES / "file-02-both-withheld", folder)
    path = folder / "eap_2018.csv"
    lines = [line for line in path.read_text().splitlines() if ",s,s" not in line]
    path.write_text("\n".join(lines) + "\n")
    row = holdings_of(region_of(folder)).loc["66091"]
    assert (row["holding_count"], row["holding_area_mean_ha"]) == (110, pytest.approx(41934.5 / 110))
    assert row["holding_suppressed_share"] > 0


def test_labels_of_offices_are_read_as_a_whole() -> None:
    folder = FILES / "file-12-size-labels"
    assert holdings_of(region_of(folder))["holding_area_gini_index"].notna().all()
    assert holdings_of(region_of(folder, "config_spaces.yaml"))["holding_area_large_share"].iloc[0] == pytest.approx(
        0.393, rel=0.08
    )


def test_the_same_farms_in_fewer_classes_have_not_changed() -> None:
    found = holdings_of(region_of(FILES / "file-18-classes-changed"))
    np.testing.assert_allclose(found["holding_area_gini_change_index"].dropna(), 0, atol=0.005)
    assert found.attrs["checks"]["holdings_class_limits"].status == "warn"


def test_a_measure_in_alternating_rows_and_merged_cells_are_read() -> None:
    source = region_of(FILES / "file-21-measure-in-rows").holdings
    rows = read_holdings(source.path, columns=source.columns, skip_rows=3, header_rows=2, year=2018, country="ARG")
    own = rows[rows["territory_id"] == "06007"]
    assert (own["total_holdings"].iloc[0], own["total_area_ha"].iloc[0]) == (349, 22000.5)
    assert own["holdings"].isna().sum() == 1
    assert own["area_ha"].sum() == pytest.approx(5 + 39 + 75 + 606 + 4348 + 16913.5)


def test_codes_without_the_check_digit_are_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="digit"):
        holdings_of(region_of(FILES / "file-15-six-digits"))


# Own tables


def test_lost_zeros_are_told_and_repaired_on_demand() -> None:
    folder = FILES / "file-11-zeros-lost"
    area, _ = territories_of(region_of(folder))
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    table = pd.DataFrame({"territory_id": ["5001", "5002", "8001", "11001", "13001"], "territory_name": ""})
    joined, check = join_by_code(table, names, name="ipm")
    assert len(joined) == 2
    assert "leading zeros" in check.message
    assert check.rows[0]["nearest"] == [f"{names['05001']} (05001)"]
    assert len(join_by_code(table, names, name="ipm", repair=True)[0]) == 5


@pytest.mark.parametrize("section", ["holdings", "attributes", "population", "parcels"])
def test_a_table_of_which_nothing_joins_is_refused_before_any_job(section: str, tmp_path: Path) -> None:
    raw: dict[str, Any] = {"country": "COL", "osm": "none", "roads": "none", "cities": {"provider": "geonames"}}
    raw["territories"] = {"provider": "file", "path": str(tmp_path / "areas.geojson"), "id": "code", "name": "code"}
    table = str(tmp_path / "table.csv")
    given: dict[str, Any] = {
        "holdings": {"provider": "file", "path": table, "year": 2018, "columns": {"territory_id": "c"}},
        "attributes": {"path": table, "id": "c", "columns": {"n": {"title": "N", "unit": "1"}}},
        "population": {"provider": "totals", "path": table, "id": "c", "population": "n", "skip_rows": 1},
        "parcels": {"provider": "file", "path": table, "area": "area_ha", "territory": "c"},
    }
    squares = [shapely.box(x, 0, x + 1, 1) for x in (-75, -74)]
    gpd.GeoDataFrame({"code": ["05001", "05002"]}, geometry=squares, crs=4326).to_file(tmp_path / "areas.geojson")

    def look(*codes: str, **keys: Any) -> None:
        rows = "".join(f"{code},1,<5 ha,1,1\n" for code in codes)
        title = "Censo 2018\n" if section == "population" else ""
        Path(table).write_text(title + "c,n,size_class,holdings,area_ha\n" + rows)
        part = given[section] | keys
        check_inputs(read_config({"regions": {"A": raw | {section: [part] if section == "attributes" else part}}}))

    look("05001", "99999")
    with pytest.raises(ConfigError, match=rf"regions\.A\.{section}.*'88001'.*'05001'"):
        look("88001", "88002")
    with pytest.raises(ConfigError, match=r"leading zeros"):
        look("5001", "5002")
    if section != "parcels":
        look("5001", "5002", repair_codes=True)


def test_a_heading_may_hold_a_line_break() -> None:
    region = checked(FILES / "file-20-line-break-in-heading")
    area, _ = territories_of(region)
    found = read_attributes(region.attributes[0].path, area, region.attributes[0].columns, id_column="codigo").values[
        "poblacion"
    ]
    assert found.tolist() == [2_500_000, 21_000, 1_250_000]


@pytest.mark.parametrize(
    ("name", "code", "column"),
    [("config.yaml", "05006", "mayor"), ("boolean.yaml", "05003", "has_plan"), ("class.yaml", "05001", "zone")],
)
def test_a_mark_of_missing_is_a_gap_in_every_kind_of_column(name: str, code: str, column: str) -> None:
    assert pd.isna(attributes_of(FILES / "use-02-r-na", name).loc[code, column])


@pytest.mark.parametrize(("name", "column"), [("config.yaml", "zone"), ("boolean.yaml", "plan")])
def test_codes_that_became_floats_are_whole_again(name: str, column: str) -> None:
    found = attributes_of(FILES / "use-03-codes-as-floats", name)[column]
    assert pd.isna(found["05003"])
    assert set(found.dropna()) <= {"1", "2", "3", True, False}


def test_reserved_names_are_refused_and_others_work() -> None:
    region = region_of(FILES / "use-05-attribute-names")
    table = region.attributes[0]
    assert attributes_of(FILES / "use-05-attribute-names")["default"].notna().any()
    for name in ("fid", "geom", "geometry"):
        with pytest.raises(InputError, match="reserved"):
            attribute_columns({name: table.columns["default"]}, path="t.csv")


def test_own_columns_may_have_decimals_whatever_their_name() -> None:
    assert attributes_of(FILES / "use-06-count-with-decimals").loc["05001", "households_count"] == 1000.4


def test_whole_number_codes_stay_what_they_are_in_stata(tmp_path: Path) -> None:
    region = region_of(FILES / "use-07-stata-codes")
    columns = attribute_columns({"zone": region.attributes[0].columns["zone"]}, path="zones.csv")
    write_dta(pd.DataFrame({"zone": ["1", "3", None]}), columns, tmp_path / "t.dta")
    with pd.io.stata.StataReader(tmp_path / "t.dta", convert_categoricals=False) as reader:
        assert reader.read()["zone"].fillna(-1).tolist() == [1, 3, -1]
        assert reader.value_labels()["zone"] == {1: "1: Coast", 2: "2: Hills", 3: "3: Range"}


# Boundaries


def test_texts_in_utf8_are_read_so_without_a_cpg() -> None:
    area, _ = territories_of(checked(FILES / "file-03-utf8-without-cpg"))
    assert "Medellín" in set(area["territory_name"])


def test_a_cpg_that_contradicts_the_bytes_is_a_warning(tmp_path: Path) -> None:
    for file in (FILES / "file-03-utf8-without-cpg").glob("municipios.*"):
        shutil.copy(file, tmp_path)
    (tmp_path / "municipios.cpg").write_text("ISO-8859-1")
    frame, checks = open_vector(tmp_path / "municipios.shp", name="territories")
    assert "Medellín" in set(frame["name"])
    assert named(checks, "encoding").status == "warn"
    wrong, checks = open_vector(tmp_path / "municipios.shp", name="territories", encoding="cp1252")
    assert "Medellín" not in set(wrong["name"])
    assert named(checks, "mojibake").status == "warn"


@pytest.mark.parametrize("case", ["file-08-gdb-folder", "file-17-google-earth-kml", "use-09-zip-with-folder"])
def test_folders_archives_and_collections_are_read(case: str) -> None:
    area, _ = territories_of(checked(FILES / case))
    assert len(area) == {"use-09-zip-with-folder": 12}.get(case, 3)
    assert (geodesic_area_km2(area.geometry.to_numpy()) > 0).all()


def test_one_folder_of_a_kml_can_be_asked_for() -> None:
    assert len(territories_of(checked(FILES / "file-17-google-earth-kml", "config_layer.yaml"))[0]) == 2


@pytest.mark.parametrize("name", ["config.yaml", "config_geojson.yaml"])
def test_a_system_that_is_undefined_is_refused_before_any_job(name: str) -> None:
    with pytest.raises(ConfigError, match=r"coordinate|CRS|longitude"):
        checked(FILES / "file-10-undefined-crs", name)


def test_an_undefined_system_can_be_said() -> None:
    region = region_of(FILES / "file-10-undefined-crs")
    source = region.territories.model_copy(update={"crs": "EPSG:9377"})
    area, _ = territories_of(region.model_copy(update={"territories": source}))
    assert area.total_bounds[0] == pytest.approx(-75.5, abs=1)


def test_lakes_among_the_units_are_told_and_left_out_on_demand() -> None:
    region = region_of(FILES / "file-14-lakes-as-units")
    area, checks = territories_of(region)
    assert "Lagoa" in named(checks, "not_units").message
    lakes = [name for name in area["territory_name"] if name.startswith("Lagoa")]
    source = region.territories.model_copy(update={"where": {"not": {"name": lakes}}})
    assert len(territories_of(region.model_copy(update={"territories": source}))[0]) == 2


# Roads


def test_a_planned_road_mapped_to_none_is_left_out() -> None:
    roads = roads_of(checked(FILES / "road-01-planned-road"))
    assert set(roads["surface"].fillna("")) <= {"", "asphalt", "paved", "gravel"}
    assert len(roads) < len(gpd.read_file(FILES / "road-01-planned-road/roads.geojson"))


def test_directions_in_french_are_understood() -> None:
    assert set(roads_of(checked(FILES / "road-02-direction-words"))["oneway"].dropna()) <= {"yes", "-1"}


def test_heights_that_are_no_numbers_cost_nothing() -> None:
    folder = FILES / "road-04-z-not-a-number"
    roads = roads_of(checked(folder))
    assert np.isfinite(shapely.get_coordinates(roads.geometry.to_numpy())).all()
    assert len(roads) == len(gpd.read_file(folder / "roads_z.fgb"))
    area, _ = territories_of(checked(folder, "config-territories.yaml"))
    assert geodesic_area_km2(area.set_index("territory_id").geometry.loc[["01"]].to_numpy())[0] == pytest.approx(
        120.1, rel=0.01
    )
    source = checked(folder, "config-cities.yaml").cities
    cities, _ = cities_from_file(source.path, name=source.name, population=source.population, country="ECU")
    assert np.isfinite(cities.total_bounds).all()


def test_all_files_of_a_shapefile_or_geodatabase_are_inputs() -> None:
    folder = FILES / "road-07-shapefile-edited"
    names = {Path(name).suffix for name in files_of(str(folder / "vias.shp"))}
    assert {".shp", ".dbf", ".shx", ".prj"} <= names
    assert len(files_of(str(FILES / "road-06-geodatabase-folder/red.gdb"))) > 10
    assert roads_of(checked(FILES / "road-06-geodatabase-folder"))["road_id"].notna().all()


def test_cities_are_read_from_a_table() -> None:
    source = checked(FILES / "road-08-cities-csv").cities
    cities, _ = cities_from_file(source.path, name=source.name, population=source.population, country="ECU")
    assert cities["population_persons"].max() == 60_000


def test_a_road_drawn_in_an_editor_is_there() -> None:
    roads = read_osm(FILES / "road-09-josm-new-road/roads.osm", ["roads"])["roads"]
    assert sorted(shapely.get_num_coordinates(roads.geometry.to_numpy())) == [2, 4]


def test_a_way_that_leaves_the_extract_is_not_drawn_across() -> None:
    found = read_osm(FILES / "road-11-way-cut-by-the-extract/roads.osm", ["roads"])
    assert named(found.checks, "gaps").status == "warn"
    assert found["roads"]["road_id"].is_unique


def test_a_motorway_is_one_way() -> None:
    roads = read_osm(FILES / "road-12-motorway-without-oneway/roads.osm", ["roads"])["roads"]
    assert set(roads.loc[roads["road_class"] == "motorway", "oneway"]) == {"yes"}


def test_a_bridge_in_planar_data_is_no_junction() -> None:
    roads = roads_of(checked(FILES / "road-15-bridge-in-planar-data"))
    assert roads["grade_separated"].notna().sum() == 4


def test_a_datum_that_is_not_known_is_refused_and_can_be_said() -> None:
    folder = FILES / "road-16-datum-not-known"
    with pytest.raises(ConfigError, match="datum"):
        checked(folder)
    region = region_of(folder)
    source = region.roads.model_copy(update={"crs": "EPSG:24818"})
    assert len(roads_of(region.model_copy(update={"roads": source})))


def test_a_style_table_is_no_layer() -> None:
    assert len(roads_of(checked(FILES / "road-18-style-table-in-geopackage"))) > 0


def test_unpaved_is_understood_in_the_words_of_colombia() -> None:
    assert "unpaved" in set(roads_of(checked(FILES / "road-19-surface-word-not-known"))["surface"])


# Parcels


@pytest.mark.parametrize("name", ["config.yaml", "config_shuffled.yaml"])
def test_co_owners_have_parts_in_any_order_of_rows(name: str) -> None:
    region = checked(FILES / "file-07-co-owners", name)
    area, _ = territories_of(region)
    table, checks = read_parcels(region.parcels.path, area, owner="owner")
    measured = MeasuredTerritories.of(area, min_units=30, large_unit_ha=1000.0)
    values, _ = concentration(measured.units(table, where="x"), measured, prefix="parcel", absent=Flag.NO_SOURCE_ROW)
    assert values["parcel_area_gini_index"].max() == pytest.approx(0.7204, abs=0.002)
    assert {row["case"]: row["count"] for row in checks[-1].rows}["parcels of several owners, parted among them"] == 4


# The configuration


def test_a_country_on_the_command_line_takes_its_section() -> None:
    raw = yaml.safe_load((FILES / "use-12-country-beside-section/config.yaml").read_text())
    region = read_config({**raw, "country": "NIC"}).regions["NIC"]
    assert list(region.city_classes_persons) == ["market", "intermediate"]
    renamed = {"regions": {"mine": raw["regions"]["NIC"]}, "country": "NIC"}
    with pytest.raises(ConfigError, match=r"'mine' of the same country"):
        read_config(renamed)


def test_classes_of_two_files_that_overlap_are_told_and_can_be_removed(caplog: pytest.LogCaptureFixture) -> None:
    folder = FILES / "use-14-two-configfiles"
    texts = ((folder / name).read_text().replace("@CASE@", ".") for name in ("config.yaml", "over.yaml"))
    first, second = map(yaml.safe_load, texts)
    region = first["regions"]["c14"]
    region["city_classes_persons"] |= second["regions"]["c14"]["city_classes_persons"]
    read_config(first)
    assert "overlap" in caplog.text
    region["city_classes_persons"]["town"] = None
    assert "town" not in read_config(first).regions["c14"].city_classes_persons


@pytest.mark.parametrize(
    ("name", "words"), [("config.yaml", "quotation"), ("code.yaml", "quotation"), ("dots.yaml", "persons")]
)
def test_what_yaml_makes_of_bare_words_is_explained(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        region_of(FILES / "use-18-yaml-unquoted", name)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("regions:\n  A: {country: NIC}\n  B: {country: SLV}\n  A: {country: GTM}\n")
    with pytest.raises(ConfigError, match=r"line 4.*'A' again.*line 2"):
        require_plain_yaml(path)


# Rasters


def people_of(name: str) -> tuple[float, dict[str, Any], gpd.GeoDataFrame]:
    """Return the persons of a case's raster, its checks, and its territories."""
    region = region_of(FILES / name)
    area, _ = territories_of(region)
    demand, checks = demand_from_raster(Raster(region.population.path), area, demand_cell_m=10_000)
    return float(demand["population_persons"].sum()), {check.name: check for check in checks}, area


def test_densities_taken_for_persons_are_told_by_the_cities() -> None:
    persons, _, area = people_of("file-04-density")
    assert persons == pytest.approx(3 * 43_200, rel=0.01)  # 12 per km2 on 111.5 km2 are 1,338 in each district
    known, _ = cities_offline(area)
    check = plausibility_check(persons, territories=area, cities=known, country=country("PRY"))
    assert check.status != "pass"
    assert "per km2" in check.message
    region = region_of(FILES / "file-04-density")
    people = Raster(region.population.path, unit="per_km2")
    rightly, _ = demand_from_raster(people, area, demand_cell_m=10_000)
    assert rightly["population_persons"].sum() == pytest.approx(3 * 1_338, rel=0.01)


def test_a_territory_of_which_nine_tenths_have_no_data_is_told() -> None:
    _, checks, _ = people_of("file-06-hole")
    data = checks["population_raster_data"]
    assert data.status in {"warn", "fail"}
    assert [row["territory_id"] for row in data.rows] == ["0101"]


# Running and the way out


def test_one_city_under_two_names_is_one() -> None:
    area, _ = territories_of(region_of(FILES / "road-14-city-listed-twice"))
    cities, checks = cities_offline(area, abroad_buffer_km=1)
    assert (cities["population_persons"] >= 50_000).sum() == 1
    assert named(checks, "cities_merged").value >= 1


def test_a_plan_needs_no_files_and_the_first_job_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load((FILES / "use-16-offline-dry-run" / "config.yaml").read_text())
    root = Path(__file__).parents[2]
    plan = RunPlan.read(raw, project_file=lambda path: str(root / path))
    assert plan.tables
    with pytest.raises(RetrievalError, match="offline=true, and these files are not there"):
        plan.check()
