"""Measures from CSV and GeoJSON."""

import csv
import json
from pathlib import Path

import pytest

from service.imports.measures import MeasureOptions, MeasureValue, import_measures
from service.store.errors import ImportRefusedError, MeasureExistsError

PEOPLE = (MeasureValue("people", "2021", "n"),)
CODES = ("E1", "E2", "E3")


@pytest.fixture
def write(tmp_path):
    def write_file(text: str, name: str = "m.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def _options(**changes: object) -> MeasureOptions:
    return MeasureOptions(**{"layer": "lsoa", "code_field": "code", "codes": CODES, **changes})


def test_values_are_written_by_code(measures, write):
    path = write('code,name,n\nE1,A,"1,500"\nE2,B,2000.0\nE3,C,1 234\n')
    summary = import_measures(measures, path, PEOPLE, _options(unit="residents", source="ONS"))
    column = measures.column("lsoa", "people")
    assert dict(column.by_code) == {"E1": 1500.0, "E2": 2000.0, "E3": 1234.0}
    assert (column.unit, column.source) == ("residents", "ONS")
    assert (summary.read, summary.written, summary.rejected) == (3, 3, 0)
    assert any("3 areas, sum 4,734" in line for line in summary.lines())


def test_geojson_is_the_same_as_csv(measures, write):
    features = [
        {"type": "Feature", "properties": {"code": code, "n": n}, "geometry": None}
        for code, n in (("E1", 1.5), ("E2", 2), ("E3", None))
    ]
    path = write(json.dumps({"type": "FeatureCollection", "features": features}), "m.geojson")
    import_measures(measures, path, PEOPLE, _options())
    assert dict(measures.column("lsoa", "people").by_code) == {"E1": 1.5, "E2": 2.0}


def test_a_wide_file_is_one_commit(measures, write):
    path = write("code,n,m\nE1,1,10\nE2,2,\nE3,3,30\n")
    values = (*PEOPLE, MeasureValue("homes", "2021", "m"))
    summary = import_measures(measures, path, values, _options())
    assert (summary.version, summary.written) == (0, 3)
    assert dict(measures.column("lsoa", "homes").by_code) == {"E1": 10.0, "E3": 30.0}
    assert any("homes of 2021: 1 of 3 areas of lsoa have no value: E2" in n for n in summary.notes)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("E3,-1", "n", "is below 0"),
        ("E3,few", "n", "is not a number"),
        ("E3,*", "n", "is not a number"),
        (",5", "code", "is blank"),
        ("X9,5", "code", "is not a code of layer lsoa"),
        ("E3,1,2", "(record)", "3 fields"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_and_listed(measures, write, row, column, reason):
    path = write(f"code,n\nE1,1\n{row}\nE2,2\n")
    summary = import_measures(measures, path, PEOPLE, _options(max_rejected_share=1.0))
    assert (summary.read, summary.written, summary.rejected) == (3, 2, 1)
    assert summary.rejects_path is not None
    with summary.rejects_path.open(encoding="utf-8-sig", newline="") as stream:
        (reject,) = csv.DictReader(stream)
    assert (reject["row"], reject["column"]) == ("3", column)
    assert reason in reject["reason"]


def test_scores_may_be_negative_when_it_is_said(measures, write):
    import_measures(measures, write("code,n\nE1,-1.5\n"), PEOPLE, _options(allow_negative=True))
    assert measures.column("lsoa", "people").by_code == {"E1": -1.5}


def test_a_national_file_is_cut_to_the_layer(measures, write):
    rows = "".join(f"X{i},5\n" for i in range(1_000))
    summary = import_measures(
        measures, write(f"code,n\n{rows}E1,1\nE2,2\nE3,3\n"), PEOPLE, _options()
    )
    assert (summary.read, summary.written, summary.rejected) == (1_003, 3, 1_000)
    assert len(measures.column("lsoa", "people")) == 3


def test_areas_without_a_value_are_named(measures, write):
    summary = import_measures(measures, write("code,n\nE1,1\n"), PEOPLE, _options())
    assert any("2 of 3 areas of lsoa have no value: E2, E3" in note for note in summary.notes)


def test_codes_of_another_layer_are_refused(measures, write):
    with pytest.raises(ImportRefusedError, match=r"'W1', the layer has 'E1'.*--layer"):
        import_measures(measures, write("code,n\nW1,1\nW2,2\n"), PEOPLE, _options())
    assert measures.version() is None


def test_an_area_that_is_there_twice_is_refused_with_its_rows(measures, write):
    with pytest.raises(ImportRefusedError, match=r"E1 in rows 2, 4: there must be one row"):
        import_measures(measures, write("code,n\nE1,1\nE2,2\nE1,1\n"), PEOPLE, _options())


def test_too_many_bad_values_refuse_everything(measures, write):
    path = write("code,n\nE1,1\nE2,x\nE3,3\n")
    with pytest.raises(ImportRefusedError, match=r"1 of 3 rows.*row 3: 'x'"):
        import_measures(measures, path, PEOPLE, _options())
    assert measures.version() is None


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ((MeasureValue("people", "2021", "m"),), {}, "--value-field names column 'm'"),
        (PEOPLE, {"code_field": "codes"}, "--code-field names column 'codes'.*'code'"),
    ],
)
def test_a_wrong_column_is_named(measures, write, values, options, message):
    with pytest.raises(ImportRefusedError, match=message):
        import_measures(measures, write("code,n\nE1,1\n"), values, _options(**options))


