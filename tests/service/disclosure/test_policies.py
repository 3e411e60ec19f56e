"""Policies: named, versioned, and refused where their possible values would not hold."""

import dataclasses
import re

import pytest

from service.disclosure.perturbation import perturbation_table
from service.disclosure.policies import POLICIES, policy_named, read_package_data
from spatial.errors import InvalidParameterError
from tests.service.disclosure import perturbation_rule

NAMES = [
    "open", "nhs-hes", "small-5", "ons-10-5", "ons-cell-key", "opensafely-7-5", "sacro",
]  # fmt: skip


def test_the_policies_are_those_that_the_documents_name():
    assert list(POLICIES) == NAMES
    assert [policy_named(name).label for name in NAMES] == [f"{name}-1" for name in NAMES]


def test_an_unknown_policy_is_refused_with_those_there_are():
    with pytest.raises(InvalidParameterError, match=re.escape(", ".join(NAMES))):
        policy_named("nhs")


def test_only_open_releases_counts_as_they_are():
    assert [name for name in NAMES if policy_named(name).is_open] == ["open"]


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_restricted_policy_limits_maps_changes_and_questions_too(name):
    policy = policy_named(name)
    largest_hidden = policy.hide_up_to or 2  # of cell keys: 1 and 2 are never released
    assert policy.mask_below == largest_hidden + 1
    assert policy.smallest_change >= policy.mask_below
    assert policy.minimum_bandwidth_m >= 400
    assert policy.maximum_zoom <= 14
    assert policy.questions_per_day


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("open", {"method": "noise"}, "none, round or cell-key"),
        ("open", {"method": "cell-key"}, "named exactly for cell-key"),
        ("open", {"base": 5}, "above 1 exactly for round"),
        ("nhs-hes", {"hide_up_to": 1}, "at least half the base"),
        ("ons-cell-key", {"hide_up_to": 4}, "not with cell-key"),
        ("open", {"hides_zero": True}, "false where nothing else is hidden"),
    ],
)
def test_a_combination_without_clear_possible_values_is_refused(name, changes, words):
    with pytest.raises(InvalidParameterError, match=words):
        dataclasses.replace(policy_named(name), **changes)


def test_the_perturbation_table_is_the_one_that_its_rule_makes():
    assert read_package_data("perturbation_tables.json") == {
        "unbiased-5-3": perturbation_rule.table()
    }


def test_a_perturbation_table_has_the_variance_that_its_policy_states():
    variances = (perturbation_table("unbiased-5-3").rows ** 2).mean(axis=1)
    assert variances[0] == 0
    assert variances[1:] == pytest.approx(3, abs=0.1)
