"""What rests on hidden cells is null, and nothing else is."""

import dataclasses

import numpy as np
import pytest

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import RULES, needs_bounds, release
from service.access.suppression import suppressed_content, suppressed_table
from service.model import answers
from service.model.answers import Document, Legend, LegendClass, Provenance, Raster, Table
from service.model.errors import NotAdmittedError
from service.model.rows import COUNT, NOTHING, AreaRow, Discloses, column
from service.queries.areas import ChoroplethQuery
from tests.service.access.test_admission import CHOROPLETH, audience, choropleth, question

OF_COUNT = Discloses.of("count")


class FireRow(AreaRow):
    """An area."""

    count: int = column("Fires.", COUNT)
    before: int = column("Fires of the year before.", COUNT)
    rate: float | None = column("Of the count.", OF_COUNT)
    rise: float = column("Of both.", Discloses.of("count", "before"))
    class_: str = column("Of the count.", OF_COUNT)
    is_high: bool = column("Of the count.", OF_COUNT)
    residents: float | None = column("Residents.", NOTHING)


def provenance(records=100, *notes):
    return Provenance({}, {}, {}, {"records": records}, synthetic=False, software="", notes=notes)


def table(codes, counts, *, before=None, records=100, notes=()):
    counts = np.array(counts, np.int64)
    before = np.array(counts if before is None else before, np.int64)
    columns = {
        "code": np.array(list(codes), object),
        "name": np.array([f"Area {code}" for code in codes], object),
        "count": counts,
        "before": before,
        "rate": counts / 10.0,
        "rise": (counts - before).astype(np.float64),
        "class": np.array([f"class {count // 10}" for count in counts], object),
        "is_high": counts > 20,
        "residents": np.array([np.nan if code == "C" else 7.0 for code in codes]),
    }
    return Table("fires", FireRow, columns, provenance(records, *notes))


def rows(table):
    columns = {name: values.tolist() for name, values in table.columns.items()}
    return {
        code: {name: values[index] for name, values in columns.items()}
        for index, code in enumerate(columns["code"])
    }


def test_a_row_keeps_its_numbers_where_hidden_cells_hardly_change_them():
    lowest, highest = table("ABC", [98, 12, 0]), table("CBA", [0, 12, 103])
    shown = suppressed_table(table("BAC", [12, 100, 0]), (lowest, highest))
    assert rows(shown)["A"]["count"] == 100
    assert rows(shown)["B"] == rows(table("BAC", [12, 100, 0]))["B"]
    assert rows(shown)["C"]["class"] == "class 0"


def test_all_that_is_computed_from_an_uncertain_count_is_suppressed_with_it():
    lowest, highest = table("AB", [1, 30], before=[9, 30]), table("AB", [4, 30], before=[9, 30])
    shown = suppressed_table(table("AB", [2, 30], before=[9, 30]), (lowest, highest))
    row = rows(shown)["A"]
    assert row["count"] is None
    assert np.isnan(row["rate"])
    assert np.isnan(row["rise"])
    assert (row["class"], row["is_high"]) == ("suppressed", None)
    assert (row["before"], row["residents"], row["name"]) == (9, 7.0, "Area A")
    assert rows(shown)["B"]["class"] == "class 3"


def test_a_row_that_is_missing_in_a_variant_is_suppressed():
    shown = suppressed_table(table("AB", [5, 7]), (table("A", [5]), table("AB", [5, 7])))
    assert rows(shown)["A"]["count"] == 5
    assert rows(shown)["B"]["count"] is None


def test_without_variants_nothing_is_shown_that_discloses():
    shown = suppressed_table(table("AB", [5, 7], notes=("5 records", "Synthetic")), None)
    assert [row["count"] for row in rows(shown).values()] == [None, None]
    assert dict(shown.provenance.counts) == {"records": None}
    assert shown.provenance.notes == ("Synthetic",)


def test_a_zero_is_shown_only_where_it_cannot_be_more():
    shown = suppressed_table(table("AB", [0, 0]), (table("AB", [0, 0]), table("AB", [0, 1])))
    assert [row["count"] for row in rows(shown).values()] == [0, None]


def test_notes_and_counts_that_differ_are_left_out():
    tables = [
        table("A", [5], records=records, notes=(f"{records} records", "always"))
        for records in (50, 40, 60)
    ]
    shown = suppressed_table(tables[0], (tables[1], tables[2]))
    assert shown.provenance.notes == ("always",)
    assert dict(shown.provenance.counts) == {"records": None}


