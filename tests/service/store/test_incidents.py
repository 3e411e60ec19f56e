"""Incidents at rest: what goes in comes out, once, and whoever reads is not disturbed."""

import pickle
import shutil
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import pytest
from deltalake import write_deltalake
from hypothesis import given
from hypothesis import strategies as st

from service.store.errors import (
    AlreadyImportedError,
    DamagedTableError,
    DatasetSettingsError,
    ImportRefusedError,
    ReadOnlyDataError,
    SameNameError,
    UnknownAttributeError,
    UnknownDatasetError,
    WrongCrsError,
)
from service.store.incidents import IncidentStore
from tests.service.store.rows import CRS, a_file, incident_rows
from tests.strategies import examples, quantities


@pytest.fixture
def store(tmp_path: Path) -> IncidentStore:
    return IncidentStore(tmp_path / "incidents", crs=CRS)


def test_an_empty_folder_has_no_datasets(store):
    assert store.ids() == ()
    with pytest.raises(UnknownDatasetError, match="none is imported yet"):
        store.open("police")


def test_every_value_comes_back(store):
    rows = incident_rows(200, sex=["F", "M"] * 100, subcategory=["a", None] * 100)
    rows = rows.append_column("area_code", pa.array(["E1", "E2", None, "E1"] * 50))
    rows = rows.append_column("weight", pa.array(np.arange(200) / 7))
    store.append("police", rows, files=[a_file("a.csv")])
    kept = store.open("police").rows().sort_by("source_row")
    for name in rows.column_names:
        assert kept.column(name).cast(rows.column(name).type).to_pylist() == (
            rows.column(name).to_pylist()
        )
    assert kept.column("source_row").to_pylist() == list(range(1, 201))


def test_columns_in_memory_are_those_at_rest(store):
    rows = incident_rows(100, subcategory=["a", None] * 50)
    store.append("police", rows, files=[a_file("a.csv")])
    held = store.open("police")
    kept = held.rows()
    assert [held.categories[i] for i in held.category] == kept.column("category").to_pylist()
    words = (*held.subcategories, None)
    assert [words[i] for i in held.subcategory] == kept.column("subcategory").to_pylist()
    np.testing.assert_array_equal(
        held.occurred, kept.column("occurred").to_numpy().astype("datetime64[m]")
    )
    np.testing.assert_array_equal(held.xy_m[:, 0], kept.column("easting_m").to_numpy())
    np.testing.assert_array_equal(held.xy_m[:, 1], kept.column("northing_m").to_numpy())


def test_located_incidents_come_first(store):
    store.append("police", incident_rows(100), files=[a_file("a.csv")])
    held = store.open("police")
    assert held.located_count == 90
    assert held.located[:90].all()
    assert not held.located[90:].any()
    assert np.isfinite(held.xy_m[:90]).all()
    assert np.isnan(held.xy_m[90:]).all()


def test_neighbours_in_space_are_near_in_memory(store):
    rows = incident_rows(5_000)
    store.append("police", rows, files=[a_file("a.csv")])
    held = store.open("police")
    sorted_m = np.linalg.norm(np.diff(held.xy_m[: held.located_count], axis=0), axis=1)
    xy_m = np.column_stack([rows.column(c).drop_null() for c in ("easting_m", "northing_m")])
    as_given_m = np.linalg.norm(np.diff(xy_m, axis=0), axis=1)
    assert np.median(sorted_m) < 0.1 * np.median(as_given_m)


