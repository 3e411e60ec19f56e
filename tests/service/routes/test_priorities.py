"""Priorities: the first rule that applies decides, its reasons are in words, rules are data."""

import json

import numpy as np
import pytest
from pydantic import ValidationError

from service.analyses.growth.priorities import Priorities, read_rules
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.errors import InvalidRulesError
from service.queries.priority_rules import (
    NUMBERS,
    PRIORITIES,
    WORDS,
    Condition,
    PriorityRules,
)
from tests.service import world
from tests.service.answers import column, csv_of, json_of, rows_of

ADDRESS = f"/v1/growth/{world.DATASET}/priorities"
CELLS = {"layer": world.CELLS, "household_size": 10}
PERIODS = {
    "from": "2024-01", "to": "2024-12", "baseline_from": "2023-01", "baseline_to": "2023-12",
}  # fmt: skip


def rule(**changes):
    given = {
        "id": "many",
        "priority": "preventing",
        "when": [{"fact": "count", "at_least": 40}],
        "reason": "{count:.0f} incidents, {hotspot_class}",
    }
    return {**given, **changes}


def rules_file(folder, *rules, **changes):
    content = {"name": "mine", "version": "7", "rules": list(rules), **changes}
    path = folder / "rules.json"
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def with_rules(county, serve, tmp_path):
    """Clients of the county under other rules."""

    def make(*rules, **changes):
        path = rules_file(tmp_path, *rules, **changes)
        return serve(open_resources(Settings(data_dir=county, priority_rules=path)))

    return make


def test_every_area_has_one_priority_and_a_reason(client):
    answer = json_of(client, ADDRESS, **CELLS)
    rows = answer["rows"]
    assert sorted(row["code"] for row in rows) == sorted(world.CODES)
    assert {row["priority"] for row in rows} <= set(PRIORITIES)
    assert all(row["reasons"] for row in rows)
    found = [row["priority"] for row in rows]
    assert answer["provenance"]["method"]["areas"] == {p: found.count(p) for p in PRIORITIES}


def test_rows_are_in_the_order_of_the_priorities(client):
    places = [PRIORITIES.index(row["priority"]) for row in rows_of(client, ADDRESS, **CELLS)]
    assert places == sorted(places)


def test_hot_areas_are_emerging_or_sustained_and_say_so(blocks_client):
    query = {"layer": "block", "household_size": 10, "category": "assault"}
    rows = rows_of(blocks_client, ADDRESS, **query)
    hot = [row for row in rows if row["hotspot_class"].startswith("hot")]
    assert hot
    for row in hot:
        assert row["priority"] in ("emerging", "sustaining")
        assert row["hotspot_class"] in row["reasons"] or row["emerging_class"] in row["reasons"]


def test_many_residents_to_come_where_it_is_not_hot_is_preventing(own_county, serve):
    from tests.service.analyses.growth.test_overlay import append_sites

    x, y = world.square("C31").centroid.coords[0]
    append_sites(
        own_county, site_id=["n"], name=["New Town"], easting_m=[x], northing_m=[y],
        homes_planned=[5_000.0], homes_completed=[0.0],
    )  # fmt: skip
    client = serve(open_resources(Settings(data_dir=own_county)))
    rows = {row["code"]: row for row in rows_of(client, ADDRESS, layer="cell", household_size=2)}
    assert rows["C31"]["priority"] == "preventing"
    assert "10,000 more residents" in rows["C31"]["reasons"]
    assert "at New Town" in rows["C31"]["reasons"]
    assert rows["C31"]["site_names"] == "New Town"
    assert rows["C20"]["priority"] != "preventing"  # nothing is planned there


def test_without_a_baseline_period_it_is_said_and_the_rest_is_answered(client):
    answer = json_of(client, ADDRESS, **CELLS)
    assert any("No baseline period" in note for note in answer["provenance"]["notes"])
    assert "transition" not in answer["rows"][0]


def test_with_a_baseline_period_the_change_is_that_of_the_change_answer(client):
    rows = rows_of(client, ADDRESS, **CELLS, **PERIODS)
    theirs = rows_of(
        client, f"/v1/hotspots/{world.DATASET}/{world.CELLS}/change", **PERIODS, replicates=0
    )
    for ours, column_of in (("transition", "transition"), ("change_percent", "percent")):
        assert column(rows, ours, key="code") == column(theirs, column_of, key="code")
    notes = json_of(client, ADDRESS, **CELLS, **PERIODS)["provenance"]["notes"]
    assert not any("No baseline period" in note for note in notes)


