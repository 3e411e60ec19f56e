"""Numbers as people write them."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.files.numbers import Numbers, parse_numbers
from tests.strategies import quantities


def _parse(*values: str | None, decimal: str = ".") -> Numbers:
    return parse_numbers(pa.chunked_array([pa.array(values, pa.string())]), decimal=decimal)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-0.25", -0.25),
        ("+3", 3.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1,234", 1234.0),
        ("1,234,567.5", 1234567.5),
        ("1 234", 1234.0),
        ("1\u00a0234", 1234.0),
        ("1'234", 1234.0),
        ("−5", -5.0),
    ],
)
def test_numbers_are_read(text, value):
    alone = _parse(text)
    assert (alone.values[0], alone.bad[0]) == (value, False)
    among_others = _parse("x", text, None)
    assert (among_others.values[1], among_others.bad[1]) == (value, False)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1,5",
        "12,34",
        "1,2345",
        "0,123",
        "1_000",
        "0x10",
        "1e999",
        "--1",
        "1 2",
        "٣",
        "£5",
        "5%",
        "1.2.3",
        "true",
        "1,234 5",
    ],
)
def test_what_is_no_number_is_bad(text):
    for found in (_parse(text), _parse(text, "1", "x")):
        assert found.bad[0]
        assert math.isnan(found.values[0])


def test_blank_is_neither_number_nor_bad():
    found = _parse(None, "1")
    assert (found.blank.tolist(), found.bad.tolist()) == ([True, False], [False, False])
    assert math.isnan(found.values[0])


@pytest.mark.parametrize(
    ("text", "value"), [("1,5", 1.5), ("1.234,5", 1234.5), ("1.234", 1234.0), ("-2", -2.0)]
)
def test_a_decimal_comma_is_read_where_it_is_stated(text, value):
    assert _parse(text, decimal=",").values[0] == value


def test_a_decimal_comma_makes_a_full_stop_a_separator_only():
    assert _parse("1.5", decimal=",").bad[0]


def test_no_rows_are_no_numbers():
    found = _parse()
    assert len(found.values) == len(found.blank) == len(found.bad) == 0


@given(st.lists(st.one_of(st.none(), quantities(-1e15, 1e15))))
def test_every_float_comes_back_exactly(values):
    found = _parse(*[None if value is None else repr(value) for value in values])
    assert not found.bad.any()
    expected = np.array([np.nan if value is None else value for value in values], dtype=float)
    np.testing.assert_array_equal(found.values, expected)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.sampled_from([",", " ", "'"]))
def test_thousands_come_back_exactly(values, separator):
    texts = [f"{value:,}".replace(",", separator) for value in values]
    found = _parse(*texts, "not a number")
    assert found.values[:-1].tolist() == [float(value) for value in values]
    assert found.bad.tolist() == [False] * len(values) + [True]
