"""``hotspots import postcodes``: the layouts as they are published, whole or not at all."""

import csv
import io
import zipfile

import numpy as np
import pyarrow as pa
import pytest

from service.imports.postcodes.importer import PostcodeOptions, import_postcodes
from service.imports.postcodes.layouts import code_point_header, layout_of
from service.store.errors import AlreadyImportedError, ImportRefusedError, PostcodesExistError
from service.store.reference.postcodes import PostcodeStore
from spatial.coordinates.crs import transform_xy

BNG = "EPSG:27700"
CODES = ["E92000001", "E19000002", "E18000009", "", "E07000008", "E05013050"]
SHORT = ["PC", "PQ", "EA", "NO", "CY", "RH", "LH", "CC", "DC", "WC"]
LONG = ["Postcode", "Positional_quality_indicator", "Eastings", "Northings", "Country_code",
        "NHS_regional_HA_code", "NHS_HA_code", "Admin_county_code", "Admin_district_code",
        "Admin_ward_code"]  # fmt: skip
ONSPD = ["pcd", "pcd2", "pcds", "dointr", "doterm", "oslaua", "usertype", "oseast1m", "osnrth1m",
         "osgrdind", "ctry", "lat", "long", "lsoa11", "lsoa21"]  # fmt: skip
NSPL_2026 = ["pcd7", "pcd8", "pcds", "dointr", "doterm", "usrtypind", "east1m", "north1m",
             "gridind", "oa21cd", "ctry26cd", "lat", "long"]  # fmt: skip


def text(records):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(records)
    return stream.getvalue()


def code_point(*postcodes, quality=10, east=545_000):
    return [
        [postcode, quality, east + 10 * i, 258_000, *CODES] for i, postcode in enumerate(postcodes)
    ]


def directory(*rows, header=ONSPD):
    """Records of (postcode, east, north, quality, ended, lat, lon) under a header."""
    names = {
        "pcds": 0, "east1m": 1, "oseast1m": 1, "north1m": 2, "osnrth1m": 2, "osgrdind": 3,
        "gridind": 3, "doterm": 4, "lat": 5, "long": 6,
    }  # fmt: skip
    return [header, *[[row[names[n]] if n in names else "x" for n in header] for row in rows]]


CAMBRIDGE = ("CB2 1TN", 545_000, 258_000, 1, "", 52.2, 0.12)
ENDED = ("CB1 1ZZ", 546_000, 259_000, 8, "201003", 52.21, 0.13)
PLACELESS = ("CB9 9ZZ", "", "", 9, "", 99.999999, 0.0)
BELFAST = ("BT1 1AA", 333_800, 374_500, 1, "", 54.602, -5.926)


@pytest.fixture
def store(tmp_path):
    return PostcodeStore(tmp_path / "data" / "postcodes", crs=BNG)