@pytest.mark.parametrize(
    "query", [{"baseline_from": "2023-01"}, {k: v for k, v in PERIODS.items() if k != "to"}]
)
def test_a_baseline_period_in_part_is_refused(client, query):
    answer = client.get(ADDRESS, params=query)
    assert answer.status_code == 422
    assert "given together" in answer.text


def test_other_rules_decide_and_are_named(with_rules):
    client = with_rules(rule(), otherwise="few", order_by={"preventing": "count"})
    answer = json_of(client, ADDRESS, **CELLS)
    counts = world.cell_counts()
    for row in answer["rows"]:
        many = counts[row["code"]] >= 40
        assert row["priority"] == ("preventing" if many else "none")
        assert row["reasons"] == (
            f"{counts[row['code']]} incidents, {row['hotspot_class']}" if many else "few"
        )
    named = answer["provenance"]["method"]["rules"]
    assert (named["name"], named["version"]) == ("mine", "7")
    assert named["many"] == "preventing: count >= 40"
    found = [row["count"] for row in answer["rows"] if row["priority"] == "preventing"]
    assert found == sorted(found, reverse=True)


def test_the_first_rule_decides_and_the_others_are_told_beside_it(with_rules):
    client = with_rules(rule(), rule(id="also", priority="sustaining", reason="so many"))
    row = rows_of(client, ADDRESS, **CELLS)[0]
    assert row["priority"] == "preventing"
    assert row["reasons"].endswith("; also sustaining: so many")
    assert row["rules"] == "many, also"


def test_other_rules_are_another_version(with_rules, client):
    other = with_rules(rule())
    tags = {c.get(ADDRESS, params=CELLS).headers["ETag"] for c in (client, other)}
    assert len(tags) == 2


def test_a_fact_that_is_missing_meets_no_rule_but_that_it_is_missing(with_rules):
    client = with_rules(
        rule(id="few", when=[{"fact": "residents", "at_most": 10}], reason="few"),
        rule(
            id="unknown", priority="sustaining", when=[{"fact": "residents", "missing": True}],
            reason="{residents:.0f}",
        ),
    )  # fmt: skip
    found = {row["code"]: row for row in rows_of(client, ADDRESS, **CELLS)}
    assert (found["C33"]["priority"], found["C33"]["reasons"]) == ("sustaining", "not known")
    assert found["C32"]["priority"] == "preventing"  # nobody lives there, which is known


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"in": ["a"]}, "a", True), ({"in": ["a"]}, "b", False), ({"in": ["a"]}, None, False),
        ({"not_in": ["a"]}, "b", True), ({"not_in": ["a"]}, None, False),
        ({"missing": True}, None, True), ({"missing": False}, "x", True),
    ],
)  # fmt: skip
def test_conditions_on_words(condition, value, holds):
    assert Condition.model_validate({"fact": "hotspot_class", **condition}).holds(value) is holds


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"at_least": 2}, 2.0, True), ({"at_least": 2}, 1.9, False), ({"at_least": 2}, None, False),
        ({"at_most": 2}, 2.0, True), ({"at_most": 2}, 2.1, False), ({"at_most": 2}, None, False),
        ({"at_most": 0}, 0.0, True),
    ],
)  # fmt: skip
def test_conditions_on_numbers(condition, value, holds):
    assert Condition.model_validate({"fact": "count", **condition}).holds(value) is holds


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (rule(when=[{"fact": "weather", "at_least": 1}]), "no fact 'weather'"),
        (rule(when=[{"fact": "count"}]), "give one of"),
        (rule(when=[{"fact": "count", "in": ["a"]}]), "is a number"),
        (rule(when=[{"fact": "hotspot_class", "at_most": 1}]), "is text"),
        (rule(when=[{"fact": "count", "at_least": 1, "at_most": 2}]), "give one of"),
        (rule(when=[]), "at least 1"),
        (rule(priority="urgent"), "emerging"),
        (rule(reason="{count.__class__}"), "not a fact"),
        (rule(reason="{count!r}"), "not a fact"),
        (rule(reason="{hotspot_class:.0f}"), "format"),
        (rule(colour="red"), "not permitted"),
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(tmp_path, wrong, said):
    with pytest.raises(InvalidRulesError, match=said) as caught:
        read_rules(rules_file(tmp_path, wrong))
    assert "rules.json" in str(caught.value)


def test_a_rule_does_not_apply_where_one_that_it_excepts_is_met(with_rules):
    client = with_rules(
        rule(), rule(id="rest", when=[{"fact": "count", "at_least": 0}], unless=["many"])
    )
    counts = world.cell_counts()
    for row in rows_of(client, ADDRESS, **CELLS):
        assert row["rules"] == ("many" if counts[row["code"]] >= 40 else "rest")


