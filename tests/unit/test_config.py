from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import yaml
from affine import Affine
from cases import synthetic

from comarca.config.read import read_config
from comarca.errors import ConfigError, InputError
from comarca.plan.preflight import check_inputs

LEGENDS = Path(__file__).resolve().parents[2] / "src/comarca/registry/data/legends"


def region(**changes):
    return {"regions": {"LIE": {"country": "LIE", **changes}}}


def refusal(raw):
    with pytest.raises(ConfigError) as caught:
        check_inputs(read_config(raw), legends=LEGENDS)
    return str(caught.value)


def test_the_shipped_configuration_is_valid(root, monkeypatch):
    monkeypatch.chdir(root)
    check_inputs(read_config(yaml.safe_load((root / "config/config.yaml").read_text())), legends=LEGENDS)


def test_a_country_code_is_short_for_a_region_with_all_defaults():
    config = read_config({"country": "NIC", "regions": {"LIE": {"country": "LIE"}}})
    assert list(config.regions) == ["NIC"]
    assert config.regions["NIC"].osm.provider == ("geofabrik", "osm_fr")


def test_several_countries_are_several_regions():
    assert list(read_config({"country": "NIC,SLV"}).regions) == ["NIC", "SLV"]


def test_a_wrong_country_code_is_refused_with_the_nearest_one():
    message = refusal({"country": "ECQ"})
    assert "regions.ECQ.country" in message
    assert "ECU" in message


def test_a_provider_may_be_written_alone():
    config = read_config(region(roads="none"))
    assert config.regions["LIE"].roads.provider == ("none",)


def test_an_unknown_key_is_named_with_its_nearest_spelling():
    message = refusal(region(territoris={"provider": "osm"}))
    assert "regions.LIE.territoris" in message
    assert "Did you mean 'territories'?" in message


def test_an_unknown_option_of_a_family_is_named():
    message = refusal(region(indicators={"access": {"walk_kph": 4}}))
    assert "regions.LIE.indicators.access.walk_kph" in message
    assert "Did you mean 'walk_kmh'?" in message


def test_a_wrong_type_is_named_with_what_was_expected():
    message = refusal(region(demand_cell_m="wide"))
    assert "regions.LIE.demand_cell_m" in message
    assert "'wide'" in message
    assert "number" in message


def test_an_unknown_provider_is_named_with_its_nearest_spelling():
    message = refusal(region(population="worldpopp"))
    assert "regions.LIE.population.provider" in message
    assert "Did you mean 'worldpop'?" in message


def test_all_wrong_keys_are_named_at_once():
    message = refusal(region(demand_cell_m=-1, raster_cell_m="x"))
    assert "demand_cell_m" in message
    assert "raster_cell_m" in message


def test_an_empty_interval_of_inhabitants_is_refused():
    assert "city_classes_persons.town" in refusal(region(city_classes_persons={"town": [5000, 5000]}))


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "extract.osm.pbf").touch()
    message = refusal(region(osm={"provider": "file", "path": str(tmp_path / "extrakt.osm.pbf")}))
    assert "regions.LIE.osm.path" in message
    assert "Did you mean 'extract.osm.pbf'?" in message


def test_a_missing_column_of_the_boundaries_is_refused_before_any_job(tmp_path):
    synthetic.territories().to_file(tmp_path / "units.gpkg")
    source = {"provider": "file", "path": str(tmp_path / "units.gpkg"), "id": "cod", "name": "name"}
    message = refusal(region(osm="none", territories=source))
    assert "regions.LIE.territories.id" in message
    assert "Did you mean 'code'?" in message


def test_boundaries_without_a_crs_are_refused_before_any_job(tmp_path):
    synthetic.territories().to_file(tmp_path / "units.shp")
    (tmp_path / "units.prj").unlink()
    source = {"provider": "file", "path": str(tmp_path / "units.shp"), "id": "code", "name": "name"}
    assert "never assumed" in refusal(region(osm="none", territories=source))


def test_a_path_without_provider_file_is_refused():
    assert "provider `file`" in refusal(region(roads={"provider": "osm", "path": "roads.gpkg"}))


def test_a_graph_of_roads_has_to_be_one(tmp_path):
    (tmp_path / "roads.graphml").write_text("<html></html>")
    source = {"provider": "graphml", "path": str(tmp_path / "roads.graphml")}
    assert "osmnx.save_graphml" in refusal(region(roads=source))
    assert "`file` or `graphml`" in refusal(region(roads={"provider": "graphml"}))


def test_a_raster_of_land_cover_needs_a_legend_that_is_known(tmp_path):
    path = str(tmp_path / "cover.tif")
    grid = {
        "width": 1,
        "height": 1,
        "count": 1,
        "dtype": "uint8",
        "crs": "EPSG:4326",
        "transform": Affine(1, 0, 9, 0, -1, 48),
    }
    with rasterio.open(path, "w", driver="GTiff", **grid) as raster:
        raster.write(np.ones((1, 1, 1), dtype="uint8"))
    assert "needs a `legend`" in refusal(region(land_cover={"provider": "file", "path": path}))
    message = refusal(region(land_cover={"provider": "file", "path": path, "legend": "corin"}))
    assert "regions.LIE.land_cover.legend" in message
    assert "Did you mean 'corine'?" in message


