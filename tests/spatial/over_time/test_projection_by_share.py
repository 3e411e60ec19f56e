"""Projections by a share: against the distribution, simulated years, and what they must be."""

import math

import numpy as np
import pytest

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.projection import projected_by_share, projected_counts


def test_the_value_is_the_count_over_the_share_and_the_interval_holds_the_count():
    counts = np.array([0.0, 3.0, 40.0, 900.0])
    for basis in (None, 500.0):
        value, lower, upper = projected_by_share(counts, 0.4, basis=basis)
        np.testing.assert_allclose(value, counts / 0.4)
        assert (lower >= counts).all()
        assert (upper >= value).all()


def test_a_known_share_is_that_of_the_days():
    counts = np.arange(200.0)
    for dispersion in (1.0, 3.0):
        by_days = projected_counts(
            counts, np.full(200, 10), np.full(200, 40), dispersion=dispersion
        )
        by_share = projected_by_share(counts, 0.25, dispersion=dispersion)
        np.testing.assert_allclose(by_share, by_days, atol=1)


def test_less_evidence_and_more_dispersion_widen_the_interval():
    def width(**options):
        _, lower, upper = projected_by_share([100.0], 0.5, **options)
        return float((upper - lower)[0])

    assert width() <= width(basis=1e9) < width(basis=200) < width(basis=40)
    assert width(basis=200) < width(basis=200, dispersion=3.0)


@pytest.mark.parametrize("mean", [6.0, 60.0, 600.0])
def test_the_whole_comes_to_lie_within_the_interval_as_often_as_it_says(mean):
    rng = np.random.default_rng(5)
    share, hits, draws = 0.6, 0, 600
    for _ in range(draws):
        part, rest = rng.poisson(share * mean), rng.poisson((1 - share) * mean)
        earlier = rng.poisson([3 * share * mean, 3 * (1 - share) * mean])
        if earlier[0] < 10 or not 0 < earlier[0] < earlier.sum():
            hits += 1
            continue
        _, lower, upper = projected_by_share(
            [part], earlier[0] / earlier.sum(), basis=float(earlier.sum())
        )
        hits += lower[0] <= part + rest <= upper[0]
    assert 0.93 <= hits / draws <= 0.99  # counts are whole: of few of them rather more


@pytest.mark.parametrize(
    "options",
    [{"share": 0.0}, {"share": 1.0}, {"share": math.nan}, {"share": 0.5, "dispersion": 0.5},
     {"share": 0.1, "basis": 50.0}, {"share": 0.5, "confidence": 1.0}],
)  # fmt: skip
def test_parameters_without_meaning_are_refused(options):
    with pytest.raises(InvalidParameterError):
        projected_by_share([1.0], **options)


@pytest.mark.parametrize("counts", [[-1.0], [math.nan], [[1.0]]])
def test_counts_without_meaning_are_refused(counts):
    with pytest.raises(InvalidValuesError):
        projected_by_share(counts, 0.5)
