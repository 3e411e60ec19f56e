"""Which files an import reads, and what it passes over."""

import zipfile
from pathlib import Path

import pytest

from service.imports.files.sources import find_sources
from service.store.errors import ImportRefusedError


def _only_csv(name: str) -> str | None:
    return None if name.endswith(".csv") else "no csv"


def test_files_folders_and_zips_are_found_in_order(tmp_path):
    (tmp_path / "f" / "deep").mkdir(parents=True)
    for name in ("f/b.csv", "f/deep/a.csv", "f/c.txt", "named.txt"):
        (tmp_path / name).write_text(name)
    with zipfile.ZipFile(tmp_path / "f" / "z.zip", "w") as archive:
        archive.writestr("inner/d.csv", "d")
        archive.writestr("__MACOSX/inner/._d.csv", "junk")
        archive.writestr("inner/e.txt", "e")
    sources, skipped = find_sources(
        [tmp_path / "named.txt", tmp_path / "f"], skip_reason=_only_csv
    )
    assert [source.name for source in sources] == ["named.txt", "b.csv", "a.csv", "d.csv"]
    assert [one.file for one in skipped] == ["c.txt", "e.txt"]
    assert [source.read_bytes() for source in sources][-1] == b"d"


@pytest.mark.parametrize("name", ["none.csv", "none.zip", "none"])
def test_a_path_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(ImportRefusedError, match="no such file"):
        find_sources([tmp_path / name], skip_reason=_only_csv)


def test_nothing_to_read_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(ImportRefusedError, match="skipped 1 files"):
        find_sources([tmp_path], skip_reason=_only_csv)
    with pytest.raises(ImportRefusedError, match="no file was named"):
        find_sources([], skip_reason=_only_csv)


def test_a_damaged_zip_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ImportRefusedError, match="not a zip that can be read"):
        find_sources([path], skip_reason=_only_csv)


def test_a_zip_that_breaks_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x" * 1_000)
    (source,), _ = find_sources([path], skip_reason=_only_csv)
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(ImportRefusedError, match="cannot be read"):
        source.read_bytes()


def test_a_zip_by_another_name_is_a_zip(tmp_path: Path):
    path = tmp_path / "download"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
    (source,), _ = find_sources([path], skip_reason=_only_csv)
    assert source.name == "a.csv"


@pytest.mark.parametrize("member", ["xl/workbook.xml", "content.xml"])
def test_a_spreadsheet_is_refused_and_told_apart_from_a_zip(tmp_path, member):
    path = tmp_path / "calls.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "<x/>")
        archive.writestr("docProps/app.csv", "a")
    with pytest.raises(ImportRefusedError, match="save the sheet as CSV"):
        find_sources([path], skip_reason=_only_csv)
