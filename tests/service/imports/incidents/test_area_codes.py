"""Which layer the supplied codes belong to."""

import numpy as np
import pyarrow as pa
import pytest

from service.imports.incidents.area_codes import find_layer

CODES = pa.chunked_array([pa.array(["a", "a", "b", "c", None, "z"])])
LOCATED = np.array([True, True, True, False, True, True])


@pytest.mark.parametrize(
    ("layers", "layer", "how", "in_layer"),
    [
        ({"one": ["a", "b"], "two": ["a", "b", "c"]}, "two", "detected", 4),
        ({"one": ["b"]}, None, "none", 0),
        ({"one": ["a", "b", "c", "z"], "two": ["z"]}, "one", "detected", 5),
        ({"first": ["a", "b"], "second": ["a", "b", "q"]}, "first", "detected", 3),
        ({}, None, "none", 0),
    ],
)
def test_the_largest_share_of_at_least_half_is_taken(layers, layer, how, in_layer):
    found, _ = find_layer(CODES, LOCATED, layers)
    assert (found.layer, found.how, found.supplied, found.in_layer) == (layer, how, 5, in_layer)


def test_rows_with_a_place_and_no_code_of_the_layer_are_counted():
    found, _ = find_layer(CODES, LOCATED, {"one": ["a", "b"]})
    assert found.located_not_in_layer == 2  # the row without a code, and z; c has no place


def test_layers_that_fit_alike_are_said():
    _, notes = find_layer(CODES, LOCATED, {"first": ["a", "b"], "second": ["a", "b"]})
    assert "first, second" in notes[0]


def test_a_given_layer_is_taken_and_doubted():
    found, notes = find_layer(CODES, LOCATED, {"one": ["z"]}, named_layer="one")
    assert (found.layer, found.how, found.in_layer) == ("one", "given", 1)
    assert "20.0%" in notes[0]
    found, notes = find_layer(CODES, LOCATED, {}, named_layer="later")
    assert (found.layer, found.how) == ("later", "given")
    assert "not loaded" in notes[0]


def test_no_codes_are_of_no_layer():
    none = pa.chunked_array([pa.nulls(3, pa.string())])
    found, notes = find_layer(none, np.ones(3, dtype=bool), {"one": ["a"]})
    assert (found.layer, found.supplied, notes) == (None, 0, ())


def test_another_vintage_that_shares_codes_is_said_and_a_part_of_the_layer_is_not():
    layers = {"new": ["a", "b", "x"], "old": ["a", "b", "c", "z"], "part": ["a", "b"]}
    found, notes = find_layer(CODES, LOCATED, layers)
    assert found.layer == "old"
    assert notes == ("the area codes are of old: 60.0% of those supplied are in new",)
