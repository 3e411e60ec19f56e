"""Measures of areas at rest."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from service.store.errors import (
    DatasetSettingsError,
    ImportRefusedError,
    MeasureExistsError,
    UnknownMeasureError,
)
from service.store.reference.measures import MeasureKey, MeasureStore
from tests.service.store.rows import a_file


@pytest.fixture
def store(tmp_path: Path) -> MeasureStore:
    return MeasureStore(tmp_path / "measures")


def measure_rows(
    values: dict[str, float], *, layer: str = "lsoa", measure: str = "people", period: str = "2021"
) -> pa.Table:
    n = len(values)
    return pa.table(
        {
            "layer": [layer] * n,
            "area_code": list(values),
            "measure": [measure] * n,
            "period": [period] * n,
            "value": [float(value) for value in values.values()],
        }
    )


def test_nothing_imported_is_nothing_available(store):
    assert store.available("lsoa") == ()
    assert store.version() is None
    with pytest.raises(UnknownMeasureError, match="none is imported"):
        store.column("lsoa", "people")


def test_values_come_back_by_code(store):
    store.append(
        measure_rows({"c": 3, "a": 1, "b": 2.5}), file=a_file("f"), unit="people", source="ONS"
    )
    column = store.column("lsoa", "people")
    assert column.codes == ("a", "b", "c")
    assert column.values.tolist() == [1.0, 2.5, 3.0]
    assert dict(column.by_code) == {"a": 1.0, "b": 2.5, "c": 3.0}
    assert (column.unit, column.source, column.loaded_from) == ("people", "ONS", "f")
    np.testing.assert_array_equal(column.values_for(("b", "zz", "a")), [2.5, np.nan, 1.0])
    with pytest.raises(ValueError, match="read-only"):
        column.values[0] = 9.0


def test_the_latest_period_is_taken_and_said(store):
    store.append(measure_rows({"a": 1}, period="2019"), file=a_file("f"))
    store.append(measure_rows({"a": 2}, period="2021"), file=a_file("g"))
    store.append(measure_rows({"a": 3}, period="2011"), file=a_file("h"))
    latest = store.column("lsoa", "people")
    assert (latest.period, latest.chosen_by_default, latest.values[0]) == ("2021", True, 2.0)
    named = store.column("lsoa", "people", "2019")
    assert (named.period, named.chosen_by_default, named.values[0]) == ("2019", False, 1.0)


def test_what_is_available_is_per_layer(store):
    store.append(measure_rows({"a": 1, "b": 2}, period="2019"), file=a_file("f"))
    store.append(measure_rows({"a": 1}, period="2021"), file=a_file("g"))
    store.append(measure_rows({"w": 1}, layer="ward", measure="claims"), file=a_file("h"))
    (people,) = store.available("lsoa")
    assert (people.measure, people.periods, people.areas) == ("people", ("2019", "2021"), (2, 1))
    assert [info.measure for info in store.available("ward")] == ["claims"]


def test_unknown_names_name_those_there_are(store):
    store.append(measure_rows({"a": 1}), file=a_file("f"))
    with pytest.raises(UnknownMeasureError, match="it has: people"):
        store.column("lsoa", "households")
    with pytest.raises(UnknownMeasureError, match="people of 2021"):
        store.column("lsoa", "people", "1999")


def test_the_same_measure_again_is_refused(store):
    store.append(measure_rows({"a": 1}), file=a_file("f"))
    with pytest.raises(MeasureExistsError, match=r"from f.*--replace"):
        store.append(measure_rows({"a": 2}), file=a_file("g"))
    with pytest.raises(MeasureExistsError):
        store.check_import([MeasureKey("lsoa", "people", "2021")])
    assert store.column("lsoa", "people").values[0] == 1.0


def test_replace_touches_its_own_measure_and_period_only(store):
    for layer, measure, period in [
        ("lsoa", "people", "2021"),
        ("lsoa", "people", "2019"),
        ("lsoa", "homes", "2021"),
        ("ward", "people", "2021"),
    ]:
        rows = measure_rows({"a": 1, "b": 1}, layer=layer, measure=measure, period=period)
        store.append(rows, file=a_file(f"{layer}{measure}{period}"))
    done = store.append(measure_rows({"a": 9}), file=a_file("new"), replace=True)
    assert (done.rows, done.rows_replaced) == (1, 2)
    assert store.column("lsoa", "people", "2021").by_code == {"a": 9.0}
    for layer, measure, period in [
        ("lsoa", "people", "2019"),
        ("lsoa", "homes", "2021"),
        ("ward", "people", "2021"),
    ]:
        assert store.column(layer, measure, period).by_code == {"a": 1.0, "b": 1.0}


def test_several_measures_are_one_commit(store):
    rows = pa.concat_tables([measure_rows({"a": 1}), measure_rows({"a": 2}, measure="homes")])
    assert store.append(rows, file=a_file("f")).version == 0
    assert [info.measure for info in store.available("lsoa")] == ["homes", "people"]


def test_an_area_with_two_values_is_refused(store):
    rows = pa.concat_tables([measure_rows({"a": 1, "b": 1}), measure_rows({"a": 2})])
    with pytest.raises(ImportRefusedError, match="more than one value: a"):
        store.append(rows, file=a_file("f"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(store, value):
    with pytest.raises(DatasetSettingsError):
        store.append(measure_rows({"a": value}), file=a_file("f"))


@pytest.mark.parametrize(
    "names",
    [
        {"layer": "LSOA"},
        {"measure": "a b"},
        {"measure": "x' OR '1'='1"},
        {"period": "21"},
        {"period": "2021-13"},
        {"period": "2020/21"},
        {"period": ""},
    ],
)
def test_names_that_are_no_names_are_refused(store, names):
    with pytest.raises(DatasetSettingsError):
        store.append(measure_rows({"a": 1}, **names), file=a_file("f"))
    assert store.version() is None


@pytest.mark.parametrize("period", ["2021", "2021-03", "2021-03-31", "2020-04/2021-03"])
def test_periods_that_are_periods(store, period):
    store.append(measure_rows({"a": 1}, period=period), file=a_file("f"))
    assert store.column("lsoa", "people").period == period


def test_another_process_s_version_is_seen(store, tmp_path):
    reader = MeasureStore(tmp_path / "measures")
    assert reader.available("lsoa") == ()
    store.append(measure_rows({"a": 1}), file=a_file("f"))
    assert reader.column("lsoa", "people").version == 0
    store.append(measure_rows({"a": 5}), file=a_file("g"), replace=True)
    assert reader.column("lsoa", "people").by_code == {"a": 5.0}


def test_invented_values_say_so(store):
    store.append(measure_rows({"a": 1}), file=a_file("f"), synthetic=True)
    assert store.column("lsoa", "people").synthetic
    assert store.available("lsoa")[0].synthetic
