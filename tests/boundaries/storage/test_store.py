"""Layers at rest: what is saved comes back, whole, once, and only under its own name."""

import json
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from boundaries.errors import (
    BoundaryError,
    DamagedLayerError,
    InvalidLayerError,
    LayerCrsError,
    LayerExistsError,
    UnknownLayerError,
    UnwritableLayersError,
)
from boundaries.layers.layer import Layer, normalised, version_of
from boundaries.storage import store as store_module
from boundaries.storage.damage import Damage
from boundaries.storage.store import LayerStore
from spatial.errors import UnsuitableCrsError
from tests.boundaries.areas import BNG, chessboard, layer_of, square


@pytest.fixture
def store(tmp_path: Path) -> LayerStore:
    return LayerStore(tmp_path / "boundaries", crs=BNG)


def test_a_layer_comes_back_as_it_was_saved(store):
    areas = {"B2": square(1, 0), "A1": shapely.MultiPolygon([square(0, 0), square(5, 5)])}
    saved = store.save(layer_of(areas, vintage="2021", source="us", licence="CC0", synthetic=True))
    assert saved.codes == ("A1", "B2")
    assert saved.names == ("Area A1", "Area B2")
    assert shapely.equals_identical(saved.geometries[0], areas["A1"])
    assert shapely.equals_identical(saved.geometries[1], areas["B2"])
    words = saved.metadata
    assert (words.vintage, words.source, words.licence, words.synthetic) == (
        "2021",
        "us",
        "CC0",
        True,
    )
    again = LayerStore(store.folder, crs=BNG).get("test")
    assert (again.version, again.codes) == (saved.version, saved.codes)


def test_geopandas_opens_the_file_with_its_crs(store):
    store.save(layer_of(chessboard(2, 2)))
    frame = geopandas.read_parquet(store.folder / "test.parquet")
    assert list(frame.columns) == ["code", "name", "geometry"]
    assert frame.crs.to_epsg() == 27700
    assert frame.geometry.area.sum() == pytest.approx(4e6)


def test_the_geoparquet_metadata_are_those_the_format_asks_for(store):
    saved = store.save(
        layer_of({"A": square(0, 0), "B": shapely.MultiPolygon([square(2, 0), square(4, 0)])})
    )
    geo = json.loads(pq.read_schema(store.folder / "test.parquet").metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0"
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Polygon", "MultiPolygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 27700}
    assert column["bbox"] == list(saved.bounds_m)


def test_the_header_says_what_is_in_the_file_without_reading_it(store):
    saved = store.save(layer_of(chessboard(3, 2)))
    (header,) = store.headers()
    assert (header.areas, header.area_km2) == (6, pytest.approx(6.0))
    assert header.bounds_m == saved.bounds_m
    assert header.metadata == saved.metadata


def test_the_version_changes_with_content_and_words_and_with_nothing_else(store):
    first = layer_of(chessboard(2, 1))
    version = normalised(first).version
    assert len(version) == 12
    reversed_order = layer_of(dict(reversed(chessboard(2, 1).items())))
    assert normalised(reversed_order).version == version
    assert normalised(first, order=7).version == version
    assert normalised(layer_of(chessboard(2, 1), vintage="2022")).version != version
    moved = {**chessboard(2, 1), "A0000": square(0, 0, 999.0)}
    assert normalised(layer_of(moved)).version != version


def test_layers_are_listed_in_the_order_of_their_first_import(store):
    for name in ("wards", "lsoa21", "districts"):
        store.save(layer_of(chessboard(1, 1), layer_id=name))
    store.save(layer_of(chessboard(2, 1), layer_id="wards"), replace=True)
    assert store.ids() == ("wards", "lsoa21", "districts")


def test_an_empty_store_has_no_layers(store):
    assert store.ids() == ()


