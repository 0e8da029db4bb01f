import os
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from comarca.errors import InputError
from comarca.guards.gdal import ENVIRONMENT
from comarca.rasters.bands import open_dataset
from comarca.sources.vectors.read import open_vector

SERVICE = "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"
VIRTUAL = """<OGRVRTDataSource><OGRVRTLayer name="units"><SrcDataSource>{}</SrcDataSource>
<SrcLayer>units</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""
WMS = "<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1:9/${z}</ServerUrl></Service></GDAL_WMS>"
RASTER = """<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:4326</SRS><GeoTransform>0,1,0,2,0,-1</GeoTransform>
<VRTRasterBand dataType="Byte" band="1"><NoDataValue>0</NoDataValue><SimpleSource>
<SourceFilename relativeToVRT="1">{}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>
</VRTDataset>"""


@pytest.fixture
def units(tmp_path):
    path = tmp_path / "units.gpkg"
    gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326).to_file(path, layer="units")
    return path


@pytest.fixture
def raster(tmp_path):
    path = tmp_path / "cells.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8", nodata=0, crs=4326,
        transform=Affine(1, 0, 0, 0, -1, 2),
    ) as file:  # fmt: skip
        file.write(np.ones((1, 2, 2), "uint8"))
    return path


def test_drivers_of_services_are_not_there():
    assert ENVIRONMENT.items() <= os.environ.items()
    services = {"HTTP", "WFS", "OAPIF", "GDALG", "WMS", "WMTS", "WCS"}
    assert not services & set(pyogrio.list_drivers())
    with rasterio.Env() as env:
        assert not services & set(env.drivers())


def test_gdal_reaches_no_server():
    with pytest.raises(rasterio.errors.RasterioIOError, match="does not exist"):
        rasterio.open("/vsicurl/http://127.0.0.1:9/x.tif")


@pytest.mark.parametrize("content", [SERVICE, VIRTUAL, WMS, '<?xml version="1.0"?>\n<!-- a -->\n' + VIRTUAL])
@pytest.mark.parametrize("name", ["units.gpkg", "units.shp", "units.geojson", "units"])
def test_a_description_of_other_data_is_refused_under_the_name_of_data(content, name, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    for suffix in (".dbf", ".shx") if path.suffix == ".shp" else ():
        path.with_suffix(suffix).touch()
    with pytest.raises(InputError, match="description of other data"):
        open_vector(path, name="territories")


@pytest.mark.parametrize("content", [WMS, RASTER])
def test_a_raster_that_describes_other_data_is_refused(content, tmp_path):
    path = tmp_path / "cells.tif"
    path.write_text(content)
    with pytest.raises(InputError, match="description of other data"), open_dataset(path):
        pass


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own_are_refused_in_a_virtual_file_of_any_encoding(encoding, units, tmp_path):
    path = tmp_path / "units.vrt"
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY units "{units}">]>'
    path.write_bytes((head + VIRTUAL.format("&units;")).encode(encoding))
    with pytest.raises(InputError, match="entities of its own"):
        open_vector(path, name="territories")


def test_a_virtual_file_of_files_that_are_there_is_read(units, raster, tmp_path):
    vector = tmp_path / "units.vrt"
    vector.write_text(VIRTUAL.format(units))
    frame, _ = open_vector(vector, name="territories")
    assert list(frame["code"]) == ["1"]
    cells = tmp_path / "cells.vrt"
    cells.write_text(RASTER.format(raster.name))
    with open_dataset(cells) as dataset:
        assert dataset.read(1).tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1:9/x", "/vsicurl/http://127.0.0.1:9/x", "PG:host=127.0.0.1", "WFS:http://x", WMS[:20]]
)
def test_a_virtual_file_that_leaves_this_machine_is_refused(source, tmp_path):
    for name, content in (("a.vrt", VIRTUAL), ("b.vrt", RASTER)):
        path = tmp_path / name
        path.write_text(content.format(source.replace("<", "&lt;")))
        with pytest.raises(InputError, match="a file that is there"):
            open_vector(path, name="territories") if name == "a.vrt" else open_dataset(path).__enter__()


ADDRESS = "http://127.0.0.1:9/x.geojson"


@pytest.mark.parametrize(
    "layer",
    [
        f"<SrcDataSource><![CDATA[{ADDRESS}]]></SrcDataSource>",
        f"<SrcDataSource><!-- of the year -->{ADDRESS}</SrcDataSource>",
        f"<srcdatasource>{ADDRESS}</srcdatasource>",
        f"<OGRVRTUnionLayer SrcDataSource='{ADDRESS}'/>",
        "<SrcDataSource>UNITS</SrcDataSource><SrcSQL>SELECT ogr_geocode('Melo')</SrcSQL>",
        f"<SrcDataSource>UNITS</SrcDataSource><SrcSQL>SELECT * FROM '{ADDRESS}'.x</SrcSQL>",
        "<SrcDataSource>INNER</SrcDataSource>",
        "<SrcDataSource>/vsizip/PACKED/units.geojson</SrcDataSource>",
        "<SrcDataSource>SELF</SrcDataSource>",
        "<SrcDataSource>UNITS</SrcDataSource",
    ],
)
def test_a_virtual_file_that_hides_where_it_leads_is_refused(layer, units, tmp_path, monkeypatch):
    monkeypatch.setattr("pyogrio.list_layers", lambda path: pytest.fail("GDAL is asked"))
    inner, path = tmp_path / "inner.vrt", tmp_path / "outer.vrt"
    inner.write_text(VIRTUAL.format(ADDRESS))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(inner, "units.geojson")
    for word, file in (("UNITS", units), ("INNER", inner), ("PACKED", tmp_path / "a.zip"), ("SELF", path)):
        layer = layer.replace(word, str(file))
    path.write_text(f"<OGRVRTDataSource><OGRVRTLayer name='units'>{layer}</OGRVRTLayer></OGRVRTDataSource>")
    with pytest.raises(InputError):
        open_vector(path, name="territories")
    with pytest.raises(InputError, match="description of other data"):
        open_vector(tmp_path / "a.zip", name="territories")


def test_virtual_files_of_virtual_files_are_read(units, raster, tmp_path):
    (tmp_path / "inner.vrt").write_text(VIRTUAL.format(units))
    (tmp_path / "outer.vrt").write_text(VIRTUAL.format(tmp_path / "inner.vrt"))
    assert len(open_vector(tmp_path / "outer.vrt", name="territories")[0]) == 1
    (tmp_path / "in.vrt").write_text(
        RASTER.format(raster.name).replace(
            "<VRTRasterBand", "<Metadata><MDI key='source'>https://example.org</MDI></Metadata><VRTRasterBand", 1
        )
    )
    (tmp_path / "out.vrt").write_text(RASTER.format("in.vrt"))
    with open_dataset(tmp_path / "out.vrt") as dataset:
        assert dataset.read(1).tolist() == [[1, 1], [1, 1]]


def test_a_virtual_file_over_a_description_of_a_service_is_refused(tmp_path):
    (tmp_path / "inner.tif").write_text(WMS)
    path = tmp_path / "outer.vrt"
    path.write_text(RASTER.format("inner.tif"))
    with pytest.raises(InputError, match="description of other data"), open_dataset(path):
        pass


def test_a_file_of_another_format_than_its_name_says_is_refused(units, tmp_path):
    wrong = tmp_path / "units.fgb"
    gpd.read_file(units).to_file(tmp_path / "units.geojson", driver="GeoJSON")
    (tmp_path / "units.geojson").rename(wrong)
    with pytest.raises(InputError, match="the format GeoJSON"):
        open_vector(wrong, name="territories")
    packed = tmp_path / "units.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(units, "units.gpkg")
    assert len(open_vector(packed, name="territories")[0]) == 1
