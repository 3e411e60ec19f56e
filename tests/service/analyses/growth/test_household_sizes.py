"""Residents per household: of each area where measured, overall where not, given where told."""

import numpy as np
import pytest

from service.analyses.growth.household_sizes import household_sizes
from service.queries.growth import HouseholdQuery
from service.store.errors import UnknownMeasureError
from tests.service import vintages
from tests.service.vintages import NEW_M, OLD_M, opened, save_lookup, save_measure

PEOPLE = {"u": 200.0, "v": 330.0, "t1": 90.0, "t2": 0.0, "w": 4_000.0}
HOMES = {"u": 100.0, "v": 100.0, "t1": 0.0, "t2": 40.0, "w": 100.0}
OVERALL = (200.0 + 330.0) / 200.0


@pytest.fixture
def folder(tmp_path):
    opened(tmp_path, vintages.layer("new", NEW_M))
    return tmp_path


def sizes(folder, layer="new", **query):
    held = opened(folder)
    areas = held.layers.get(layer)
    found = household_sizes(
        held.measures,
        held.layers,
        areas,
        HouseholdQuery(**query),
        crosswalks=held.areas.crosswalks,
    )
    return found, dict(zip(areas.codes, found.values.tolist(), strict=True))


def save_both(folder, layer="new", people=PEOPLE, homes=HOMES, period="2021"):
    save_measure(folder, layer, people, period=period, measure="population")
    save_measure(folder, layer, homes, period="2021", measure="households")


def test_an_area_has_its_population_over_its_households(folder):
    save_both(folder)
    found, values = sizes(folder)
    assert (values["u"], values["v"]) == (2.0, 3.3)
    assert found.overall == pytest.approx(OVERALL)


def test_areas_without_a_size_of_their_own_have_the_overall_one_and_it_is_said_why(folder):
    save_both(folder, people={k: v for k, v in PEOPLE.items() if k != "v"})
    found, values = sizes(folder)
    assert [values[code] for code in ("v", "t1", "t2", "w")] == [2.0] * 4
    assert found.is_own.tolist() == [code == "u" for code in sorted(NEW_M)]
    said = " ".join(found.notes())
    assert "1 areas have no value of one of its measures and have the overall size" in said
    assert "2 areas have no residents or no households" in said
    assert "1 areas have a size below 1 or above 5" in said


def test_outside_every_area_the_overall_size_holds(folder):
    save_both(folder)
    found, _ = sizes(folder)
    at = found.sizes_at(np.array([-1, sorted(NEW_M).index("v")]))
    assert at.tolist() == [pytest.approx(OVERALL), 3.3]


def test_a_size_that_is_given_holds_everywhere_and_is_said(folder):
    save_both(folder)
    found, values = sizes(folder, household_size=2.4)
    assert set(values.values()) == {2.4}
    assert found.source()["residents_per_household"] == "given"
    assert "2.4 residents per household were given" in found.notes()[0]


def test_without_measures_nothing_is_known_and_it_is_said(folder):
    found, _ = sizes(folder)
    assert not found.is_known
    assert np.isnan(found.values).all()
    assert "Give household_size" in found.notes()[0]


def test_a_measure_of_residents_will_do_for_population(folder):
    save_measure(folder, "new", PEOPLE, period="2021", measure="residents")
    save_measure(folder, "new", HOMES, period="2021", measure="households")
    found, values = sizes(folder)
    assert values["u"] == 2.0
    assert found.source()["population"]["measure"] == "residents"


def test_the_two_measures_are_of_one_period_where_they_can_be(folder):
    save_both(folder)
    save_measure(folder, "new", dict.fromkeys(NEW_M, 500.0), period="2023", measure="population")
    found, values = sizes(folder)
    assert values["u"] == 2.0
    assert "population of 2021 over households of 2021" in found.notes()[0]


def test_measures_of_different_periods_are_used_and_it_is_said(folder):
    save_both(folder, period="2023")
    found, _ = sizes(folder)
    assert "Its two measures are of different periods." in found.notes()


def test_a_measure_named_that_does_not_exist_is_refused(folder):
    save_both(folder)
    with pytest.raises(UnknownMeasureError, match="it has: households, population"):
        sizes(folder, population="cars")


def test_a_measure_of_the_wrong_period_is_refused(folder):
    save_both(folder)
    with pytest.raises(UnknownMeasureError, match="it has: households of 2021"):
        sizes(folder, households="households:1999")


def test_a_layer_without_measures_borrows_from_the_area_at_its_inner_points(folder):
    opened(folder, vintages.layer("old", OLD_M))
    save_both(folder)
    found, values = sizes(folder, "old")
    assert (values["u"], values["v"]) == (2.0, 3.3)
    assert values["s"] == pytest.approx(OVERALL)  # its inner point is in t2, without residents
    assert "those of the area of new at each area's inner point" in " ".join(found.notes())


def test_a_measure_of_another_vintage_is_carried_across(folder):
    opened(folder, vintages.layer("old", OLD_M))
    save_lookup(folder)
    save_measure(folder, "old", dict.fromkeys(OLD_M, 220.0), period="2021", measure="population")
    save_measure(folder, "new", dict.fromkeys(NEW_M, 100.0), period="2021", measure="households")
    found, values = sizes(folder)
    assert (values["u"], values["w"]) == (2.2, 4.4)
    assert found.population is not None
    assert found.population.carried_by


def test_without_any_household_nothing_is_known(folder):
    save_both(folder, homes=dict.fromkeys(NEW_M, 0.0))
    found, _ = sizes(folder)
    assert not found.is_known
    assert "Give household_size" in " ".join(found.notes())
