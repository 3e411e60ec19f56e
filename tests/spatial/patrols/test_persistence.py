"""How often places for patrols were hot, in words."""

import numpy as np

from spatial.patrols.persistence import CLASSES, persistence_classes


def test_the_class_is_by_the_share_of_the_quarters():
    hot = np.array([8.0, 5.0, 4.0, 1.0, 0.0, np.nan, 1.0])
    quarters = np.array([8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 1.0])
    every, most, some, never, not_known = CLASSES
    expected = [every, most, some, some, never, not_known, every]
    assert persistence_classes(hot, quarters).tolist() == expected