def test_rows_of_the_same_names_are_compared_in_their_order():
    lowest, highest = table("AA", [10, 1]), table("AA", [10, 9])
    shown = suppressed_table(table("AA", [10, 5]), (lowest, highest))
    assert shown.columns["count"].tolist() == [10, None]


@pytest.mark.parametrize(
    ("expected", "lowest", "highest", "shown"),
    [
        (100, 95, 104, 100),
        (100, 90, 104, None),
        (0, 0, 0, 0),
        ("a", "a", "a", "a"),
        ("12 records", "11 records", "13 records", None),
        (None, None, None, None),
        (True, True, False, None),
        ({"a": 1, "b": 9}, {"a": 1}, {"a": 1, "b": 9}, {"a": 1, "b": None}),
        (["x", "3 fires"], ["x", "2 fires"], ["x", "4 fires"], ["x"]),
        ([1.0, 50], [1.0, 20], [1.0, 70], [1.0, None]),
        ([1, 2], [1], [1, 2], [None, None]),
        (
            [{"id": "b", "n": 4}, {"id": "a", "n": 9}],
            [{"id": "a", "n": 9}],
            [{"id": "a", "n": 9}, {"id": "b", "n": 4}],
            [{"id": "b", "n": None}, {"id": "a", "n": 9}],
        ),
        ({"version": "2-low"}, {"version": "2-a"}, {"version": "2-b"}, {"version": "2-low"}),
    ],
)
def test_members_of_documents_are_null_where_they_rest_on_hidden_cells(
    expected, lowest, highest, shown
):
    found = suppressed_content(expected, lowest, highest)
    if shown == [{"id": "b", "n": None}, {"id": "a", "n": 9}]:
        shown[0]["id"] = None  # what is in one variant only has no name
    assert found == shown


def test_a_legend_has_a_class_of_what_is_suppressed():
    def legend(count):
        classes = (
            LegendClass("low", "interval", 0, 1, 7),
            LegendClass("zero", "zero", count=count),
        )
        return Legend(
            "choropleth",
            "",
            "",
            "",
            "area",
            "sequential",
            "class",
            classes,
            None,
            (),
            provenance(),
        )

    shown = release(legend(3), choropleth(), audience(), bounds=(legend(1), legend(5))).answer
    assert [(part.label, part.count) for part in shown.classes] == [
        ("low", 7),
        ("zero", None),
        ("suppressed", None),
    ]


def test_every_type_of_answer_has_a_rule_but_for_rasters():
    import typing

    assert set(typing.get_args(answers.Answer)) - set(RULES) == {Raster}


def test_an_answer_without_a_rule_is_refused_to_who_does_not_see_records():
    grid = object()
    raster = Raster("raster", np.zeros((1, 1)), grid, "", "", provenance())
    with pytest.raises(NotAdmittedError):
        release(raster, choropleth(), audience())
    assert release(raster, choropleth(), OWNERS).answer is raster
    elsewhere = question(CHOROPLETH, ChoroplethQuery(), dataset="fires")
    assert release(raster, elsewhere, audience()).answer is raster


def test_who_sees_records_gets_the_answer_itself():
    answer = table("A", [1])
    assert release(answer, choropleth(), OWNERS).answer is answer
    assert not needs_bounds(answer, choropleth(), OWNERS)
    assert needs_bounds(answer, choropleth(), audience())


def test_nothing_is_computed_again_where_no_cell_is_hidden():
    published = audience().publications[0]
    whole = dataclasses.replace(
        audience(), publications=(dataclasses.replace(published, hidden=0),)
    )
    answer = table("A", [1])
    assert not needs_bounds(answer, choropleth(), whole)
    shown = release(answer, choropleth(), whole).answer
    assert shown.columns is answer.columns
    assert "as they are published under small-5-1" in shown.provenance.notes[-1]


def test_a_document_without_provenance_is_looked_through_too():
    documents = [
        Document("datasets", {"datasets": [{"id": "callouts", "records": number}]})
        for number in (50, 30, 70)
    ]
    shown = release(
        documents[0], Question("/v1/datasets"), audience(), bounds=tuple(documents[1:])
    ).answer
    assert shown.content == {"datasets": [{"id": "callouts", "records": None}]}
