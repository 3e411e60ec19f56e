"""A table has the columns of its row model, and each column says what it discloses."""

import inspect

import numpy as np
import pytest

from service.model.answers import Table
from service.model.provenance import provenance
from service.model.rows import COUNT, NOTHING, AreaRow, Discloses, Row, check_columns, column
from tests.service.row_models import row_models


class ShopRow(AreaRow):
    """An area and its shops."""

    shops: int = column("Shops in the area.", COUNT)
    class_: str | None = column("Class of the number.", Discloses.of("shops"))
    rate: float | None = column("Per head.", Discloses.of("shops"), only="with heads")
    heads: float = column("Heads.", NOTHING, "people", only="with heads")
    tags: list[str] = column("Words.", NOTHING, only="with tags")


def columns(**changes):
    """Those that every answer has, with some put in, changed or (None) left out."""
    tags = np.empty(2, dtype=object)
    tags[:] = [["a"], []]
    known = {
        "code": np.array(["A", "B"], dtype=object),
        "name": np.array(["Ash", None], dtype=object),
        "shops": np.array([1, 2]),
        "class": np.array([None, "many"], dtype=object),
        "rate": np.array([0.5, np.nan]),
        "heads": np.array([2.0, 0.0]),
        "tags": tags,
    }
    chosen = {name: known[name] for name in ("code", "name", "shops", "class")}
    for name, change in changes.items():
        chosen[name.rstrip("_")] = known[name] if change is True else change
    return {name: values for name, values in chosen.items() if values is not None}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"rate": True, "heads": True},
        {"tags": True},
        {"rate": True, "heads": True, "tags": True},
    ],
)
def test_the_columns_of_a_model_are_accepted(more):
    check_columns(ShopRow, columns(**more))


def test_a_number_may_be_whole():
    check_columns(ShopRow, columns(rate=np.array([1, 2]), heads=np.array([3, 4])))


def test_a_table_without_rows_is_checked_by_type_alone():
    check_columns(ShopRow, {name: values[:0] for name, values in columns().items()})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"shops": None}, "shops is missing"),
        ({"rate": True}, "heads is missing"),
        ({"colour": np.zeros(2)}, "colour is unknown"),
        ({"heads": True, "rate": True}, "the order is"),
        ({"shops": np.array([1.0, 2.0])}, "shops is of dtype float64, not int"),
        ({"name": np.array(["Ash", "Elm"])}, "name is of dtype <U3, not str"),
        ({"code": np.array(["A", None], dtype=object)}, "code has missing values"),
        ({"rate": True, "heads": np.array([1.0, np.nan])}, "heads has missing values"),
    ],
)
def test_columns_that_are_not_those_of_the_model_are_refused(changes, fault):
    with pytest.raises(TypeError, match=f"not one of ShopRow: .*{fault}"):
        check_columns(ShopRow, columns(**changes))


def test_a_table_is_checked_when_it_is_made():
    source = provenance(sources={}, filter={}, method={"name": "shops"}, counts={})
    assert len(Table("shops", ShopRow, columns(), source)) == 2
    with pytest.raises(TypeError, match="shops is missing"):
        Table("shops", ShopRow, columns(shops=None), source)


def test_a_row_has_the_columns_of_its_base_first_and_no_underscore_at_the_end():
    assert list(ShopRow.columns) == ["code", "name", "shops", "class", "rate", "heads", "tags"]
    assert ShopRow.columns["class"].is_nullable
    assert not ShopRow.columns["tags"].is_nullable
    assert not Row.columns


def test_a_value_computed_of_a_count_that_there_is_not_is_refused():
    with pytest.raises(TypeError, match=r"Wrong\.rate is computed of no count"):

        class Wrong(AreaRow):
            rate: float = column("Per head.", Discloses.of("name"))


def test_an_attribute_without_a_description_or_of_another_type_is_refused():
    with pytest.raises(TypeError, match="size is not a column"):

        class Bare(Row):
            size: int

    with pytest.raises(TypeError, match=r"size is of .*dict.*, which no column can hold"):

        class Mapped(Row):
            size: dict[str, int] = column("Sizes.", NOTHING)


@pytest.mark.parametrize("row", row_models().values(), ids=row_models())
def test_every_row_and_column_is_described_in_a_sentence(row):
    for text in (
        inspect.getdoc(row),
        *(each.meaning.description for each in row.columns.values()),
    ):
        assert text.endswith(".")
