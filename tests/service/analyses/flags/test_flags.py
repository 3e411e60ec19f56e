"""Flags of the small county, worked by hand from its records."""

import copy
import json
import math

import pyarrow as pa
import pytest
from scipy.stats import beta

from service.access.admission import Question
from service.access.audience import OWNERS
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.errors import InvalidRulesError
from service.queries.flags.query import FlagsQuery
from service.queries.flags.rules import parsed_rules
from service.render.tables.text import table_json
from service.store.errors import UnknownRulesError
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.service import world
from tests.service.answers import column, json_of, rows_of
from tests.service.conftest import client_of

BANDS = [{"risk": "Low", "at_least": 0}]


def counts(category=None, year=2024, months=range(1, 13)):
    """Incidents of each square in some months."""
    return world.cell_counts(
        lambda r: (
            category in (None, r.category)
            and r.occurred.year == year
            and r.occurred.month in months
        )
    )


def criterion(flag_id="flag", **when):
    return {"id": flag_id, "title": f"Title of {flag_id}", "when": when}


def incidents(**more):
    return {"dataset": world.DATASET, "months": 12, **more}


def rules(*criteria, **more):
    return {**world.RISK, "judgements": [], "criteria": list(criteria), **more}


@pytest.fixture
def ask(own_county):
    def answer(*criteria, query=None, **more):
        folder = world.add_rules(own_county, rules(*criteria, **more))
        resources = open_resources(Settings(data_dir=folder))
        table = resources.flags.table("risk", FlagsQuery(**(query or {})))
        released = resources.gates.answer(Question("flags"), OWNERS, lambda: table)
        return json.loads(table_json(released))

    return answer


def statuses(answer):
    return column(answer["rows"], "status")


def notes(answer):
    return " ".join(answer["provenance"]["notes"])


def test_flags_add_up_to_a_total_and_its_band(client):
    rows = rows_of(client, "/v1/flags/risk", layout="wide")
    assaults = counts("assault")
    third = sorted(assaults.values())[-3]
    for row in rows:
        code, number = row["code"], counts()[row["code"]]
        residents = world.RESIDENTS.get(code)
        expected = {
            "many": "yes" if number >= 20 else "no",
            "assaults": "yes" if assaults[code] >= third else "no",
            "crowded": (
                "not known" if residents is None else "yes" if residents >= 1_200 else "no"
            ),
        }
        assert {flag: row[flag] for flag in expected} == expected
        total = list(expected.values()).count("yes")
        assert (row["total"], row["not_known"]) == (total, int(residents is None))
        assert row["risk"] == ("Low", "Medium", "Medium", "High")[total]
        assert (row["many_value"], row["crowded_value"]) == (number, residents)
    assert [row["total"] for row in rows] == sorted((r["total"] for r in rows), reverse=True)


def test_an_area_of_which_a_flag_is_not_known_may_have_more(client):
    answer = json_of(client, "/v1/flags/risk", layout="wide")
    (row,) = [row for row in answer["rows"] if row["code"] == "C33"]
    assert (row["crowded"], row["total"], row["risk"], row["risk_at_most"]) == (
        "not known",
        0,
        "Low",
        "Medium",
    )
    assert "1 area has a flag of which it is not known" in notes(answer)


def test_all_that_share_the_last_place_have_the_flag(ask):
    answer = ask(criterion(kind="top", of=incidents(category=["burglary"], months=24), n=2))
    burglaries = world.cell_counts(world.is_a("burglary"))
    second = sorted(burglaries.values())[-2]
    flagged = {code for code, status in statuses(answer).items() if status == "yes"}
    assert flagged == {code for code in world.CODES if burglaries[code] >= second}
    assert len(flagged) > 2
    assert f"{len(flagged)} areas share the highest 2" in notes(answer)
    shares = column(answer["rows"], "probability")
    assert sum(shares.values()) == pytest.approx(2.0)


def test_none_is_among_the_highest_without_an_incident(ask):
    answer = ask(criterion(kind="top", of=incidents(category=["fire"], months=24), n=5))
    assert [c for c, status in statuses(answer).items() if status == "yes"] == ["C12"]
    assert "1 area of cell has it, not 5" in notes(answer)


