"""What is wrong with what is published, and how it is mended."""

import pytest

from service.doctor.publications import publication_findings
from service.model.protection import Protection
from tests.service import protected, world


@pytest.fixture
def folder(own_county):
    protected.published(own_county, protected.protection())
    return own_county


def findings(folder):
    return list(publication_findings(protected.opened(folder)))


def test_what_fits_its_protection_is_sound(folder):
    assert findings(folder) == []


def test_what_was_published_under_another_policy_is_a_fault(folder):
    protected.opened(folder).protections.save(protected.protection("nhs-hes"))
    (finding,) = findings(folder)
    assert finding.is_fault
    assert finding.mend == f"hotspots publish {world.DATASET}"
    assert "policy was small-5-1, is nhs-hes-1" in finding.problem


def test_what_was_never_published_is_a_fault(own_county):
    protected.opened(own_county).protections.save(protected.protection())
    (finding,) = findings(own_county)
    assert finding.mend == f"hotspots publish {world.DATASET}"


def test_an_open_dataset_needs_no_publication(own_county):
    protected.opened(own_county).protections.save(Protection(dataset=world.DATASET, policy="open"))
    assert findings(own_county) == []


def test_what_is_published_without_a_protection_is_noted(folder):
    protected.opened(folder).protections.remove(world.DATASET)
    (finding,) = findings(folder)
    assert not finding.is_fault


def test_damage_is_noted_and_not_said_twice(folder):
    next((folder / "published" / world.DATASET).glob("*.parquet")).write_bytes(b"garbage")
    resources = protected.opened(folder)
    assert list(publication_findings(resources)) == []
    assert [(part.part, part.name) for part in resources.damage.parts()] == [
        ("published", world.DATASET)
    ]
