"""Similarity of two periods over HTTP, against numbers counted one by one."""

import numpy as np
import pytest

from spatial.over_time.change import count_changes
from spatial.over_time.pattern_similarity import pattern_similarity
from tests.service import world
from tests.service.answers import column, json_of

ADDRESS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}/similarity"
PERIODS = {
    "baseline_from": "2023-01", "baseline_to": "2023-12", "from": "2024-01", "to": "2024-12",
    "replicates": 99,
}  # fmt: skip


def in_year(year):
    counts = world.cell_counts(lambda record: record.occurred.year == year)
    return np.array([counts[code] for code in world.CODES])


@pytest.mark.parametrize("resampling", ["bootstrap", "subsample"])
def test_the_shares_are_those_of_the_incidents_of_each_period(client, resampling):
    answer = json_of(client, ADDRESS, **PERIODS, resampling=resampling, seed=5)
    rows, method = answer["rows"], answer["provenance"]["method"]
    before, after = in_year(2023), in_year(2024)
    expected = pattern_similarity(before, after, resampling=resampling, replicates=99, seed=5)
    words = np.array(["smaller", "similar", "larger"])[expected.direction + 1]
    for name, values in (
        ("count_before", before), ("count_after", after),
        ("share_before", expected.first_share), ("share_after", expected.second_share),
        ("lower", expected.lower), ("upper", expected.upper),
    ):  # fmt: skip
        assert column(rows, name) == pytest.approx(dict(zip(world.CODES, values, strict=True)))
    assert column(rows, "direction") == dict(zip(world.CODES, words, strict=True))
    assert method["s_index"] == expected.s_index
    assert method["p_value"] == expected.p_value
    gains = [row["share_after"] - row["share_before"] for row in rows]
    assert gains == sorted(gains, reverse=True)


def test_the_p_of_an_area_is_that_of_its_two_shares(client):
    rows = json_of(client, ADDRESS, **PERIODS)["rows"]
    before, after = in_year(2023), in_year(2024)
    expected = count_changes(
        before, after, first_exposure=before.sum(), second_exposure=after.sum()
    )
    for name in ("p_value", "q_value"):
        values = dict(zip(world.CODES, getattr(expected, name), strict=True))
        assert column(rows, name) == pytest.approx(values)


def test_within_an_area_the_shares_are_of_its_incidents(client):
    rows = json_of(client, ADDRESS, **PERIODS, within="district:D1")["rows"]
    assert 1 < len(rows) < len(world.CODES)
    assert sum(row["share_after"] for row in rows) == pytest.approx(1.0)


def test_what_chance_alone_gives_is_said_beside_the_index(client):
    answer = json_of(client, ADDRESS, **PERIODS)
    method = answer["provenance"]["method"]
    unchanged = method["s_unchanged"]
    assert unchanged["lower"] <= unchanged["mean"] <= unchanged["upper"]
    assert "two samples of one pattern would have" in " ".join(answer["sentences"])
    assert any("allows for chance in the later period alone" in note
               for note in answer["provenance"]["notes"])  # fmt: skip


def test_a_period_without_an_incident_is_refused(client):
    assert not world.cell_counts(
        lambda record: record.category == "burglary" and record.occurred.year == 2024
    ).total()
    response = client.get(ADDRESS, params={**PERIODS, "category": "burglary"})
    assert response.status_code == 422
    assert "an incident in each of the two patterns" in response.json()["detail"]