def test_a_top_share_is_of_the_areas_that_are_known(ask):
    answer = ask(criterion(kind="top_share", of={"measure": "residents"}, percent=20))
    known = sorted(world.RESIDENTS.values())
    number = math.ceil(0.2 * len(known))
    flagged = {code for code, status in statuses(answer).items() if status == "yes"}
    assert flagged == {c for c, value in world.RESIDENTS.items() if value >= known[-number]}
    assert statuses(answer)["C33"] == "not known"


def test_rates_are_over_the_denominator_and_year(ask):
    of = incidents(category=["assault"], denominator="residents", per=1000)
    answer = ask(criterion(kind="threshold", of=of, at_least=10))
    rates = {
        code: 1000 * counts("assault")[code] / people / (366 / 365.25)
        for code, people in world.RESIDENTS.items()
        if people
    }
    values = column(answer["rows"], "value")
    assert {code: values[code] for code in rates} == pytest.approx(rates)
    assert {c for c, status in statuses(answer).items() if status == "yes"} == {
        code for code, rate in rates.items() if rate >= 10
    }
    assert {statuses(answer)[code] for code in ("C32", "C33")} == {"not known"}
    assert answer["rows"][0]["unit"] == "incidents per 1000 residents and year"


def test_an_area_contains_others_that_have_it(ask):
    test = {"kind": "threshold", "of": incidents(), "at_least": 20}
    answer = ask(criterion(kind="contains", layer="cell", test=test, at_least=2), layer="district")
    of_district = {
        district: [c for c in world.CODES if world.DISTRICT_OF[c] == district]
        for district in ("D1", "D2")
    }
    for row in answer["rows"]:
        numbers = {code: counts()[code] for code in of_district[row["code"]]}
        names = [world.NAMES[code] for code, number in numbers.items() if number >= 20]
        assert row["status"] == ("yes" if len(names) >= 2 else "no")
        assert row["value"] == max(numbers.values())
        assert row["where"] == (", ".join(names) if len(names) >= 2 else None)


def test_that_it_contains_one_is_as_probable_as_that_not_none_has_it(ask):
    test = {"kind": "threshold", "of": incidents(), "at_least": 5}
    inner = column(ask(criterion(**test))["rows"], "probability")
    outer = ask(criterion(kind="contains", layer="cell", test=test), layer="district")
    for row in outer["rows"]:
        parts = [inner[c] for c in world.CODES if world.DISTRICT_OF[c] == row["code"]]
        assert row["probability"] == pytest.approx(1 - math.prod(1 - p for p in parts))


def test_what_an_area_contains_is_not_known_where_a_part_is_not(ask):
    test = {"kind": "threshold", "of": {"measure": "residents"}, "at_least": 1_320}
    answer = ask(criterion(kind="contains", layer="cell", test=test), layer="district")
    assert statuses(answer) == {"D1": "no", "D2": "not known"}
    assert {row["probability"] for row in answer["rows"]} == {None}


def test_change_is_since_the_period_before_with_its_probability(ask):
    answer = ask(criterion(kind="change", of=incidents(), at_least=10))
    for row in answer["rows"]:
        later, earlier = counts()[row["code"]], counts(year=2023)[row["code"]]
        change = 100 * (later / 366 / (earlier / 365) - 1) if earlier else None
        if change is not None:
            assert row["value"] == pytest.approx(100 * (later / earlier - 1))
            assert row["status"] == ("yes" if row["value"] >= 10 else "no")
        odds = 1.1
        exact = beta.sf(odds / (1 + odds), later + 0.5, earlier + 0.5)
        assert row["probability"] == pytest.approx(exact, abs=1e-6)


def test_periods_before_are_counted_as_far_as_there_are_data(ask):
    answer = ask(criterion(kind="threshold", of=incidents(months=6), at_least=12))
    halves = [
        counts(year=year, months=months)
        for year in (2024, 2023)
        for months in (range(7, 13), range(1, 7))
    ]
    for row in answer["rows"]:
        flags = [half[row["code"]] >= 12 for half in halves]
        assert row["periods_flagged"] == sum(flags)
        assert row["in_a_row"] == next((k for k, f in enumerate(flags) if not f), len(flags))
        assert row["periods_known"] == 4
    assert "no data for 1 of 5 periods" in notes(answer)


