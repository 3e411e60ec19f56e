"""What the program writes is for its user, or for the group that is named, and for nobody else."""

import grp
import os
import stat

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from tests.boundaries.areas import write_geojson
from tests.service import world

OTHERS, GROUP = 0o007, 0o070


@pytest.fixture(autouse=True)
def _usual_umask():
    """Commands set the umask of their process, which is that of the tests here."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def files(tmp_path):
    """A county and its incidents, two of them unusable."""
    cells = [({"id": code}, world.square(code)) for code in world.CODES]
    write_geojson(tmp_path / "cells.geojson", cells)
    rows = [
        f"2023-01-{day:02d},{world.EAST_M + 10},{world.NORTH_M + 10},x" for day in range(1, 29)
    ]
    rows += ["yesterday,1,1,x", "2023-02-30,1,1,x"]
    (tmp_path / "calls.csv").write_text("\n".join(["When,E,N,Kind", *rows]))
    (tmp_path / "residents.csv").write_text(
        "\n".join(["Code,Residents", *(f"{code},{1_000}" for code in world.CODES)])
    )
    (tmp_path / "cells.csv").write_text(
        "\n".join(["Small,Large", *(f"{code},{world.DISTRICT_OF[code]}" for code in world.CODES)])
    )
    return tmp_path


def imports(files):
    return (
        ["import", "boundaries", files / "cells.geojson", "--layer", "cell", "--code-field", "id"],
        ["import", "measures", files / "residents.csv", "--layer", "cell", "--measure",
         "residents", "--period", "2021", "--code-field", "Code", "--value-field", "Residents"],
        ["import", "incidents", files / "calls.csv", "--dataset", "calls", "--format", "csv",
         "--time", "When", "--x", "E", "--y", "N", "--category", "Kind", "--crs", world.CRS],
        ["derive", "boundaries", "--from", "cell", "--lookup", files / "cells.csv", "--layer",
         "district", "--from-field", "Small", "--to-field", "Large"],
    )  # fmt: skip


def run(data_dir, *args, **variables):
    environ = {"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200", **variables}
    return CliRunner().invoke(app, [str(arg) for arg in args], env=environ)


def modes(folder):
    paths = [folder, *folder.rglob("*")]
    return {path.relative_to(folder): stat.S_IMODE(path.stat().st_mode) for path in paths}


def fill(data_dir, files, **variables):
    """A data folder with everything: tables, layers, rejected rows, caches."""
    answers = (["hotspots", "calls", "cell"], ["datasets"])
    for args in (*imports(files), *answers):
        done = run(data_dir, *args, **variables)
        assert done.exit_code == 0, done.output
    written = modes(data_dir)
    names = {path.parts[0] for path in written if path.parts}
    assert {"boundaries", "cache", "incidents", "measures", "lookups", "rejected"} <= names
    return written


def test_nobody_but_the_owner_may_read_what_is_written(files):
    for path, mode in fill(files / "data", files).items():
        assert not mode & (GROUP | OTHERS), path


def test_a_group_that_is_named_may_read_it_and_not_write(files):
    group = grp.getgrgid(os.getgid()).gr_name
    data_dir = files / "data"
    for path, mode in fill(data_dir, files, HOTSPOTS_DATA_GROUP=group).items():
        assert not mode & (OTHERS | stat.S_IWGRP), path
        if "rejected" not in path.parts or (data_dir / path).is_dir():
            assert mode & stat.S_IRGRP, path
        assert (data_dir / path).stat().st_gid == os.getgid()
    assert data_dir.stat().st_mode & stat.S_ISGID


def test_a_group_that_does_not_exist_is_refused(tmp_path):
    refused = run(tmp_path / "data", "datasets", HOTSPOTS_DATA_GROUP="no-such-group")
    assert refused.exit_code == 2
    assert "HOTSPOTS_DATA_GROUP: there is no group 'no-such-group'" in refused.stderr


@pytest.mark.parametrize("position", range(3))
def test_where_nothing_can_be_written_an_import_says_so_in_one_line(files, position):
    (files / "file").write_text("a file, in which nothing can be written")
    refused = run(files / "file" / "data", *imports(files)[position])
    assert refused.exit_code == 2
    assert isinstance(refused.exception, SystemExit)
    if position != 1:  # which first misses the layer
        assert "cannot be written" in refused.stderr
    assert refused.stderr.strip().count("\n") == 0
