"""Incidents coded in another vintage: where each is placed, and what is said about it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.analyses.inputs.split_areas import deal_seats
from service.model.incident_filter import IncidentFilter
from tests.service import vintages
from tests.service.vintages import NEW_M, OLD_M, PAIRS, opened, save_incidents, save_lookup
from tests.strategies import quantities

MIDDLE = {code: (left + right) / 2 for code, (left, right) in OLD_M.items()}
# Ten records in each old area but s, located in their middle: a dataset of the old vintage.
TYPICAL = [(code, MIDDLE[code]) for code in "uvmn" for _ in range(10)]


def counted(data_dir, layer="new", **wanted):
    held = opened(data_dir)
    return held.areas.count("calls", layer, IncidentFilter(**wanted))


def by_code(found):
    return dict(zip(found.layer.codes, found.count.tolist(), strict=True))


@pytest.fixture
def folder(tmp_path):
    opened(tmp_path, vintages.layer("new", NEW_M), vintages.layer("old", OLD_M))
    return tmp_path


def test_unchanged_and_merged_areas_are_exact_and_split_ones_go_by_location(folder):
    split = [("s", 2_100.0)] * 4 + [("s", 3_000.0)] * 7
    save_incidents(folder, TYPICAL + split, area_layer="old")
    save_lookup(folder)
    found = counted(folder)
    assert by_code(found) == {"u": 10, "v": 10, "w": 20, "t1": 4, "t2": 7}
    assert found.reconciliation() == {
        "records": 51, "in_layer_by_code": 20, "in_layer_by_location": 0, "outside": 0,
        "not_located": 0, "in_layer_by_lookup": 20, "in_layer_by_lookup_and_location": 11,
        "in_layer_by_lookup_and_share": 0,
    }  # fmt: skip


def test_the_old_code_counts_for_more_than_a_place_that_was_moved(folder):
    # Coded s, but snapped into v and w, nearer to t1 and to t2; and coded m, snapped into t2.
    moved = [("s", 1_900.0), ("s", 4_300.0), ("m", 3_900.0)]
    save_incidents(folder, TYPICAL + moved, area_layer="old")
    save_lookup(folder)
    assert by_code(counted(folder)) == {"u": 10, "v": 10, "w": 21, "t1": 1, "t2": 1}


def test_without_a_place_they_are_shared_by_area_and_totals_are_kept(folder):
    save_incidents(folder, TYPICAL + [("s", None)] * 8, area_layer="old")
    save_lookup(folder)
    found = counted(folder)
    assert by_code(found) == {"u": 10, "v": 10, "w": 20, "t1": 2, "t2": 6}  # 500 m to 1,500 m
    assert found.reconciliation()["in_layer_by_lookup_and_share"] == 8
    assert any("shared among the parts by area" in note for note in found.notes())


def test_the_weight_that_the_lookup_names_is_used_and_said(folder):
    vintages.save_measure(folder, "new", {"t1": 300.0, "t2": 100.0}, period="2021")
    save_incidents(folder, TYPICAL + [("s", None)] * 8, area_layer="old")
    save_lookup(folder, weight="residents")
    found = counted(folder)
    assert by_code(found) == {"u": 10, "v": 10, "w": 20, "t1": 6, "t2": 2}
    assert found.sources()["lookups"][0]["shared_by"] == "residents of 2021"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "residents is not loaded for new"),
        ({"t1": 5.0}, "missing or 0"),
        ({"t1": 0.0, "t2": 0.0}, "missing or 0"),
    ],
)
def test_a_weight_that_cannot_share_gives_way_to_area_and_says_so(folder, values, words):
    if values:
        vintages.save_measure(folder, "new", values, period="2021")
    save_incidents(folder, TYPICAL + [("s", None)] * 8, area_layer="old")
    save_lookup(folder, weight="residents")
    found = counted(folder)
    assert (by_code(found)["t1"], by_code(found)["t2"]) == (2, 6)
    assert any(words in note for note in found.notes())


def test_any_stretch_of_time_of_a_category_keeps_to_the_weights(folder):
    months = [1 + i % 12 for i in range(48)]
    categories = ["assault", "fire"] * 24
    save_incidents(
        folder, [("s", None)] * 48, area_layer="old", categories=categories, months=months
    )
    save_lookup(folder)
    assert (by_code(counted(folder))["t1"], by_code(counted(folder))["t2"]) == (12, 36)
    for category in ("assault", "fire"):
        found = by_code(counted(folder, categories=(category,)))
        assert (found["t1"], found["t2"]) == (6, 18)


def test_the_vintage_is_said_and_so_is_the_lookup_that_is_missing(folder):
    save_incidents(folder, [*TYPICAL, *[("s", 3_000.0)] * 10], area_layer="old")
    found = counted(folder)
    assert found.notes()[0] == (
        "The area codes are of old: 40.0 % of the coded records have one that is also in new."
    )
    assert "No lookup from old to new is imported" in found.notes()[1]
    assert by_code(found) == {"u": 10, "v": 10, "w": 20, "t1": 0, "t2": 10}
    assert found.reconciliation()["in_layer_by_location"] == 50
    save_lookup(folder)
    assert by_code(counted(folder)) == {"u": 10, "v": 10, "w": 20, "t1": 0, "t2": 10}
    assert counted(folder).notes()[0] == found.notes()[0]


def test_nothing_is_said_of_codes_of_the_layer_itself(folder):
    save_incidents(folder, TYPICAL, area_layer="old")
    save_lookup(folder)
    found = counted(folder, "old")
    assert found.notes() == ()
    assert set(found.reconciliation()) == {
        "records", "in_layer_by_code", "in_layer_by_location", "outside", "not_located",
    }  # fmt: skip


def test_nothing_is_said_of_a_layer_of_another_kind(folder):
    wide = vintages.layer("district", {"all": (0, 6_000)})
    opened(folder, wide)
    save_incidents(folder, TYPICAL, area_layer="old")
    assert counted(folder, "district").notes() == ()


def test_a_code_counts_in_its_own_layer_and_not_in_one_that_has_its_text(folder):
    # The beats are numbered like the stations of the codes, and lie elsewhere.
    opened(folder, vintages.layer("beat", {"v": (0, 1_000), "u": (1_000, 2_000)}))
    save_incidents(folder, [*TYPICAL, ("u", None)], area_layer="old")
    found = counted(folder, "beat")
    assert by_code(found) == {"v": 10, "u": 10}
    numbers = found.reconciliation()
    assert (numbers["in_layer_by_code"], numbers["in_layer_by_location"]) == (0, 20)
    assert numbers["not_located"] == 1
    assert "No lookup from old to beat is imported" in found.notes()[1]
    assert by_code(counted(folder, "old"))["u"] == 11


def test_a_code_of_a_layer_that_is_not_imported_counts_nowhere(folder):
    save_incidents(folder, [("u", 1_500.0)] * 3, area_layer="station")
    assert by_code(counted(folder, "old")) == {"u": 0, "v": 3, "s": 0, "m": 0, "n": 0}


@pytest.mark.parametrize(("place_m", "area"), [(500.0, "u"), (1_500.0, "v"), (None, "u")])
def test_codes_stored_without_a_layer_are_of_one_unless_their_places_deny_it(
    folder, place_m, area
):
    save_incidents(folder, [("u", place_m)] * 20 + [("u", None)])
    found = counted(folder, "old")
    assert by_code(found)[area] == (21 if area == "u" else 20)
    assert found.reconciliation()["not_located"] == (0 if area == "u" else 1)


def test_a_code_that_its_layer_lacks_may_be_of_a_vintage_and_of_nothing_else(folder):
    vintages_of_each_other = (*PAIRS, *((f"x{i}", f"x{i}", "U") for i in range(4)))
    records = [("w", None)] * 3 + [("u", None)] * 2
    save_incidents(folder, records, area_layer="old")
    save_lookup(folder, pairs=vintages_of_each_other)
    assert by_code(counted(folder)) == {"u": 2, "v": 0, "t1": 0, "t2": 0, "w": 3}
    # One station to one beat: that a code of stations is also one of beats means nothing.
    opened(folder, vintages.layer("beat", BEAT_M))
    stations = tuple((f"s{i}", code, "") for i, code in enumerate(BEAT_M))
    save_lookup(folder, pairs=stations, key=vintages.LookupKey("station", "beat"))
    save_incidents(folder, [("s0", None), ("u", None)], area_layer="station")
    found = counted(folder, "beat")
    assert by_code(found) == {"v": 1, "u": 0, "t1": 0}
    assert found.reconciliation()["not_located"] == 1


def test_a_minority_of_codes_that_a_layer_has_does_not_make_them_its_own(folder):
    records = [("u", 1_500.0)] * 3 + [(f"station {i}", 1_500.0) for i in range(7)]
    save_incidents(folder, records)
    assert by_code(counted(folder, "old")) == {"u": 0, "v": 10, "s": 0, "m": 0, "n": 0}


def test_each_file_has_the_layer_of_its_own_codes(folder):
    opened(folder, vintages.layer("beat", {"v": (0, 1_000), "u": (1_000, 2_000)}))
    records = [("u", None)] * 3
    save_incidents(folder, records, area_layer="old")
    save_incidents(folder, records, area_layer="beat", file="beats.csv")
    assert by_code(counted(folder, "old"))["u"] == 3
    assert by_code(counted(folder, "beat"))["u"] == 3


def test_codes_are_compared_without_case_and_blanks(folder):
    save_lookup(folder)
    records = [("u", None), ("U", None), (" u ", None), ("M", None), ("S", 2_100.0)]
    save_incidents(folder, records, area_layer="old")
    assert by_code(counted(folder, "old")) == {"u": 3, "v": 0, "s": 1, "m": 1, "n": 0}
    assert by_code(counted(folder)) == {"u": 3, "v": 0, "t1": 1, "t2": 0, "w": 1}


def test_codes_that_contradict_the_places_are_said_below_nine_in_ten(folder):
    agreeing = [("u", 500.0)] * 9
    save_incidents(folder, [*agreeing, ("u", 1_500.0), ("u", None)], area_layer="old")
    assert counted(folder, "old").notes() == ()
    save_incidents(folder, [*agreeing, *[("u", 1_500.0)] * 2, ("u", None)], area_layer="old")
    (note,) = counted(folder, "old").notes()
    assert "of 11 records that have both, 9 (81.8 %) lie in the area of their code" in note


def test_a_mixture_of_both_vintages_is_placed_record_by_record(folder):
    new = [("t1", 2_200.0)] * 30 + [("w", 5_500.0)] * 30
    save_incidents(folder, [*TYPICAL, ("s", 3_000.0), *new], area_layer="new")
    save_lookup(folder)
    assert by_code(counted(folder)) == {"u": 10, "v": 10, "w": 50, "t1": 30, "t2": 1}
    assert by_code(counted(folder, "old")) == {"u": 10, "v": 10, "s": 31, "m": 10, "n": 40}


def test_the_lookup_is_used_backwards_too(folder):
    elsewhere = tuple((f"x{i}", f"x{i}", "U") for i in range(4))  # so that most are unchanged
    save_incidents(folder, [("t1", 2_200.0)] * 3 + [("w", 4_200.0)] * 2 + [("w", None)] * 4)
    save_lookup(folder, pairs=(*PAIRS, *elsewhere))
    found = counted(folder, "old")
    assert by_code(found) == {"u": 0, "v": 0, "s": 3, "m": 4, "n": 2}


def test_a_code_used_for_other_ground_follows_the_vintage_of_the_data(folder):
    # The new layer calls v what was u, and the other way round.
    swapped = (("u", "v", ""), ("v", "u", ""), *PAIRS[2:])
    save_incidents(folder, [("u", None)] * 3 + [("s", None), ("m", None)] * 20, area_layer="old")
    save_lookup(folder, pairs=swapped)
    found = by_code(counted(folder))
    assert (found["u"], found["v"]) == (0, 3)


def test_an_unknown_code_is_outside_with_a_place_and_not_located_without(folder):
    save_incidents(folder, [*TYPICAL, ("elsewhere", 50_000.0), ("elsewhere", None)])
    save_lookup(folder)
    numbers = counted(folder).reconciliation()
    assert (numbers["outside"], numbers["not_located"]) == (1, 1)


def test_a_layer_that_lacks_a_part_of_a_split_area_does_not_guess(folder):
    most = {code: extent for code, extent in NEW_M.items() if code not in ("t1", "w")}
    opened(folder, vintages.layer("some", most))
    records = [("s", 2_100.0), ("s", 3_000.0), ("s", None), ("m", MIDDLE["m"])]
    save_incidents(folder, [*TYPICAL, *records], area_layer="old")
    save_lookup(folder, key=vintages.LookupKey("old", "some"))
    found = counted(folder, "some")
    assert by_code(found) == {"u": 10, "v": 10, "t2": 1}
    numbers = found.reconciliation()
    assert (numbers["outside"], numbers["not_located"]) == (22, 1)
    assert sum(n for name, n in numbers.items() if name != "records") == numbers["records"]


def test_parts_lead_to_their_wholes_and_not_back(folder):
    wholes = (
        ("u", "west", ""),
        ("v", "west", ""),
        ("s", "east", ""),
        ("m", "east", ""),
        ("n", "east", ""),
    )
    opened(folder, vintages.layer("ward", {"west": (0, 2_000), "east": (2_000, 6_000)}))
    save_incidents(folder, [*TYPICAL, ("n", None), ("west", None)], area_layer="old")
    save_lookup(folder, pairs=wholes, key=vintages.LookupKey("old", "ward"))
    assert by_code(counted(folder, "ward")) == {"west": 20, "east": 21}
    assert counted(folder, "ward").notes() == ("Codes of old lead to ward through lookup.csv.",)
    assert by_code(counted(folder, "old"))["u"] == 10


def test_codes_lead_through_two_lookups_and_a_part_goes_by_location(folder):
    opened(folder, vintages.layer("ward", {"west": (0, 2_500), "east": (2_500, 6_000)}))
    wards = tuple((code, "west", "") for code in ("u", "v", "t1"))
    wards += tuple((code, "east", "") for code in ("t2", "w"))
    save_lookup(folder)
    save_lookup(folder, pairs=wards, key=vintages.LookupKey("new", "ward"))
    records = [("u", None), ("m", None), ("s", 2_100.0), ("s", 3_000.0), ("v", 5_000.0)]
    save_incidents(folder, [*records * 10, ("s", None)], area_layer="old")
    found = counted(folder, "ward")
    assert by_code(found) == {"west": 30, "east": 20}
    assert found.reconciliation()["not_located"] == 1
    assert found.reconciliation()["in_layer_by_lookup_and_location"] == 20
    assert any("Codes of old lead to ward through lookup.csv and" in n for n in found.notes())


def test_a_new_lookup_is_used_at_once_and_changes_the_version(folder):
    save_incidents(folder, TYPICAL + [("s", None)] * 8, area_layer="old")
    held = opened(folder)
    before = held.areas.count("calls", "new", IncidentFilter())
    version = held.areas.version("calls", "new")
    assert before.reconciliation()["not_located"] == 8
    save_lookup(folder)
    assert held.areas.version("calls", "new") != version
    after = held.areas.count("calls", "new", IncidentFilter())
    assert after.reconciliation()["not_located"] == 0
    assert int(after.count.sum()) == 48


BEAT_M = {"v": (0, 1_000), "u": (1_000, 2_000), "t1": (2_000, 6_000)}
LAYERS_M = {"old": OLD_M, "new": NEW_M, "beat": BEAT_M}
LATER = {"u": "u", "v": "v", "m": "w", "n": "w"}  # what the lookup says of areas not split


def area_at(x_m, extents_m):
    """The strip that a place is in, None in none."""
    inside = [c for c, (a, b) in extents_m.items() if x_m is not None and a <= x_m < b]
    return inside[0] if inside else None


def expected_area(code, home, x_m, target):
    """The rules record by record: the code in its own layer, by the lookup, else the place."""
    if code is not None and home == target:
        return code
    if code is not None and (home, target) == ("old", "new"):
        return LATER.get(code) or area_at(x_m, {c: NEW_M[c] for c in ("t1", "t2")})
    return area_at(x_m, LAYERS_M[target])


@pytest.mark.parametrize("target", ["old", "new", "beat"])
def test_every_pair_of_code_and_place_is_where_the_rules_say(folder, target):
    opened(folder, vintages.layer("beat", BEAT_M))
    save_lookup(folder)
    places = [None, -500.0, 500.0, 1_500.0, 2_250.0, 3_000.0, 4_500.0, 5_500.0]
    cases = {
        f"{home} {code} {x_m}": (home, code, x_m)
        for home in LAYERS_M
        for code in (None, *LAYERS_M[home])
        for x_m in places
        # A split area without a place in it is shared out or snapped: tested above.
        if code != "s" or area_at(x_m, OLD_M) == "s"
    }
    for home in LAYERS_M:
        names = [name for name, case in cases.items() if case[0] == home]
        records = [cases[name][1:] for name in names]
        save_incidents(folder, records, area_layer=home, categories=names, file=f"{home}.csv")
    found = counted(folder, target)
    incidents, placement = found.selection.incidents, found.placement
    areas = (*found.layer.codes, None)
    placed = {
        incidents.categories[category]: areas[area]
        for category, area in zip(incidents.category, placement.area, strict=True)
    }
    assert placed == {
        name: expected_area(code, home, x_m, target) for name, (home, code, x_m) in cases.items()
    }


@given(
    n=st.integers(0, 300),
    weights=st.lists(quantities(0, 1e6), min_size=1, max_size=6).filter(lambda w: sum(w) > 1e-3),
)
def test_dealing_gives_what_the_divisor_method_gives(n, weights):
    given_to = np.bincount(deal_seats(n, np.array(weights)), minlength=len(weights))
    seats = np.zeros(len(weights), dtype=int)
    for _ in range(n):  # one seat at a time to the largest quotient
        seats[np.argmax(np.array(weights) / (seats + 0.5))] += 1
    shares = n * np.array(weights) / sum(weights)
    assert given_to.sum() == n
    assert (np.abs(given_to - shares) < len(weights) / 2 + 1).all()
    quotients_equal = np.abs(given_to - seats).sum()
    assert quotients_equal <= 2  # ties in floating point may fall either way
