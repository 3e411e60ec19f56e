"""Digests of content: of the rows and facts alone, kept by commits, and right after every import."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from boundaries.storage.caches import DiskCache
from boundaries.storage.data_folder import DataFolder
from service.store.contents import Content, committed_content, rows_digest, table_digest
from service.store.delta import newest_version, open_version
from service.store.errors import DamagedTableError, StoreError, WrongCrsError
from service.store.incidents import IncidentStore
from service.store.reference.backgrounds import About, BackgroundStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.lookups import LookupKey, LookupStore
from service.store.reference.measures import MeasureStore
from service.store.reference.place_sets import PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.roads import RoadStore
from service.store.reference.sites import SiteStore
from tests.service.store.reference.test_measures import measure_rows
from tests.service.store.reference.test_postcodes import rows as postcode_rows
from tests.service.store.reference.test_sites import site_rows
from tests.service.store.rows import CRS, a_file, incident_rows
from tests.service.vintages import KEY, PAIRS, pair_rows

TABLE = pa.table(
    {
        "text": ["a", "b", None, "a"],
        "number": [1.5, -0.25, None, np.nan],
        "count": pa.array([1, None, 3, 2**62], pa.int64()),
        "flag": [True, False, None, True],
        "time": pa.array(np.array([0, 1, "NaT", 3], "datetime64[us]")),
        "bytes": pa.array([b"\x00", b"", None, b"\xff"], pa.binary()),
    }
)


def digest(table, **options):
    return rows_digest(table.to_batches(**options))


def test_order_and_batches_do_not_matter():
    shuffled = TABLE.take([3, 1, 0, 2]).select(TABLE.column_names[::-1])
    assert digest(shuffled, max_chunksize=1) == digest(TABLE)


def test_how_a_column_is_encoded_does_not_matter():
    coded = TABLE.set_column(0, "text", TABLE.column("text").dictionary_encode())
    large = TABLE.set_column(0, "text", TABLE.column("text").cast(pa.large_string()))
    assert digest(coded) == digest(large) == digest(TABLE)


def test_a_column_of_nulls_counts_as_none():
    assert digest(TABLE.append_column("later", pa.nulls(4, pa.string()))) == digest(TABLE)


@pytest.mark.parametrize("column", TABLE.column_names)
def test_one_value_makes_another_digest(column):
    values = TABLE.column(column).to_pylist()
    changed = pa.array([values[1], *values[1:]], TABLE.schema.field(column).type)
    place = TABLE.column_names.index(column)
    assert digest(TABLE.set_column(place, column, changed)) != digest(TABLE)


def test_names_of_columns_and_repeated_rows_count():
    names = ["another", *TABLE.column_names[1:]]
    assert digest(TABLE.rename_columns(names)) != digest(TABLE)
    assert digest(pa.concat_tables([TABLE, TABLE])) not in (digest(TABLE), 0)
    swapped = pa.table({"x": ["a"], "y": ["b"]})
    assert digest(swapped) != digest(swapped.rename_columns(["y", "x"]))


@given(
    values=st.lists(st.tuples(st.text(max_size=3), st.integers(-9, 9)), max_size=20),
    cut=st.integers(0, 20),
)
def test_the_digest_of_all_rows_is_the_sum_of_its_parts(values, cut):
    table = pa.table(
        {
            "text": pa.array([text for text, _ in values], pa.string()),
            "number": pa.array([number for _, number in values], pa.int64()),
        }
    )
    parts = digest(table.slice(0, cut)) + digest(table.slice(cut))
    assert parts % 2**64 == digest(table)


def test_a_revision_tells_rows_facts_and_number():
    content = Content(1, "facts")
    others = [Content(2, "facts").revision(0), Content(1, "other").revision(0)]
    assert len({content.revision(0), content.revision(1), *others}) == 4
    assert content.revision(3).startswith("3-")


# Of each store: how it is opened, and imports that add, replace some, and replace all.


def import_incidents(store):
    store.append("d", incident_rows(50, seed=1), files=[a_file("a")], title="T")
    store.append("d", incident_rows(20, seed=2, sex=["F", "M"] * 10), files=[a_file("b")])
    newer = a_file("a", b"newer")
    store.append("d", incident_rows(30, seed=3), files=[newer], replace=True, licence="OGL")


def import_measures(store):
    store.append(measure_rows({"a": 1, "b": 2}), file=a_file("f"), unit="people")
    store.append(measure_rows({"a": 5}, period="2019"), file=a_file("g"))
    store.append(measure_rows({"a": 9}), file=a_file("h"), replace=True)


def import_sites(store):
    store.append(site_rows("1", "2"), file=a_file("f", b"1"))
    store.append(site_rows("3", "4"), file=a_file("g"), source="Council")
    store.append(site_rows("2", "3", "5"), file=a_file("f", b"2"), replace=True)


def import_lookups(store):
    store.append(KEY, pair_rows(), file=a_file("f"))
    store.append(LookupKey("older", "new"), pair_rows(PAIRS[:1]), file=a_file("f"))
    store.append(KEY, pair_rows(PAIRS[:2]), file=a_file("g"), replace=True)


def import_postcodes(store):
    first, second = a_file("cb"), a_file("pe")
    store.append(postcode_rows(["CB21TN", "CB11AA"], first), files=[first])
    store.append(postcode_rows(["CB11AA", "PE11AA"], second), files=[second], replace=True)
    third = a_file("nr")
    store.append(postcode_rows(["NR11AA"], third), files=[third])


def import_harm_indices(store):
    rows = pa.table({"offence": ["Arson", "Theft"], "days": [18.75, 2.0]})
    store.append("first", rows, file=a_file("f"))
    store.append("second", rows.slice(1), file=a_file("g"))
    store.append("first", rows.slice(1), file=a_file("h"), replace=True)


def placed(store):
    return lambda folder, **options: store(folder, crs=CRS, **options)


def import_place_sets(store):
    rows = pa.table({"name": ["a", "b"], "easting_m": [1.0, 2.0], "northing_m": [1.0, 2.0]})
    store.append("first", rows, files=[a_file("f")])
    store.append("second", rows.slice(1), files=[a_file("g")])
    store.append("first", rows.slice(1), files=[a_file("h")], replace=True)


def import_roads(store):
    for name in ("f", "g", "h"):
        line = shapely.to_wkb([shapely.LineString([(0, 0), (1, ord(name))])])
        rows = pa.table({"name": [name], "geometry": line})
        store.append(rows, files=[a_file(name)], replace=True)


def import_background(store):
    for name in ("f", "g", "h"):
        about = About(title=name, layers={"a": ()}, bounds=(0, 0, 1, 1), source="Surveyor")
        tiles = [name.encode(), b"other"]
        store.append([(3, 1, 2), (0, 0, 0)], tiles, about=about, file=a_file(name), replace=True)


STORES = {  # how each is opened, filled, and read
    "incidents": (placed(IncidentStore), import_incidents, lambda store: store.open("d")),
    "measures": (MeasureStore, import_measures, lambda store: store.available("lsoa")),
    "sites": (placed(SiteStore), import_sites, lambda store: store.open()),
    "lookups": (LookupStore, import_lookups, lambda store: store.available()),
    "harm_indices": (HarmIndexStore, import_harm_indices, lambda store: store.open("first")),
    "postcodes": (placed(PostcodeStore), import_postcodes, lambda store: store.open()),
    "place_sets": (placed(PlaceSetStore), import_place_sets, lambda store: store.open("first")),
    "background": (BackgroundStore, import_background, lambda store: store.open()),
    "roads": (placed(RoadStore), import_roads, lambda store: store.open()),
}
every_store = pytest.mark.parametrize("kind", STORES)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stores, each after its three imports; nobody writes to it."""
    root = tmp_path_factory.mktemp("imported")
    for kind, (open_store, fill, _) in STORES.items():
        fill(open_store(root / kind))
    return root


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    return Path(shutil.copytree(imported, tmp_path / "data"))


