"""The county with the datasets that trends are tested on, served once."""

import shutil

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import people, years
from tests.service.conftest import client_of


@pytest.fixture(scope="package")
def folder(county, tmp_path_factory):
    """Nobody writes to it."""
    copy = shutil.copytree(county, tmp_path_factory.mktemp("trends") / "data")
    return years.add(people.add(copy))


@pytest.fixture(scope="package")
def client(folder):
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


@pytest.fixture
def with_events(folder, tmp_path, serve):
    """Makes a client of the county with events."""

    def make(**columns):
        copy = shutil.copytree(folder, tmp_path / "data")
        return serve(open_resources(Settings(data_dir=years.add_events(copy, **columns))))

    return make
