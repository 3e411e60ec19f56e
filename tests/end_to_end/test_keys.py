"""The program with keys: what it shows without one, and that it writes none down."""

import json
import shutil

import pytest

from service.config.settings import Settings
from tests.service import world
from tests.service.http.identity.conftest import make_key

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


@pytest.fixture
def own(county, tmp_path):
    return shutil.copytree(county, tmp_path / "data")


def test_open_to_the_network_it_shows_what_a_key_opens_and_writes_no_key_down(own, serve):
    key = make_key(Settings(data_dir=own), "analyst")
    running = serve(own, "--host", "0.0.0.0")
    here = {"Host": "localhost"}
    assert running.get(CELLS, here)[0] == 404
    for address, headers in (
        (CELLS, {"X-API-Key": key}),
        (CELLS, {"Authorization": f"Bearer {key}"}),
        (f"{CELLS}?key={key}", {}),
        (f"/key/{key}{CELLS}", {}),
    ):
        status, content = running.get(address, {**here, **headers})
        assert (status, len(json.loads(content)["rows"]) > 0) == (200, True)
    assert running.get(f"/key/{key}x/nothing?key={key}x", here)[0] == 401
    running.stop()
    assert not any(key in line for line in running.logged)
