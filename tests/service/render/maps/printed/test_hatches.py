"""The classes of printed maps are told apart without their colours."""

import itertools

import pytest

from service.model.answers import Legend, LegendClass
from service.render.maps.colour import CATEGORIES
from service.render.maps.printed.colours import lightness_of, swatches_of
from service.render.maps.printed.hatches import NO_VALUE, hatch_of

APART = 6.0  # of lightness, 0 to 100


# Circles are not hatched: the class of a site stands beside it.
@pytest.mark.parametrize("palette", sorted(set(CATEGORIES) - {"completion"}))
def test_any_two_classes_differ_in_their_lightness_or_their_hatch(palette):
    marks = [
        (label, lightness_of(colour), hatch_of(palette, label))
        for label, colour in CATEGORIES[palette].items()
        if label not in NO_VALUE
    ]
    for (label, light, hatch), (other, other_light, other_hatch) in itertools.combinations(
        marks, 2
    ):
        assert hatch != other_hatch or abs(light - other_light) >= APART, (label, other)


def test_what_has_no_value_is_hatched_whatever_its_palette():
    for label, kind in (
        ("no data", "missing"),
        ("not tested", "category"),
        ("suppressed", "missing"),
    ):
        legend = Legend("hotspots", "", "", "", "area", "hot-cold", "class",
                        (LegendClass(label, kind),), None, (), None)  # fmt: skip
        assert swatches_of(legend)[0].hatch
