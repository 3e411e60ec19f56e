"""A table as it is read on a terminal."""

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from tests.service import world
from tests.service.commands.test_commands import ANSWERS

TABLE = ["choropleth", world.DATASET, world.CELLS]


@pytest.fixture
def lines(county, monkeypatch):
    """The lines that a command prints on a terminal of some width."""

    def printed(*args, columns=100):
        monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(county))
        monkeypatch.setenv("COLUMNS", str(columns))
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == 0, result.stderr
        return result.stdout.splitlines()

    return printed


def test_it_shows_so_many_rows_and_says_how_many_more_there_are(lines):
    printed = lines(*TABLE, "--top", "3")
    (heading,) = [n for n, line in enumerate(printed) if line.startswith("code ")]
    rows = printed[heading + 1 : heading + 4]
    assert all(row.startswith("C") for row in rows)
    assert printed[heading + 4] == ""
    assert printed[heading + 5] == "13 more rows (--top 16)"
    assert printed[0].endswith(".")  # what the rows say


def test_columns_are_aligned_and_none_is_wider_than_the_terminal(lines):
    printed = lines("hotspots", world.DATASET, world.CELLS, "--top", "16", columns=60)
    (heading,) = [n for n, line in enumerate(printed) if line.startswith("code ")]
    table = printed[heading : heading + 17]
    assert max(map(len, table)) <= 60
    end = table[0].index("count") + len("count")
    assert all(
        row[:end].rstrip()[-1].isdigit() and len(row[:end].rstrip()) == end for row in table[1:]
    )
    assert any(line.startswith("columns that do not fit: ") for line in printed)


def test_a_missing_value_is_a_dash_and_no_zero(lines):
    printed = lines(*TABLE, "--top", "1")
    (heading,) = [n for n, line in enumerate(printed) if line.startswith("code ")]
    at = printed[heading].index("denominator") + len("denominator") - 1
    assert printed[heading + 1][at] == "-"


def test_a_file_has_no_first_rows(county, monkeypatch, tmp_path):
    monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(county))
    for further in (["--format", "csv"], ["--out", str(tmp_path / "table.csv")]):
        result = CliRunner().invoke(app, [*TABLE, "--top", "3", *further])
        assert result.exit_code == 2
        assert "leave out --format and --out" in result.stderr


def test_in_a_pipe_it_is_csv_as_ever(lines):
    assert lines(*ANSWERS["choropleth"][0])[0].lstrip("\ufeff").startswith("code,name,")


@pytest.mark.parametrize("args", [["-h"], ["trend", "-h"], ["import", "incidents", "-h"]])
def test_help_has_a_short_name_everywhere(lines, args):
    assert "--help" in "\n".join(lines(*args))
