"""Who, what and at what hour: each condition against the records, one by one."""

import datetime
import math

import numpy as np
import pytest

from service.analyses.inputs.selection import select
from service.model.errors import NotCoveredError, NotStatedError, UnknownValueError
from service.model.queries import IncidentQuery
from service.store.errors import UnknownAttributeError
from service.store.incidents import IncidentStore
from tests.service import people, world


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    folder = people.add(tmp_path_factory.mktemp("people"))
    return IncidentStore(folder / "incidents", crs=world.CRS).open(people.DATASET)


def selected(incidents, **query):
    return select(incidents, IncidentQuery.model_validate(query).incident_filter())


def age(person):
    try:
        return math.floor(float(person.age))
    except (TypeError, ValueError):
        return None


def at_night(person):
    return person.record.precision == "minute" and (
        person.record.occurred.hour >= 22 or person.record.occurred.hour < 3
    )


def night_of(person):
    """The day on which the night of an incident from 22 to 3 began."""
    return (person.record.occurred - datetime.timedelta(hours=3)).strftime("%a").lower()


def day(person):
    return person.record.occurred.strftime("%a").lower()


def is_marked(person, marker):
    return marker in [part.strip() for part in (person.marker or "").split(";")]


WEEKEND = ("fri", "sat")
CASES = {
    "one subcategory": ({"subcategory": "knife"}, lambda p: p.subcategory == "knife"),
    "two": ({"subcategory": ("knife", "fist")}, lambda p: p.subcategory is not None),
    "text": ({"attribute": "sex:Female"}, lambda p: p.sex == "Female"),
    "a number": ({"attribute": "victims:2"}, lambda p: p.victims == 2),
    "a number, written otherwise": ({"attribute": "victims:2.0"}, lambda p: p.victims == 2),
    "alternatives and both": (
        {"attribute": ("sex:Female", "sex:Male", "victims:1")},
        lambda p: p.sex is not None and p.victims == 1,
    ),
    "a marker among several": ({"marker": "alcohol"}, lambda p: is_marked(p, "alcohol")),
    "either marker": (
        {"marker": ("hate", "night")}, lambda p: is_marked(p, "hate") or is_marked(p, "night"),
    ),
    "ages": ({"ages": "18-30"}, lambda p: age(p) is not None and 18 <= age(p) <= 30),
    "ages upwards": ({"ages": "65-"}, lambda p: age(p) is not None and age(p) >= 65),
    "hours": (
        {"hours": "9-17"},
        lambda p: p.record.precision == "minute" and 9 <= p.record.occurred.hour < 17,
    ),
    "hours past midnight": ({"hours": "22-03"}, at_night),
    "hours up to midnight": (
        {"hours": "22-0"},
        lambda p: p.record.precision == "minute" and p.record.occurred.hour >= 22,
    ),
    "days": (
        {"weekdays": "sat,FRI"},
        lambda p: p.record.precision != "month" and day(p) in WEEKEND,
    ),
    "nights": (
        {"weekdays": "fri,sat", "hours": "22-03"},
        lambda p: at_night(p) and night_of(p) in WEEKEND,
    ),
    "all at once": (
        {
            "subcategory": "knife", "attribute": "sex:Male", "ages": "17-64", "marker": "hate",
            "category": "assault", "from": "2023-03", "to": "2024-10",
        },
        lambda p: p.record.category == "assault" and p.subcategory == "knife"
        and p.sex == "Male" and age(p) is not None and 17 <= age(p) <= 64 and is_marked(p, "hate")
        and datetime.datetime(2023, 3, 1) <= p.record.occurred  # noqa: DTZ001
        and p.record.occurred < datetime.datetime(2024, 11, 1),  # noqa: DTZ001
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_condition_selects_what_a_look_at_every_record_does(incidents, case):
    query, is_wanted = case
    selection = selected(incidents, **query)
    expected = [person for person in people.PEOPLE if is_wanted(person)]
    assert 0 < selection.records == len(expected) < len(people.PEOPLE)
    assert sorted(incidents.occurred[selection.mask].tolist()) == sorted(
        person.record.occurred for person in expected
    )


def test_what_is_not_known_is_counted_and_said(incidents):
    selection = selected(incidents, hours="22-03", ages="18-30", attribute="sex:Male")
    persons = people.PEOPLE
    assert selection.not_stated == {
        "sex": sum(person.sex is None for person in persons),
        "age": sum(age(person) is None for person in persons),
        "time of day": sum(person.record.precision != "minute" for person in persons),
    }
    assert selection.provenance_filter()["not_stated"] == selection.not_stated
    notes = " ".join(selection.coverage_notes())
    for subject, count in selection.not_stated.items():
        assert f"{count} records are left out: their {subject} is not known." in notes


def test_what_is_not_known_outside_the_period_and_categories_is_not_counted(incidents):
    selection = selected(incidents, ages="0-120", category="robbery", to="2023-06")
    in_period = [
        person
        for person in people.PEOPLE
        if person.record.category == "robbery"
        and person.record.occurred < datetime.datetime(2023, 7, 1)  # noqa: DTZ001
    ]
    assert selection.not_stated == {"age": sum(age(person) is None for person in in_period)}


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ({"subcategory": "gun"}, "fist; knife"),
        ({"attribute": "sex:female"}, "Female; Male"),
        ({"attribute": "victims:3"}, "1; 2"),
        ({"marker": "hate;alcohol"}, "alcohol; hate; night; none"),
    ],
)
def test_a_value_that_there_is_not_is_an_error_that_lists_those_there_are(
    incidents, query, listed
):
    with pytest.raises(UnknownValueError, match=listed):
        selected(incidents, **query)