def test_shared_arrays_cannot_be_written(store):
    store.append("police", incident_rows(10), files=[a_file("a.csv")])
    held = store.open("police")
    for name in ("occurred", "precision", "xy_m", "located", "category", "weight", "area_code"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(held, name)[0] = getattr(held, name)[0]


def test_info_counts_add_up(store):
    store.append(
        "police", incident_rows(100), files=[a_file("a.csv")], title="Police", source="me"
    )
    info = store.info("police")
    assert (info.records, info.located, info.unlocated) == (100, 90, 10)
    assert sum(info.categories.values()) == 100
    assert (info.title, info.source, info.version) == ("Police", "me", 0)


def test_period_is_stated_no_finer_than_it_is_known(store):
    rows = pa.table(
        {
            "occurred": pa.array(np.array(["2024-03-05T10:00", "2024-05-01"], "datetime64[s]")),
            "precision": ["minute", "month"],
            "category": ["a", "a"],
        }
    )
    store.append("police", rows, files=[a_file("a.csv")])
    info = store.info("police")
    assert (info.first, info.last, info.precision) == ("2024-03", "2024-05", "month")


def test_the_same_content_is_refused_under_any_name(store):
    store.append("police", incident_rows(10), files=[a_file("a.csv", b"x")])
    with pytest.raises(AlreadyImportedError, match=r"b\.csv.*--replace"):
        store.append("police", incident_rows(10), files=[a_file("b.csv", b"x")])
    assert store.version("police") == 0


def test_the_same_name_with_other_content_is_refused(store):
    store.append("police", incident_rows(10), files=[a_file("a.csv", b"x")])
    with pytest.raises(SameNameError, match=r"a\.csv.*--replace"):
        store.append("police", incident_rows(10), files=[a_file("a.csv", b"y")])


def test_one_known_file_among_new_ones_refuses_all(store):
    store.append("police", incident_rows(10), files=[a_file("a.csv")])
    rows = _of_files(b=5, a=5)
    with pytest.raises(AlreadyImportedError, match=r"a\.csv"):
        store.append("police", rows, files=[a_file("b.csv"), a_file("a.csv")])
    assert len(store.open("police")) == 10


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b"new"), ("renamed.csv", b"old"), ("a.csv", b"old")]
)
def test_replace_takes_the_place_of_the_same_file_only(store, name, content):
    store.append("police", incident_rows(10, seed=1), files=[a_file("other.csv")])
    store.append("police", incident_rows(20, seed=2), files=[a_file("a.csv", b"old")])
    done = store.append(
        "police", incident_rows(7, seed=3), files=[a_file(name, content)], replace=True
    )
    assert (done.version, done.rows, done.rows_replaced) == (2, 7, 20)
    kept = {file.name: rows for file, rows in store.imported_files("police").items()}
    assert kept == {"other.csv": 10, name: 7}
    assert len(store.open("police")) == 17


def test_replace_of_what_is_not_there_adds(store):
    store.append("police", incident_rows(10), files=[a_file("a.csv")])
    done = store.append("police", incident_rows(5), files=[a_file("b.csv")], replace=True)
    assert (done.version, done.rows_replaced) == (1, 0)
    assert len(store.open("police")) == 15


def test_names_with_quotes_are_names(store):
    tricky = "O'Brien' OR '1'='1.csv"
    store.append("police", incident_rows(10, seed=1), files=[a_file("other.csv")])
    store.append("police", incident_rows(10, seed=2), files=[a_file(tricky, b"1")])
    store.append("police", incident_rows(3, seed=3), files=[a_file(tricky, b"2")], replace=True)
    assert len(store.open("police")) == 13


def test_many_files_are_one_version(store):
    done = store.append("police", _of_files(a=4, b=6), files=[a_file("a.csv"), a_file("b.csv")])
    assert done.version == 0
    assert {f.name: n for f, n in store.imported_files("police").items()} == {
        "a.csv": 4,
        "b.csv": 6,
    }


def test_the_same_file_twice_in_one_import_is_refused(store):
    with pytest.raises(ImportRefusedError, match="named twice"):
        store.append("police", incident_rows(2), files=[a_file("a.csv"), a_file("a.csv")])
    with pytest.raises(ImportRefusedError, match=r"same content as a\.csv"):
        store.append(
            "police", incident_rows(2), files=[a_file("a.csv", b"1"), a_file("b.csv", b"1")]
        )
    with pytest.raises(ImportRefusedError, match="rename one"):
        store.append(
            "police", incident_rows(2), files=[a_file("a.csv", b"1"), a_file("a.csv", b"2")]
        )
    assert store.ids() == ()


