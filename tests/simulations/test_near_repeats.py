"""Repeats are called as often as they may be where there are none: briefly."""

import pytest

from tests.simulations.near_repeats import FORMS, KINDS, NAMES, calls
from tests.simulations.tables import documented, share

FEW = 200


@pytest.mark.parametrize("kind", KINDS[:2], ids=lambda kind: kind.name)
def test_at_most_five_of_a_hundred_patterns_without_repeats_are_called(kind):
    answered, drawn = calls(kind, FEW)
    error = 3 * (0.05 * 0.95 / FEW) ** 0.5
    assert (answered <= 0.05 + error).all()
    assert (abs(drawn - 0.05) <= error).all()


def test_the_document_has_each_pattern_and_its_false_alarms_are_five_in_a_hundred():
    table = documented("calls of repeats")
    assert len(table.rows) == len(KINDS) * len(FORMS)
    for name in NAMES:
        for form, text in zip(table.column("p"), table.column(name), strict=True):
            assert share(text) <= 0.06
            if form == FORMS[1]:
                assert share(text) >= 0.04
