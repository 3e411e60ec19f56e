"""What the property tests draw."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import metres, quantities

TESTS = Path(__file__).parent


@given(number=quantities(-5, 5), data=st.data())
def test_a_quantity_is_nothing_or_enough_to_matter(number, data):
    assert number == 0 or 1e-3 <= abs(number) <= 5
    assert 0.5 <= data.draw(quantities(0.5, 2)) <= 2


@given(length=metres(-900, 7_300))
def test_a_length_is_stated_to_the_millimetre(length):
    assert length == round(length, 3)
    assert -900 <= length <= 7_300


def test_no_test_draws_floats_of_its_own():
    """Else numbers without meaning come back: 2e-311 homes once failed the tests."""
    own = re.compile(r"st\.floats\(|hnp\.from_dtype\(|hnp\.arrays\([^()]*\)")
    files = [path for path in TESTS.rglob("*.py") if path.name not in ("strategies.py",)]
    assert [
        str(path.relative_to(TESTS))
        for path in files
        if path != Path(__file__) and own.search(path.read_text("utf-8"))
    ] == []