def test_a_new_attribute_is_null_for_older_rows(store):
    store.append("police", incident_rows(3, seed=1), files=[a_file("a.csv")])
    store.append("police", incident_rows(2, seed=2, sex=["F", "M"]), files=[a_file("b.csv")])
    held = store.open("police")
    assert held.attributes == ("sex",)
    sex = held.attribute("sex")
    assert sex.values == ("F", "M")
    assert sorted(sex.codes.tolist()) == [-1, -1, -1, 0, 1]
    assert held.attribute("sex") is sex


def test_an_unknown_attribute_names_those_there_are(store):
    store.append("police", incident_rows(2, sex=["F", "M"]), files=[a_file("a.csv")])
    with pytest.raises(UnknownAttributeError, match="it has: sex"):
        store.open("police").attribute("age")


def test_an_attribute_of_another_type_is_refused(store):
    store.append("police", incident_rows(2, age=["20", "30"]), files=[a_file("a.csv")])
    with pytest.raises(DatasetSettingsError, match="age"):
        store.append("police", incident_rows(2, age=[20, 30]), files=[a_file("b.csv")])
    assert len(store.open("police")) == 2


def test_a_reader_keeps_its_version(store):
    store.append("police", incident_rows(10, sex=["F"] * 10), files=[a_file("a.csv")])
    old = store.open("police")
    store.append(
        "police", incident_rows(4, sex=["M"] * 4), files=[a_file("a.csv", b"2")], replace=True
    )
    new = store.open("police")
    assert (old.version, len(old)) == (0, 10)
    assert (new.version, len(new)) == (1, 4)
    assert old.attribute("sex").values == ("F",)


def test_a_version_is_read_once_by_many_threads(store, tmp_path):
    store.append("police", incident_rows(1_000), files=[a_file("a.csv")])
    fresh = IncidentStore(tmp_path / "incidents", crs=CRS)
    found: list[object] = []
    gate = threading.Barrier(8)

    def read() -> None:
        gate.wait()
        found.append(fresh.open("police"))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_another_process_s_version_is_seen(store, tmp_path):
    reader = IncidentStore(tmp_path / "incidents", crs=CRS)
    store.append("police", incident_rows(10), files=[a_file("a.csv")])
    assert len(reader.open("police")) == 10
    store.append("police", incident_rows(10, seed=1), files=[a_file("b.csv")])
    assert reader.version("police") == 1
    assert len(reader.open("police")) == 20


def test_a_dataset_made_anew_under_the_same_number_is_another(store, tmp_path):
    store.append("police", incident_rows(10), files=[a_file("a.csv")])
    reader = IncidentStore(tmp_path / "incidents", crs=CRS)
    assert len(reader.open("police")) == 10
    shutil.rmtree(tmp_path / "incidents" / "police")
    with pytest.raises(UnknownDatasetError):
        reader.open("police")
    store.append("police", incident_rows(3), files=[a_file("a.csv")])
    assert (reader.version("police"), len(reader.open("police"))) == (0, 3)


def test_facts_stay_until_they_are_stated_again(store):
    store.append("p", incident_rows(2), files=[a_file("a")], title="T", licence="OGL")
    store.append("p", incident_rows(2, seed=1), files=[a_file("b")], source="ONS")
    facts = store.facts("p")
    assert (facts.title, facts.source, facts.licence, facts.crs) == ("T", "ONS", "OGL", CRS)
    assert store.open("p").source == "ONS"
    assert len(store.open("p")) == 4


