"""Build-out: homes by year against what is worked by hand, and as properties."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.growth.build_out import Pace, build_out
from tests.strategies import quantities


def test_homes_without_phases_come_evenly_from_the_beginning_of_the_first_year():
    plan = build_out([200.0], [2020], years=20)
    built = plan.built(0, [2019.5, 2020.0, 2020.5, 2025.0, 2040.0, 2060.0])[:, 0]
    np.testing.assert_allclose(built, [0, 0, 5, 50, 200, 200])


def test_phases_come_in_their_year_and_the_rest_evenly_beside_them():
    plan = build_out(
        [150.0], [2020], years=5,
        phase_site=[0, 0], phase_year=[2021, 2024], phase_homes=[60.0, 40.0],
    )  # fmt: skip
    np.testing.assert_allclose(plan.due, [[10, 70, 10, 10, 50]])
    assert plan.built(0, 2021.5)[0, 0] == pytest.approx(10 + 35)


def test_a_phase_that_was_due_before_the_beginning_is_late_and_comes_first():
    plan = build_out(
        [30.0], [2025], years=3, phase_site=[0], phase_year=[2019], phase_homes=[30.0]
    )
    np.testing.assert_allclose(plan.due, [[30, 0, 0]])


def test_phases_that_exceed_what_is_planned_are_scaled_down_to_it():
    plan = build_out(
        [10.0], [2020], years=2, phase_site=[0, 0], phase_year=[2020, 2022], phase_homes=[15, 5]
    )
    np.testing.assert_allclose(plan.due, [[7.5, 0, 2.5]])


def test_pace_stretches_the_time_since_the_beginning():
    plan = build_out([100.0], [2020], years=10)
    np.testing.assert_allclose(plan.built(0, 2024.0, [0.5, 1.0, 2.0])[0], [20, 40, 80])


@given(
    homes=quantities(0, 20_000),
    years=st.integers(1, 40),
    times=st.lists(quantities(1990, 2100), min_size=2, max_size=6),
    log_sd=quantities(0, 1.5),
)
def test_homes_never_fall_and_never_exceed_those_to_come(homes, years, times, log_sd):
    plan = build_out([homes], [2020], years=years)
    pace = Pace(1.0, log_sd).draws(50, np.random.default_rng(1))
    built = plan.built(0, sorted(times), pace)
    assert np.all(np.diff(built, axis=0) >= -1e-9)
    assert built.min() >= 0
    assert built.max() <= homes * (1 + 1e-12)


def test_draws_of_the_pace_have_its_median_and_its_interval():
    pace = Pace(0.8, 0.35)
    draws = pace.draws(20_000, np.random.default_rng(7))
    low, high = pace.interval()
    assert np.median(draws) == pytest.approx(0.8, rel=1e-3)
    assert np.quantile(draws, [0.05, 0.95]) == pytest.approx([low, high], rel=1e-3)
    assert draws.mean() == pytest.approx(0.8 * math.exp(0.35**2 / 2), rel=1e-3)


def test_a_pace_without_spread_is_certain():
    assert np.all(Pace(1.2, 0.0).draws(10, np.random.default_rng(1)) == 1.2)


@pytest.mark.parametrize(("median", "log_sd"), [(0, 0.1), (-1, 0.1), (math.nan, 0), (1, -0.1)])
def test_a_pace_that_is_none_is_refused(median, log_sd):
    with pytest.raises(InvalidParameterError) as caught:
        Pace(median, log_sd)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"homes": [-1.0]}, "not be negative"),
        ({"homes": [math.nan]}, "finite"),
        ({"years": 0}, "build_years"),
        ({"phase_site": [1]}, "positions"),
        ({"phase_year": [2500]}, "within 200 years"),
    ],
)
def test_a_schedule_without_meaning_is_refused(changes, words):
    given = {
        "homes": [10.0], "start_year": [2020], "years": 5,
        "phase_site": [0], "phase_year": [2021], "phase_homes": [5.0],
    } | changes  # fmt: skip
    with pytest.raises((InvalidValuesError, InvalidParameterError), match=words):
        build_out(given.pop("homes"), given.pop("start_year"), **given)
