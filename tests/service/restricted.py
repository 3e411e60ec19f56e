"""The small county as a restricted dataset behind keys, asked by clients of each role."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from service.access.policy import Role
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from service.model.protection import Protection
from tests.service import protected
from tests.service.conftest import ADDRESS
from tests.service.http.identity.conftest import make_key
from tests.service.quick_client import QuickClient

KEYED = (Role.PARTNER, Role.ANALYST, Role.ADMIN)

Clients = Mapping[Role, TestClient]


def settings_of(folder: Path) -> Settings:
    """Those of a service over a data folder, with its keys beside it."""
    access = AccessSettings(folder=folder.with_name(f"{folder.name}-access"))
    return Settings(data_dir=folder, access=access)


@contextmanager
def clients_of(folder: Path, *protections: Protection) -> Iterator[Clients]:
    """A client of each role, of a service over a data folder whose datasets are protected so.

    The public has no key. All of them ask one application, as in life.
    """
    settings = settings_of(folder)
    resources = open_resources(settings)
    for protection in protections:
        protected.publish(resources, protection)
    app = create_app(open_resources(settings))
    clients = {Role.PUBLIC: QuickClient(app, base_url=ADDRESS, raise_server_exceptions=False)}
    for role in KEYED:
        key = make_key(settings, role)
        clients[role] = QuickClient(
            app,
            base_url=ADDRESS,
            raise_server_exceptions=False,
            headers={"Authorization": f"Bearer {key}"},
        )
    with clients[Role.PUBLIC] as public:
        for client in clients.values():
            client.portal = public.portal  # one event loop for all of them
        yield clients
