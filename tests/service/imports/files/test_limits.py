"""Files that are made to exhaust an import: refused with the reason and the setting."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from service.config.settings import ImportSettings
from service.imports.files.delimited import read_delimited
from service.imports.files.geojson import read_features
from service.imports.files.sources import find_sources, regular_file
from service.imports.lookups import read_lookup
from service.store.errors import ImportRefusedError as Refused


def csv_only(name: str) -> str | None:
    return None if name.endswith(".csv") else "it is no CSV"


def read_all(path: Path, **limits: int) -> list[bytes]:
    sources, _ = find_sources([path], skip_reason=csv_only, limits=ImportSettings(**limits))
    return [source.read_bytes() for source in sources]


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zip_of_zeros(path: Path, members: int, mebibytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(members):
            with archive.open(f"{number}.csv", "w") as stream:
                for _ in range(mebibytes):
                    stream.write(bytes(2**20))
    return path


def test_a_zip_of_zeros_is_refused_before_it_is_unpacked(tmp_path):
    path = zip_of_zeros(tmp_path / "bomb.zip", 3, 30)
    with pytest.raises(Refused, match=r"200 bytes for each .*HOTSPOTS_IMPORTS__UNPACKED_RATIO"):
        read_all(path)
    with pytest.raises(Refused, match="HOTSPOTS_IMPORTS__LINE_BYTES"):
        read_all(path, unpacked_ratio=2_000)


def test_a_gzip_of_zeros_is_refused_while_it_is_unpacked(tmp_path):
    (tmp_path / "bomb.csv").write_bytes(gzip.compress(b"1,2\n" * 17 * 2**20, 1))
    with pytest.raises(Refused, match="HOTSPOTS_IMPORTS__UNPACKED_RATIO"):
        read_all(tmp_path / "bomb.csv")
    (tmp_path / "a.csv").write_bytes(gzip.compress(b"1,2\n"))
    assert read_all(tmp_path / "a.csv") == [b"1,2\n"]


def test_a_zip_beyond_a_total_or_a_number_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", {f"{n}.csv": os.urandom(60) for n in range(30)})
    assert len(read_all(path)) == 30
    with pytest.raises(Refused, match=r"has 30 files in it, .* 29 \(HOTSPOTS_IMPORTS__MEMBERS\)"):
        read_all(path, members=29)
    with pytest.raises(Refused, match=r"limit is 1\.76 KiB \(HOTSPOTS_IMPORTS__UNPACKED_BYTES\)"):
        read_all(path, unpacked_bytes=1_799)
    with pytest.raises(Refused, match=r"0\.csv in it is larger than 59 bytes .*FILE_BYTES"):
        read_all(path, file_bytes=59)


def test_totals_count_what_is_read_and_not_what_is_skipped(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"a.csv": b"a,b\n", "manual.pdf": bytes(2**20)})
    assert read_all(path, unpacked_bytes=4) == [b"a,b\n"]


def test_a_zip_in_a_zip_is_not_unpacked(tmp_path):
    inner = zip_of(tmp_path / "inner.zip", {"a.csv": b"a,b\n"})
    path = zip_of(tmp_path / "a.zip", {"inner.zip": inner.read_bytes()})
    with pytest.raises(Refused, match="nothing to import; skipped 1 files"):
        read_all(path)


def test_a_member_without_a_name_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"a.csv": b"a,b\n"})
    directory = bytearray(path.read_bytes())
    directory[directory.rindex(b"a.csv")] = 0  # a name ends there
    path.write_bytes(directory)
    with pytest.raises(Refused, match="a file in it has no name"):
        read_all(path)


def test_a_member_whose_name_is_no_text_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", {"\u00e9.csv": b"a,b\n"})
    content = path.read_bytes()
    path.write_bytes(content.replace("\u00e9".encode(), b"\xb7\xff", 1))
    with pytest.raises(Refused, match="cannot be read"):
        read_all(path)


def test_a_zip_is_opened_once_for_all_its_members(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a.zip", {f"{n}.csv": b"1" for n in range(20)})
    opened = []
    real = zipfile.ZipFile

    def counted(*args, **options):
        opened.append(args)
        return real(*args, **options)

    monkeypatch.setattr(zipfile, "ZipFile", counted)
    assert len(read_all(path)) == 20
    assert len(opened) == 1


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        for read in (read_all, read_lookup, read_features):
            with pytest.raises(Refused, match=rf"{name}: is a folder, a device or a pipe"):
                read(tmp_path / name)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    assert read_all(tmp_path / "link.csv") == [b"a,b\n1,2\n"]


@pytest.mark.parametrize("row", [b"1,{},3\n", b'1,"{}",3\n', b"1,{}"])
def test_a_line_that_is_too_long_is_refused_with_row_and_column(tmp_path, row):
    text = b"id,text,more\n" + b"1,2,3\n" * 5 + row.replace(b"{}", b"x" * 3_000_000)
    (tmp_path / "a.csv").write_bytes(text)
    with pytest.raises(Refused, match=r"row 7, column text: the line is longer than 1 MiB"):
        read_all(tmp_path / "a.csv")
    assert read_all(tmp_path / "a.csv", line_bytes=5_000_000) == [text]


def test_a_header_of_too_many_columns_is_refused(tmp_path):
    header = ",".join(f"c{number}" for number in range(6_000)).encode()
    with pytest.raises(Refused, match=r"6,000 columns, .* 5,000 \(HOTSPOTS_IMPORTS__COLUMNS\)"):
        read_delimited(header + b"\n", name="a.csv")
    assert (
        len(
            read_delimited(
                header + b"\n", name="a.csv", limits=ImportSettings(columns=6_000)
            ).columns
        )
        == 6_000
    )


def test_a_geojson_file_has_a_limit_of_its_own(tmp_path):
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [{}]}')
    with pytest.raises(Refused, match="HOTSPOTS_IMPORTS__GEOJSON_BYTES"):
        read_features(tmp_path / "a.geojson", limits=ImportSettings(geojson_bytes=10))
    many = '{"type":"Feature","properties":{' + ",".join(f'"a{n}":1' for n in range(6_000)) + "}}"
    (tmp_path / "b.geojson").write_text(f'{{"type":"FeatureCollection","features":[{many}]}}')
    with pytest.raises(Refused, match="HOTSPOTS_IMPORTS__COLUMNS"):
        read_features(tmp_path / "b.geojson")


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"features":['])
def test_json_that_is_nested_deeply_is_refused(tmp_path, opening):
    (tmp_path / "a.geojson").write_text(opening * 100_000)
    with pytest.raises(Refused, match=r"a\.geojson: is not JSON"):
        read_features(tmp_path / "a.geojson")


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(Refused, match=r"none\.csv: there is no such file"):
        regular_file(tmp_path / "none.csv")


def test_names_in_a_zip_lead_nowhere(tmp_path):
    names = ["../../a.csv", "/etc/b.csv", "x/../../c.csv"]
    path = zip_of(tmp_path / "a.zip", {name: name.encode() for name in names})
    sources, _ = find_sources([path], skip_reason=csv_only)
    assert [source.name for source in sources] == ["a.csv", "b.csv", "c.csv"]
    assert [source.read_bytes().decode() for source in sources] == names
    assert list(tmp_path.iterdir()) == [path]
