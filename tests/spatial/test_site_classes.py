"""Classes of sites: each bound belongs to the class above it, and what is not known says so."""

import numpy as np
import pytest

from spatial.site_classes import (
    COMPLETIONS,
    NOT_PUBLISHED,
    NOT_STATED,
    SIZES,
    completion_classes,
    size_classes,
)


@pytest.mark.parametrize(
    ("homes", "label"),
    [
        (0, SIZES[0][0]), (499, SIZES[0][0]), (500, SIZES[1][0]), (1_999, SIZES[1][0]),
        (2_000, SIZES[2][0]), (4_999, SIZES[2][0]), (5_000, SIZES[3][0]), (1e6, SIZES[3][0]),
        (np.nan, NOT_STATED),
    ],
)  # fmt: skip
def test_a_site_has_the_class_of_its_homes(homes, label):
    assert size_classes([homes]).tolist() == [label]


@pytest.mark.parametrize(
    ("planned", "completed", "label"),
    [
        (100, 0, COMPLETIONS[0]), (100, 1, COMPLETIONS[1]), (100, 49, COMPLETIONS[1]),
        (100, 50, COMPLETIONS[2]), (100, 99, COMPLETIONS[2]), (100, 100, COMPLETIONS[3]),
        (0, 0, COMPLETIONS[3]), (100, np.nan, NOT_PUBLISHED), (np.nan, 5, NOT_PUBLISHED),
    ],
)  # fmt: skip
def test_a_site_has_the_class_of_its_completion(planned, completed, label):
    assert completion_classes([planned], [completed]).tolist() == [label]


def test_no_sites_have_no_classes():
    assert len(size_classes([])) == len(completion_classes([], [])) == 0
