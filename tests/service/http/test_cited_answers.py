"""An address with the version of the data gives the answer that was cited, or says it is gone."""

import pytest

from tests.service import world

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
ADDRESSES = [
    CELLS,
    f"{CELLS}.csv",
    f"{CELLS}/map.svg",
    f"/v1/tables/{world.DATASET}/trend?step=quarter",
    f"/v1/heatmaps/{world.DATASET}/map.png?width=300",
]


def cited(address, version):
    return f"{address}{'&' if '?' in address else '?'}v={version}"


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_states_the_version_by_which_it_can_be_cited(client, address):
    answer = client.get(address)
    again = client.get(cited(address, answer.headers["Data-Version"]))
    assert answer.status_code == 200
    assert (again.status_code, again.content) == (200, answer.content)
    assert again.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_version_is_gone_and_the_present_one_is_named(client, address):
    version = client.get(address).headers["Data-Version"]
    for _ in range(2):
        refusal = client.get(cited(address, "a0b1c2d3e4f5"))
        assert refusal.status_code == 410
        assert "'a0b1c2d3e4f5'" in refusal.json()["detail"]
        assert f"'{version}'" in refusal.json()["detail"]


def test_a_cited_answer_is_computed_from_the_same_question(client):
    """One answer in memory: the version is no part of what is asked."""
    question = f"{CELLS}?from=2024-01&to=2024-03&measure=density"
    first = client.get(question)
    again = client.get(cited(question, first.headers["Data-Version"]))
    assert again.content == first.content
    assert "v" not in again.json()["provenance"]["filter"]
    assert "v" not in again.json()["provenance"]["method"]


def test_documents_without_a_version_refuse_one(client):
    assert client.get("/v1/datasets?v=a").status_code == 422
