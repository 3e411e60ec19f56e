"""Near repeats: every pair one by one, the definitions by hand, and chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.near_repeats.repeats import CLASSES, extents_m, members_of, near_repeats
from tests.awkward import CAMBRIDGE, POINTS
from tests.spatial.near_repeats.oracles import classes_and_chains
from tests.strategies import SEEDS

DAY = 1_440


def names(repeats):
    return [CLASSES[k] for k in repeats.incident_class]


@given(seed=SEEDS, within_days=st.integers(1, 9))
def test_classes_and_chains_are_those_of_every_pair_one_by_one(seed, within_days):
    rng = np.random.default_rng(seed)
    xy_m = CAMBRIDGE + 10.0 * rng.integers(0, 80, (50, 2))
    minutes = rng.integers(0, 40, 50) * DAY + rng.integers(0, 3, 50) * 480
    repeats = near_repeats(
        xy_m, minutes, distance_m=150.0, within_days=within_days, draws=3, seed=seed
    )
    classes, chains = classes_and_chains(xy_m, minutes, 150.0, within_days)
    # Which of two at one place and time is the earlier cannot be told.
    seen = {(*xy, minute) for xy, minute in zip(xy_m.tolist(), minutes.tolist(), strict=True)}
    if len(seen) == len(minutes):
        assert names(repeats) == classes
    assert {frozenset(chain.tolist()) for chain in members_of(repeats.chain)} == chains
    sizes = repeats.chain_sizes.tolist()
    assert sizes == sorted(sizes, reverse=True)


def test_an_originator_is_followed_and_a_near_repeat_follows():
    xy_m = np.array([[0, 0], [10, 0], [20, 0], [5_000, 0], [5_005, 0]], float)
    minutes = np.array([0, 3, 6, 0, 40]) * DAY
    repeats = near_repeats(xy_m, minutes, distance_m=15, within_days=4, draws=0)
    assert names(repeats) == ["originator", "near repeat", "near repeat", "none", "none"]
    assert repeats.counts.tolist() == [1, 2, 2]
    assert repeats.links == 2  # the first and the third are 20 m apart, and of one chain
    assert repeats.chain.tolist() == [0, 0, 0, -1, -1]
    assert extents_m(xy_m, repeats.chain).tolist() == [20.0]


def test_days_are_counted_between_dates_and_not_in_hours():
    xy_m = np.zeros((2, 2))
    late, early = 23 * 60, DAY + 60  # two hours apart, on two dates
    one_day = near_repeats(xy_m, [late, early], distance_m=5, within_days=1, draws=0)
    two_days = near_repeats(xy_m, [late, early], distance_m=5, within_days=2, draws=0)
    assert (one_day.links, two_days.links) == (0, 1)


def test_two_of_the_same_time_are_linked_and_told_of():
    repeats = near_repeats([[5.0, 0.0], [0.0, 0.0]], [7, 7], distance_m=10, within_days=1, draws=0)
    assert (repeats.links, repeats.unordered_links) == (1, 1)
    assert names(repeats) == ["near repeat", "originator"]  # the one further west is the earlier


def test_random_orders_have_as_many_incidents_and_do_not_depend_on_threads():
    rng = np.random.default_rng(3)
    xy_m, minutes = rng.uniform(0, 2_000, (200, 2)), rng.integers(0, 90 * DAY, 200)
    asked = {"distance_m": 150.0, "within_days": 8, "draws": 49}
    one, two = (near_repeats(xy_m, minutes, threads=n, **asked) for n in (1, 2))
    assert (one.drawn_classes.sum(axis=1) == 200).all()
    assert one.drawn_classes.tolist() == two.drawn_classes.tolist()
    assert one.drawn_longest.tolist() == two.drawn_longest.tolist()
    # Where the times are at random, so is the number of near repeats.
    assert one.drawn_classes[:, 1].min() <= one.counts[1] <= one.drawn_classes[:, 1].max()


def test_the_extent_of_a_long_chain_is_that_of_its_hull():
    rng = np.random.default_rng(4)
    xy_m = rng.uniform(0, 100, (500, 2))
    distances = np.linalg.norm(xy_m[:, None] - xy_m, axis=2)
    assert extents_m(xy_m, np.zeros(500, int))[0] == pytest.approx(distances.max())
    on_a_line = np.column_stack([np.arange(300.0), np.zeros(300)])
    assert extents_m(on_a_line, np.zeros(300, int)).tolist() == [299.0]


@pytest.mark.parametrize(
    "name", [name for name, xy_m in POINTS.items() if np.isfinite(xy_m).all()]
)
def test_hard_points_have_an_answer(name):
    xy_m = POINTS[name]
    repeats = near_repeats(
        xy_m, np.arange(len(xy_m)) * DAY, distance_m=500, within_days=3, draws=3
    )
    assert repeats.counts.sum() == len(xy_m)


@pytest.mark.parametrize("within_days", [0, 5_000])
def test_days_out_of_range_are_refused(within_days):
    with pytest.raises(InvalidParameterError, match="within_days"):
        near_repeats(np.zeros((1, 2)), [0], distance_m=1, within_days=within_days)


def test_times_that_are_none_are_refused():
    with pytest.raises(InvalidValuesError, match="whole numbers"):
        near_repeats(np.zeros((2, 2)), [0], distance_m=1, within_days=1)