def test_an_import_that_is_refused_leaves_the_facts_alone(store):
    store.append("p", incident_rows(2), files=[a_file("a")], title="T")
    with pytest.raises(AlreadyImportedError):
        store.append("p", incident_rows(2), files=[a_file("a")], title="Other")
    assert store.facts("p").title == "T"
    assert store.version("p") == 0


def test_invented_and_real_rows_do_not_mix(store):
    store.append("p", incident_rows(2), files=[a_file("a")], synthetic=True)
    assert store.open("p").synthetic
    with pytest.raises(DatasetSettingsError, match="invented"):
        store.append("p", incident_rows(2, seed=1), files=[a_file("b")])


def test_a_table_in_another_crs_is_refused(store, tmp_path):
    store.append("p", incident_rows(2), files=[a_file("a")])
    other = IncidentStore(tmp_path / "incidents", crs="EPSG:32630")
    with pytest.raises(WrongCrsError, match=r"EPSG:27700.*HOTSPOTS_CRS"):
        other.open("p")
    with pytest.raises(WrongCrsError):
        other.append("p", incident_rows(2, seed=1), files=[a_file("b")])


def test_the_same_crs_in_other_words_is_the_same(store, tmp_path):
    store.append("p", incident_rows(2), files=[a_file("a")])
    words = pyproj.CRS(CRS).to_wkt()
    assert len(IncidentStore(tmp_path / "incidents", crs=words).open("p")) == 2


@pytest.mark.parametrize("dataset", ["", "Police", "a b", "../x", "-a", "a/b", "é", "a" * 64])
def test_ids_that_are_no_ids_are_refused(store, dataset):
    with pytest.raises(DatasetSettingsError):
        store.append(dataset, incident_rows(2), files=[a_file("a")])
    with pytest.raises(UnknownDatasetError):
        store.open(dataset)


@pytest.mark.parametrize(
    "change",
    [
        {"weight": [-1.0, 1.0]},
        {"weight": [np.nan, 1.0]},
        {"precision": ["hour", "day"]},
        {"category": [None, "a"]},
        {"easting_m": [1.0, None], "northing_m": [1.0, 2.0]},
        {"easting_m": [np.inf, 1.0], "northing_m": [1.0, 2.0]},
        {"source_file": ["a", "not named"]},
        {"sex": pa.array([[1], [2]])},
    ],
)
def test_rows_that_no_table_may_hold_are_refused(store, change):
    rows = incident_rows(2)
    for name, values in change.items():
        column = values if isinstance(values, pa.Array) else pa.array(values)
        place = rows.schema.get_field_index(name)
        rows = (
            rows.append_column(name, column) if place < 0 else rows.set_column(place, name, column)
        )
    with pytest.raises(DatasetSettingsError):
        store.append("p", rows, files=[a_file("a")])
    assert store.ids() == ()


def test_no_rows_are_refused(store):
    with pytest.raises(ImportRefusedError, match="no usable row"):
        store.append("p", incident_rows(0), files=[a_file("a")])


def test_all_rows_may_be_unlocated_or_in_one_place(store):
    none = pa.nulls(3, pa.float64())
    rows = incident_rows(3).drop_columns(["easting_m", "northing_m"])
    store.append(
        "a",
        rows.append_column("easting_m", none).append_column("northing_m", none),
        files=[a_file("a")],
    )
    assert (store.open("a").located_count, len(store.open("a"))) == (0, 3)
    one = pa.array([545_000.0] * 3)
    store.append(
        "b",
        rows.append_column("easting_m", one).append_column("northing_m", one),
        files=[a_file("a")],
    )
    assert store.open("b").located_count == 3


def test_a_folder_that_cannot_be_one_is_named(tmp_path):
    (tmp_path / "incidents").write_text("a file")
    store = IncidentStore(tmp_path / "incidents", crs=CRS)
    with pytest.raises(ReadOnlyDataError, match="is not a folder"):
        store.append("p", incident_rows(2), files=[a_file("a")])
    assert store.ids() == ()


