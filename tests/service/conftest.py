"""The small county served by the real application over the real stores."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.analyses.resources import Resources
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import blocks, world
from tests.service.quick_client import QuickClient

ADDRESS = "http://localhost"  # a host that is answered for without being named


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the county; nobody writes to it."""
    return world.build(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="session")
def invented_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same county, declared synthetic."""
    return world.build(tmp_path_factory.mktemp("invented"), synthetic=True)


@pytest.fixture
def own_county(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that the test may change."""
    return Path(shutil.copytree(county, tmp_path / "own"))


@pytest.fixture(scope="session")
def resources(county: Path) -> Resources:
    return open_resources(Settings(data_dir=county))


def client_of(resources: Resources) -> TestClient:
    """A client of the application over some resources; a crash is an answer, not an exception."""
    app = create_app(resources)
    return QuickClient(app, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def client(resources: Resources) -> Iterator[TestClient]:
    with client_of(resources) as client:
        yield client


@pytest.fixture(scope="session")
def blocks_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the county with its blocks: areas enough for a test among areas."""
    folder = blocks.add(world.build(tmp_path_factory.mktemp("blocks")))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


@pytest.fixture(scope="session")
def invented_client(invented_county: Path) -> Iterator[TestClient]:
    with client_of(open_resources(Settings(data_dir=invented_county))) as client:
        yield client


@pytest.fixture
def serve() -> Iterator[Callable[[Resources], TestClient]]:
    """Makes clients of the test's own resources, closed at its end."""
    opened: list[TestClient] = []

    def make(resources: Resources) -> TestClient:
        client = client_of(resources)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)
