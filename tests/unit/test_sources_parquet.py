"""Boundaries out of GeoParquet on servers, and the second host of OpenStreetMap extracts; faults included."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from servers.bench import ALFA, BETA
from servers.bodies import Place, fieldmaps_frame, overture_frame
from servers.loopback import RANDOM_FAULTS, Fault, LoopbackServer
from servers.samples import geoparquet

from comarca.errors import ConfigError, InputError, RetrievalError
from comarca.fetch.formats import VerificationError
from comarca.fetch.http import Client
from comarca.fetch.remote_parquet import RemoteFile, copy_rows
from comarca.fetch.retry import TransferError
from comarca.registry.countries import Level, country
from comarca.sources.boundaries.fetched import territories
from comarca.sources.boundaries.parquet import overture_units, read_geoparquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers.bench import Desk

NAMES = ["El Alto", "San José", "Santa Cruz", "Ñeembucú"]
PARENTS = {"San José": "Sur", "Santa Cruz": "Sur", "Ñeembucú": "Norte", "El Alto": "Norte"}


def layer_of(receipt: Any, *, code: str = "XAA", level: int | None = None) -> gpd.GeoDataFrame:
    paths = [Path(file.path) for file in receipt.files]
    return territories(paths, provider=receipt.provider, country=country(code), level=level)[0]


def check_units(layer: gpd.GeoDataFrame, place: Place = ALFA) -> None:
    assert sorted(layer["territory_name"]) == NAMES
    assert dict(zip(layer["territory_name"], layer["parent_name"], strict=True)) == PARENTS
    assert shapely.equals_exact(layer.union_all().normalize(), place.outline.normalize(), tolerance=1e-9)


# --- COD-AB on Source Cooperative ---------------------------------------------------------------------------------


def test_the_highest_version_of_cod_is_taken_and_recorded(desk: Desk) -> None:
    path = desk.world.cod_parquet(ALFA, versions=(1, 2, 10))
    assert "/v10/" in path
    receipt = desk.fetch("territories", ALFA, "cod_parquet")
    assert desk.server.hits(path) == 1
    file = receipt.files[0]
    assert (file.version, file.data_date, file.licence) == ("v10", "2026-03-01", "CC-BY-3.0-IGO")
    assert file.redistribute
    layer = layer_of(receipt)
    check_units(layer)
    assert sorted(layer["territory_id"]) == ["XA0101", "XA0102", "XA0201", "XA0202"]


def test_a_coarser_level_of_cod_stands_in_only_where_the_level_is_a_guess(desk: Desk) -> None:
    desk.world.cod_parquet(ALFA, levels=(0, 1))
    receipt = desk.fetch("territories", ALFA, "cod_parquet")
    assert receipt.files[0].substitute
    assert "Level 2 is not there; 1 was taken" in receipt.files[0].note
    assert sorted(layer_of(receipt)["territory_name"]) == ["Norte", "Sur"]
    with pytest.raises(RetrievalError, match="the catalogue has no level 2"):
        desk.fetch("territories", ALFA, "cod_parquet", options={"level": 2})


def test_layers_of_countries_whose_source_is_gadm_may_not_be_passed_on(desk: Desk) -> None:
    belize = Place("BLZ", -60.0, -10.0)
    desk.world.cod_parquet(belize)
    assert not desk.fetch("territories", "BLZ", "cod_parquet").files[0].redistribute


def test_a_catalogue_of_another_shape_says_so(desk: Desk) -> None:
    row = desk.settings().sources["cod_parquet_units"]
    desk.world.put("cod_parquet", row.url[0].format(iso3_lower="xaa"), b'{"collections": []}')
    with pytest.raises(RetrievalError, match="its format has changed"):
        desk.fetch("territories", ALFA, "cod_parquet")


# --- fieldmaps ----------------------------------------------------------------------------------------------------


def test_of_fieldmaps_only_the_blocks_of_the_country_are_read(desk: Desk) -> None:
    others = [Place("QMA", 10.0 + n, 10.0) for n in range(60)]
    path = desk.world.fieldmaps(*others, ALFA, BETA)
    receipt = desk.fetch("territories", ALFA, "fieldmaps")
    check_units(layer_of(receipt))
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    whole = gpd.read_parquet(io.BytesIO(body))
    cut = gpd.read_parquet(receipt.files[0].path)
    expected = whole[whole["iso_3"] == "XAA"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(cut), pd.DataFrame(expected))
    assert cut.crs == whole.crs
    assert receipt.files[0].share_alike


def test_the_code_of_the_source_is_the_id_and_fieldmaps_own_where_one_lacks(desk: Desk) -> None:
    desk.world.fieldmaps(ALFA)
    receipt = desk.fetch("territories", ALFA, "fieldmaps")
    assert sorted(layer_of(receipt)["territory_id"]) == ["XA0101", "XA0102", "XA0201", "XA0202"]
    frame = gpd.read_parquet(receipt.files[0].path)
    frame.loc[0, "adm2_src"] = None
    frame.to_parquet(receipt.files[0].path)
    assert sorted(layer_of(receipt)["territory_id"]) == [f"XAA-{n}" for n in range(4)]


def test_a_country_that_fieldmaps_lacks_is_not_there(desk: Desk) -> None:
    desk.world.fieldmaps(BETA)
    with pytest.raises(RetrievalError, match="no row has"):
        desk.fetch("territories", ALFA, "fieldmaps", options={"level": 2})


# --- Overture -----------------------------------------------------------------------------------------------------


def test_overtures_divisions_are_cut_out_of_the_latest_release(desk: Desk) -> None:
    paths = desk.world.overture(ALFA, BETA)
    receipt = desk.fetch("territories", ALFA, "overture")
    assert receipt.files[0].version == "2026-10-21.0"
    assert set(gpd.read_parquet(receipt.files[0].path)["country"]) == {"XA"}
    assert all(desk.server.hits(path) for path in paths)
    check_units(layer_of(receipt))


def test_the_kind_of_overtures_divisions_is_chosen_by_the_number_of_units(tmp_path: Path) -> None:
    path = tmp_path / "division_area.parquet"
    overture_frame(ALFA).query("country == 'XA'").to_parquet(path)
    belize = country("BLZ")
    for units, names in (((2, 2), ["Norte", "Sur"]), ((4, 4), NAMES)):
        from dataclasses import replace

        layer, _ = overture_units([path], country=replace(belize, units=units), level=Level(1, exact=True))
        assert sorted(layer["territory_name"]) == names


def test_overture_is_not_asked_for_a_numbered_level(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="divisions have no numbers"):
        desk.fetch("territories", ALFA, "overture", options={"level": 2})


# --- OpenStreetMap France -----------------------------------------------------------------------------------------


def test_the_second_host_serves_where_the_first_fails(desk: Desk) -> None:
    path = desk.world.osm_fr(ALFA, "central-america/barbados")
    receipt = desk.fetch("osm", "BRB", "geofabrik", "osm_fr")
    assert receipt.provider == "osm_fr"
    assert desk.server.hits(path) == 1
    file = receipt.files[0]
    assert (len(file.md5), file.is_shared, file.share_alike) == (32, False, True)
    assert file.data_date == "2026-11-21T20:21:09Z"


def test_without_an_md5_the_extract_is_checked_all_the_same(desk: Desk) -> None:
    path = desk.world.osm_fr(ALFA, "central-america/barbados", md5=False)
    assert desk.fetch("osm", "BRB", "osm_fr").files[0].note == "No md5 is published."
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    desk.server.put(path, body[:-40])
    with pytest.raises(RetrievalError, match="in the middle of a block"):
        desk.fetch("osm", "BRB", "osm_fr", settings=desk.settings(raw_dir=desk.folder / "other"))


def test_a_country_without_an_extract_there_is_refused_unasked(desk: Desk) -> None:
    with pytest.raises(RetrievalError, match="no extract of OpenStreetMap France for UMI"):
        desk.fetch("osm", "UMI", "osm_fr")
    assert desk.server.hits() == 0


# --- parts of a file on a server ----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


def client_of(server: LoopbackServer) -> Client:
    return Client(trusted=[urlsplit(server.url).netloc])


def test_a_remote_file_reads_like_a_local_one(server: LoopbackServer) -> None:
    body = random.Random(1).randbytes(700_000)
    server.put("/x", body)
    with client_of(server) as client:
        remote, local = RemoteFile(client, f"{server.url}/x"), io.BytesIO(body)
        chance = random.Random(2)
        for _ in range(60):
            start, size = chance.randrange(len(body)), chance.choice([1, 100, 5_000, 300_000])
            assert remote.seek(start) == local.seek(start)
            assert remote.read(size) == local.read(size)
            assert remote.tell() == local.tell()
        remote.seek(-8, io.SEEK_END)
        assert remote.read() == body[-8:]
        assert remote.read() == b""


def test_a_large_file_is_not_fetched_whole(server: LoopbackServer, tmp_path: Path) -> None:
    codes = [f"Q{a}{b}" for a, b in zip("MNOPQRSTU", "ABCDEFGHI", strict=True)]
    frame = fieldmaps_frame(*[Place(code, number / 10, 10.0) for number, code in enumerate(codes)])
    frame["padding"] = [random.Random(n).randbytes(60_000) for n in range(len(frame))]
    body = geoparquet(frame, row_group_size=4, compression=None)
    server.put("/world.parquet", body)
    with client_of(server) as client:
        copy_rows(client, f"{server.url}/world.parquet", tmp_path / "part", equal={"iso_3": "QQE"})
    asked = [headers["Range"] for _, _, headers in server.requests]
    spans = [tuple(map(int, text.removeprefix("bytes=").split("-"))) for text in asked]
    fetched = sum(last - first + 1 for first, last in spans)
    assert fetched < 0.5 * len(body)
    assert pq.read_table(tmp_path / "part").num_rows == 4


def test_rows_are_kept_by_ranges_too(server: LoopbackServer, tmp_path: Path) -> None:
    frame = fieldmaps_frame(ALFA).assign(bbox=[{"xmin": float(n), "xmax": n + 1.0} for n in range(4)])
    server.put("/x.parquet", geoparquet(frame, row_group_size=1))
    with client_of(server) as client:
        copy_rows(client, f"{server.url}/x.parquet", tmp_path / "part", equal={}, ranges={"bbox.xmin": (1.0, 2.0)})
    assert [row["xmin"] for row in pq.read_table(tmp_path / "part").column("bbox").to_pylist()] == [1.0, 2.0]


def test_a_server_without_ranges_is_not_read_to_its_end(server: LoopbackServer, tmp_path: Path) -> None:
    server.put("/x.parquet", geoparquet(fieldmaps_frame(ALFA)), ranges=False)
    with client_of(server) as client, pytest.raises(TransferError, match="does not hand out parts"):
        copy_rows(client, f"{server.url}/x.parquet", tmp_path / "part", equal={"iso_3": "XAA"})


def test_a_file_that_changes_while_it_is_read_is_given_up(server: LoopbackServer) -> None:
    body = bytes(2_000_000)
    server.put("/x", body)
    with client_of(server) as client:
        remote = RemoteFile(client, f"{server.url}/x")
        remote.read(10)
        server.put("/x", body + b"!")
        remote.seek(1_500_000)
        with pytest.raises(TransferError, match="changed while it was read"):
            remote.read(10)


@pytest.mark.parametrize("body", [b"PAR1 and nothing more", geoparquet(overture_frame(ALFA))], ids=["text", "other"])
def test_what_is_no_such_file_is_refused(server: LoopbackServer, tmp_path: Path, body: bytes) -> None:
    server.put("/x.parquet", body)
    with (
        client_of(server) as client,
        pytest.raises(VerificationError, match="not a Parquet file with the columns iso_3"),
    ):
        copy_rows(client, f"{server.url}/x.parquet", tmp_path / "part", equal={"iso_3": "XAA"})


def test_geometry_of_parquets_own_type_is_read(tmp_path: Path) -> None:
    """Newer writers leave the metadata of GeoParquet out."""
    frame = fieldmaps_frame(ALFA)
    frame.to_parquet(tmp_path / "geo.parquet")
    table = pq.read_table(tmp_path / "geo.parquet").replace_schema_metadata(None)
    pq.write_table(table, tmp_path / "plain.parquet")
    read = read_geoparquet(tmp_path / "plain.parquet")
    assert read.crs == frame.crs
    assert read.geometry.geom_equals(frame.geometry).all()
    pq.write_table(table.drop_columns(["geometry"]), tmp_path / "none.parquet")
    with pytest.raises(InputError, match="a column `geometry`"):
        read_geoparquet(tmp_path / "none.parquet")


# --- anything at all ----------------------------------------------------------------------------------------------


def test_new_providers_end_in_the_right_file_or_a_message_whatever_goes_wrong(desk: Desk) -> None:
    """50 seeded runs of four providers, a third of all requests going wrong: 200 runs, no wrong or partial file."""
    place = Place("NIC", -60.0, -10.0)
    desk.world.osm_fr(place, "central-america/nicaragua")
    for build in (desk.world.cod_parquet, desk.world.fieldmaps, desk.world.overture):
        build(place)
    calm = {name: desk.fetch(layer, "NIC", name) for layer, name in _RUNGS}
    truth = {name: Path(receipt.files[0].path).read_bytes() for name, receipt in calm.items()}
    faults = tuple(fault for fault in RANDOM_FAULTS if fault.kind not in {"corrupt", "drip"})
    outcomes = {"ready": 0, "refused": 0}
    messages: list[str] = []
    for seed in range(50):
        desk.server.calm()
        desk.server.chaos(seed, 0.25, faults)
        policy = desk.clock.policy(attempts=3, chance=random.Random(seed))
        settings = desk.settings(raw_dir=desk.folder / str(seed), policy=policy)
        for layer, name in _RUNGS:
            try:
                receipt = desk.fetch(layer, "NIC", name, settings=settings)
            except RetrievalError as error:
                outcomes["refused"] += 1
                messages.append(str(error))
                continue
            outcomes["ready"] += 1
            assert Path(receipt.files[0].path).read_bytes() == truth[name], (seed, name)
        left = [
            path for path in (desk.folder / str(seed)).rglob("*.parquet*") if path.suffix not in {".parquet", ".json"}
        ]
        assert all(path.name.endswith((".part", ".lock")) for path in left)
    assert min(outcomes.values()) > 20, outcomes
    assert sum(outcomes.values()) == 200
    assert all("what to do" in message for message in messages)


_RUNGS = (("osm", "osm_fr"), ("territories", "cod_parquet"), ("territories", "fieldmaps"), ("territories", "overture"))


def test_a_fault_in_the_middle_of_a_cut_is_tried_again(desk: Desk) -> None:
    path = desk.world.fieldmaps(ALFA)
    desk.server.fail(path, Fault("short"), Fault("wrong_range"), Fault("reset"))
    check_units(layer_of(desk.fetch("territories", ALFA, "fieldmaps", settings=desk.settings(
        policy=desk.clock.policy(attempts=5)))))  # fmt: skip