def test_an_attribute_that_there_is_not_is_an_error_that_lists_those_there_are(incidents):
    with pytest.raises(UnknownAttributeError, match="it has: sex, age, marker, victims"):
        selected(incidents, attribute="colour:red")


@pytest.mark.parametrize(
    "query",
    [{"hours": text} for text in ("", "22", "3-3", "24-3", "1-25", "a-b", "22-03-04", "٢-3")]
    + [{"weekdays": text} for text in ("", "friday", "fri;sat", "fri,")]
    + [{"ages": text} for text in ("", "30-18", "18", "-18", "18-3x")]
    + [{"attribute": text} for text in ("sex", "sex:", ":Female")],
    ids=str,
)
def test_what_is_not_written_as_it_must_be_is_refused(query):
    with pytest.raises(ValueError, match=r"must be|at least 1 character"):
        IncidentQuery.model_validate(query)


def test_a_condition_that_no_record_speaks_of_is_refused(incidents):
    first = min(p.record.occurred for p in people.PEOPLE if p.record.precision == "day")
    day = first.date().isoformat()
    on_day = [p for p in people.PEOPLE if p.record.occurred.date() == first.date()]
    assert {person.record.precision for person in on_day} == {"day"}
    with pytest.raises(NotStatedError, match=f"none of the {len(on_day)} records .* time of day"):
        selected(incidents, hours="9-17", **{"from": day, "to": day})


def test_a_weekday_is_exposed_as_often_as_it_comes(incidents):
    # January 2023 has five Sundays, February four: 35 and 28 days' worth.
    january, february = (
        selected(incidents, weekdays="sun", **{"from": month, "to": month})
        for month in ("2023-01", "2023-02")
    )
    assert (january.length_days(), february.length_days()) == (35.0, 28.0)
    assert january.provenance_filter()["covered_days"] == 31
    every_day = selected(incidents, weekdays="mon,tue,wed,thu,fri,sat,sun", to="2023-01")
    assert every_day.length_days() == 31.0


def test_a_period_without_the_day_of_the_week_is_refused(incidents):
    with pytest.raises(NotCoveredError, match="sat in 2023-01-02 to 2023-01-06"):
        select(
            incidents,
            IncidentQuery.model_validate(
                {"weekdays": "sat", "from": "2023-01-02", "to": "2023-01-06", "hours": "9-12"}
            ).incident_filter(),
        )


def test_the_mask_is_read_only_and_no_filter_selects_all(incidents):
    selection = selected(incidents)
    assert selection.not_stated == {}
    assert "not_stated" not in selection.provenance_filter()
    assert np.array_equal(selection.mask, np.ones(len(incidents), np.bool_))
    assert not selection.mask.flags.writeable
