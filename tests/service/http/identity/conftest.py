"""The county behind keys, and clients that have nothing but what they were given."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from tests.service.conftest import ADDRESS
from tests.service.quick_client import QuickClient


def make_key(settings: Settings, role: str, *datasets: str, **options) -> str:
    """The secret of a new key."""
    keys = Keys(PrivateFolder(settings.access_folder))
    expires = options.pop("expires", today() + datetime.timedelta(days=9))
    return keys.make(role=role, title=role, expires=expires, datasets=datasets, **options)[1]


@pytest.fixture
def settings(county: Path, tmp_path: Path) -> Settings:
    """Those of a service over the county whose keys are the test's own."""
    return Settings(data_dir=county, access=AccessSettings(folder=tmp_path / "access"))


@pytest.fixture
def opened() -> Iterator[Callable[..., TestClient]]:
    """Makes clients of services with some settings, closed at its end."""
    clients: list[TestClient] = []

    def make(settings: Settings, **options) -> TestClient:
        app = create_app(open_resources(settings), **options)
        client = QuickClient(app, base_url=ADDRESS, raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)
