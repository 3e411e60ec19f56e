"""Lines of lettering: within their width, apart, and with every word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.render.charts.lettering import apart, length_of, wrapped
from tests.strategies import quantities


@given(st.text(max_size=200), quantities(60, 400))
def test_lines_are_within_their_width_and_lose_no_letter(text, width):
    lines = wrapped(text, width, 12)
    assert all(length_of(line, 12) <= width or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(text.split())


def test_bold_letters_are_longer():
    assert length_of("Incidents", 12, is_bold=True) > length_of("Incidents", 12) > 0


@given(st.lists(quantities(0, 100), min_size=1, max_size=30))
def test_labels_are_apart_and_in_order(positions):
    moved = np.array(apart(positions, 7.0, 0.0, 100.0))
    gap = 7.0 if len(positions) == 1 else min(7.0, 100.0 / (len(positions) - 1))
    order = np.argsort(positions, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    assert moved.min() >= -1e-9
    assert moved.max() <= 100.0 + 1e-9


@pytest.mark.parametrize("positions", [[10.0, 50.0, 90.0], [3.0]])
def test_labels_that_do_not_meet_stay(positions):
    assert apart(positions, 7.0, 0.0, 100.0) == positions
