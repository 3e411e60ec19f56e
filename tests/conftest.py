"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of a kernel compiles it, and machines differ: no example is too slow.
settings.register_profile("hotspots", deadline=None)
settings.load_profile("hotspots")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real open data that HOTSPOTS_TEST_DATA names; skips where it is not set."""
    folder = os.environ.get("HOTSPOTS_TEST_DATA")
    if not folder:
        pytest.skip("HOTSPOTS_TEST_DATA is not set: the real open data are not at hand")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"HOTSPOTS_TEST_DATA names {folder}, which is not a folder")
    return path