def test_the_rest_may_name_facts_too(with_rules):
    client = with_rules(rule(), otherwise="{count:.0f} of {change_q_value:.3f}")
    counts = world.cell_counts()
    for row in rows_of(client, ADDRESS, **CELLS):
        if row["priority"] == "none":
            assert row["reasons"] == f"{counts[row['code']]} of not known"


def facts_of(**facts):
    """An area of which nothing is known but these facts."""
    return {name: np.array([facts.get(name)], dtype=object) for name in (*WORDS, *NUMBERS)}


def decision(**facts):
    decide = Priorities(reader=None, changes=None, rules=read_rules(None))._decide
    return decide(facts_of(**facts), 0)


HOT = {"hotspot_class": "hot 95", "emerging_class": "persistent hot spot"}
RISEN = {"change_percent": 29.0, "change_difference": 40.0, "change_q_value": 0.06, "count": 180.0}


def test_from_none_to_forty_is_a_rise():
    priority, reasons, _ = decision(
        hotspot_class="not significant", change_difference=40.0, change_q_value=7e-10, count=40.0
    )
    assert priority == "emerging"
    assert reasons.startswith("incidents rose from none in the baseline period to 40")


@pytest.mark.parametrize("difference", [-40.0, 0.0])
def test_from_none_to_none_or_to_fewer_is_no_rise(difference):
    assert decision(change_difference=difference, change_q_value=0.001)[0] == "none"


def test_a_rise_is_said_with_the_confidence_that_its_rule_asks_for():
    assert "at 90 % confidence or more (q 0.060)" in decision(**RISEN)[1]


@pytest.mark.parametrize(
    "sign",
    [RISEN, {"emerging_class": "intensifying hot spot"}, {"transition": "new hot"},
     {"added_residents_at_most": 2_000.0, "added_percent_at_most": 90.0}],
)  # fmt: skip
def test_where_it_gets_worse_nothing_says_that_it_does_not(sign):
    priority, reasons, rules = decision(**{**HOT, **sign})
    assert priority == "emerging"
    assert "getting worse" not in reasons
    assert "hot" not in rules.split(", ")
    assert "no rule finds it getting worse" in decision(**HOT)[1]


def test_an_area_that_was_not_tested_is_not_said_to_be_not_hot():
    for hotspot_class in ("not tested", None):
        growing = decision(
            hotspot_class=hotspot_class, added_residents_at_most=2e3, added_percent_at_most=90.0
        )
        assert growing[0] == "preventing"
        assert growing[1].startswith(f"hotspot class today: {hotspot_class or 'not known'}; up to")
        priority, reasons, _ = decision(hotspot_class=hotspot_class)
        assert (priority, "not hot" in reasons) == ("none", False)


def test_what_rose_is_not_said_to_have_cooled():
    reasons = decision(**RISEN, emerging_class="diminishing hot spot")[1]
    assert "diminishing" not in reasons


def test_an_exception_that_is_no_rule_is_refused(tmp_path):
    with pytest.raises(InvalidRulesError, match="unless names few, which is not a rule"):
        read_rules(rules_file(tmp_path, rule(unless=["few"])))


def test_two_rules_of_one_id_and_a_wrong_order_are_refused(tmp_path):
    with pytest.raises(InvalidRulesError, match="occur twice: many"):
        read_rules(rules_file(tmp_path, rule(), rule()))
    with pytest.raises(InvalidRulesError, match="not a number"):
        read_rules(rules_file(tmp_path, rule(), order_by={"none": "name"}))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidRulesError, match=r"none\.json"):
        read_rules(tmp_path / "none.json")


def test_the_rules_of_the_package_are_whole():
    rules = read_rules(None)
    assert {one.priority for one in rules.rules} == {"emerging", "preventing", "sustaining"}
    assert set(rules.order_by) == set(PRIORITIES)
    assert PriorityRules.model_validate_json(rules.model_dump_json(by_alias=True)) == rules


def test_a_rule_cannot_be_changed_once_read():
    with pytest.raises(ValidationError):
        read_rules(None).rules[0].reason = "x"


def test_every_fact_that_rules_may_name_is_a_column(client):
    row = rows_of(client, ADDRESS, **CELLS, **PERIODS)[0]
    assert set(NUMBERS) <= set(row)


def test_csv_has_the_rows_of_the_json(client):
    rows = rows_of(client, ADDRESS, **CELLS)
    texts = csv_of(client, f"{ADDRESS}.csv", **CELLS)
    assert [(t["code"], t["priority"]) for t in texts] == [
        (r["code"], r["priority"]) for r in rows
    ]
