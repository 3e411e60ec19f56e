"""Patterns that have not changed are called as often as stated: briefly."""

import pytest

from tests.simulations.tables import documented, share
from tests.simulations.unchanged import NULL_PATTERNS


@pytest.mark.parametrize("text", documented("calls of unchanged patterns").column("called"))
def test_the_documented_level_is_five_in_a_hundred(text):
    assert 0.04 <= share(text) <= 0.06


def test_the_document_has_each_test():
    table = documented("calls of unchanged patterns")
    assert table.column("test") == tuple(patterns.test for patterns in NULL_PATTERNS)
    assert set(table.column("patterns")) == {"5,000"}
