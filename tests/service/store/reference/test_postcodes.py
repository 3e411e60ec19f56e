"""Postcodes at rest: each once, found however they are written, replaced when asked."""

import multiprocessing

import numpy as np
import pyarrow as pa
import pytest

from service.store.errors import (
    AlreadyImportedError,
    DatasetSettingsError,
    ImportRefusedError,
    PostcodesExistError,
    SameNameError,
    WrongCrsError,
)
from service.store.reference.postcodes import PostcodeStore, to_outward, to_units, written
from service.store.source_files import SourceFile

CRS = "EPSG:27700"
CB, PE = SourceFile.of("cb.csv", b"cb"), SourceFile.of("pe.csv", b"pe")


def rows(postcodes, file=CB, **columns):
    n = len(postcodes)
    found = {
        "postcode": list(postcodes),
        "easting_m": [545_000.0 + i for i in range(n)],
        "northing_m": [258_000.0 + i for i in range(n)],
        "quality": pa.array([1] * n, pa.int8()),
        "ended": pa.nulls(n, pa.string()),
        "country": ["E92000001"] * n,
        "source_file": [file.name] * n,
        "source_row": list(range(1, n + 1)),
        "source_sha256": [file.sha256] * n,
    }
    return pa.table(found | columns)


@pytest.fixture
def store(tmp_path):
    return PostcodeStore(tmp_path / "postcodes", crs=CRS)


def texts(*values):
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize(
    ("text", "unit", "outward"),
    [
        ("CB2 1TN", "CB21TN", "CB2"),
        ("cb21tn", "CB21TN", "CB2"),
        ("  Cb2\u00a01tn. ", "CB21TN", "CB2"),
        ("CB21 6TN", "CB216TN", "CB21"),
        ("cb216tn", "CB216TN", "CB21"),
        ("W1A 1AA", "W1A1AA", "W1A"),
        ("M1-1AE", "M11AE", "M1"),
        ("GIR 0AA", "GIR0AA", "GIR"),
        ("CB2", None, "CB2"),
        ("CB2 1", None, "CB2"),
        ("cb2 1t", None, "CB2"),
        ("CB21", None, "CB21"),
        ("Cambridge", None, None),
        ("CB2 1TNN", None, "CB2"),
        ("1", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_postcodes_are_read_however_they_are_written(text, unit, outward):
    assert to_units(texts(text)).to_pylist() == [unit]
    assert to_outward(texts(text)).to_pylist() == [outward]


def test_a_compact_postcode_is_written_with_its_space():
    assert [written(one) for one in ("CB21TN", "CB216TN", "M11AE")] == [
        "CB2 1TN",
        "CB21 6TN",
        "M1 1AE",
    ]


def test_nothing_is_there_before_an_import(store):
    assert store.open() is None
    assert store.version() is None


def test_postcodes_are_found_with_their_place_and_quality(store):
    table = rows(
        ["CB21TN", "CB11AA", "CB99ZZ"],
        easting_m=pa.array([545_000.0, 546_000.0, None]),
        northing_m=pa.array([258_000.0, 259_000.0, None]),
        quality=pa.array([1, None, 9], pa.int8()),
        ended=pa.array([None, "2010-03", None]),
    )
    done = store.append(table, files=[CB], source="OS", licence="OGL")
    assert (done.version, done.rows, done.rows_replaced) == (0, 3, 0)
    held = store.open()
    at = held.find(texts("CB11AA", "CB21TN", None, "ZZ11ZZ", "CB99ZZ"))
    assert (at[2], at[3]) == (-1, -1)
    np.testing.assert_array_equal(
        held.xy_m[at[[0, 1, 4]]],
        [[546_000.0, 259_000.0], [545_000.0, 258_000.0], [np.nan, np.nan]],
    )
    assert held.quality[at[[0, 1, 4]]].tolist() == [-1, 1, 9]
    assert held.ended[at[[0, 1]]].tolist() == ["2010-03", None]
    assert held.has_place[at[[0, 1, 4]]].tolist() == [True, True, False]
    assert store.open() is held


def test_the_same_file_is_refused_unless_it_replaces(store):
    store.append(rows(["CB21TN", "CB11AA"]), files=[CB])
    with pytest.raises(AlreadyImportedError):
        store.append(rows(["CB21TN"]), files=[CB])
    with pytest.raises(AlreadyImportedError):
        store.check_import([CB])
    newer = SourceFile.of("cb.csv", b"newer")
    with pytest.raises(SameNameError):
        store.append(rows(["CB31AA"], newer), files=[newer])
    done = store.append(rows(["CB21TN", "CB31AA"], newer), files=[newer], replace=True)
    assert (done.rows, done.rows_replaced) == (2, 2)
    assert store.open().postcodes.to_pylist() == ["CB21TN", "CB31AA"]


def test_another_file_with_a_known_postcode_is_refused_unless_it_replaces(store):
    store.append(rows(["CB21TN", "CB11AA"]), files=[CB])
    directory = SourceFile.of("ONSPD.csv", b"onspd")
    new = rows(["CB21TN", "PE11AA"], directory, easting_m=[1.0, 2.0])
    with pytest.raises(PostcodesExistError, match=r"1 of the postcodes.*CB2 1TN from cb\.csv"):
        store.append(new, files=[directory])
    done = store.append(new, files=[directory], replace=True)
    assert (done.rows, done.rows_replaced) == (2, 1)
    held = store.open()
    assert held.postcodes.to_pylist() == ["CB11AA", "CB21TN", "PE11AA"]
    assert held.xy_m[1, 0] == 1.0


def test_files_that_share_nothing_are_added(store):
    store.append(rows(["CB21TN"]), files=[CB])
    done = store.append(rows(["PE11AA"], PE), files=[PE])
    assert (done.version, done.rows_replaced) == (1, 0)
    assert len(store.open()) == 2


def test_a_postcode_that_is_there_twice_is_refused(store):
    with pytest.raises(ImportRefusedError, match="CB2 1TN"):
        store.append(rows(["CB21TN", "CB21TN"]), files=[CB])
    with pytest.raises(ImportRefusedError, match="no usable row"):
        store.append(rows([]), files=[CB])
    half = rows(["CB21TN"], northing_m=pa.nulls(1, pa.float64()))
    with pytest.raises(DatasetSettingsError):
        store.append(half, files=[CB])
    assert store.version() is None


def test_a_table_in_another_system_is_refused(store):
    store.append(rows(["CB21TN"]), files=[CB])
    other = PostcodeStore(store.folder, crs="EPSG:32630")
    for refused in (
        other.open,
        lambda: other.check_import([PE]),
        lambda: other.append(rows(["PE11AA"], PE), files=[PE]),
    ):
        with pytest.raises(WrongCrsError):
            refused()


def add(folder, name):
    file = SourceFile.of(f"{name}.csv", name.encode())
    PostcodeStore(folder, crs=CRS).append(
        rows([f"{name}{i}AA" for i in range(5)], file), files=[file], replace=True
    )


def test_rivals_both_get_in(store):
    store.append(rows(["CB21TN"]), files=[CB])
    context = multiprocessing.get_context("spawn")
    rivals = [context.Process(target=add, args=(store.folder, name)) for name in ("PE1", "NR1")]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert [rival.exitcode for rival in rivals] == [0, 0]
    assert len(store.open()) == 11