def test_a_count_of_part_of_a_period_says_yes_but_never_no(ask):
    answer = ask(criterion(kind="threshold", of=incidents(), at_least=20), query={"to": "2025-06"})
    halves = counts(months=range(7, 13))
    assert statuses(answer) == {
        code: "yes" if halves[code] >= 20 else "not known" for code in world.CODES
    }
    assert "cover 50%" in notes(answer)
    assert all(0 <= row["probability"] <= 1 for row in answer["rows"])


def test_a_period_that_the_rules_fix_is_named_where_another_end_is_asked_for(ask):
    when, year = {"kind": "threshold", "at_least": 20}, {"from": "2024-01", "to": "2024-12"}
    criteria = (
        criterion("fixed", of={"dataset": world.DATASET, **year}, **when),
        criterion("free", of=incidents(), **when),
    )
    fixed = "whatever to says: Title of fixed (2024-01 to 2024-12)."
    assert fixed in notes(ask(*criteria, query={"to": "2024-11"}))
    assert "whatever to says" not in notes(ask(*criteria, query={"to": "2024-12"}))
    assert "whatever to says" not in notes(ask(*criteria))


def test_a_period_without_data_is_not_known(ask):
    answer = ask(criterion(kind="threshold", of=incidents(), at_least=20), query={"to": "2030-06"})
    assert set(statuses(answer).values()) == {"not known"}
    assert {row["value"] for row in answer["rows"]} == {None}
    assert "There is no data of callouts" in notes(answer)
    assert {row["risk"] for row in answer["rows"]} == {"not known"}
    highest = ask(criterion(kind="top", of=incidents(), n=1), query={"to": "2030-06"})
    assert "0 areas of" not in notes(highest)


def test_only_areas_within_are_compared(ask):
    flag = criterion(kind="top", of=incidents(months=24), n=1)
    answer = ask(flag, query={"within": "district:D2"})
    both = world.cell_counts()
    east = {c: both[c] for c in world.CODES if world.DISTRICT_OF[c] == "D2"}
    assert statuses(answer) == {
        code: "yes" if number == max(east.values()) else "no" for code, number in east.items()
    }


def test_where_there_are_no_data_of_a_criterion_it_is_not_known(ask):
    flag = {**criterion(kind="threshold", of=incidents(), at_least=20), "covers": "district:D1"}
    answer = ask(flag)
    assert {statuses(answer)[c] for c in world.CODES if world.DISTRICT_OF[c] == "D2"} == {
        "not known"
    }
    assert "outside district:D1 it is not known" in notes(answer)


def test_the_areas_may_be_the_cells_of_a_grid(ask):
    answer = ask(criterion(kind="threshold", of=incidents(), at_least=5), layer="square:2000")
    located = [r for r in world.chosen() if r.occurred.year == 2024 and r.cell_of_place]
    assert sum(row["value"] for row in answer["rows"]) >= len(located)


def test_categories_may_be_left_out(ask):
    of = incidents(except_category=["assault"])
    answer = ask(criterion(kind="threshold", of=of, at_least=3))
    assert column(answer["rows"], "value") == {
        code: counts("burglary")[code] + counts("fire")[code] for code in world.CODES
    }


def test_rates_are_compared_with_those_of_similar_areas(own_county, ask):
    group = {code: 1.0 + int(code[2]) % 2 for code in world.CODES if code != "C11"}
    rows = {
        "layer": [world.CELLS] * len(group),
        "area_code": list(group),
        "measure": ["kind"] * len(group),
        "period": ["2021"] * len(group),
        "value": list(group.values()),
    }
    MeasureStore(own_county / "measures").append(
        pa.table(rows), file=SourceFile.of("kind", b"kind")
    )
    of = incidents(denominator="residents", similar_by="kind")
    answer = ask(criterion(kind="threshold", of=of, at_least=150))
    values = column(answer["rows"], "value")
    for code, own in group.items():
        people = world.RESIDENTS.get(code)
        if not people:
            assert values[code] is None
            continue
        alike = [c for c, kind in group.items() if kind == own and world.RESIDENTS.get(c)]
        mean = sum(counts()[c] for c in alike) / sum(world.RESIDENTS[c] for c in alike)
        assert values[code] == pytest.approx(100 * counts()[code] / people / mean)
        assert statuses(answer)[code] == ("yes" if values[code] >= 150 else "no")
    assert statuses(answer)["C11"] == "not known"


