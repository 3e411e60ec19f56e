"""Patterns without a pattern are called as often as they may be: briefly, and as documented."""

import pytest

from tests.simulations.point_patterns import (
    KINDS,
    MOVES,
    PATTERNS,
    NullPattern,
    calls_of_moves,
    calls_of_patterns,
)
from tests.simulations.tables import documented, share

FEW = 300
BOUND = 3 * (0.05 * 0.95 / FEW) ** 0.5


@pytest.mark.parametrize("pattern", [PATTERNS[0], NullPattern("g", "evenly, then snapped", 20)])
def test_at_most_five_of_a_hundred_null_patterns_are_called(pattern):
    assert max(calls_of_patterns(pattern, FEW)) <= 0.05 + BOUND


def test_at_most_five_of_a_hundred_moves_that_are_none_are_called():
    called, held = calls_of_moves((10, 40), FEW)
    assert called <= 0.05 + BOUND
    assert held >= 0.95 - BOUND


def test_the_document_has_each_pattern_and_its_false_alarms_are_about_five_in_a_hundred():
    table = documented("calls of null patterns")
    assert len(table.rows) == len(PATTERNS)
    for kind in KINDS:
        assert all(0.04 <= share(text) <= 0.06 for text in table.column(kind))


def test_the_document_has_each_number_of_moves():
    table = documented("calls of null moves")
    assert len(table.rows) == len(MOVES)
    assert all(share(text) <= 0.06 for text in table.column("moves called"))
    assert all(share(text) >= 0.95 for text in table.column("intervals that hold 500 m"))
