"""What one audience was answered reaches no other, by whatever it is kept in."""

import shutil

import pytest

from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import LimitSettings, Settings
from tests.service import protected, world
from tests.service.http.identity.conftest import make_key

AREAS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
SECRET = "unheard-of"


@pytest.fixture
def own(county, tmp_path) -> Settings:
    """Of a county whose dataset is published to partners, beside one that nobody else may see."""
    folder = shutil.copytree(county, tmp_path / "data")
    shutil.copytree(folder / "incidents" / world.DATASET, folder / "incidents" / SECRET)
    settings = Settings(data_dir=folder, access=AccessSettings(folder=tmp_path / "access"))
    protected.publish(open_resources(settings), protected.protection())
    return settings


@pytest.fixture
def client(own, opened):
    return opened(own)


@pytest.fixture
def keys(own):
    """The header of each role."""
    return {
        role: {"X-API-Key": make_key(own, role)} for role in ("partner", "analyst", "admin")
    } | {"public": {}}


def test_what_is_kept_for_one_role_is_not_given_to_another(client, keys):
    for _ in range(2):  # computed, then repeated
        answers = {role: client.get(AREAS, headers=header) for role, header in keys.items()}
        assert {role: answer.status_code for role, answer in answers.items()} == {
            "partner": 200, "analyst": 200, "admin": 200, "public": 404
        }  # fmt: skip
        assert answers["analyst"].content == answers["admin"].content
        assert answers["analyst"].content != answers["partner"].content
        assert answers["analyst"].headers["ETag"] != answers["partner"].headers["ETag"]


def test_an_entity_tag_of_one_role_says_nothing_to_another(client, keys):
    tag = client.get(AREAS, headers=keys["analyst"]).headers["ETag"]
    for role, status in (("analyst", 304), ("partner", 200), ("public", 404)):
        answer = client.get(AREAS, headers={**keys[role], "If-None-Match": tag})
        assert answer.status_code == status


@pytest.mark.parametrize("address", ["/v1/datasets", "/health/ready", "/metrics", "/v1/page.json",
                                     "/overview", "/ogc/collections", f"/v1/datasets/{SECRET}",
                                     "/v1/datasets/nonsense", "/v1/tables/sources",
                                     "/wmts?service=WMTS&request=GetCapabilities"])  # fmt: skip
def test_a_dataset_that_is_not_seen_has_no_name(client, keys, address):
    assert SECRET in client.get("/v1/datasets", headers=keys["analyst"]).text
    for role in ("partner", "public"):
        text = client.get(address, headers=keys[role]).text.replace(address, "")
        assert SECRET not in text.replace(f"{SECRET!r}", "")  # repeated from the question
        assert (world.DATASET in text) <= (role == "partner")


def test_damage_of_what_is_not_seen_is_told_to_those_who_see_it(client, own, keys):
    log = own.data_dir / "incidents" / SECRET / "_delta_log"
    for commit in log.glob("*.json"):
        commit.write_text("{")
    for role in ("partner", "public", "analyst"):
        ready = client.get("/health/ready", headers=keys[role])
        assert ready.status_code == 200
        assert (SECRET in ready.text) == (role == "analyst")
        listed = client.get("/v1/datasets", headers=keys[role])
        assert (SECRET in listed.text) == (role == "analyst")


def test_a_key_for_some_datasets_sees_those(client, own):
    header = {"X-API-Key": make_key(own, "analyst", world.DATASET)}
    datasets = client.get("/v1/datasets", headers=header).json()["datasets"]
    assert [dataset["id"] for dataset in datasets] == [world.DATASET]
    assert client.get(AREAS.replace(world.DATASET, SECRET), headers=header).status_code == 404


def test_a_job_is_of_those_who_asked(own, keys, opened):
    client = opened(own.model_copy(update={"limits": LimitSettings(wait_s=1)}))
    jobs, resources = client.app.state.context.jobs, open_resources(own)
    assert isinstance(resources, Resources)
    job = jobs.start(
        "tag", AREAS, 1.0, lambda: pytest.fail("not computed"), audience=resources.audience.label
    )
    address = f"/v1/jobs/{job.job_id}"
    for role in ("partner", "public"):
        assert client.get(address, headers=keys[role]).status_code == 404
        assert client.get(f"{address}/result", headers=keys[role]).status_code == 404
        assert client.delete(address, headers=keys[role]).status_code == 404
    assert client.get(address, headers=keys["analyst"]).status_code == 200
