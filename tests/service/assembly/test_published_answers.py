"""What is served to those who see no records: sums of published cells, over HTTP."""

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import protected, world


@pytest.fixture
def client_as(own_county, serve):
    """Makes a client of the county, published, that has a role without a key."""
    protected.published(own_county, protected.protection(public=False))

    def make(role):
        settings = Settings(data_dir=own_county, access={"anonymous_role": role})
        return serve(open_resources(settings))

    return make


def test_partners_are_told_what_is_published_and_analysts_what_is_recorded(client_as):
    records = {}
    for role in ("partner", "analyst"):
        (dataset,) = client_as(role).get("/v1/datasets").json()["datasets"]
        records[role] = dataset["records"]
    assert records["analyst"] == len(world.RECORDS)
    assert records["partner"] != records["analyst"]


def test_for_the_public_there_is_no_such_dataset(client_as):
    public = client_as("public")
    assert public.get("/v1/datasets").json()["datasets"] == []
    for address in (f"/v1/datasets/{world.DATASET}", f"/v1/choropleths/{world.DATASET}/cell"):
        answer = public.get(address)
        assert answer.status_code == 404
        assert "none is imported" in answer.json()["detail"]


def test_publishing_again_changes_what_a_running_service_answers(client_as, own_county):
    partner = client_as("partner")
    address = f"/v1/choropleths/{world.DATASET}/{world.CELLS}?measure=count"
    before = partner.get(address)
    assert before.status_code == 200
    protected.add_assaults(own_county, "C00", 50)
    assert partner.get(address).json() == before.json()
    protected.publish(protected.opened(own_county), protected.protection())
    after = partner.get(address)
    counts = [
        {row["code"]: row["count"] for row in answer.json()["rows"]} for answer in (before, after)
    ]
    assert counts[1]["C00"] == counts[0]["C00"] + 50
    assert after.headers["etag"] != before.headers["etag"]
