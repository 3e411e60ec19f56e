"""`hotspots import incidents --layout`: a delivery like the last one, without its options."""

import inspect

import pytest
from deltalake import DeltaTable
from typer.testing import CliRunner

from service.__main__ import app
from service.commands.data.import_incidents import incidents
from service.imports.incidents.layout import IncidentLayout

CALLS = """\
Call Date,Call Time,Easting,Northing,Kind,Gender,Age
03/04/2024,12:30,545000,258000,assault,m,20
05/04/2024,23:10,545100,258100,fire,f,30
"""
OPTIONS = [
    *("--dataset", "calls", "--format", "csv", "--time", "Call Date", "--date-form", "uk"),
    *("--time-of-day", "Call Time", "--x", "Easting", "--y", "Northing", "--crs", "EPSG:27700"),
    *("--category", "Kind", "--attribute", "sex=Gender", "--attribute", "age=Age"),
]


@pytest.fixture
def delivery(tmp_path):
    """A file as the source system sends it every month."""
    path = tmp_path / "calls.csv"
    path.write_text(CALLS)
    return path


@pytest.fixture
def layout(tmp_path, delivery, run):
    """The layout file of a first import, whose rows lie in a data folder of their own."""
    path = tmp_path / "trust.toml"
    result = run(tmp_path / "first", delivery, *OPTIONS, "--save-layout", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def run():
    def run(data_dir, *args):
        data_dir.mkdir(exist_ok=True)
        return CliRunner().invoke(
            app,
            ["import", "incidents", *map(str, args)],
            env={"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200"},
        )

    return run


def rows(data_dir):
    """The rows of the dataset in a data folder, without what names the file."""
    table = DeltaTable(data_dir / "incidents" / "calls").to_pyarrow_table()
    return table.drop_columns([name for name in table.column_names if name.startswith("source")])


def test_a_layout_imports_what_its_options_imported(tmp_path, delivery, layout, run):
    result = run(tmp_path / "second", delivery, "--layout", layout)
    assert result.exit_code == 0, result.output
    assert rows(tmp_path / "second").equals(rows(tmp_path / "first"))


def test_an_option_replaces_the_entry_of_the_layout(tmp_path, delivery, layout, run):
    beside = ["--category-value", "call", "--category", "Gender", "--attribute", "sex=Age"]
    result = run(tmp_path / "second", delivery, "--layout", layout, *beside)
    assert result.exit_code == 0, result.output
    second = rows(tmp_path / "second")
    assert second.column("category").to_pylist() == ["m", "f"]
    assert second.column("sex").to_pylist() == ["20", "30"]
    assert second.column("age").to_pylist() == ["20", "30"]


def test_the_effective_layout_is_saved(tmp_path, delivery, layout, run):
    changed = tmp_path / "changed.toml"
    options = ["--layout", layout, "--title", "Calls", "--save-layout", changed]
    assert run(tmp_path / "second", delivery, *options).exit_code == 0
    text = layout.read_text()
    assert changed.read_text() == text.replace("time =", 'title = "Calls"\ntime =', 1)


def test_a_title_line_and_words_for_blanks_stay_with_the_layout(tmp_path, delivery, run):
    delivery.write_text("Calls of April\n" + CALLS.replace("fire", "unknown"))
    path = tmp_path / "trust.toml"
    words = ["--skip-lines", "1", "--null-word", "unknown", "--null-word", "m"]
    result = run(tmp_path / "first", delivery, *OPTIONS, *words, "--save-layout", path)
    assert result.exit_code == 0, result.output
    assert 'skip-lines = 1\nnull-word = ["unknown", "m"]\n' in path.read_text()
    result = run(tmp_path / "second", delivery, "--layout", path)
    assert result.exit_code == 0, result.output
    second = rows(tmp_path / "second")
    assert second.equals(rows(tmp_path / "first"))
    assert second.column("sex").to_pylist() == [None, "f"]


def test_a_wrong_layout_is_refused_in_one_line(tmp_path, delivery, run):
    path = tmp_path / "trust.toml"
    path.write_text('tiem = "Call Date"')
    result = run(tmp_path / "second", delivery, "--layout", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert "unknown key 'tiem'; allowed are format, dataset," in result.stderr


def test_a_layout_that_cannot_be_saved_is_said_before_anything_is_imported(
    tmp_path, delivery, run
):
    nowhere = tmp_path / "none" / "trust.toml"
    result = run(tmp_path / "second", delivery, *OPTIONS, "--save-layout", nowhere)
    assert result.exit_code == 2
    assert "its folder does not exist" in result.stderr
    assert not (tmp_path / "second" / "incidents").exists()


def test_a_layout_has_a_key_for_every_option_that_is_not_of_one_delivery():
    of_one_delivery = {"ctx", "files", "layout", "save_layout"}
    of_one_delivery |= {"replace", "strict", "max_rejected", "rejects"}
    of_one_delivery |= {"covers", "from_", "to"}
    assert set(inspect.signature(incidents).parameters) == (
        set(IncidentLayout.model_fields) | of_one_delivery
    )
