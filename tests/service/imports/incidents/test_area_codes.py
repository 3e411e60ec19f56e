"""Which layer the supplied codes belong to."""

import numpy as np
import pyarrow as pa
import pytest

from service.imports.files.summary import CodeAgreement
from service.imports.incidents.area_codes import find_layer
from tests.service import vintages

CODES = pa.chunked_array([pa.array(["a", "a", "b", "c", None, "z"])])
PLACES = np.array([[1.0, 1.0]] * 6)
PLACES[3] = np.nan


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
    found, _ = find_layer(CODES, PLACES, layers)
    assert (found.layer, found.how, found.supplied, found.in_layer) == (layer, how, 5, in_layer)


def test_rows_with_a_place_and_no_code_of_the_layer_are_counted():
    found, _ = find_layer(CODES, PLACES, {"one": ["a", "b"]})
    assert found.located_not_in_layer == 2  # the row without a code, and z; c has no place


def test_layers_that_fit_alike_are_said():
    _, notes = find_layer(CODES, PLACES, {"first": ["a", "b"], "second": ["a", "b"]})
    assert "first, second" in notes[0]


def test_a_given_layer_is_taken_and_doubted():
    found, notes = find_layer(CODES, PLACES, {"one": ["z"]}, named_layer="one")
    assert (found.layer, found.how, found.in_layer) == ("one", "given", 1)
    assert "20.0%" in notes[0]
    found, notes = find_layer(CODES, PLACES, {}, named_layer="later")
    assert (found.layer, found.how, found.lines()) == ("later", "not compared", [])
    assert "not loaded" in notes[0]


def test_no_codes_are_of_no_layer():
    none = pa.chunked_array([pa.nulls(3, pa.string())])
    found, notes = find_layer(none, np.zeros((3, 2)), {"one": ["a"]})
    assert (found.layer, found.supplied, notes) == (None, 0, ())


def test_another_vintage_that_shares_codes_is_said_and_a_part_of_the_layer_is_not():
    layers = {"new": ["a", "b", "x"], "old": ["a", "b", "c", "z"], "part": ["a", "b"]}
    found, notes = find_layer(CODES, PLACES, layers)
    assert found.layer == "old"
    assert notes == ("the area codes are of old: 60.0% of those supplied are in new",)


def strip(records, layers, **options):
    """The layer of (code, metres east of the strip's left edge), and what is said of it."""
    codes = pa.chunked_array([pa.array([code for code, _ in records], pa.string())])
    xy_m = np.array(
        [
            (np.nan, np.nan) if x_m is None else (vintages.EAST_M + x_m, vintages.NORTH_M + 500)
            for _, x_m in records
        ]
    )
    loaded = {name: vintages.layer(name, extent_m) for name, extent_m in layers.items()}
    texts = {name: layer.codes for name, layer in loaded.items()}
    return find_layer(codes, xy_m, texts, areas=loaded, **options)


BEATS = {"1": (0, 1_000), "2": (1_000, 2_000)}
STATIONS = {"2": (0, 1_000), "1": (1_000, 2_000)}


def test_codes_that_fit_two_layers_are_of_the_one_their_places_lie_in():
    records = [("1", 1_500.0)] * 3 + [("2", 500.0)]
    found, _ = strip(records, {"beat": BEATS, "station": STATIONS})
    assert (found.layer, found.placed_rows, found.rows_inside) == ("station", 4, 4)
    assert found.worst == ()


def test_codes_that_fit_by_text_alone_are_of_no_layer():
    records = [("1", 1_500.0)] * 12 + [("1", 500.0)] * 8
    found, notes = strip(records, {"beat": BEATS})
    assert (found.layer, found.how) == (None, "none")
    assert "only 40.0% of their places lie in that area" in notes[0]
    assert "--area-layer beat" in notes[0]
    found, notes = strip(records, {"beat": BEATS}, named_layer="beat")
    assert (found.layer, found.how, found.rows_inside, notes) == ("beat", "given", 8, ())


def test_the_codes_with_most_records_elsewhere_are_tabulated():
    records = [("1", 500.0)] * 7 + [("1", 1_500.0)] + [("2", 500.0)] * 2 + [("2", None)]
    found, _ = strip(records, {"beat": BEATS}, named_layer="beat")
    assert found.worst == (CodeAgreement("2", 2, 0), CodeAgreement("1", 8, 7))
    assert found.lines()[1:] == [
        "70.0% of the 10 rows with a place and a code of it lie in the area of their code",
        "  code  records  inside",
        "  2           2    0.0%",
        "  1           8   87.5%",
    ]


def test_codes_of_an_import_are_compared_without_case_and_blanks():
    found, _ = strip([("U", None), (" u", None), ("m", None)], {"old": vintages.OLD_M})
    assert (found.layer, found.in_layer) == ("old", 3)
