"""Flag probabilities are what they say: briefly."""

import numpy as np
import pytest

from tests.simulations.flags import SETTINGS, calibration
from tests.simulations.tables import documented


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each.areas > 100], ids=lambda each: each.name
)
def test_as_many_areas_are_above_the_line_as_is_stated(setting):
    result = calibration(setting, least=150)
    noise = 350.0 * np.sqrt(result.stated * (1 - result.stated) / result.number)
    assert (np.abs(result.difference) <= 3.0 + noise).all()


def test_the_documented_probabilities_are_within_three_points():
    table = documented("calibration of flags")
    assert len(table.rows) == len(SETTINGS)
    assert max(float(text) for text in table.column("largest")) <= 3.0
