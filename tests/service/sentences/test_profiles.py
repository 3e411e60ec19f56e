"""A small part of the incidents is not said to be none of them."""

import pytest

from service.sentences.profiles import per_cent_text


@pytest.mark.parametrize(
    ("count", "of_all", "words"),
    [
        (11, 46_271, "0.02"),
        (58, 1_000, "5.8"),
        (0, 500, "0.0"),
        (1, 1_000, "0.1"),
        (9, 9, "100.0"),
    ],
)
def test_a_small_part_has_the_digits_that_tell_it_from_none(count, of_all, words):
    assert per_cent_text(count / of_all) == words
