"""Datasets whose agreement or retention has ended: their owner sees them, the others are told."""

import datetime

import pytest

from service.access.admission import Question, admit
from service.access.audience import ANONYMOUS, OWNER, Access, Identity, audience_of
from service.access.policy import Role
from service.model.errors import StoppedDatasetError
from service.model.protection import Agreement, CellPlan, Protection
from service.queries.areas import ChoroplethQuery
from service.queries.tables.crosstabs import CrosstabQuery

TODAY = datetime.date(2026, 11, 29)
ENDED = Agreement(expires=datetime.date(2026, 11, 28))
OVERDUE = Agreement(retention_months=12)
EARLIEST = {"overdue": datetime.date(2025, 10, 28), "waiting": datetime.date(2025, 11, 1)}
PROTECTIONS = {
    name: Protection(
        dataset=name,
        policy="small-5",
        cells=CellPlan(layer="cell", period="year"),
        agreement=agreement,
    )
    for name, agreement in {"ended": ENDED, "overdue": OVERDUE, "waiting": OVERDUE}.items()
}
CHOROPLETH = "/v1/choropleths/{dataset}/{layer}"


def seen_by(identity, **options):
    datasets = [*PROTECTIONS, "unprotected"]
    return audience_of(
        identity, datasets, PROTECTIONS, earliest=EARLIEST.get, today=TODAY, **options
    )


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ANALYST, Role.ADMIN])
def test_a_stopped_dataset_is_seen_by_its_owner_only(role):
    audience = seen_by(Identity(role))
    assert not {"ended", "overdue"} & set(audience.access_of)
    assert "waiting" in audience.access_of
    assert dict(audience.stopped).keys() == {"ended", "overdue"}
    owners = seen_by(OWNER)
    assert owners.access_of == dict.fromkeys([*PROTECTIONS, "unprotected"], Access.EXACT)
    assert owners.stopped == ()


def test_who_could_not_see_a_dataset_is_not_told_that_it_has_stopped():
    assert seen_by(ANONYMOUS).stopped == ()
    limited = Identity(Role.ANALYST, datasets=frozenset({"unprotected"}))
    assert seen_by(limited).stopped == ()


def test_a_retention_is_not_looked_up_where_none_is_stated():
    def earliest(dataset):
        assert dataset in {"overdue", "waiting"}

    audience = audience_of(
        Identity(Role.ANALYST), PROTECTIONS, PROTECTIONS, earliest=earliest, today=TODAY
    )
    assert dict(audience.stopped).keys() == {"ended"}


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ANALYST])
def test_a_question_about_a_stopped_dataset_is_told_why(role):
    question = Question(CHOROPLETH, {"dataset": "ended", "layer": "cell"}, ChoroplethQuery())
    with pytest.raises(StoppedDatasetError, match="its agreement ended on 2026-11-28"):
        admit(question, seen_by(Identity(role)))
    question = Question(CHOROPLETH, {"dataset": "waiting", "layer": "cell"}, ChoroplethQuery())
    admit(question, seen_by(Identity(role)))


def test_a_stopped_dataset_cannot_be_set_beside_another():
    query = CrosstabQuery.model_validate(
        {"rows": "category", "columns": "year", "beside_dataset": "overdue"}
    )
    question = Question("/v1/tables/{dataset}/crosstab", {"dataset": "waiting"}, query)
    with pytest.raises(StoppedDatasetError, match="31 days"):
        admit(question, seen_by(Identity(Role.ANALYST)))


def test_who_is_told_of_a_stopped_dataset_shares_nothing_with_who_is_not():
    datasets = frozenset({"waiting", "unprotected"})
    told, untold = seen_by(Identity(Role.ANALYST)), seen_by(Identity(Role.ANALYST, "", datasets))
    assert told.access == untold.access
    assert told.label != untold.label
