"""What stands around a printed map: periods in words, borders."""

import numpy as np
import pytest
import shapely

from service.analyses.printed_maps.composition import (
    outlines_on,
    shown_bounds,
    span_words,
)
from service.queries.printed_maps import PaperQuery
from tests.service import world


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2019-01", "2019-12", "January to December 2019"),
        ("2019-01-01", "2019-12-31", "January to December 2019"),
        ("2018-12-01", "2019-11-30", "December 2018 to November 2019"),
        ("2024-02-01", "2024-02-29", "February 2024"),
        ("2024-02-01", "2024-02-28", "1 February 2024 to 28 February 2024"),
        ("2024-02-03", "2024-03-31", "3 February 2024 to 31 March 2024"),
    ],
)
def test_whole_months_are_months_and_other_periods_days(first, last, words):
    assert span_words(first, last) == words


def test_borders_are_those_of_the_finest_layer_with_few_areas_on_the_map(resources):
    layers = resources.layers
    bounds = layers.get(world.CELLS).bounds_m
    assert outlines_on(layers, bounds, PaperQuery()).layer_id == world.CELLS
    named = PaperQuery(outlines=world.DISTRICTS)
    assert outlines_on(layers, bounds, named).layer_id == world.DISTRICTS


def test_an_extent_has_a_margin_even_around_a_point():
    left, bottom, right, top = shown_bounds(np.array([shapely.Point(5, 7)]))
    assert left < 5 < right
    assert bottom < 7 < top