def table_of(root, kind):
    return root / kind / ("d" if kind == "incidents" else "")


def revision(store):
    return store.revision("d") if isinstance(store, IncidentStore) else store.revision()


def opened(root, kind, **options):
    return STORES[kind][0](root / kind, **options)


def with_unreadable_rows(root, kind):
    """Data files of the same size that have no rows."""
    for path in table_of(root, kind).glob("*.parquet"):
        path.write_bytes(bytes(path.stat().st_size))


def without_stated_content(root, kind):
    """As 63cc000 wrote it: nothing of ours in the commits."""
    for path in (table_of(root, kind) / "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in path.read_text().splitlines()]
        for action in actions:
            action.get("add", {}).pop("tags", None)
            if "commitInfo" in action:
                stated = action["commitInfo"] | {"engineInfo": "delta-rs:py-1.6.6"}
                action["commitInfo"] = {k: v for k, v in stated.items() if "hotspots." not in k}
        path.write_text("".join(json.dumps(action) + "\n" for action in actions))


@every_store
def test_every_commit_states_the_content_of_its_version(imported, kind):
    folder = DataFolder(table_of(imported, kind))
    table = newest_version(folder)
    assert table.version >= 2
    for version in range(table.version + 1):
        table = open_version(folder, version)
        stated = committed_content(folder, version)
        assert stated == Content(rows_digest(table.batches()), table.description), version


@every_store
def test_asking_for_the_version_again_opens_no_data_file(data, kind):
    store = opened(data, kind)
    expected = revision(store)
    with_unreadable_rows(data, kind)
    assert revision(store) == expected
    with pytest.raises(DamagedTableError):  # so there was something to be read
        STORES[kind][2](store)


@every_store
def test_other_programs_read_every_version(imported, kind):
    folder = DataFolder(table_of(imported, kind))
    for version in range(newest_version(folder).version + 1):
        table = DeltaTable(folder.path, version=version)
        assert table_digest(table.to_pyarrow_table()) == committed_content(folder, version).rows
        assert table.metadata().description == committed_content(folder, version).facts
        schema = open_version(folder, version).schema
        assert pa.schema(table.schema().to_arrow()).equals(schema)


@every_store
def test_a_table_from_before_has_the_revision_that_its_import_would_have_given(data, kind):
    expected = revision(opened(data, kind))
    without_stated_content(data, kind)
    assert revision(opened(data, kind)) == expected


@every_store
def test_a_missing_digest_is_made_once_and_kept_on_disk(data, kind):
    expected = revision(opened(data, kind))
    without_stated_content(data, kind)
    digests = DiskCache(data / "cache", ".digest")
    assert revision(opened(data, kind, digests=digests)) == expected
    assert len(list((data / "cache").iterdir())) == 1
    with_unreadable_rows(data, kind)
    assert revision(opened(data, kind, digests=DiskCache(data / "cache", ".digest"))) == expected


@every_store
def test_a_missing_digest_is_kept_in_memory_where_nothing_can_be_written(data, kind):
    expected = revision(opened(data, kind))
    without_stated_content(data, kind)
    (data / "file").touch()
    store = opened(data, kind, digests=DiskCache(data / "file" / "cache", ".digest"))
    assert revision(store) == expected
    with_unreadable_rows(data, kind)
    assert revision(store) == expected


@every_store
def test_an_import_into_a_table_from_before_states_what_it_would_have(tmp_path, data, kind):
    """The second and third import go on from a version that states nothing."""
    store, fill = opened(tmp_path, kind), STORES[kind][1]
    append = type(store).append

    def forgetful(*arguments, **options):
        done = append(store, *arguments, **options)
        without_stated_content(tmp_path, kind)
        return done

    store.append = forgetful
    fill(store)
    assert revision(opened(tmp_path, kind)) == revision(opened(data, kind))


@every_store
def test_the_same_imports_elsewhere_have_the_same_revision(tmp_path, imported, kind):
    STORES[kind][1](opened(tmp_path, kind))
    assert revision(opened(tmp_path, kind)) == revision(opened(imported, kind))


def test_the_order_of_imports_does_not_change_what_is_held(tmp_path):
    files = [(incident_rows(40, seed=seed), a_file(str(seed))) for seed in range(3)]
    stores = [IncidentStore(tmp_path / name, crs=CRS) for name in ("one", "other")]
    for store, order in zip(stores, (files, files[::-1]), strict=True):
        for rows, file in order:
            store.append("d", rows, files=[file])
    one, other = (store.open("d") for store in stores)
    assert one.revision == other.revision
    np.testing.assert_array_equal(one.xy_m, other.xy_m)


def test_a_table_made_anew_is_another_and_the_same_again_is_not(tmp_path):
    revisions = []
    for content in (b"1", b"2", b"1"):
        store = IncidentStore(tmp_path, crs=CRS)
        store.append("d", incident_rows(10), files=[a_file("a", content)])
        revisions.append(store.revision("d"))
        shutil.rmtree(tmp_path / "d")
    assert revisions[0] != revisions[1]
    assert revisions[0] == revisions[2]


def test_facts_alone_make_another_revision(tmp_path):
    store = IncidentStore(tmp_path, crs=CRS)
    store.append("d", incident_rows(10), files=[a_file("a")], title="T")
    before = committed_content(DataFolder(tmp_path / "d"), 0)
    again = [a_file("a", b"2")]
    store.append("d", incident_rows(10), files=again, title="Other", replace=True)
    described = committed_content(DataFolder(tmp_path / "d"), 1)
    assert described.facts != before.facts
    assert store.open("d").revision == store.revision("d")


def test_a_revision_in_another_crs_is_refused(data):
    with pytest.raises(WrongCrsError):
        IncidentStore(data / "incidents", crs="EPSG:32630").revision("d")


@every_store
def test_a_table_that_is_not_there_has_no_revision(tmp_path, kind):
    store = opened(tmp_path, kind)
    if kind == "incidents":
        with pytest.raises(StoreError, match="none is imported"):
            store.revision("d")
    else:
        assert store.revision() == ""
    assert not (tmp_path / kind).exists()


def test_a_commit_that_is_no_json_states_nothing(tmp_path):
    log = tmp_path / "_delta_log"
    log.mkdir()
    (log / f"{0:020d}.json").write_text('{"commitInfo": half')
    assert committed_content(DataFolder(tmp_path), 0) is None
    assert committed_content(DataFolder(tmp_path), 1) is None


def test_the_status_alone_is_asked_once_the_revision_is_known(data):
    class Counting(DataFolder):
        opens = 0

        def open(self, name):
            type(self).opens += 1
            return super().open(name)

    store = MeasureStore(Counting(data / "measures"))
    first = store.revision()
    opens = Counting.opens
    assert {store.revision() for _ in range(5)} == {first}
    assert Counting.opens == opens
    newest = max((data / "measures" / "_delta_log").glob("*.json"))
    os.utime(newest, ns=(1, 1))
    assert store.revision() == first
    assert Counting.opens > opens
