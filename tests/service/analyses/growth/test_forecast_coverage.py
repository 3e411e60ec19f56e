"""Do 90 % intervals hold 90 % of the futures? Counties with known rates, built at unknown pace.

The values that were seen with twenty times as many counties are in docs/methods.md.
"""

from collections import defaultdict

import pytest

from tests.service.futures import Outcome, future

COUNTIES = 200
SCENARIOS = {"local": 24, "district": 24, "comparable": 8}  # and how many communities it pools
MANY = 50


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Outcome]]:
    """Every forecast of every county under each scenario."""
    return {
        scenario: [
            outcome
            for county in range(COUNTIES)
            for outcome in future(1_000 * at + county, scenario, communities=communities)
        ]
        for at, (scenario, communities) in enumerate(SCENARIOS.items())
    }


def coverage(some: list[Outcome]) -> float:
    return sum(outcome.is_inside for outcome in some) / len(some)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_intervals_hold_their_share_of_the_futures(outcomes, scenario):
    many = [o for o in outcomes[scenario] if o.expected >= MANY]
    few = [o for o in outcomes[scenario] if o.expected < MANY]
    assert min(len(many), len(few)) > 1_500
    assert 0.88 <= coverage(many) <= 0.92
    assert coverage(few) >= 0.88


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["site", "area with a site", "area without", "district"])
def test_so_do_those_of_each_kind_of_place(outcomes, unit):
    mine = [o for some in outcomes.values() for o in some if o.unit == unit]
    many = [o for o in mine if o.expected >= MANY]
    assert len(many) > 400
    assert 0.875 <= coverage(many) <= 0.925  # of as few as 400
    assert coverage([o for o in mine if o.expected < MANY]) >= 0.88


@pytest.mark.slow
def test_so_do_those_of_few_incidents_whatever_their_number(outcomes):
    by_size: dict[float, list[Outcome]] = defaultdict(list)
    for outcome in (o for some in outcomes.values() for o in some):
        limit = next((limit for limit in (1, 5, 20, MANY) if outcome.expected < limit), None)
        if limit is not None:
            by_size[limit].append(outcome)
    assert {limit: coverage(some) >= 0.88 for limit, some in by_size.items()} == dict.fromkeys(
        (1, 5, 20, MANY), True
    )
