"""Pairs of a place and a day, shown to be found in every kind of file that can hold them."""

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
from service.housekeeping.decoding import UndecodableError, tables
from service.housekeeping.place_days import NO_PLACE_DAYS, PlaceDays
from service.housekeeping.searching import search
from service.housekeeping.traces import Traces

X, Y, OTHER_X = 545_123.4567, 265_000.25, 546_000.5
DAY, OTHER_DAY = np.datetime64("2024-02-03T04:05", "us"), np.datetime64("2024-02-09", "us")


def incidents(*rows):
    x, y, occurred = zip(*rows, strict=True)
    return pa.table({"easting_m": x, "northing_m": y, "occurred": pa.array(occurred)})


REMOVED = incidents((X, Y, DAY), (OTHER_X, Y, DAY))
# The place, the day and one of the pairs remain.
REMAINING = incidents((X, Y, OTHER_DAY), (OTHER_X, Y, DAY), (1.5, 2.5, DAY))
PAIRS = PlaceDays.of([REMOVED], [REMAINING])


def _parquet(table):
    file = io.BytesIO()
    pq.write_table(table, file)
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


def _feature(x, y, day):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [x, y]},
        "properties": {"occurred": str(day)},
    }


def holders(x, y, day):
    """Files of every kind with a place and a day in one row, and further columns and rows."""
    moments = np.array([np.datetime64("2020-01-01", "us"), day])
    columns = {"weight": [1.0, 1.0], "e": [9.5, x], "n": [8.5, y], "when": pa.array(moments)}
    point = shapely.to_wkb([shapely.Point(9.5, 8.5), shapely.Point(x, y)]).tolist()
    date = str(day)[:10]
    structured = np.array([(x, y, day)], [("x", "f8"), ("y", "f8"), ("t", "M8[m]")])
    return {
        "Parquet": _parquet(pa.table(columns)),
        "dates": _parquet(pa.table({**columns, "when": pa.array(moments.astype("M8[D]"))})),
        "geometries": _parquet(pa.table({"geometry": point, "when": pa.array(moments)})),
        "arrays": _arrays(xy=np.array([[9.5, 8.5], [x, y]]), when=moments.astype("M8[m]")),
        "structured array": _array(structured),
        "CSV": f"id,e,n,when\r\n7,{x},{y},{date} 04:05\r\n".encode(),
        "day first": f"when,e,n\n{date},{x},{y}\n".encode(),
        "GeoJSON": json.dumps({"features": [_feature(x, y, date)]}).encode(),
        "JSON": json.dumps([{"easting_m": x, "northing_m": y, "occurred": date}]).encode(),
        "text in a column": _parquet(pa.table({"note": [f"at {x} {y} on {date}"]})),
        "zip": _zip("a.parquet", _parquet(pa.table(columns))),
        "tar": _tar("a.csv", f"{x},{y},{date}\n".encode()),
        "gzip": gzip.compress(f"{x} {y} {date}".encode()),
    }


@pytest.mark.parametrize("kind", holders(X, Y, DAY))
def test_a_pair_is_found_in_every_kind_of_file(tmp_path, kind):
    (tmp_path / "planted").write_bytes(holders(X, Y, DAY)[kind])
    result = search(DataFolder(tmp_path), Traces([]), PAIRS)
    assert list(result.places) == ["planted"]
    assert "1 pair of place and day: found in 1 file" in str(result)


@pytest.mark.parametrize("kind", holders(X, Y, DAY))
@pytest.mark.parametrize("pair", [(X, Y, OTHER_DAY), (OTHER_X, Y, DAY), (X, OTHER_X, DAY)])
def test_what_remains_and_what_never_was_is_not_found(tmp_path, kind, pair):
    (tmp_path / "planted").write_bytes(holders(*pair)[kind])
    assert search(DataFolder(tmp_path), Traces([]), PAIRS).places == {}


def test_a_month_stands_for_its_first_day(tmp_path):
    pairs = PlaceDays.of([incidents((X, Y, np.datetime64("2024-02-01", "us")))], [])
    assert pairs.is_in_text(f"{X},{Y},2024-02\n".encode())
    assert not pairs.is_in_text(f"{X},{Y},2024-03\n".encode())


def test_a_day_far_from_the_place_is_not_its_day():
    assert PAIRS.is_in_text(f"{X} {Y} {'-' * 100} 2024-02-03".encode())
    assert not PAIRS.is_in_text(f"{X} {Y} {'-' * 1_000} 2024-02-03".encode())


def test_the_latest_possible_time_makes_a_pair_too():
    rows = REMOVED.append_column("occurred_to", pa.array([OTHER_DAY, None], pa.timestamp("us")))
    assert len(PlaceDays.of([rows], [])) == 3


def test_rows_without_a_place_make_no_pair():
    rows = pa.table(
        {
            "easting_m": pa.array([None, None], pa.float64()),
            "northing_m": pa.array([None, None], pa.float64()),
            "occurred": pa.array([DAY, DAY]),
        }
    )
    assert len(PlaceDays.of([rows, pa.table({"site": ["a"]})], [])) == 0
    assert not NO_PLACE_DAYS.is_in_text(b"1.5 2.5 2024-02-03")


def test_a_file_that_cannot_be_decoded_says_so(tmp_path):
    (tmp_path / "a").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(UndecodableError):
        list(tables(tmp_path / "a"))


places = st.tuples(st.sampled_from([1.5, 2.5, 3.5]), st.sampled_from([1.5, 2.5, 3.5]))
moments = st.integers(0, 4).map(
    lambda n: np.datetime64("2024-01-01", "us") + np.timedelta64(n * 9, "h")
)


@given(
    removed=st.lists(st.tuples(places, moments), min_size=1, max_size=6),
    remaining=st.lists(st.tuples(places, moments), min_size=1, max_size=6),
)
def test_the_pairs_are_those_of_the_sets(removed, remaining):
    def days(rows):
        return {(x, y, str(t)[:10]) for (x, y), t in rows}

    def table(rows):
        return incidents(*((x, y, t) for (x, y), t in rows))

    pairs = PlaceDays.of([table(removed)], [table(remaining)])
    own = days(removed) - days(remaining)
    assert len(pairs) == len(own)
    for (x, y), moment in removed + remaining:
        text = f"{x} {y} {str(moment)[:10]}".encode()
        assert pairs.is_in_text(text) == ((x, y, str(moment)[:10]) in own)
