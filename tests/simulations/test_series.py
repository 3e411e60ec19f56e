"""Step changes are called as often as they may be, and found: briefly."""

import pytest

from tests.simulations.series import KINDS, calls
from tests.simulations.tables import documented, share

FEW = 200
STEADY = [kind for kind in KINDS if not kind.changes and "before" not in kind.name]


@pytest.mark.parametrize("kind", STEADY[::2], ids=lambda kind: f"{kind.name}, {kind.months}")
def test_a_step_change_is_called_in_at_most_five_of_a_hundred_steady_series(kind):
    assert calls(kind, FEW)[1] <= 0.05 + 3 * (0.05 * 0.95 / FEW) ** 0.5


def test_the_document_has_each_kind_and_its_false_alarms_are_five_in_a_hundred():
    table = documented("calls of series")
    assert len(table.rows) == len(KINDS)
    for kind, text in zip(KINDS, table.column("a step change"), strict=True):
        if kind in STEADY:
            assert share(text) <= 0.065
        if kind.changes:
            assert share(text) >= 0.5
