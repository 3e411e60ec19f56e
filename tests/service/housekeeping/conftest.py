"""A data folder with something to delete."""

import shutil

import pytest

from tests.service.housekeeping.folders import add_assaults


@pytest.fixture(scope="session")
def assaults(county, tmp_path_factory):
    """The county with a dataset of two files; nobody writes to it."""
    copy = shutil.copytree(county, tmp_path_factory.mktemp("assaults") / "data")
    (copy / "rules.toml").write_text("rules of the operator", "utf-8")
    return add_assaults(copy)


@pytest.fixture
def folder(assaults, tmp_path):
    """A copy that the test may change."""
    return shutil.copytree(assaults, tmp_path / "data")
