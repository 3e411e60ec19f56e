"""Moves between classes over HTTP, against the maps of the steps and counts one by one."""

import itertools

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.over_time.class_transitions import quantile_classes
from spatial.over_time.plain_classes import plain_classes
from tests.service import blocks, gaps, world
from tests.service.answers import json_of
from tests.service.conftest import client_of

HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{blocks.BLOCKS}"
CELLS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}/transitions"
ADDRESS = f"{HOTSPOTS}/transitions"
QUICK = {"permutations": 99, "correction": "none"}
LETTERS = {"C": "cold", ".": "neither", "H": "hot"}


def moves(rows, context="any"):
    return {
        (row["from_class"], row["to_class"]): row["moves"]
        for row in rows
        if row["context"] == context
    }


@pytest.fixture(scope="module")
def emerging(blocks_client):
    return json_of(blocks_client, f"{HOTSPOTS}/emerging", **QUICK)["rows"]


@pytest.fixture(scope="module")
def answer(blocks_client):
    return json_of(blocks_client, ADDRESS, **QUICK)


def test_moves_are_those_of_the_runs_of_the_emerging_map(emerging, answer):
    expected = dict.fromkeys(itertools.product(LETTERS.values(), repeat=2), 0)
    for row in emerging:
        for pair in itertools.pairwise(row["run"]):
            expected[LETTERS[pair[0]], LETTERS[pair[1]]] += 1
    assert moves(answer["rows"]) == expected
    assert sum(count > 0 for count in expected.values()) > 3


def test_contexts_add_up_to_all_moves_where_there_is_no_island(answer):
    contexts = {row["context"] for row in answer["rows"]} - {"any"}
    assert len(contexts) == 3
    for pair, count in moves(answer["rows"]).items():
        assert count == sum(moves(answer["rows"], context)[pair] for context in contexts)


def test_probabilities_add_up_and_lie_in_their_intervals(answer):
    for context, first in {(row["context"], row["from_class"]) for row in answer["rows"]}:
        rows = [
            row for row in answer["rows"]
            if (row["context"], row["from_class"]) == (context, first)
        ]  # fmt: skip
        if rows[0]["moves_from"]:
            assert sum(row["probability"] for row in rows) == pytest.approx(1.0)
            assert all(row["lower"] <= row["probability"] <= row["upper"] for row in rows)
        else:
            assert all(row["probability"] is None for row in rows)


def test_the_long_run_stays_as_it_is(answer):
    rows = [row for row in answer["rows"] if row["context"] == "any"]
    names = ["cold", "neither", "hot"]
    share = {row["to_class"]: row["long_run_share"] for row in rows}
    if None in share.values():
        pytest.fail("every class of this map is left")
    following = dict.fromkeys(names, 0.0)
    for row in rows:
        if row["probability"] is not None:
            following[row["to_class"]] += share[row["from_class"]] * row["probability"]
    assert following == pytest.approx(share, abs=1e-9)


def test_a_stay_lasts_as_long_as_its_probability_says(answer):
    for row in answer["rows"]:
        is_left = row["from_class"] == row["to_class"] and row["probability"] not in (None, 1.0)
        expected = 1.0 / (1.0 - row["probability"]) if is_left else None
        assert row["stay_steps"] == (None if expected is None else pytest.approx(expected))


def test_that_hot_is_hot_by_its_neighbours_is_said_and_not_tested(answer):
    assert "spatial_dependence" not in answer["provenance"]["method"]
    assert any("by construction" in note for note in answer["provenance"]["notes"])
    assert any(text.startswith("What is hot in a month is hot in the next in")
               for text in answer["sentences"])  # fmt: skip


def test_plain_classes_are_of_all_steps_up_to_each(blocks_client, emerging):
    rows = json_of(blocks_client, ADDRESS, **QUICK, states="plain")["rows"]
    numbers = {"C": -1, ".": 0, "H": 1}
    runs = np.array([[numbers[letter] for letter in row["run"]] for row in emerging])
    expected = {}
    for step in range(8, runs.shape[1]):
        pairs = zip(plain_classes(runs[:, :step]), plain_classes(runs[:, : step + 1]), strict=True)
        for pair in pairs:
            expected[pair] = expected.get(pair, 0) + 1
    assert {pair: count for pair, count in moves(rows).items() if count} == expected


def test_emerging_categories_are_of_all_steps_up_to_each(blocks_client, emerging):
    rows = json_of(blocks_client, ADDRESS, **QUICK, states="emerging")["rows"]
    last = {}
    for row in emerging:
        last[row["category"]] = last.get(row["category"], 0) + 1
    arrivals = {}
    for (_, second), count in moves(rows).items():
        arrivals[second] = arrivals.get(second, 0) + count
    assert len(rows) == 17 * 17
    assert sum(arrivals.values()) == 64 * (len(emerging[0]["run"]) - 8)
    assert all(arrivals[category] >= number for category, number in last.items())


