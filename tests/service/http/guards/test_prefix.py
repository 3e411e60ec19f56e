"""Behind a path of a host, whether or not the proxy in front takes that path off."""

import asyncio
import re

import pytest

from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from tests.service import world
from tests.service.asgi import ask
from tests.service.conftest import client_of
from tests.service.http.identity.conftest import make_key

PUBLIC = "https://maps.example.org/atlas"
HEATMAP = f"/v1/heatmaps/{world.DATASET}"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


@pytest.fixture(scope="module")
def behind(county):
    """A client of the service at a public address."""
    access = AccessSettings(anonymous_role="analyst")
    settings = Settings(data_dir=county, access=access, public_url=PUBLIC)
    with client_of(open_resources(settings)) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    ["/overview", "/docs", "/openapi.json", "/v1/page.json", f"{HEATMAP}/tilejson.json",
     f"{CELLS}.csv", "/ogc", "/wmts/1.0.0/WMTSCapabilities.xml", "/health/ready"],
)  # fmt: skip
def test_an_address_is_answered_with_the_prefix_and_without(behind, path):
    plain, prefixed = behind.get(path), behind.get(f"/atlas{path}")
    assert plain.status_code == 200
    assert (prefixed.status_code, prefixed.content) == (200, plain.content)


def test_addresses_in_answers_can_be_asked_as_they_stand(behind):
    (tiles,) = behind.get(f"/atlas{HEATMAP}/tilejson.json").json()["tiles"]
    assert tiles.startswith(f"{PUBLIC}/v1/")
    path = tiles.removeprefix("https://maps.example.org").format(z=13, x=4099, y=2697)
    assert behind.get(path).content[:4] == b"\x89PNG"
    capabilities = behind.get("/atlas/wmts/1.0.0/WMTSCapabilities.xml").text
    named = re.findall(r'(?:href|template)="(https://[^"]+)"', capabilities)
    ours = [address for address in named if "maps.example.org" in address]
    assert ours
    assert all(address.startswith(f"{PUBLIC}/") for address in ours)


def test_the_prefix_alone_leads_to_the_page(behind):
    answer = asyncio.run(ask(behind.app, "/atlas?a=b"))
    assert (answer.status, answer.headers["location"]) == (308, f"{PUBLIC}/?a=b")
    assert "content-security-policy" in answer.headers


def test_a_slash_at_the_end_is_taken_off_at_the_public_address(behind):
    answer = asyncio.run(ask(behind.app, "/atlas/v1/datasets/?a=b"))
    assert (answer.status, answer.headers["location"]) == (307, f"{PUBLIC}/v1/datasets?a=b")


def test_a_key_before_the_path_follows_the_prefix(county, tmp_path):
    access = AccessSettings(folder=tmp_path / "access")
    settings = Settings(data_dir=county, access=access, public_url=PUBLIC)
    key = make_key(settings, "analyst")
    with client_of(open_resources(settings)) as client:
        answer = client.get(f"/atlas/key/{key}{HEATMAP}/tilejson.json")
        (tiles,) = answer.json()["tiles"]
        assert tiles.startswith(f"{PUBLIC}/key/{key}/v1/")
        assert client.get("/atlas/key/hsa_wrong/v1/datasets").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/atlas/metrics", "/atlas/metrics/", "/atlas//metrics", "/atlas/%6detrics",
     "/atlas/atlas/metrics", "/atlas/key/hsa_a/metrics", "/atlas/key//metrics",
     "/atlas/atlas/v1/datasets", "/atlasv1/datasets", "/%61tlas/v1/datasets",
     "/atlas%2fv1/datasets"],
)  # fmt: skip
def test_neither_metrics_nor_another_spelling_is_under_the_prefix(behind, path):
    answer = asyncio.run(ask(behind.app, path))
    assert answer.status == 404
    assert b"hotspots_requests" not in answer.body


def test_a_prefix_that_begins_as_a_path_of_the_service_is_left_on(county):
    access = AccessSettings(anonymous_role="analyst")
    settings = Settings(data_dir=county, access=access, public_url="https://a.example/v1")
    with client_of(open_resources(settings)) as client:
        assert client.get("/v1/datasets").status_code == 200
        assert client.get("/v1/v1/datasets").status_code == 404
