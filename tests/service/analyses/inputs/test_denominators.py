"""Measures of another vintage as denominators: exact where they can be, flagged where not."""

import numpy as np
import pytest

from service.analyses.inputs.denominators import denominator_of
from service.model.errors import UnknownStatisticError
from service.queries.areas import ChoroplethQuery
from service.store.errors import UnknownMeasureError
from tests.service import vintages
from tests.service.vintages import NEW_M, OLD_M, opened, save_lookup, save_measure

OLD_RESIDENTS = {"u": 100.0, "v": 200.0, "s": 400.0, "m": 30.0, "n": 50.0}


@pytest.fixture
def folder(tmp_path):
    opened(tmp_path, vintages.layer("new", NEW_M), vintages.layer("old", OLD_M))
    save_measure(tmp_path, "old", OLD_RESIDENTS, period="2019")
    return tmp_path


def of(folder, asked, **options):
    held = opened(folder)
    layer = held.layers.get("new")
    found = denominator_of(
        held.measures, layer, asked, crosswalks=held.areas.crosswalks, **options
    )
    return found, dict(zip(layer.codes, found.values.tolist(), strict=True))


def flags(found):
    return dict(zip(sorted(NEW_M), found.estimated.tolist(), strict=True))


def test_unchanged_and_merged_are_exact_and_parts_are_shared_by_area_and_flagged(folder):
    save_lookup(folder)
    found, values = of(folder, "residents")
    assert values == {"u": 100.0, "v": 200.0, "t1": 100.0, "t2": 300.0, "w": 80.0}
    assert flags(found) == {"t1": True, "t2": True, "u": False, "v": False, "w": False}
    assert found.period == "2019"
    assert (
        "2 areas are parts of split ones, and theirs is an estimate, shared by area."
        in (found.notes()[1])
    )
    assert found.source()["carried_by"][0]["from_layer"] == "old"


def test_the_layers_own_period_of_the_measure_shares_better_than_area(folder):
    save_lookup(folder)
    own = {"u": 1.0, "v": 1.0, "w": 1.0, "t1": 90.0, "t2": 10.0}
    save_measure(folder, "new", own, period="2021")
    found, values = of(folder, "residents:2019")
    assert (values["t1"], values["t2"]) == (360.0, 40.0)
    assert "shared by residents of 2021" in found.notes()[1]
    latest, _ = of(folder, "residents")
    assert (latest.period, latest.estimated, latest.carried_by) == ("2021", None, ())


def test_a_weight_that_the_lookup_names_comes_first(folder):
    save_lookup(folder, weight="homes:2020")
    save_measure(folder, "new", dict.fromkeys(NEW_M, 5.0), period="2020", measure="homes")
    save_measure(folder, "new", {"t1": 90.0, "t2": 10.0}, period="2021")
    found, values = of(folder, "residents:2019")
    assert (values["t1"], values["t2"]) == (200.0, 200.0)
    assert "shared by homes of 2020" in found.notes()[1]


def test_own_periods_that_cannot_share_leave_it_to_area(folder):
    save_lookup(folder)
    save_measure(folder, "new", {"u": 1.0, "t1": 90.0}, period="2021")
    _, values = of(folder, "residents:2019")
    assert (values["t1"], values["t2"]) == (100.0, 300.0)


def test_what_rests_on_a_missing_value_is_missing(folder):
    save_lookup(folder)
    some = {code: value for code, value in OLD_RESIDENTS.items() if code not in ("m", "s")}
    save_measure(folder, "old", some, period="2019")
    found, values = of(folder, "residents")
    assert [code for code, value in values.items() if np.isnan(value)] == ["t1", "t2", "w"]
    assert not found.estimated.any()
    assert "3 areas have no residents: the rate is missing." in found.notes()


def test_a_split_area_that_the_layer_has_in_part_has_no_value(folder):
    most = {code: extent for code, extent in NEW_M.items() if code != "t1"}
    held = opened(folder, vintages.layer("some", most))
    save_lookup(folder, key=vintages.LookupKey("old", "some"))
    layer = held.layers.get("some")
    found = denominator_of(held.measures, layer, "residents", crosswalks=held.areas.crosswalks)
    values = dict(zip(layer.codes, found.values.tolist(), strict=True))
    assert np.isnan(values.pop("t2"))
    assert values == {"u": 100.0, "v": 200.0, "w": 80.0}


