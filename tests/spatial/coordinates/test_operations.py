"""What is said of how coordinates were transformed."""

import pytest

from spatial.coordinates.operations import Operation, operation, operation_in_words


@pytest.mark.parametrize(
    ("source", "target", "name", "accuracy_m"),
    [
        ("EPSG:4326", "EPSG:27700", "OSTN15", 1.0),  # of WGS 84 taken for ETRS89
        ("EPSG:27700", "EPSG:3857", "OSTN15", 1.0),
        ("EPSG:4277", "EPSG:4326", "OSTN15", 1.0),
        ("EPSG:25830", "EPSG:27700", "OSTN15 + UTM zone 30N", 0.0),
        ("EPSG:4326", "EPSG:32630", "UTM zone 30N", 0.0),
        ("EPSG:4326", "EPSG:2154", "Inverse of RGF93 v1 to WGS 84 (1) + Lambert-93", 1.0),
        ("EPSG:4258", "EPSG:4326", "ETRS89 to WGS 84 (1)", 1.0),
    ],
)
def test_the_operation_has_its_name_and_the_accuracy_that_is_stated(
    source, target, name, accuracy_m
):
    assert operation(source, target) == Operation(name, accuracy_m)


def test_the_operation_is_that_of_the_place_where_there_are_several():
    """ED50 has another shift to WGS 84 in each country."""
    norway = operation("EPSG:4230", "EPSG:4326", near=(8.0, 64.0))
    spain = operation("EPSG:4230", "EPSG:4326", near=(-4.0, 40.0))
    assert norway != spain
    assert norway.name.startswith("ED50 to WGS 84")
    assert spain.name.startswith("ED50 to WGS 84")


@pytest.mark.parametrize("name", ["EPSG:27700", "epsg:27700", "EPSG:7405"])
def test_there_is_none_between_names_of_one_system(name):
    assert operation(name, "EPSG:27700") is None
    assert operation_in_words(name, "EPSG:27700") == "EPSG:27700 as supplied"


@pytest.mark.parametrize(
    ("accuracy_m", "words"),
    [(1.0, "A (within 1 m)"), (0.03, "A (within 0.03 m)"), (0.0, "A (exact)"),
     (None, "A (accuracy not stated)")],
)  # fmt: skip
def test_an_operation_is_said_with_its_accuracy(accuracy_m, words):
    assert str(Operation("A", accuracy_m)) == words


def test_from_where_to_where_is_said_in_one_line():
    words = operation_in_words("EPSG:4326", "EPSG:27700")
    assert words == "EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)"