def test_quantiles_are_of_the_counts_of_all_steps(client):
    query = {"states": "quantile", "quantiles": 3, "step": "quarter", "replicates": 99}
    answer = json_of(client, CELLS, **query)
    quarters = [(year, quarter) for year in (2023, 2024) for quarter in range(4)]
    counts = np.array([
        [
            world.cell_counts(
                lambda record, when=when: (
                    (record.occurred.year, (record.occurred.month - 1) // 3) == when
                )
            )[code]
            for when in quarters
        ]
        for code in world.CODES
    ])  # fmt: skip
    days = np.array([90, 91, 92, 92, 91, 91, 92, 92])
    classes, upper = quantile_classes(counts * days.mean() / days, 3)
    expected = {}
    for pair in itertools.chain.from_iterable(itertools.pairwise(row) for row in classes.tolist()):
        names = tuple(f"class {number + 1}" for number in pair)
        expected[names] = expected.get(names, 0) + 1
    assert {pair: count for pair, count in moves(answer["rows"]).items() if count} == expected
    method = answer["provenance"]["method"]
    assert method["upper_ends"] == pytest.approx(upper.tolist())
    assert 0 < method["spatial_dependence"]["p_value"] <= 1
    assert " on the neighbours beyond chance (p " in answer["sentences"][-1]


def test_moves_over_a_gap_are_left_out(tmp_path):
    folder = gaps.add(world.build(tmp_path))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        address = f"/v1/hotspots/{gaps.DATASET}/{world.CELLS}/transitions"
        answer = json_of(client, address, states="quantile", replicates=0)
    steps = answer["provenance"]["method"]["steps"]
    months = [12 * int(step[:4]) + int(step[5:]) for step in steps]
    gap_count = sum(second - first > 1 for first, second in itertools.pairwise(months))
    assert gap_count > 0
    assert answer["provenance"]["method"]["moves"] == 16 * (len(steps) - 1 - gap_count)
    assert any(note.startswith("Moves over") for note in answer["provenance"]["notes"])


def test_what_is_not_tested_is_in_no_class(client):
    answer = json_of(client, CELLS, **QUICK)
    assert {row["moves"] for row in answer["rows"]} == {0}
    assert any("fewer than" in note for note in answer["provenance"]["notes"])


def test_too_few_steps_are_refused(client):
    for query in ({"step": "quarter", "from": "2024-01"}, {"states": "plain", "step": "quarter"},
                  {"states": "quantile", "step": "year", "from": "2024-01"}):  # fmt: skip
        quick = {} if "quantile" in query.values() else QUICK
        response = client.get(CELLS, params={**quick, **query})
        assert response.status_code == 422
        assert "need" in response.json()["detail"]


def test_areas_without_neighbours_have_no_state_of_them(client):
    query = {"states": "quantile", "neighbours": "distance:100", "replicates": 19}
    answer = json_of(client, CELLS, **query)
    by_context = {}
    for row in answer["rows"]:
        by_context[row["context"]] = by_context.get(row["context"], 0) + row["moves"]
    assert by_context.pop("any") > 0
    assert set(by_context.values()) == {0}
    assert any(note.startswith("16 areas have no neighbours") for note in
               answer["provenance"]["notes"])  # fmt: skip
    dependence = answer["provenance"]["method"]["spatial_dependence"]
    assert (dependence["statistic"], dependence["p_value"]) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["quantiles", "replicates"])
@pytest.mark.parametrize("states", [None, "hotspot", "emerging", "plain"])
def test_what_goes_with_quantiles_alone_is_refused_of_other_states(client, name, states):
    response = client.get(CELLS, params={name: 5} | ({"states": states} if states else {}))
    assert response.status_code == 422
    assert f"{name} goes with states=quantile alone" in response.text


@pytest.mark.parametrize(
    ("name", "value"),
    [("permutations", 99), ("earlier_steps", 1), ("window", "cube"), ("correction", "by")],
)
def test_what_goes_with_hotspots_is_refused_of_quantiles(client, name, value):
    response = client.get(CELLS, params={name: value, "states": "quantile"})
    assert response.status_code == 422
    assert f"{name} goes with states made from hotspots" in response.text


def test_a_percentage_is_all_only_where_the_interval_reaches_it(blocks_client):
    answer = json_of(blocks_client, ADDRESS, **QUICK, states="plain")
    stays = [
        row for row in answer["rows"]
        if row["context"] == "any" and row["from_class"] == row["to_class"] and row["moves_from"]
    ]  # fmt: skip
    assert any(0.995 < row["upper"] < 1.0 for row in stays)
    for row in stays:
        start = f"What is {row['from_class']} in a month is"
        text = next(text for text in answer["sentences"] if text.startswith(start))
        assert ("100 %" in text) == (row["upper"] == 1.0)
        assert "(100 %" not in text


@pytest.mark.parametrize("states", ["hotspot", "emerging", "plain", "quantile"])
def test_nothing_is_said_of_classes_where_no_incident_has_a_place(tmp_path, states):
    folder = world.build(tmp_path)
    records = [
        world.Record("assault", world.moment(number), "day", None, None) for number in range(400)
    ]
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        "nowhere", world.incident_rows(tuple(records)),
        files=[SourceFile.of("nowhere", b"nowhere")], title="Nowhere", source="Test",
        licence="Open",
    )  # fmt: skip
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        answer = json_of(
            client, f"/v1/hotspots/nowhere/{world.CELLS}/transitions", states=states,
            **({} if states == "quantile" else {"permutations": 99}),
        )  # fmt: skip
    assert answer["provenance"]["counts"]["not_located"] == len(records)
    assert not any(text.startswith("What is") for text in answer["sentences"])
