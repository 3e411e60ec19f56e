"""``/v1/associations/{dataset}/{layer}``: the numerics over the counts, and what is said of them."""

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import LimitSettings, Settings
from spatial.associations.associations import bivariate_moran, local_geary, local_lee
from spatial.associations.losh import losh
from spatial.weights.weights import Neighbours
from tests.service import blocks, world
from tests.service.answers import json_of, rows_of

URL = f"/v1/associations/{world.DATASET}/{blocks.BLOCKS}"
FEW = {"permutations": 199}
BESIDE = {"beside_dataset": world.DATASET, "beside_category": "assault"}


@pytest.fixture(scope="module")
def queen():
    weights = blocks.weights(corners=True, star=False)
    return Neighbours.from_pairs(len(blocks.CODES), *np.nonzero(weights)).row_standardised()


def in_blocks(counts):
    return np.array([counts[code] for code in blocks.CODES], dtype=float)


def by_code(rows, name):
    values = {row["code"]: row[name] for row in rows}
    return np.array([values[code] for code in blocks.CODES], dtype=float)


@pytest.mark.parametrize(("name", "measure"), [("local-geary", local_geary), ("losh", losh)])
def test_statistics_of_one_value_are_those_of_its_counts(blocks_client, queen, name, measure):
    rows = rows_of(blocks_client, URL, statistic=name, **FEW)
    expected = measure(in_blocks(blocks.counts()), queen)
    np.testing.assert_allclose(by_code(rows, "statistic"), expected.value, rtol=1e-9)
    np.testing.assert_allclose(by_code(rows, "z_score"), expected.z_score, rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "measure"), [("lee", local_lee), ("bivariate-moran", bivariate_moran)]
)
def test_statistics_of_two_values_are_those_of_both_counts(blocks_client, queen, name, measure):
    rows = rows_of(blocks_client, URL, statistic=name, **BESIDE, **FEW)
    assaults = in_blocks(blocks.counts(lambda record: record.category == "assault"))
    expected = measure(in_blocks(blocks.counts()), assaults, queen)
    np.testing.assert_array_equal(by_code(rows, "count_beside"), assaults)
    np.testing.assert_allclose(by_code(rows, "statistic"), expected.value, rtol=1e-9, atol=1e-12)


def test_a_measure_may_stand_beside_and_areas_without_one_are_not_tested(blocks_client):
    answer = json_of(
        blocks_client, URL, statistic="lee", beside_measure="residents", neighbours="rook", **FEW
    )
    rows = {row["code"]: row for row in answer["rows"]}
    assert rows["B00"]["value_beside"] == blocks.RESIDENTS["B00"]
    assert "count_beside" not in rows["B00"]
    assert (rows["B77"]["class"], rows["B77"]["statistic"]) == ("not tested", None)
    assert rows["B66"]["neighbours"] == 4
    assert rows["B67"]["neighbours"] == 2
    assert "1 area has no value and was not tested." in answer["provenance"]["notes"]


def test_rates_are_over_their_denominator_and_say_what_the_null_takes_as_equal(blocks_client):
    answer = json_of(blocks_client, URL, measure="rate", denominator="residents", per=100, **FEW)
    row = next(row for row in answer["rows"] if row["code"] == "B00")
    assert row["value"] == pytest.approx(100 * row["count"] / blocks.RESIDENTS["B00"])
    assert answer["provenance"]["notes"][0].startswith("Tested against rates dealt out")


def test_one_seed_gives_one_answer_and_the_smallest_q_comes_first(blocks_client):
    rows = rows_of(blocks_client, URL, **FEW)
    assert rows == rows_of(blocks_client, URL, **FEW)
    q_values = [row["q_value"] for row in rows if row["q_value"] is not None]
    assert q_values == sorted(q_values)
    other = rows_of(blocks_client, URL, seed=2, **FEW)
    assert by_code(rows, "p_permutation").tolist() != by_code(other, "p_permutation").tolist()


def test_without_permutations_the_statistic_stands_alone(blocks_client):
    answer = json_of(blocks_client, URL, permutations=0)
    tested = rows_of(blocks_client, URL, **FEW)
    assert by_code(answer["rows"], "statistic").tolist() == by_code(tested, "statistic").tolist()
    assert {row["class"] for row in answer["rows"]} == {"not tested"}
    assert {row["p_permutation"] for row in answer["rows"]} == {None}
    assert answer["provenance"]["notes"][0].startswith("With permutations=0")


def test_areas_without_a_neighbour_are_marked_and_not_tested(blocks_client):
    answer = json_of(blocks_client, URL, neighbours="distance:10", **FEW)
    assert {row["class"] for row in answer["rows"]} == {"not tested"}
    assert all(row["island"] and row["statistic"] is None for row in answer["rows"])
    assert "No area is tested" in answer["sentences"][-1]


def test_fewer_areas_than_say_anything_about_chance_are_not_tested(client):
    answer = json_of(client, f"/v1/associations/{world.DATASET}/{world.CELLS}", **FEW)
    assert {row["class"] for row in answer["rows"]} == {"not tested"}
    assert {row["p_permutation"] for row in answer["rows"]} == {None}
    assert any("nothing is tested" in note for note in answer["provenance"]["notes"])


def test_the_sentences_count_the_classes(blocks_client):
    answer = json_of(blocks_client, URL, correction="none", **FEW)
    titles = [row["class"].rpartition(" ")[0] for row in answer["rows"]]
    called = [title for title in titles if title != "not"]
    assert called
    sentence = answer["sentences"][1]
    for title in set(called):
        assert f"{titles.count(title)} {title}" in sentence
    assert answer["rows"][0]["name"] in answer["sentences"][2]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"statistic": "lee"}, "need a second value"),
        ({"statistic": "losh", **BESIDE}, "local-geary and losh take none"),
        ({"statistic": "lee", "beside_measure": "residents", **BESIDE}, "either"),
        ({"beside_category": "assault"}, "needs beside_dataset"),
        ({"measure": "rate"}, "denominator="),
        ({"permutations": -1}, "greater than or equal to 0"),
        ({"neighbours": "auto"}, "name a rule"),
    ],
)
def test_questions_that_do_not_fit_together_are_refused(blocks_client, query, said):
    answer = blocks_client.get(URL, params=query)
    assert answer.status_code == 422
    assert said in answer.text


def test_more_work_than_one_request_may_take_is_refused(blocks_client, serve):
    folder = blocks_client.app.state.resources.settings.data_dir
    limits = LimitSettings(permuted_values=1_000_000)
    client = serve(open_resources(Settings(data_dir=folder, limits=limits)))
    for statistic, permutations in (("losh", 1_800), ("local-geary", 16_000)):
        answer = client.get(URL, params={"statistic": statistic, "permutations": permutations})
        assert answer.status_code == 422
        assert "ask for fewer" in answer.text
