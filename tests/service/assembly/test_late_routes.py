"""An application that starts with some of its routes."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from service.assembly.app import FIRST_ROUTERS, OWN_PATHS, create_app
from service.assembly.late_routes import LateRoutes
from service.assembly.resources import open_resources
from service.assembly.routers import ROUTERS
from service.config.settings import Settings
from tests.service.quick_client import QuickClient


@pytest.fixture
def late(tmp_path):
    app = create_app(open_resources(Settings(data_dir=tmp_path)), routes_late=True)
    return QuickClient(app, base_url="http://localhost", raise_server_exceptions=False)


def paths(app):
    return [route.path for route in app.router.routes]


def test_it_starts_with_the_first_routes_only(late):
    assert len(paths(late.app)) < 30
    assert late.get("/health/live").status_code == 200
    assert len(paths(late.app)) < 30


def test_the_first_routers_are_among_all(late):
    assert all(any(each is router for router in ROUTERS) for each in FIRST_ROUTERS)


def test_no_later_route_shares_its_path_with_a_first_one():
    """A method that the first one does not take would be refused before the later one is there."""
    first = {route.path for router in FIRST_ROUTERS for route in router.routes}
    others = [router for router in ROUTERS if all(router is not each for each in FIRST_ROUTERS)]
    assert not first & {route.path for router in others for route in router.routes}


def test_a_request_that_no_first_route_fits_takes_up_all(late, tmp_path):
    assert late.get("/v1/datasets").status_code == 200
    whole = create_app(open_resources(Settings(data_dir=tmp_path)))
    assert paths(late.app) == paths(whole)


def test_every_route_begins_with_a_path_of_the_service(late):
    late.app.state.late_routes.complete()
    assert {f"/{path.split('/')[1]}" for path in paths(late.app)} == set(OWN_PATHS)


def test_a_path_that_nothing_fits_is_not_found_and_one_with_a_slash_redirected(late):
    assert late.get("/v1/nowhere").status_code == 404
    assert late.get("/v1/datasets/", follow_redirects=False).status_code == 307
    assert late.get("/v1/datasets/").status_code == 200


def test_a_method_that_a_first_route_does_not_take_is_refused(late):
    assert late.post("/health/live").status_code == 405


def test_the_document_of_the_application_has_every_operation(late, tmp_path):
    whole = create_app(open_resources(Settings(data_dir=tmp_path)))
    assert late.app.openapi() == whole.openapi()


def test_requests_that_come_together_take_up_the_routes_once():
    made = []

    def routes():
        made.append(1)
        return [Route("/late", lambda request: PlainTextResponse("here"))]

    app = FastAPI(openapi_url=None)
    LateRoutes(app, routes)
    client = QuickClient(app, base_url="http://localhost")

    async def ask():
        return await asyncio.gather(*(asyncio.to_thread(client.get, "/late") for _ in range(8)))

    assert [each.text for each in asyncio.run(ask())] == ["here"] * 8
    assert made == [1]
