"""``hotspots import gazetteer``, ``roads`` and ``places``, from the shell to the list of sources."""

import json

import pytest
import shapely
from typer.testing import CliRunner

from service.__main__ import app
from tests.service.imports.places.files import open_names_zip, write_csv, write_shapes


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command over an empty data folder and returns what it says."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(tmp_path / "data"))

    def run_command(*arguments, status=0):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == status, result.output
        return result.output

    return run_command


def test_what_was_imported_is_listed_replaced_and_deleted(run, tmp_path):
    names = open_names_zip(tmp_path / "names.zip")
    lines = [shapely.LineString([(545_000, 258_000), (545_100, 258_000)])]
    roads = write_shapes(tmp_path / "roads.geojson", lines, name=["Mill Road"])
    pubs = write_csv(tmp_path / "pubs.csv", [("Eagle", 545_000, 258_000)], ("name", "x", "y"))
    assert "gazetteer imported: names of places, version 0" in run("import", "gazetteer", names)
    assert "roads imported: lines, version 0" in run("import", "roads", roads)
    assert "places imported: pubs" in run("import", "places", pubs, "--name", "pubs")
    said = run("import", "places", pubs, "--name", "pubs", status=2)
    assert "pubs: loaded already, from pubs.csv" in said.replace("\n", " ")
    run("import", "places", pubs, "--name", "pubs", "--replace")
    rows = json.loads(run("sources", "--format", "json"))["rows"]
    assert [(row["kind"], row["id"], row["records"]) for row in rows] == [
        ("gazetteer", "gazetteer", 3),
        ("roads", "roads", 1),
        ("places", "pubs", 1),
    ]
    for what in (("gazetteer",), ("roads",), ("places", "pubs")):
        assert "deleted" in run("delete", *what, "--yes")
    assert json.loads(run("sources", "--format", "json"))["rows"] == []
