"""Codes as people write them, and the layer that a set of them belongs to."""

import pytest

from boundaries.layers.codes import CodeIndex, best_layer, one_spelling, places_deny

INDEX = CodeIndex(["E0101", "e0101", "W 2", "Å1"])


@pytest.mark.parametrize(
    ("code", "position"),
    [("E0101", 0), ("e0101", 1), ("W 2", 2), ("w2", 2), (" W2\t", 2), ("å 1", 3), ("W3", -1)],
)
def test_a_code_is_itself_or_one_that_differs_in_case_and_blanks_alone(code, position):
    assert INDEX.position(code) == position


def test_a_code_that_could_be_two_is_none():
    assert INDEX.positions(["E 0101", "E0101"]).tolist() == [-1, 0]


def test_a_code_is_spelt_as_the_index_has_it_or_as_it_was():
    assert [INDEX.spelling(code) for code in ("w2", "E0101", "W3")] == ["W 2", "E0101", "W3"]


def test_names_that_differ_in_case_and_blanks_are_spelt_as_the_first():
    names = ("South Cambs", "Ely", "SOUTH  CAMBS ", "ely")
    assert one_spelling(names) == ("South Cambs", "Ely", "South Cambs", "Ely")


@pytest.mark.parametrize(
    ("records_of", "layer", "records"),
    [
        ({"a": 2, "B ": 1, "c": 1}, "two", {"one": 3, "two": 4}),
        ({"a": 2, "b": 1}, "one", {"one": 3, "two": 3}),
        ({"a": 1, "z": 1}, "one", {"one": 1, "two": 1}),
        ({"a": 1, "z": 2}, None, {"one": 1, "two": 1}),
        ({}, None, {"one": 0, "two": 0}),
    ],
)
def test_codes_are_of_the_layer_that_has_most_and_at_least_half(records_of, layer, records):
    layers = {"one": CodeIndex(["a", "b"]), "two": CodeIndex(["a", "b", "c"])}
    assert best_layer(records_of, layers) == (layer, records)


def test_without_layers_codes_are_of_none():
    assert best_layer({"a": 1}, {}) == (None, {})


@pytest.mark.parametrize(
    ("records", "agreeing", "denied"), [(20, 9, True), (20, 10, False), (19, 0, False)]
)
def test_places_deny_a_layer_when_fewer_than_half_of_enough_records_agree(
    records, agreeing, denied
):
    assert places_deny(records, agreeing) is denied
