"""The search for what was deleted: shown to find a value in every kind of file."""

import csv
import gzip
import io
import json
import tarfile
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.storage.data_folder import DataFolder
from boundaries.storage.store import LayerStore
from boundaries.tiles.geometry_tiles import GeometryTiles
from boundaries.tiles.levels import LevelCache
from service.housekeeping import traces as traces_module
from service.housekeeping.decoding import table_parts
from service.housekeeping.searching import search, traces_of
from service.housekeeping.traces import Traces
from service.render.tiles.vector_tiles import encode_geometry
from tests.service import world

NAME = 'Müller & "Söhne"'
PLACE = 545_123.4567
TIME = np.datetime64("2024-02-03T04:05", "us")
ROWS = pa.table(
    {
        "incident_id": ["CAD-77", "CAD-78"],
        "easting_m": [PLACE, 546_000.5],
        "occurred": pa.array([TIME, TIME + np.timedelta64(7, "m")]),
        "victim": [NAME, "a second victim"],
    }
)
TRACES = traces_of([ROWS], [])


def _parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def _array(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def _arrays(**values):
    file = io.BytesIO()
    np.savez_compressed(file, **values)
    return file.getvalue()


def _zip(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def _tar(name, content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def _csv(*cells):
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue().encode("utf-8-sig")


def _unused_in_dictionary():
    """A column of which no row has the name, but its dictionary does."""
    indices = pa.array([0, 0], pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["somebody else", NAME]))
    return _parquet(pa.table({"victim": column}), compression="zstd")


def _log(**stated):
    """A log entry in which JSON stands inside JSON."""
    return json.dumps({"add": {"path": "a", "stats": json.dumps(stated)}}).encode() + b"\n"


PLANTED = {
    "page of texts": _parquet(pa.table({"a": ["x", NAME]}), compression="zstd"),
    "page of numbers": _parquet(pa.table({"a": [1.0, PLACE]}), use_dictionary=False),
    "page of times": _parquet(pa.table({"a": pa.array([TIME])}), compression="snappy"),
    "page of bytes": _parquet(pa.table({"a": [shapely.to_wkb(shapely.Point(PLACE, 1.0))]})),
    "short identifier": _parquet(pa.table({"a": ["CAD-7", "CAD-77"]}), compression="zstd"),
    "dictionary": _unused_in_dictionary(),
    "nested page": _parquet(pa.table({"a": [{"b": [NAME]}]}), compression="zstd"),
    "Parquet metadata": _parquet(
        pa.table({"a": [1]}).replace_schema_metadata({"k": json.dumps({"v": NAME})})
    ),
    "log": b'{"commitInfo": {}}\n' + _log(maxValues={"victim": NAME}),
    "log with a time": _log(minValues={"occurred": "2024-02-03T04:05:00.000Z"}),
    "log with a place": _log(maxValues={"easting_m": PLACE}),
    "checkpoint": _parquet(
        pa.table({"add": [{"stats": json.dumps({"minValues": {"victim": NAME}})}]})
    ),
    "JSON": json.dumps({"deep": [{"er": NAME}]}, indent=1).encode(),
    "rejected rows": _csv("file.csv", "7", "victim", NAME, "is wrong"),
    "array": _array(np.array([0.5, PLACE])),
    "array of texts": _array(np.array([NAME])),
    "arrays": _arrays(indices=np.arange(3), rule=np.array(NAME)),
    "zip": _zip("a.csv", _csv(NAME)),
    "tar": _tar("deep/a.json", json.dumps(NAME).encode() + NAME.encode()),
    "gzip": gzip.compress(b"somebody wrote " + NAME.encode()),
    "archive in an archive": _zip("inner.parquet", _parquet(pa.table({"a": [NAME]}))),
    "anything else": b"\x00\xff" + NAME.encode() + b"\x00\xff",
    "cut short": _parquet(pa.table({"a": [NAME]}), compression="none", use_dictionary=False)[:60],
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_value_is_found_in_every_kind_of_file(tmp_path, kind):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".hidden").write_bytes(PLANTED[kind])
    (tmp_path / "other").write_bytes(b"nothing of that kind")
    assert list(search(DataFolder(tmp_path), TRACES).places) == ["deep/.hidden"]


def test_the_names_of_a_layer_are_found_in_its_file_levels_and_tiles(tmp_path):
    layer = LayerStore(world.build(tmp_path / "county") / "boundaries", crs=world.CRS).get("cell")
    cache = tmp_path / "cache"
    tiles = GeometryTiles(LevelCache(cache / "levels"), cache / "tiles", encode=encode_geometry)
    tiles.prepare(layer)
    traces = traces_of([pa.table({"name": ['Café, "Nord"']})], [])
    found = search(DataFolder(tmp_path), traces).places
    assert sorted(name.partition("/")[0] for name in found) == ["cache", "county"]
    shape = pa.table({"geometry": shapely.to_wkb(layer.geometries).tolist()})
    found = search(DataFolder(tmp_path / "county"), traces_of([shape], [])).places
    assert list(found) == ["boundaries/cell.parquet", "boundaries/district.parquet"]


def test_values_that_remain_elsewhere_are_not_searched_for(tmp_path):
    remaining = pa.table({"easting_m": [PLACE], "victim": [f"{NAME} and others"]})
    traces = traces_of([ROWS], list(table_parts([remaining])))
    (tmp_path / "a").write_bytes(_parquet(remaining))
    assert search(DataFolder(tmp_path), traces).places == {}
    (tmp_path / "a").write_bytes(b"CAD-77")
    assert list(search(DataFolder(tmp_path), traces).places) == ["a"]


@pytest.mark.parametrize(
    ("text", "content", "is_found"),
    [
        ("CAD-77", b"CAD-77", True),
        ("CAD-77", b"CAD-771", False),
        ("CAD-77", b"xCAD-77", False),
        ("1234567", b'{"size":1234567}', False),
        ("1234567", b"1\n1234567\n2", True),
        ("2f6a8c0d2f6a8c0d2f6a8c0d", b"x2f6a8c0d2f6a8c0d2f6a8c0dx", True),
    ],
)
def test_a_text_is_found_as_a_word_of_its_own(text, content, is_found):
    assert bool(Traces([text.encode()]).found_in(content)) is is_found


@given(
    content=st.binary(max_size=200),
    texts=st.lists(st.binary(min_size=24, max_size=30), min_size=1, max_size=4),
    position=st.integers(0, 200),
)
def test_a_long_text_is_found_wherever_it_stands(content, texts, position):
    holder = content[:position] + texts[0] + content[position:]
    found = Traces(texts).found_in(holder)
    assert found == {text for text in texts if text in holder}


def test_of_very_many_rows_some_are_searched_for_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(traces_module, "MOST_ROWS", 10)
    names = [f"name {number:04}" for number in range(31)]
    (tmp_path / "a").write_text(names[28])
    result = search(DataFolder(tmp_path), traces_of([pa.table({"a": names})], []))
    assert result.places
    assert "8 values, of one in 4 of 31 rows" in str(result)


def test_a_file_that_cannot_be_decoded_is_named(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing more")
    result = search(DataFolder(tmp_path), TRACES)
    assert result.undecoded == ("a.parquet",)
    assert "not decoded" in str(result)