def test_the_same_name_twice_is_refused_and_the_first_stays(store):
    store.save(layer_of(chessboard(2, 1)))
    with pytest.raises(LayerExistsError, match="--replace"):
        store.save(layer_of(chessboard(3, 1)))
    assert len(store.get("test")) == 2


@pytest.mark.parametrize("name", ["", "LSOA21", "a b", "../evil", "a.b", "é", "-a", "x" * 65])
def test_names_that_cannot_stand_in_an_address_are_refused(store, name):
    with pytest.raises(InvalidLayerError, match="lower-case letters, digits"):
        store.save(layer_of(chessboard(1, 1), layer_id=name))
    with pytest.raises(UnknownLayerError):
        store.get(name)


def test_an_unknown_layer_is_answered_with_those_there_are(store):
    store.save(layer_of(chessboard(1, 1), layer_id="lsoa21"))
    with pytest.raises(UnknownLayerError, match="lsoa21") as caught:
        store.get("lsoa22")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_layer_in_another_crs_is_refused_both_ways(store):
    with pytest.raises(LayerCrsError):
        store.save(layer_of(chessboard(1, 1), crs="EPSG:32631"))
    store.save(layer_of(chessboard(1, 1)))
    with pytest.raises(LayerCrsError, match="HOTSPOTS_CRS"):
        LayerStore(store.folder, crs="EPSG:32631").get("test")
    assert len(LayerStore(store.folder, crs="epsg:27700").get("test")) == 1