def test_a_damaged_table_is_an_error_of_ours(store, tmp_path):
    store.append("p", incident_rows(2), files=[a_file("a")])
    for part in (tmp_path / "incidents" / "p").glob("*.parquet"):
        part.unlink()
    with pytest.raises(DamagedTableError) as caught:
        store.open("p")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_damaged_log_is_an_error_of_ours(store, tmp_path):
    store.append("p", incident_rows(2), files=[a_file("a")])
    next((tmp_path / "incidents" / "p" / "_delta_log").glob("*.json")).write_text("{not json")
    with pytest.raises(DamagedTableError):
        store.open("p")


def test_a_table_of_somebody_else_is_an_error_of_ours(store, tmp_path):
    write_deltalake(tmp_path / "incidents" / "p", pa.table({"a": [1]}))
    with pytest.raises(DamagedTableError, match="the facts"):
        store.open("p")


def test_values_do_not_outlive_their_rows_in_the_log(store, tmp_path):
    rows = incident_rows(2, sex=["unmistakable-value", "b"])
    store.append("p", rows, files=[a_file("a")])
    log = b"".join(
        part.read_bytes() for part in (tmp_path / "incidents" / "p" / "_delta_log").iterdir()
    )
    assert b"unmistakable-value" not in log
    assert b"source_sha256" in log


_ROW = st.tuples(
    st.integers(0, 200 * 365 * 1440).map(lambda m: np.datetime64("1900-01-01T00:00") + m),
    st.sampled_from(("minute", "day", "month")),
    st.one_of(st.none(), st.tuples(quantities(-1e7, 1e7), quantities(-1e7, 1e7))),
    st.text(min_size=1, max_size=5).filter(lambda text: "\x00" not in text and text.isprintable()),
    quantities(0, 1e9),
)


@examples(25)
@given(rows=st.lists(_ROW, min_size=1, max_size=20))
def test_any_rows_come_back_as_they_went_in(tmp_path_factory, rows):
    store = IncidentStore(tmp_path_factory.mktemp("any"), crs=CRS)
    table = pa.table(
        {
            "occurred": pa.array(np.array([row[0] for row in rows], "datetime64[us]")),
            "precision": [row[1] for row in rows],
            "easting_m": pa.array([row[2] and row[2][0] for row in rows], pa.float64()),
            "northing_m": pa.array([row[2] and row[2][1] for row in rows], pa.float64()),
            "category": [row[3] for row in rows],
            "weight": [row[4] for row in rows],
        }
    )
    store.append("any", table, files=[a_file("a")])
    held = store.open("any")
    kept = held.rows()
    assert kept.sort_by("source_row").select(table.column_names).to_pylist() == table.to_pylist()
    assert [held.categories[i] for i in held.category] == kept.column("category").to_pylist()
    assert held.weight.tolist() == kept.column("weight").to_pylist()
    assert int(held.located.sum()) == sum(row[2] is not None for row in rows)


def _of_files(**rows: int) -> pa.Table:
    """Rows of several files called <name>.csv."""
    parts = []
    for seed, (name, n) in enumerate(rows.items()):
        file = a_file(f"{name}.csv")
        parts.append(
            incident_rows(
                n,
                seed=seed,
                source_file=[file.name] * n,
                source_sha256=[file.sha256] * n,
                source_row=list(range(2, n + 2)),
            )
        )
    return pa.concat_tables(parts)


def test_the_first_day_is_that_of_the_earliest_record_of_the_newest_version(store):
    assert store.first_day("police") is None
    for number, days in enumerate((["2024-03-02", "2024-02-07"], ["2023-12-31", "2024-05-01"])):
        moments = pa.array(np.array(days, "datetime64[s]"))
        store.append("police", incident_rows(2, occurred=moments), files=[a_file(f"{number}.csv")])
        assert [str(store.first_day("police")) for _ in range(2)] == [min(days)] * 2