def test_the_same_measure_again_is_refused_and_replaced_when_asked(measures, write):
    path = write("code,n\nE1,1\nE2,2\n")
    import_measures(measures, path, PEOPLE, _options())
    with pytest.raises(MeasureExistsError, match="--replace"):
        import_measures(measures, path, PEOPLE, _options())
    summary = import_measures(measures, write("code,n\nE1,9\n"), PEOPLE, _options(replace=True))
    assert summary.replaced == 2
    assert dict(measures.column("lsoa", "people").by_code) == {"E1": 9.0}


def test_codes_are_not_compared_where_the_layer_is_not_loaded(measures, write):
    summary = import_measures(measures, write("code,n\nQ,1\n"), PEOPLE, _options(codes=None))
    assert summary.written == 1
    assert any("not loaded" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "not a GeoJSON feature collection"),
        ('{"type": "FeatureCollection", "features": []}', "has no features"),
    ],
)
def test_what_is_no_geojson_is_refused(measures, write, text, message):
    with pytest.raises(ImportRefusedError, match=message):
        import_measures(measures, write(text, "m.geojson"), PEOPLE, _options())


def test_a_file_that_is_not_there_is_refused(measures, tmp_path):
    with pytest.raises(ImportRefusedError, match="no such file"):
        import_measures(measures, tmp_path / "none.csv", PEOPLE, _options())


def test_codes_are_stored_as_the_layer_spells_them(measures, write):
    path = write("code,n\ne1,1\n E 2,2\nE3,3\n")
    summary = import_measures(measures, path, PEOPLE, _options())
    assert summary.rejected == 0
    assert dict(measures.column("lsoa", "people").by_code) == {"E1": 1.0, "E2": 2.0, "E3": 3.0}
    path = write("code,n\ne1,1\nE1,2\n", "twice.csv")
    with pytest.raises(ImportRefusedError, match="more than once, such as E1 in rows 2, 3"):
        import_measures(measures, path, PEOPLE, _options(replace=True))


def test_values_stored_before_their_layer_are_found_in_any_spelling(measures, write):
    path = write("code,n\ne1,1\nE 2,2\n")
    import_measures(measures, path, PEOPLE, _options(codes=None))
    values = measures.column("lsoa", "people").values_for(("E1", "E2", "E3"))
    assert values[:2].tolist() == [1.0, 2.0]
    assert values[2] != values[2]


def test_another_layer_that_has_more_of_the_codes_is_named(measures, write):
    path = write("code,n\nE1,1\nE2,2\nW1,3\n")
    layers = {"lsoa": CODES, "older": ("E1", "E2", "W1"), "ward": ("W1",)}
    summary = import_measures(measures, path, PEOPLE, _options(layers=layers))
    (note,) = [note for note in summary.notes if "of the codes are of" in note]
    assert note.startswith("3 of the codes are of older, only 2 of lsoa")
    path = write("code,n\nE1,1\n", "other.csv")
    summary = import_measures(measures, path, PEOPLE, _options(layers=layers, replace=True))
    assert not any("of the codes are of" in note for note in summary.notes)


def test_a_column_may_have_the_period_of_each_row(measures, write):
    path = write(
        "code,week,n\nE1,2024-01-01/2024-01-07,5\nE2,2024-01-01/2024-01-07,6\n"
        "E1,2024-01-08/2024-01-14,7\n"
    )
    summary = import_measures(
        measures, path, (MeasureValue("footfall", "", "n"),), _options(period_field="week")
    )
    (info,) = measures.available("lsoa")
    assert info.periods == ("2024-01-01/2024-01-07", "2024-01-08/2024-01-14")
    assert info.areas == (2, 1)
    assert dict(measures.column("lsoa", "footfall").by_code) == {"E1": 7.0}
    assert "footfall: 3 values of 2 periods" in summary.lines()
    with pytest.raises(MeasureExistsError):
        import_measures(
            measures, path, (MeasureValue("footfall", "", "n"),), _options(period_field="week")
        )


def test_a_row_without_a_period_is_rejected_and_a_pair_twice_refused(measures, write):
    lenient = _options(period_field="when", max_rejected_share=1.0)
    path = write("code,when,n\nE1,2024,5\nE2,last week,6\nE3,,7\n")
    summary = import_measures(measures, path, PEOPLE, lenient)
    assert (summary.written, summary.rejected) == (1, 2)
    listed = summary.rejects_path.read_text("utf-8-sig")
    assert "is not a year, a month or a day" in listed
    assert "is blank" in listed
    again = write("code,when,n\nE1,2025,5\nE1,2025,6\n", name="twice.csv")
    with pytest.raises(ImportRefusedError, match="one row per area and period"):
        import_measures(measures, again, PEOPLE, lenient)
