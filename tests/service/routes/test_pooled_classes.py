"""Classes that the maps of several periods share, over HTTP."""

from collections import Counter

import pytest

from spatial.rates.classes import SCHEMES
from tests.service import world
from tests.service.answers import json_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
QUARTERS = [("2023-01", "2023-03"), ("2023-04", "2023-06"), ("2023-07", "2023-09")]


def values_and_classes(client, **query):
    answer = json_of(client, CELLS, **query)
    rows = {row["code"]: (row["value"], row["class"]) for row in answer["rows"]}
    return answer, rows


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "manual"])
def test_periods_share_their_classes(client, scheme):
    pooled = ["/".join(ends) for ends in QUARTERS]
    maps = [
        values_and_classes(client, **{"from": first, "to": last}, scheme=scheme, pooled=pooled)
        for first, last in QUARTERS
    ]
    legends = [answer["provenance"]["method"]["legend"] for answer, _ in maps]
    limits = [[(each["class"], each["lower"], each["upper"]) for each in legend]
              for legend in legends]  # fmt: skip
    assert limits[0] == limits[1] == limits[2]
    for legend, (_, rows) in zip(legends, maps, strict=True):
        counted = Counter(label for _, label in rows.values())
        assert {each["class"]: each["areas"] for each in legend if each["areas"]} == counted


def test_steps_pool_the_same_periods_as_their_ends(client):
    asked = {"from": "2023-01", "to": "2023-03", "scheme": "jenks-caspall"}
    by_ends, _ = values_and_classes(
        client, **asked, pooled=["/".join(ends) for ends in (*QUARTERS, ("2023-10", "2023-12"))]
    )
    by_steps, _ = values_and_classes(client, **asked, pooled="2023-01/2023-12/P3M")
    assert by_steps["rows"] == by_ends["rows"]
    assert len(by_steps["provenance"]["method"]["pooled"]) == 3  # and the period itself


def test_unequal_periods_are_said(client):
    answer, _ = values_and_classes(client, **{"from": "2023-01", "to": "2023-03"},
                                   pooled="2023-01/2023-12")  # fmt: skip
    assert (
        "The periods that share these classes cover from 90 to 365 days: values of whole periods "
        "are higher in longer ones."
    ) in answer["provenance"]["notes"]
    answer, _ = values_and_classes(client, **{"from": "2023-01", "to": "2023-01"},
                                   pooled="2023-01/2023-12/P1M")  # fmt: skip
    assert not any("share these classes" in note for note in answer["provenance"]["notes"])


def test_a_pooled_period_that_is_not_covered_is_refused(client):
    response = client.get(CELLS, params={"pooled": "1999-01/1999-12"})
    assert response.status_code == 422
    assert "1999" in response.json()["detail"]


@pytest.mark.parametrize(
    ("pooled", "reason"),
    [
        ("2024", "2024-01/2024-03"),
        ("2024-01/2024-03/P1W", "P1M, P3M, P6M, P1Y"),
        ("2024-03/2024-01", "is after"),
        ("2024-01/2024-04/P3M", "do not fill"),
        ("2024-01-01/2024-03-31/P1M", "whole months"),
        ("2000-01/2020-12/P1M", "at most 120"),
        (["2000-01/2009-12/P1M", "2024-01/2024-01"], "at most 120"),
    ],
)
def test_what_is_no_period_is_refused_with_what_is_allowed(client, pooled, reason):
    response = client.get(CELLS, params={"pooled": pooled})
    assert response.status_code == 422
    assert reason in response.text


def test_breaks_of_ones_own_are_not_pooled(client):
    query = {"scheme": "manual", "breaks": 3, "pooled": "2023-01/2023-03"}
    assert "shared as they are" in client.get(CELLS, params=query).text
