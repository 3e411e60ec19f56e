"""Conditions on rows, and what does not meet them."""

import datetime

import pyarrow as pa
import pytest

from service.store.row_conditions import Before, RowCondition

ROWS = pa.table({"a": ["x", "y", "O'Brien", None, "x"], "b": ["1", "2", "1", "1", "2"]})


@pytest.mark.parametrize(
    ("descriptions", "remaining"),
    [
        (({"a": ["x"]},), ["y", "O'Brien", None]),
        (({"a": ["x"], "b": ["2", "3"]},), ["x", "y", "O'Brien", None]),
        (({"a": ["x"]}, {"b": ["1"]}), ["y"]),
        (({"a": ["O'Brien"]}, {"a": ["y"]}), ["x", None, "x"]),
        (({"a": ["none of them"]},), ["x", "y", "O'Brien", None, "x"]),
    ],
)
def test_every_row_meets_a_condition_or_its_opposite(descriptions, remaining):
    condition = RowCondition(descriptions).to_arrow()
    assert ROWS.filter(~condition).column("a").to_pylist() == remaining
    assert ROWS.filter(condition).num_rows == ROWS.num_rows - len(remaining)


def test_two_conditions_are_joined():
    joined = RowCondition(({"a": ["y"]},)) | RowCondition(({"b": ["1"]},))
    assert ROWS.filter(joined.to_arrow()).num_rows == 4


def test_times_before_a_day_meet_it_and_no_time_does_not():
    texts = ["2024-02-29T23:59", "2024-03-01T00:00", "2024-03-01T00:01"]
    moments = [datetime.datetime.fromisoformat(text) for text in texts]
    rows = pa.table(
        {
            "occurred": pa.array([*moments, None], pa.timestamp("us")),
            "kind": ["a", "a", "b", "b"],
        }
    )
    before = RowCondition(({"occurred": Before(datetime.date(2024, 3, 1))},))
    assert rows.filter(before.to_arrow())["occurred"].to_pylist() == moments[:1]
    assert rows.filter(~before.to_arrow())["occurred"].to_pylist() == [*moments[1:], None]
    either = before | RowCondition(({"kind": ["b"]},))
    assert rows.filter(either.to_arrow()).num_rows == 3
