"""Classes of sites: each bound belongs to the class above it."""

import numpy as np
import pytest

from spatial.growth.site_classes import NOT_STATED, SIZES, size_classes


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


def test_no_sites_have_no_classes():
    assert len(size_classes([])) == 0
