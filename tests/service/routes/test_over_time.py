"""Change between two periods over HTTP, and vector tiles, against numbers counted one by one."""

import mapbox_vector_tile
import pytest

from tests.service import world
from tests.service.addresses import addresses
from tests.service.answers import column, json_of, rows_of

HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
PERIODS = {
    "from": "2024-01",
    "to": "2024-12",
    "baseline_from": "2023-01",
    "baseline_to": "2023-12",
    "permutations": 99,
    "replicates": 0,
}


def in_year(year):
    return world.cell_counts(lambda r: r.occurred.year == year)


def test_change_counts_each_period_by_itself(client):
    rows = rows_of(client, f"{HOTSPOTS}/change", **PERIODS)
    before, after = in_year(2023), in_year(2024)
    assert column(rows, "count_before") == {c: before[c] for c in world.CODES}
    assert column(rows, "count_after") == {c: after[c] for c in world.CODES}
    for row in rows:
        assert row["difference"] == pytest.approx(
            row["count_after"] - row["count_before"], abs=0.2 * row["count_before"]
        )


def test_from_zero_there_is_no_percentage(client):
    halves = {
        "baseline_from": "2023-01",
        "baseline_to": "2023-06",
        "from": "2023-07",
        "to": "2023-12",
    }
    query = {**PERIODS, **halves, "category": "burglary"}
    rows = rows_of(client, f"{HOTSPOTS}/change", **query)
    without = [row for row in rows if row["count_before"] == 0]
    assert without
    assert all(row["percent"] is None for row in without)


def test_emerging_counts_the_incidents_of_all_steps(client):
    rows = rows_of(client, f"{HOTSPOTS}/emerging", permutations=99)
    counts = world.cell_counts()
    assert column(rows, "count") == {c: counts[c] for c in world.CODES}


def test_displacement_counts_its_groups_in_both_periods(client):
    [address] = addresses(client.app, "/v1/hotspots/{dataset}/{layer}/displacement")
    counts = client.get(address).json()["counts"]
    before, after = in_year(2023), in_year(2024)
    assert counts["target"] == {"before": before["C00"], "after": after["C00"]}
    assert counts["control"] == {"before": before["C33"], "after": after["C33"]}


@pytest.mark.parametrize("kind", [CELLS, HOTSPOTS])
def test_a_vector_tile_has_the_values_of_the_table(client, kind):
    rows = {row["code"]: row for row in rows_of(client, kind)}
    tile = mapbox_vector_tile.decode(client.get(f"{kind}/tiles/13/4099/2697.mvt").content)
    features = tile[world.CELLS]["features"]
    assert len(features) > 4
    for feature in features:
        found = feature["properties"]
        row = rows[found["code"]]
        assert found["name"] == row["name"]
        for name in ("count", "value", "class"):
            assert found[name] == row[name]


def test_a_vector_tile_of_an_old_version_is_gone(client):
    tile = f"{CELLS}/tiles/13/4099/2697.mvt"
    assert client.get(tile, params={"v": "nonsense"}).status_code == 410
    named = json_of(client, f"{CELLS}/tilejson.json")["tiles"][0]
    answer = client.get(named.format(z=13, x=4099, y=2697))
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("answer", ["change", "displacement"])
@pytest.mark.parametrize("baseline", [("2023-01", "2024-01"), ("2024-02-15", "2025-01")])
def test_periods_that_overlap_are_not_two_samples(client, answer, baseline):
    response = client.get(
        f"/v1/hotspots/callouts/cell/{answer}",
        params={
            "from": "2024-01",
            "to": "2024-12",
            "baseline_from": baseline[0],
            "baseline_to": baseline[1],
            "target": "C00",
            "control": "C33",
        }
        if answer == "displacement"
        else {
            "from": "2024-01",
            "to": "2024-12",
            "baseline_from": baseline[0],
            "baseline_to": baseline[1],
        },
    )
    assert response.status_code == 422
    assert "the periods overlap" in response.json()["detail"]