def test_harm_is_summed_in_the_place_of_incidents(own_county, ask):
    days = pa.table({"offence": ["assault", "burglary"], "days": [10.0, 5.0]})
    HarmIndexStore(own_county / "harm_indices").append(
        "small", days, file=SourceFile.of("harm", b"harm"), matched_on="category"
    )
    answer = ask(criterion(kind="top", of=incidents(sum="harm:small"), n=2))
    assert column(answer["rows"], "value") == {
        code: 10 * counts("assault")[code] + 5 * counts("burglary")[code] for code in world.CODES
    }
    assert {row["unit"] for row in answer["rows"]} == {"days of harm"}
    assert {row["probability"] for row in answer["rows"]} == {None}


def test_the_index_of_other_rules_may_be_looked_at(own_county, ask):
    part = {
        "id": "all",
        "title": "All",
        "of": incidents(denominator="residents"),
    }
    index = {"id": "other", "kind": "index", "parts": [part], "threshold": 120, "bands": BANDS}
    shared = {key: world.RISK[key] for key in ("title", "version", "layer", "to")}
    world.add_rules(own_county, {**shared, **index})
    answer = ask(criterion(kind="threshold", of={"index": "other"}, at_least=120))
    people = {code: number for code, number in world.RESIDENTS.items() if number}
    mean = sum(counts()[code] for code in people) / sum(people.values())
    values = column(answer["rows"], "value")
    for code, number in people.items():
        assert values[code] == pytest.approx(100 * counts()[code] / number / mean)
    assert values["C33"] is None
    with pytest.raises(InvalidRulesError, match="they are no index"):
        ask(criterion(kind="threshold", of={"index": "risk"}, at_least=120))
    with pytest.raises(UnknownRulesError, match="other, risk"):
        ask(criterion(kind="threshold", of={"index": "nonsense"}, at_least=120))


def test_a_judgement_of_no_area_is_named(ask):
    answer = ask(
        criterion(kind="threshold", of=incidents(), at_least=3),
        judgements=[{"area": "Atlantis", "concern": "Water"}, {"area": "C11", "concern": "Air"}],
    )
    assert "Judgements of Atlantis belong to no area of cell" in notes(answer)
    assert column(answer["rows"], "concern")["C11"] == "Air"


@pytest.mark.parametrize(
    ("of", "status", "said"),
    [
        ({"dataset": "nonsense", "months": 1}, 404, "callouts"),
        (incidents(category=["nonsense"]), 422, "assault; burglary; fire"),
        (incidents(except_category=["nonsense"]), 422, "assault; burglary; fire"),
        (incidents(denominator="nonsense"), 422, "residents"),
        ({"measure": "nonsense"}, 422, "residents"),
        ({"measure": "residents", "period": "1999"}, 422, "residents of 2020"),
    ],
)
def test_what_rules_name_and_there_is_not_is_an_error_that_lists_what_there_is(
    own_county, of, status, said
):
    flag = criterion(kind="threshold", of=of, at_least=1)
    folder = world.add_rules(own_county, rules(flag))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        answer = client.get("/v1/flags/risk")
    assert answer.status_code == status
    assert said in answer.json()["detail"]


GOOD = rules(criterion(kind="threshold", of=incidents(), at_least=3))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("colour",), "red", "colour"),
        (("criteria",), [], "at least 1"),
        (("criteria", 0, "id"), "Not An Id", "pattern"),
        (("criteria", 0, "when", "kind"), "bottom", "threshold"),
        (("criteria", 0, "when", "n"), 3, "takes at_least or at_most"),
        (("criteria", 0, "when", "at_least"), -1, "above 0"),
        (("criteria", 0, "when", "of", "months"), None, "months, or from and to"),
        (("criteria", 0, "when", "of", "hours"), "late", "22-03"),
        (("criteria", 0, "id"), "risk", "two columns of the matrix would be risk"),
        (("bands",), [{"risk": "High", "at_least": 2}], "ascend from at_least 0"),
        (("judgements",), [{"area": "C00", "concern": ""}] * 2, "twice: C00"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_with_the_place(path, value, said):
    content = copy.deepcopy(GOOD)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InvalidRulesError, match="flag rules in rules") as caught:
        parsed_rules(json.dumps(content), label="rules.json")
    assert said in str(caught.value)