def test_every_caller_gets_the_same_object_and_the_file_is_read_once(store, monkeypatch):
    store.save(layer_of(chessboard(10, 10)))
    fresh = LayerStore(store.folder, crs=BNG)
    reads = []
    slow = store_module.read_layer

    def counted(*args):
        reads.append(1)
        time.sleep(0.05)
        return slow(*args)

    monkeypatch.setattr(store_module, "read_layer", counted)
    found: list[Layer] = []
    threads = [threading.Thread(target=lambda: found.append(fresh.get("test"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 1
    assert len({id(layer) for layer in found}) == 1


def test_a_file_replaced_by_another_process_is_read_again(store):
    store.save(layer_of(chessboard(2, 1)))
    other = LayerStore(store.folder, crs=BNG)
    before = other.get("test")
    store.save(layer_of(chessboard(3, 1)), replace=True)
    assert len(before) == 2
    assert len(other.get("test")) == 3
    (store.folder / "test.parquet").unlink()
    assert other.ids() == ()
    with pytest.raises(UnknownLayerError):
        other.get("test")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all" * 50])
def test_a_file_that_is_no_layer_is_named(store, content):
    store.folder.mkdir()
    (store.folder / "wards.parquet").write_bytes(content)
    with pytest.raises(DamagedLayerError, match=r"wards\.parquet"):
        store.get("wards")
    assert store.ids() == ()


def test_a_parquet_file_of_someone_else_is_named(store):
    store.folder.mkdir()
    frame = geopandas.GeoDataFrame({"code": ["a"]}, geometry=[square(0, 0)], crs=BNG)
    frame.to_parquet(store.folder / "wards.parquet")
    with pytest.raises(DamagedLayerError, match="do not describe a layer"):
        store.get("wards")


def test_a_layer_under_another_name_is_named(store):
    store.save(layer_of(chessboard(1, 1), layer_id="wards"))
    (store.folder / "wards.parquet").rename(store.folder / "lsoa.parquet")
    with pytest.raises(DamagedLayerError, match="holds layer 'wards'"):
        store.get("lsoa")


def test_a_damaged_layer_can_be_replaced(store):
    store.save(layer_of(chessboard(1, 1), layer_id="lsoa"))
    store.folder.joinpath("wards.parquet").write_bytes(b"broken")
    store.save(layer_of(chessboard(1, 1), layer_id="wards"), replace=True)
    assert store.ids() == ("lsoa", "wards")


def flipped(content, bit):
    """The content with one bit of it the other way round."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def without_areas(content):
    """The content with its header sound, and nothing of the areas left."""
    header = int.from_bytes(content[-8:-4], "little") + 8
    return content[:4] + bytes(len(content) - 4 - header) + content[-header:]


def test_one_bit_that_is_flipped_never_makes_another_layer(store):
    saved = store.save(layer_of(chessboard(4, 3), vintage="2021", source="us"))
    path = store.folder / "test.parquet"
    sound = path.read_bytes()
    random = np.random.default_rng(15)
    refused = 0
    for bit in random.integers(0, 8 * len(sound), 400).tolist():
        path.write_bytes(flipped(sound, bit))
        try:
            layer = LayerStore(store.folder, crs=BNG).get("test")
        except (DamagedLayerError, UnsuitableCrsError, LayerCrsError):
            refused += 1
            continue
        assert layer.metadata == saved.metadata, bit
        assert (layer.codes, layer.names) == (saved.codes, saved.names), bit
        assert (
            shapely.to_wkb(layer.geometries).tolist() == shapely.to_wkb(saved.geometries).tolist()
        )
    assert refused > 20


def test_a_damaged_layer_is_left_out_and_the_others_are_served(store):
    store.save(layer_of(chessboard(2, 2), layer_id="lsoa"))
    store.save(layer_of(chessboard(1, 1), layer_id="wards"))
    path = store.folder / "wards.parquet"
    path.write_bytes(without_areas(path.read_bytes()))
    damage = Damage()
    again = LayerStore(store.folder, crs=BNG, damage=damage)
    assert [layer.layer_id for layer in again.all()] == ["lsoa"]
    assert again.ids() == ("lsoa",)
    assert [header.areas for header in again.headers()] == [4]
    [part] = damage.parts()
    assert (part.part, part.name, part.is_served) == ("layer", "wards", False)
    with pytest.raises(DamagedLayerError):
        again.get("wards")
    with pytest.raises(DamagedLayerError):
        again.all(strict=True)


def test_a_layer_that_was_read_is_served_on_when_its_file_is_damaged_and_until_it_is_mended(store):
    saved = store.save(layer_of(chessboard(2, 2)))
    damage = Damage()
    again = LayerStore(store.folder, crs=BNG, damage=damage)
    before = again.get("test")
    path = store.folder / "test.parquet"
    sound = path.read_bytes()
    for content in (b"broken", without_areas(sound)):
        path.write_bytes(content)
        assert again.get("test") is before
        assert again.versions() == (("test", saved.version),)
        assert [part.is_served for part in damage.parts()] == [True]
    changes = damage.changes
    store.save(layer_of(chessboard(3, 2)), replace=True)
    assert len(again.get("test")) == 6
    assert damage.parts() == ()
    assert damage.changes > changes


def test_a_damaged_layer_that_is_removed_is_damaged_no_longer(store):
    store.folder.mkdir()
    (store.folder / "wards.parquet").write_bytes(b"broken")
    damage = Damage()
    again = LayerStore(store.folder, crs=BNG, damage=damage)
    assert again.ids() == ()
    assert len(damage.parts()) == 1
    (store.folder / "wards.parquet").unlink()
    assert again.ids() == ()
    assert damage.parts() == ()


def test_no_other_layer_silently_becomes_the_first_when_that_is_damaged(store):
    for name in ("lsoa", "wards", "districts"):
        store.save(layer_of(chessboard(1, 1), layer_id=name))
    assert store.first() == "lsoa"
    contents = {path: path.read_bytes() for path in store.folder.glob("*.parquet")}
    for name, first in (("wards", "lsoa"), ("lsoa", None)):
        for damaged in (b"broken", without_areas(contents[store.folder / f"{name}.parquet"])):
            (store.folder / f"{name}.parquet").write_bytes(damaged)
            again = LayerStore(store.folder, crs=BNG)
            again.all()
            if first is None:
                with pytest.raises(DamagedLayerError, match="lsoa"):
                    again.first()
            else:
                assert again.first() == first
        for path, content in contents.items():
            path.write_bytes(content)


def test_a_damaged_layer_that_is_replaced_keeps_its_place(store):
    for name in ("lsoa", "wards"):
        store.save(layer_of(chessboard(1, 1), layer_id=name))
    (store.folder / "lsoa.parquet").write_bytes(b"broken")
    again = LayerStore(store.folder, crs=BNG)
    again.save(layer_of(chessboard(2, 1), layer_id="lsoa"), replace=True)
    assert again.ids() == ("lsoa", "wards")


def test_a_layer_of_before_coordinates_were_stated_is_read(store):
    """As commit 63cc000 wrote it: its version is a digest of words without them."""
    layer = normalised(layer_of(chessboard(2, 1), vintage="2021"), order=1)
    wkb = shapely.to_wkb(layer.geometries).tolist()
    version = version_of(layer.metadata, layer.codes, layer.names, wkb, states_coordinates=False)
    assert version != layer.version
    store.save(layer)
    path = store.folder / "test.parquet"
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[b"hotspot_atlas"])
    del facts["coordinates"], facts["checksum"]
    words = {**table.schema.metadata, b"hotspot_atlas": json.dumps(facts | {"version": version})}
    pq.write_table(table.replace_schema_metadata(words), path)
    assert LayerStore(store.folder, crs=BNG).get("test").version == version


def test_what_a_killed_import_left_is_no_layer_and_is_cleared_away(store):
    store.save(layer_of(chessboard(1, 1)))
    leftover = store.folder / ".wards.parquet.1234.unfinished"
    leftover.write_bytes(b"half a file")
    assert store.ids() == ("test",)
    store.save(layer_of(chessboard(1, 1), layer_id="lsoa"))
    assert not leftover.exists()


def test_a_failed_write_leaves_the_old_layer_and_no_remains(store, monkeypatch):
    store.save(layer_of(chessboard(2, 1)))

    def no_space(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module, "write_layer", no_space)
    with pytest.raises(UnwritableLayersError, match="No space left"):
        store.save(layer_of(chessboard(3, 1)), replace=True)
    assert len(store.get("test")) == 2
    assert not list(store.folder.glob(".*unfinished"))


WRITER = """
import sys
from pathlib import Path
from boundaries.storage.store import LayerStore
from tests.boundaries.areas import BNG, chessboard, layer_of
store = LayerStore(Path(sys.argv[1]), crs=BNG)
layers = [layer_of(chessboard(60, n)) for n in (30, 31)]
print("ready", flush=True)
while True:
    for layer in layers:
        store.save(layer, replace=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_layer(store):
    random = np.random.default_rng(20)
    store.save(layer_of(chessboard(60, 30)))
    for delay_s in random.uniform(0.0, 0.25, 5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.folder)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(delay_s)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        layer = LayerStore(store.folder, crs=BNG).get("test")
        assert len(layer) in (60 * 30, 60 * 31)
        assert layer.version == normalised(layer).version
    store.save(layer_of(chessboard(2, 2)), replace=True)
    assert store.ids() == ("test",)
    assert sorted(p.name for p in store.folder.iterdir()) == [".lock", "test.parquet"]


def test_arrays_of_a_layer_cannot_be_written(store):
    layer = store.save(layer_of(chessboard(2, 1)))
    with pytest.raises(ValueError, match="read-only"):
        layer.geometries[0] = None
    with pytest.raises(ValueError, match="read-only"):
        layer.areas_km2[0] = 0.0


def test_all_errors_survive_pickling():
    errors = [
        InvalidLayerError("a", "b"),
        LayerCrsError("a", "b", "c"),
        LayerExistsError("a"),
        DamagedLayerError("a", "b"),
        UnwritableLayersError("a", "b"),
    ]
    for error in errors:
        assert isinstance(error, BoundaryError)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