def test_between_years_of_two_vintages(folder):
    save_lookup(folder)
    save_measure(folder, "new", dict.fromkeys(NEW_M, 500.0), period="2021")
    found, values = of(folder, "residents", at_year=2020.5)
    assert values["u"] == pytest.approx(300.0)
    assert values["t1"] == pytest.approx((200.0 + 500.0) / 2)  # shared by 500 and 500
    assert found.period == "2020.50, between 2019 and 2021"
    assert found.estimated[sorted(NEW_M).index("t1")]
    assert len(found.carried_by) == 1


def test_between_years_of_one_period_is_that_period(folder):
    save_lookup(folder)
    _, values = of(folder, "residents", at_year=2030.0)
    assert values["w"] == 80.0


def test_a_score_below_zero_is_not_shared_out(folder):
    save_measure(folder, "old", dict.fromkeys(OLD_M, -1.0), period="2019", measure="score")
    save_lookup(folder)
    with pytest.raises(UnknownMeasureError):
        of(folder, "score")


def test_what_could_be_asked_for_is_named(folder):
    save_measure(folder, "new", dict.fromkeys(NEW_M, 1.0), period="2021", measure="homes")
    with pytest.raises(UnknownMeasureError, match=r"it has: homes$"):
        of(folder, "residents")
    save_lookup(folder)
    with pytest.raises(UnknownMeasureError, match="it has: homes, residents"):
        of(folder, "cars")
    with pytest.raises(UnknownMeasureError, match="it has: residents of 2019"):
        of(folder, "residents:2001")
    with pytest.raises(UnknownStatisticError):
        of(folder, "residents:2019", at_year=2019.0)


def test_a_choropleth_flags_the_areas_whose_denominator_is_an_estimate(folder):
    save_lookup(folder)
    records = [(code, None) for code in "uvmn"] + [("s", 2_100.0)]
    vintages.save_incidents(folder, records, area_layer="old")
    query = ChoroplethQuery(measure="rate", denominator="residents", per=1000)
    table = opened(folder).choropleths.table("calls", "new", query)
    rows = dict(zip(table.columns["code"], table.columns["denominator_estimated"], strict=True))
    assert rows == {"u": False, "v": False, "w": False, "t1": True, "t2": True}
    rate = dict(zip(table.columns["code"], table.columns["value"], strict=True))
    assert rate["w"] == pytest.approx(2 / 80 * 1000)
    notes = " ".join(table.provenance.notes)
    assert "Codes of old lead to new through lookup.csv" in notes
    assert "residents was carried across from old through lookup.csv" in notes


def test_through_two_lookups_only_what_is_whole_is_carried(folder):
    wards = {"west": (0, 2_500), "middle": (2_500, 4_000), "east": (4_000, 6_000)}
    opened(folder, vintages.layer("ward", wards))
    pairs = [(code, "west", "") for code in ("u", "v", "t1")]
    save_lookup(folder)
    save_lookup(
        folder,
        pairs=(*pairs, ("t2", "middle", ""), ("w", "east", "")),
        key=vintages.LookupKey("new", "ward"),
    )
    held = opened(folder)
    found = denominator_of(
        held.measures, held.layers.get("ward"), "residents", crosswalks=held.areas.crosswalks
    )
    values = dict(zip(held.layers.get("ward").codes, found.values, strict=True))
    assert values["east"] == 80.0
    assert np.isnan([values["west"], values["middle"]]).all()  # s is in both


def test_a_layer_with_its_own_measure_has_no_flags(folder):
    save_lookup(folder)
    vintages.save_incidents(folder, [("u", None)])
    save_measure(folder, "new", dict.fromkeys(NEW_M, 1.0), period="2021")
    query = ChoroplethQuery(measure="rate", denominator="residents")
    table = opened(folder).choropleths.table("calls", "new", query)
    assert "denominator_estimated" not in table.columns
