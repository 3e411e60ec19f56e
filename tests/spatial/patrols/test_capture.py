"""What lists capture of incidents that did not make them."""

import numpy as np
import pytest

from spatial.patrols.capture import DEALS, expected_capture
from tests.simulations.patrols import coverage_of_captured_shares


def slow(place, weight, lengths, parts, seed):
    """Part by part and list by list, where no two places are equal."""
    rng, hits = np.random.default_rng([seed, parts, DEALS]), np.zeros(len(lengths))
    for part, number in deals(rng, len(place), parts):
        others = np.zeros(place.max() + 1)
        for k in np.flatnonzero(part != number):
            others[place[k]] += weight[k]
        order = np.argsort(-others)
        for index, length in enumerate(lengths):
            for k in np.flatnonzero(part == number):
                hits[index] += weight[k] * (place[k] in order[:length])
    return hits / weight.sum() / DEALS


def deals(rng, incidents, parts):
    """The parts that the incidents are in, with the number of each part."""
    for _ in range(DEALS):
        part = rng.integers(parts, size=incidents)
        yield from ((part, number) for number in range(parts))


def test_each_part_is_held_against_the_list_of_the_others():
    rng = np.random.default_rng(5)
    place, weight = rng.integers(0, 12, 300), rng.random(300)
    lengths = [1, 3, 7, 12]
    share = expected_capture(place, weight, weight, lengths, places=12, parts=4, seed=9)
    np.testing.assert_allclose(share.value, slow(place, weight, lengths, 4, 9))
    assert np.all((share.lower <= share.value) & (share.value <= share.upper))


def test_one_seed_gives_one_answer():
    place = np.random.default_rng(1).integers(0, 50, 400)
    ones = np.ones(400)

    def of(seed):
        return expected_capture(place, ones, ones, [5], places=60, parts=10, seed=seed).value

    assert of(3) == of(3) != of(4)


def test_places_that_differ_by_chance_alone_capture_no_more_than_their_number():
    place = np.random.default_rng(2).integers(0, 1_000, 3_000)
    ones = np.ones(3_000)
    share = expected_capture(place, ones, ones, [50], places=1_000, parts=10, seed=0)
    assert np.sort(np.bincount(place))[-50:].sum() / 3_000 > 0.11  # of what made the list
    assert share.lower[0] < 0.05 < share.upper[0]


def test_no_incident_is_captured_of_none():
    none = np.empty(0)
    share = expected_capture(none.astype(int), none, none, [1], places=5, parts=10, seed=0)
    assert np.isnan(share.value[0])


@pytest.mark.parametrize("incidents", [60, 1_000])
def test_intervals_of_captured_shares_hold_the_true_share(incidents):
    assert coverage_of_captured_shares(incidents, repetitions=30, seed=1) >= 0.9


@pytest.mark.parametrize("incidents", [1, 2, 9])
def test_fewer_incidents_than_parts_have_no_expected_share(incidents):
    place, ones = np.arange(incidents), np.ones(incidents)
    share = expected_capture(place, ones, ones, [1, 2], places=500, parts=10, seed=0)
    assert np.isnan([share.value, share.lower, share.upper]).all()


def test_as_many_incidents_as_parts_have_an_expected_share():
    ones = 0.1 * np.ones(10)
    share = expected_capture(np.arange(10), ones, ones, [5], places=500, parts=10, seed=0)
    assert 0.0 <= share.lower[0] <= share.value[0] <= share.upper[0] < 1.0


def test_one_incident_that_outweighs_all_others_has_no_expected_share():
    weight = np.array([3_000.0, *[1.0] * 40])
    share = expected_capture(np.arange(41), weight, weight, [1], places=500, parts=10, seed=0)
    assert np.isnan([share.value, share.lower, share.upper]).all()
