"""One condition, for the writer and for the reader."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from service.store.row_conditions import RowCondition, sql_text

ROWS = pa.table({"a": ["x", "y", "O'Brien", None, "x"], "b": ["1", "2", "1", "1", "2"]})


def test_text_becomes_one_sql_literal():
    assert sql_text("O'Brien") == "'O''Brien'"


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
def test_sql_and_arrow_mean_the_same_rows(tmp_path, descriptions, remaining):
    condition = RowCondition(descriptions)
    write_deltalake(tmp_path, ROWS)
    table = DeltaTable(tmp_path)
    table.delete(condition.to_sql())
    assert sorted(map(str, table.to_pyarrow_table().column("a").to_pylist())) == sorted(
        map(str, remaining)
    )
    met = ROWS.filter(condition.to_arrow()).column("a").to_pylist()
    assert sorted(map(str, [*met, *remaining])) == sorted(map(str, ROWS.column("a").to_pylist()))


def test_two_conditions_are_joined():
    joined = RowCondition(({"a": ["y"]},)) | RowCondition(({"b": ["1"]},))
    assert ROWS.filter(joined.to_arrow()).num_rows == 4