@pytest.fixture
def write(tmp_path):
    def write(records, name="cb.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(records))
        return path

    return write


@pytest.fixture
def zipped(tmp_path):
    def zipped(members, name="codepo_gb.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for member, records in members.items():
                archive.writestr(member, records if isinstance(records, str) else text(records))
        return path

    return zipped


def found(store, *units):
    held = store.open()
    at = held.find(pa.chunked_array([list(units)]))
    return held.xy_m[at].tolist(), held.quality[at].tolist(), held.ended[at].tolist()


def test_code_point_open_has_no_header_and_its_first_record_is_a_postcode(store, write):
    done = import_postcodes(store, [write(code_point("CB2 1TN", "CB216TN"))])
    assert (done.read, done.written, done.rejected) == (2, 2, 0)
    assert found(store, "CB21TN", "CB216TN") == (
        [[545_000.0, 258_000.0], [545_010.0, 258_000.0]],
        [1, 1],
        [None, None],
    )
    assert done.lines()[0] == "postcodes imported: Code-Point Open, version 0"
    assert "2 postcodes have a place, 0 have none" in done.lines()


def test_the_published_zip_is_read_whole_and_its_papers_are_passed_over(store, zipped):
    path = zipped(
        {
            "Doc/Code-Point_Open_Column_Headers.csv": [SHORT, LONG],
            "Doc/licence.txt": "Open Government Licence\n",
            "Doc/Codelist.xlsx": "PK",
            "Data/CSV/cb.csv": code_point("CB2 1TN"),
            "Data/CSV/pe.csv": code_point("PE1 1AA", quality=50),
        }
    )
    done = import_postcodes(store, [path])
    assert [one.name for one in done.files] == ["cb.csv", "pe.csv"]
    assert done.written == 2
    assert {one.file for one in done.skipped} == {
        "Code-Point_Open_Column_Headers.csv", "licence.txt", "Codelist.xlsx",
    }  # fmt: skip
    assert found(store, "PE11AA")[1] == [5]


def test_columns_in_another_order_are_known_by_the_file_of_headers(store, zipped):
    order = [0, 1, 3, 2, *range(4, 10)]
    headers, records = (
        [[record[i] for i in order] for record in table]
        for table in ([SHORT, LONG], code_point("CB2 1TN"))
    )
    assert code_point_header(text([SHORT, LONG]).encode()) == tuple(SHORT)
    assert code_point_header(text([*headers, *records]).encode()) is None
    import_postcodes(store, [zipped({"h.csv": headers, "cb.csv": records})])
    assert found(store, "CB21TN")[0] == [[545_000.0, 258_000.0]]


def test_a_code_point_file_with_its_header_added_is_read(store, write):
    import_postcodes(store, [write([LONG, *code_point("CB2 1TN")])])
    assert found(store, "CB21TN") == ([[545_000.0, 258_000.0]], [1], [None])


@pytest.mark.parametrize("header", [ONSPD, NSPL_2026])
def test_directories_are_read_by_the_names_of_their_columns(store, write, header):
    done = import_postcodes(store, [write(directory(CAMBRIDGE, ENDED, PLACELESS, header=header))])
    xy_m, quality, ended = found(store, "CB21TN", "CB11ZZ", "CB99ZZ")
    assert xy_m[:2] == [[545_000.0, 258_000.0], [546_000.0, 259_000.0]]
    assert np.isnan(xy_m[2]).all()
    assert (quality, ended) == ([1, 8, 9], [None, "2010-03", None])
    lines = done.lines()
    assert "2 postcodes have a place, 1 have none" in lines
    assert "1 have ended; they are kept for incidents of their time" in lines
    assert any(line.startswith("positional quality 8, the last known place") for line in lines)


def test_northern_ireland_is_placed_by_degrees_because_its_grid_is_the_irish_one(tmp_path, write):
    store = PostcodeStore(tmp_path / "postcodes", crs="EPSG:32630")
    import_postcodes(store, [write(directory(CAMBRIDGE, BELFAST))])
    expected = transform_xy(np.array([[-5.926, 54.602]]), source="EPSG:4326", target="EPSG:32630")
    np.testing.assert_allclose(found(store, "BT11AA")[0], expected)
    assert abs(expected[0, 0] - 333_800) > 10_000


def test_northern_ireland_has_no_place_on_the_british_grid(store, write):
    done = import_postcodes(store, [write(directory(CAMBRIDGE, BELFAST))])
    assert np.isnan(found(store, "BT11AA")[0]).all()
    assert (done.written, done.rejected) == (2, 0)
    assert any(
        "Northern Ireland have no place: EPSG:27700 is not" in line for line in done.lines()
    )


def test_northern_ireland_without_degrees_has_no_place(store, write):
    header = [name for name in ONSPD if name not in ("lat", "long")]
    done = import_postcodes(store, [write(directory(CAMBRIDGE, BELFAST, header=header))])
    assert np.isnan(found(store, "BT11AA")[0]).all()
    assert any("Northern Ireland have no place" in line for line in done.lines())


def test_the_parts_of_a_directory_are_read_and_not_the_whole_again(store, zipped):
    path = zipped(
        {
            "Data/ONSPD_FEB_2025_UK.csv": directory(CAMBRIDGE, BELFAST),
            "Data/multi_csv/ONSPD_FEB_2025_UK_BT.csv": directory(BELFAST),
            "Data/multi_csv/ONSPD_FEB_2025_UK_CB.csv": directory(CAMBRIDGE),
            "Documents/LA_UA names and codes.csv": [["LAD24CD", "LAD24NM"], ["E07", "C"]],
        }
    )
    done = import_postcodes(store, [path])
    assert [one.name[-6:] for one in done.files] == ["BT.csv", "CB.csv"]
    assert done.written == 2
    assert len(done.skipped) == 2


def test_a_working_system_other_than_the_british_grid(tmp_path, write):
    store = PostcodeStore(tmp_path / "other", crs="EPSG:32630")
    import_postcodes(store, [write(code_point("CB2 1TN"))])
    expected = transform_xy(np.array([[545_000.0, 258_000.0]]), source=BNG, target="EPSG:32630")
    np.testing.assert_allclose(found(store, "CB21TN")[0], expected)


def test_bad_rows_are_rejected_with_their_number_and_reason(store, write, tmp_path):
    records = [
        *code_point("CB2 1TN", "CB2 1TP"),
        ["nonsense", 10, 545_000, 258_000, *CODES],
        ["CB3 1AA", 11, 545_000, 258_000, *CODES],
        ["CB3 1AB", 10, "east", 258_000, *CODES],
        ["CB3 1AD", 10, 9_999_999, 258_000, *CODES],
        ["CB3 1AE", 10],
    ]
    options = PostcodeOptions(max_rejected_share=1.0)
    done = import_postcodes(store, [write(records)], options)
    assert (done.read, done.written, done.rejected) == (7, 2, 5)
    assert done.rejects_path is not None
    assert done.rejects_path.parent == tmp_path / "data" / "rejected"
    with done.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        listed = {(int(row["row"]), row["column"]): row["reason"] for row in csv.DictReader(file)}
    assert sorted(listed) == [(3, "PC"), (4, "PQ"), (5, "EA, NO"), (6, "EA, NO"), (7, "(record)")]
    assert listed[4, "PQ"] == "is not a positional quality (10, 20, 30, 40, 50, 60, 80, 90)"
    with pytest.raises(ImportRefusedError, match="5 of 7 rows are unusable"):
        import_postcodes(store, [write([*records[1::-1], *records[2:]], "again.csv")])


def test_a_postcode_twice_at_one_place_counts_once_and_at_two_is_refused(store, write):
    twice = [*code_point("CB2 1TN"), *code_point("cb21tn", "CB2 1TP")]
    done = import_postcodes(store, [write(twice)])
    assert done.written == 2
    assert "1 rows repeat a postcode at the same place" in done.lines()
    apart = [*code_point("PE1 1AA"), *code_point("PE1 1AA", east=1)]
    with pytest.raises(ImportRefusedError, match=r"more than once, in different places: PE1 1AA"):
        import_postcodes(store, [write(apart, "pe.csv")])


def test_the_same_files_are_refused_before_they_are_read_again(store, write):
    path = write(code_point("CB2 1TN"))
    import_postcodes(store, [path])
    with pytest.raises(AlreadyImportedError):
        import_postcodes(store, [path])
    other = write(directory(CAMBRIDGE), "onspd.csv")
    with pytest.raises(PostcodesExistError):
        import_postcodes(store, [other])
    done = import_postcodes(store, [other], PostcodeOptions(replace=True))
    assert "1 rows imported before were replaced" in done.lines()


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "\x00\x01", "CB2 1TN\n"])
def test_a_named_file_of_no_known_layout_is_refused(store, tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_text(content)
    assert layout_of(content.encode()) is None
    with pytest.raises(ImportRefusedError, match="in no layout of postcodes"):
        import_postcodes(store, [path])
    assert store.version() is None


def test_a_zip_without_postcodes_is_refused(store, zipped):
    with pytest.raises(ImportRefusedError, match="no file in it holds postcodes"):
        import_postcodes(store, [zipped({"a.csv": [["a", "b"], ["1", "2"]]})])


def test_progress_goes_from_nothing_to_done(store, zipped):
    told = []
    path = zipped({"cb.csv": code_point("CB2 1TN"), "pe.csv": code_point("PE1 1AA")})
    import_postcodes(store, [path], PostcodeOptions(progress=lambda _, share: told.append(share)))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