def test_earlier_rasters_are_earlier():
    cover = {"provider": "file", "path": "cover.tif", "legend": "corine", "year": 2018, "earlier": {2018: "old.tif"}}
    assert "years before that one" in refusal(region(land_cover=cover))


def test_a_file_that_is_no_raster_is_refused_before_any_job(tmp_path):
    (tmp_path / "people.tif").write_text("none")
    message = refusal(region(population={"provider": "file", "path": str(tmp_path / "people.tif")}))
    assert "regions.LIE.population.path" in message
    assert "a raster file" in message


def test_a_missing_column_of_the_census_is_refused_with_the_nearest_one(tmp_path):
    (tmp_path / "census.csv").write_text("codigo;estrato;fincas\n")
    columns = {"territory_id": "codigo", "holdings": "finca"}
    message = refusal(region(holdings={"provider": "file", "path": str(tmp_path / "census.csv"), "columns": columns}))
    assert "regions.LIE.holdings.columns.holdings" in message
    assert "Did you mean 'fincas'?" in message


def test_codes_are_text_so_that_leading_zeros_stay():
    assert "holdings.codes" in refusal(region(holdings={"provider": "file", "path": "a.csv", "codes": {"Name": 17}}))


def test_a_wrong_table_of_speeds_is_refused_before_any_job(root, tmp_path):
    path = tmp_path / "speeds.csv"
    path.write_text(
        (root / "config/speeds.csv").read_text(encoding="utf-8") + ",class,motorway,90,,no,\n", encoding="utf-8"
    )
    raw = region(speeds=str(path), osm={"provider": "file", "path": str(root / "config/speeds.csv")})
    with pytest.raises(InputError, match="motorway"):
        check_inputs(read_config(raw), legends=LEGENDS)


def test_rasters_of_friction_and_heights_are_looked_for_before_any_job(tmp_path):
    walking = {"provider": "file", "path": str(tmp_path / "pace.tif")}
    assert "regions.LIE.friction.path" in refusal(region(friction=walking))


def test_the_configurations_of_regions_are_valid(root):
    files = sorted((root / "config/regions").glob("*.yaml"))
    assert len(files) >= 4
    for path in files:
        assert read_config(yaml.safe_load(path.read_text(encoding="utf-8"))).regions


def write_layer(path, shapes, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    return str(path)


def test_what_the_keys_of_territories_could_name_is_told(tmp_path):
    path = write_layer(tmp_path / "units.gpkg", [shapely.box(0, 0, 1, 1)], code=["1"], municipio=["A"])
    message = refusal(region(territories={"provider": "file", "path": path, "name": "municipio"}))
    assert "regions.LIE.territories.id: got None" in message
    assert "The file has the columns code, municipio." in message


def test_classes_of_roads_are_held_against_the_table_of_speeds_before_any_job(tmp_path, root):
    lines = [shapely.LineString([(0, 0), (1, 1)])] * 3
    path = write_layer(tmp_path / "roads.gpkg", lines, tipo=["primary", "Troncal", "Troncal"])
    speeds = str(root / "config/speeds.csv")

    def look(**keys):
        roads = {"provider": "file", "path": path, **keys}
        check_inputs(read_config(region(roads=roads)), legends=LEGENDS, speeds=speeds)

    with pytest.raises(ConfigError, match=r"roads\.class.*Set `class` to the column of the file that tells it: tipo"):
        look()
    with pytest.raises(InputError, match=r"'Troncal' \(2 rows\)"):
        look(**{"class": "tipo"})
    look(**{"class": "tipo", "classes": {"Troncal": "trunk"}})
    look(default_class="primary")


def test_a_raster_of_people_has_to_say_what_means_no_data(tmp_path):
    path = str(tmp_path / "people.tif")
    profile = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "float32", "crs": "EPSG:4326",
               "transform": Affine(0.1, 0, 0, 0, -0.1, 0)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(np.ones((1, 2, 2), dtype="float32"))
    people = {"provider": "file", "path": path, "year": 2020}
    assert "regions.LIE.population.nodata" in refusal(region(population=people))
    check_inputs(read_config(region(population={**people, "nodata": "none"})), legends=LEGENDS)


@pytest.mark.parametrize(
    ("written", "key"),
    [({"indicators": ["land"]}, "indicators"), ({"cities": 5}, "cities"), ({"scenarios": ["x"]}, "scenarios")],
)
def test_what_is_no_section_is_named_in_plain_words(written, key):
    said = refusal(region(**written))
    assert f"regions.LIE.{key}" in said
    assert "expected a section with keys" in said
