"""The season of a series, against statsmodels and as properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidValuesError
from spatial.over_time.season import season_factors
from tests.spatial.over_time.test_trend_line import COUNTS, DAYS, MONTH
from tests.strategies import quantities

# statsmodels 0.15.0: seasonal_decompose(counts / days, model="multiplicative", period=12)
OUTSIDE = [
    0.922203758795881, 0.8789701153975206, 1.041800166465928, 1.0126034134652104,
    0.8942506107523912, 1.2447765940691318, 1.3049468279484016, 1.1361830202926835,
    1.0355467744194278, 0.9122360212260333, 0.8855243304514936, 0.7309583667158966,
]  # fmt: skip


def test_factors_are_those_of_a_classical_decomposition():
    factors = season_factors(COUNTS / DAYS, MONTH, seasons=12)
    np.testing.assert_allclose(factors, OUTSIDE)


@given(
    st.lists(quantities(0.25, 4.0), min_size=4, max_size=4),
    quantities(0.1, 10.0),
    st.integers(0, 3),
)
def test_a_season_put_into_a_level_series_is_found(season, level, start):
    position = (np.arange(16) + start) % 4
    put = np.array(season)
    factors = season_factors(level * put[position], position, seasons=4)
    np.testing.assert_allclose(factors, put / put.mean(), rtol=1e-9)


def test_three_whole_years_are_needed():
    values, position = np.ones(35), np.arange(35) % 12
    assert season_factors(values, position, seasons=12) is None
    assert season_factors(np.ones(36), MONTH, seasons=12) is not None
    assert season_factors(np.ones(5), np.arange(5), seasons=12) is None


def test_a_gap_takes_the_ratios_around_it_along():
    values = np.ones(48)
    values[20] = np.nan
    position = np.arange(48) % 12
    assert season_factors(values, position, seasons=12) is None
    longer, position = np.ones(72), np.arange(72) % 12
    longer[20] = np.nan
    np.testing.assert_allclose(season_factors(longer, position, seasons=12), 1.0)


def test_nothing_has_no_season():
    assert season_factors(np.zeros(48), np.arange(48) % 12, seasons=12) is None


def test_a_position_outside_the_season_is_refused():
    with pytest.raises(InvalidValuesError):
        season_factors(np.ones(48), np.arange(48), seasons=12)
