"""Numbers in sentences: a sum knows its gaps, and one thing is not many."""

import pytest

from service.sentences.numbers import (
    Total,
    amount,
    capital,
    counted,
    listed,
    percentage,
    probability,
)

MISSING = float("nan")


def test_a_sum_of_known_parts_is_itself():
    assert str(Total.of([1_000.0, 234.0])) == "1,234"


def test_a_sum_over_gaps_is_a_lower_bound():
    total = Total.of([1_000.0, MISSING, 234.0])
    assert (total.known, total.missing) == (2, 1)
    assert str(total) == "at least 1,234"


def test_a_sum_of_which_no_part_is_known_is_no_number():
    assert str(Total.of([MISSING, MISSING])) == "an unknown number of"


def test_a_sum_of_nothing_is_zero():
    assert str(Total.of([])) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (12_345.6, "12,346"), (12.34, "12.3"), (0.012345, "0.0123"), (3.0, "3"), (MISSING, "not known")],
)  # fmt: skip
def test_amounts_have_the_digits_that_are_worth_reading(value, text):
    assert amount(value) == text


def test_one_thing_is_not_many():
    assert counted(1, "area") == "1 area"
    assert counted(1_200, "area") == "1,200 areas"
    assert counted(2, "area has", "areas have") == "2 areas have"


def test_small_probabilities_are_bounded():
    assert (probability(0.0004), probability(0.06)) == ("< 0.001", "= 0.060")


def test_names_are_listed_as_in_a_sentence():
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert capital("a and b") == "A and b"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1.0, "100%"),
        (0.52, "52%"),
        (0.994, "99%"),
        (0.9963, "99.6%"),
        (0.99968, "99.97%"),
        (0.002, "0.2%"),
        (0.0004, "0.04%"),
    ],
)
def test_a_percentage_is_none_or_all_only_of_none_or_all(share, text):
    assert percentage(share) == text
