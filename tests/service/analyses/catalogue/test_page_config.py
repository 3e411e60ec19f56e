"""What the page is told of who may see what."""

import datetime

import pytest

from service.access.audience import Audience, Identity, audience_of
from service.access.policy import Role
from service.analyses.catalogue.page_config import PageConfiguration
from service.model.protection import Agreement, CellPlan, Protection

PROTECTION = Protection(
    dataset="callouts",
    policy="ons-cell-key",
    cells=CellPlan(layer="ward", period="quarter"),
    agreement=Agreement(
        purpose="Prevention of violence", marking="OFFICIAL-SENSITIVE",
        review=datetime.date(2027, 3, 31),
    ),
)  # fmt: skip


def audience(role: Role) -> Audience:
    return audience_of(
        Identity(role), ["callouts", "open"], {"callouts": PROTECTION},
        today=datetime.date(2026, 11, 29),
    )  # fmt: skip


@pytest.fixture
def access_of(resources):
    """How a role sees each protected dataset."""
    page = resources.page_configuration

    def access(role):
        made = PageConfiguration(
            catalogue=page._catalogue, layers=page._layers, sites=page._sites,
            postcodes=page._postcodes, background=page._background_store, harm_indices=page._harm_indices,
            settings=page._settings, audience=audience(role),
        )  # fmt: skip
        return made.version(), made.document().content["access"]

    return access


def test_a_partner_is_told_the_published_cells(access_of):
    _, access = access_of(Role.PARTNER)
    assert access == {
        "callouts": {
            "policy": "ons-cell-key-1",
            "policy_title": access["callouts"]["policy_title"],
            "published": {
                "layers": ["ward"], "period": "quarter", "by_category": False,
                "minimum_bandwidth_m": 400.0, "maximum_zoom": 14,
            },
            "purpose": "Prevention of violence",
            "marking": "OFFICIAL-SENSITIVE",
            "review": "2027-03-31",
        }
    }  # fmt: skip


def test_who_sees_records_is_told_no_cells_but_the_marking(access_of):
    _, access = access_of(Role.ANALYST)
    assert access["callouts"]["published"] is None
    assert access["callouts"]["marking"] == "OFFICIAL-SENSITIVE"


def test_who_may_not_see_a_dataset_is_told_nothing_of_it(access_of):
    assert access_of(Role.PUBLIC)[1] == {}


def test_the_pages_of_two_roles_are_two_versions(access_of):
    assert access_of(Role.PARTNER)[0] != access_of(Role.ANALYST)[0]
