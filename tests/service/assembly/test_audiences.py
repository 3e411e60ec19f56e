"""Whose answers are computed from what."""

import dataclasses
import datetime
import shutil

import pytest

from service.access.audience import Access, Identity
from service.access.policy import Role
from service.assembly.audiences import MOST, Audiences
from service.model.protection import Agreement, Protection
from tests.service import protected, world
from tests.service.protected import ANALYST, OWNER, PARTNER, PUBLIC


@pytest.fixture
def folder(tmp_path):
    return world.build(tmp_path / "county")


def seen(resources, identity, **options):
    return Audiences(resources, **options).of(identity).audience.access_of


def test_who_sees_everything_shares_the_owners_resources(folder):
    resources = protected.published(folder, protected.protection())
    audiences = Audiences(resources)
    assert audiences.of(OWNER) is audiences.of(ANALYST) is resources


def test_partners_see_what_is_published_and_the_public_where_that_is_stated(folder):
    resources = protected.published(folder, protected.protection())
    assert seen(resources, PARTNER) == {world.DATASET: Access.PUBLISHED}
    assert seen(resources, PUBLIC) == {}
    resources.protections.save(protected.protection(public=True))
    assert seen(resources, PUBLIC) == {world.DATASET: Access.PUBLISHED}


def test_without_a_protection_only_roles_see_a_dataset_that_see_records(folder):
    resources = protected.opened(folder)
    assert seen(resources, PARTNER) == seen(resources, PUBLIC) == {}


def test_everybody_sees_the_records_of_an_open_dataset(folder):
    resources = protected.opened(folder)
    resources.protections.save(Protection(dataset=world.DATASET, policy="open"))
    public = Audiences(resources).of(PUBLIC)
    assert public.audience.access_of == {world.DATASET: Access.EXACT}
    assert public.incidents.open(world.DATASET) is resources.incidents.open(world.DATASET)


def test_a_key_is_for_its_datasets_alone(folder):
    resources = protected.opened(folder)
    assert seen(resources, Identity(Role.ANALYST, datasets=frozenset({"other"}))) == {}


@pytest.mark.parametrize(
    "changed",
    [
        protected.protection("nhs-hes"),
        protected.protection(period="month"),
        protected.protection(by_category=False),
        protected.protection(layer=world.DISTRICTS),
    ],
)
def test_under_other_terms_nothing_is_served_until_it_is_published_again(folder, changed):
    resources = protected.published(folder, protected.protection())
    audiences = Audiences(resources)
    assert audiences.of(PARTNER).incidents.ids() == (world.DATASET,)
    resources.protections.save(changed)
    assert audiences.of(PARTNER).incidents.ids() == ()
    protected.publish(resources, changed)
    assert audiences.of(PARTNER).incidents.ids() == (world.DATASET,)


def test_another_layer_or_another_secret_are_other_terms(folder):
    resources = protected.published(folder, protected.protection("ons-cell-key"))
    secret = resources.record_key_secret.path
    kept = secret.read_bytes()
    secret.write_bytes(bytes(32))
    assert seen(protected.opened(folder), PARTNER) == {}
    secret.unlink()
    assert seen(protected.opened(folder), PARTNER) == {}
    assert not secret.exists()
    secret.write_bytes(kept)
    assert seen(protected.opened(folder), PARTNER) == {world.DATASET: Access.PUBLISHED}
    layer = resources.layers.get(world.CELLS)
    renamed = dataclasses.replace(layer, names=tuple(reversed(layer.names)))
    resources.layers.save(renamed, replace=True)
    assert seen(protected.opened(folder), PARTNER) == {}


def test_a_protection_that_cannot_be_read_closes_the_dataset_to_all_but_the_owner(folder):
    resources = protected.published(folder, protected.protection())
    (resources.protections.folder / f"{world.DATASET}.json").write_text("{")
    audiences = Audiences(protected.opened(folder))
    assert [dict(audiences.audience(who).access) for who in (PARTNER, ANALYST)] == [{}, {}]
    assert audiences.of(OWNER).incidents.ids() == (world.DATASET,)


def test_past_its_end_an_agreement_closes_the_dataset_to_all_but_the_owner(folder):
    resources = protected.opened(folder)
    ends = Agreement(expires=datetime.date(2026, 12, 31))
    resources.protections.save(
        dataclasses.replace(protected.protection(), policy="open", agreement=ends)
    )
    on_the_day, after = datetime.date(2026, 12, 31), datetime.date(2027, 1, 1)
    assert seen(resources, ANALYST, today=lambda: on_the_day) == {}  # everything: the owner's
    assert Audiences(resources, today=lambda: on_the_day).of(ANALYST) is resources
    assert Audiences(resources, today=lambda: after).of(ANALYST).incidents.ids() == ()
    assert Audiences(resources, today=lambda: after).of(OWNER) is resources


def test_aggregates_outlive_their_records(folder):
    resources = protected.published(folder, protected.protection())
    shutil.rmtree(folder / "incidents" / world.DATASET)
    again = protected.opened(folder)
    assert seen(again, PARTNER) == {world.DATASET: Access.PUBLISHED}
    assert seen(again, ANALYST) == {world.DATASET: Access.PUBLISHED}
    assert resources.incidents.ids() == ()


def test_two_audiences_share_geometry_and_nothing_of_incidents(folder):
    resources = protected.published(folder, protected.protection())
    partner = Audiences(resources).of(PARTNER)
    assert partner.geometry_tiles is resources.geometry_tiles
    assert partner.layers is resources.layers
    for name in ("areas", "heatmaps", "choropleths", "hotspots", "catalogue", "versions"):
        assert getattr(partner, name) is not getattr(resources, name)


def test_few_audiences_are_in_memory(folder):
    resources = protected.opened(folder)
    audiences = Audiences(resources)
    first = Identity(Role.ANALYST, datasets=frozenset({"a"}))
    held = audiences.of(first)
    assert audiences.of(first) is held
    for number in range(MOST + 1):
        resources.protections.save(
            Protection(
                dataset=world.DATASET, policy="open", agreement=Agreement(owner=f"{number}")
            )
        )
        audiences.of(PUBLIC)
    assert audiences.of(first) is not held


def test_both_gates_know_what_is_published(folder):
    resources = protected.published(folder, protected.protection("nhs-hes"))
    publication = Audiences(resources).audience(PARTNER).publication_of[world.DATASET]
    assert publication.policy.name == "nhs-hes"
    assert publication.layers == (world.CELLS, world.DISTRICTS)
    assert (publication.first, publication.last) == (
        datetime.date(2023, 1, 1),
        datetime.date(2024, 12, 31),
    )
    assert publication.hidden == resources.published.cells(world.DATASET).is_hidden.sum()


def test_what_is_not_served_is_logged_once(folder, caplog):
    resources = protected.published(folder, protected.protection())
    resources.protections.save(protected.protection("nhs-hes"))
    audiences = Audiences(resources)
    for _ in range(3):
        audiences.audience(PARTNER)
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"dataset {world.DATASET} is not served" in line
    assert f"hotspots publish {world.DATASET}" in line
