"""The commands of keys: one is printed once, alone, and nothing else tells it."""

import datetime
import json
import re

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from tests.service import world


@pytest.fixture
def run(county, tmp_path):
    """Runs a command of keys; the result has exit_code, stdout and stderr."""

    def run(*args, folder=tmp_path / "access"):
        environ = {
            "HOTSPOTS_DATA_DIR": str(county),
            "HOTSPOTS_ACCESS__FOLDER": str(folder),
            "COLUMNS": "200",
        }
        return CliRunner().invoke(app, ["keys", *args], env=environ)

    return run


@pytest.fixture
def keys(tmp_path):
    return Keys(PrivateFolder(tmp_path / "access"))


def make(run, *args):
    result = run("make", "--role", "partner", "--title", "Ward map", *args)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_key_is_printed_alone_and_opens_what_was_said(run, keys):
    secret = make(run, "--dataset", world.DATASET, "--days", "30", "--requests-per-minute", "9")
    key = keys.find(secret)
    assert (key.role, key.datasets, key.requests_per_minute) == ("partner", (world.DATASET,), 9)
    assert key.expires == (today() + datetime.timedelta(days=30)).isoformat()


def test_no_list_has_a_key_or_its_digest(run, keys):
    secret = make(run)
    (key,) = keys.all()
    listed = [run("list").stdout, run("list", "--json").stdout]
    assert all(key.key_id in text and "Ward map" in text for text in listed)
    assert not any(secret in text or key.digest in text for text in listed)
    assert json.loads(listed[1])["keys"][0]["fault"] == ""


def test_a_revoked_key_is_listed_as_such(run, keys):
    make(run)
    (key,) = keys.all()
    assert run("revoke", key.key_id, "--yes").exit_code == 0
    assert "revoked" in run("list").stdout


def test_nobody_revokes_by_mistake(run, keys):
    secret = make(run)
    (key,) = keys.all()
    assert run("revoke", key.key_id).exit_code == 2
    assert keys.find(secret)


def test_a_rotated_key_leaves_the_old_one_its_overlap(run, keys):
    old_secret = make(run)
    (old,) = keys.all()
    result = run("rotate", old.key_id, "--overlap-days", "3")
    new = keys.find(result.stdout.strip())
    assert new.key_id != old.key_id
    assert keys.find(old_secret).expires == (today() + datetime.timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("make", "--role", "owner", "--title", "x"), "partner, analyst, admin"),
        (("make", "--role", "partner", "--title", ""), "1 to 100 characters"),
        (("make", "--role", "partner", "--title", "x", "--dataset", "nonsense"), world.DATASET),
        (("revoke", "nonsense", "--yes"), "no key has the id"),
        (("rotate", "nonsense"), "no key has the id"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run, args, said):
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout in ("", "revoke the key nonsense: whoever has it is refused\n")
    assert re.fullmatch(rf"error: .*{said}.*\n", result.stderr)


def test_keys_are_never_made_in_the_data_folder(run, county):
    result = run("list", folder=county / "access")
    assert result.exit_code == 2
    assert "not in the data folder" in result.stderr
