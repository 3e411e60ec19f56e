"""Colours of printed maps: classes that a grey print tells apart."""

import numpy as np
import pytest

from service.model.answers import SUPPRESSED, Legend, LegendClass, Provenance
from service.render.maps.printed.colours import (
    DARKEST,
    LIGHTEST,
    PAPER,
    even_ramp,
    lightness_of,
    swatches_of,
)

PROVENANCE = Provenance({}, {}, {}, {}, synthetic=False, software="")


def legend_of(*classes):
    return Legend(
        kind="choropleth", title="", subtitle="", unit="", drawn_as="area", palette="sequential",
        attribute="class", classes=classes, period=None, credits=(), provenance=PROVENANCE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("colour", "lightness"), [("#000000", 0.0), ("#ffffff", 100.0), ("#777777", 50.0)]
)
def test_lightness_is_that_of_cie_1976(colour, lightness):
    assert lightness_of(colour) == pytest.approx(lightness, abs=0.6)


@pytest.mark.parametrize("ramp", ["heat", "sequential"])
@pytest.mark.parametrize("classes", range(2, 13))
def test_classes_grow_darker_in_equal_steps(ramp, classes):
    lightness = np.array([lightness_of(colour) for colour in even_ramp(ramp, classes)])
    step = (LIGHTEST - DARKEST) / (classes - 1)
    np.testing.assert_allclose(-np.diff(lightness), step, atol=1.5)
    assert lightness_of(PAPER) - lightness[0] > 8


def test_a_single_class_has_one_colour():
    assert len(even_ramp("heat", 1)) == 1


def test_higher_values_are_darker_in_whatever_order_the_legend_has_them():
    swatches = swatches_of(
        legend_of(LegendClass("5 to 9", "interval", 5, 9), LegendClass("1 to 4", "interval", 1, 4))
    )
    assert lightness_of(swatches[0].colour) < lightness_of(swatches[1].colour)


def test_what_has_no_value_is_hatched_and_what_is_none_is_white():
    zero, missing, hidden = swatches_of(
        legend_of(
            LegendClass("0", "zero"),
            LegendClass("no data", "missing"),
            LegendClass(SUPPRESSED, "missing"),
        )
    )
    assert (zero.colour, zero.hatch) == (PAPER, "")
    assert len({missing.hatch, hidden.hatch, ""}) == 3
