"""Protections at rest."""

import datetime

import pytest

from boundaries.storage.damage import Damage
from service.model.protection import Agreement, CellPlan, Protection
from service.publication.protections import ProtectionStore
from service.store.errors import DatasetSettingsError

CALLOUTS = Protection(
    dataset="callouts",
    policy="small-5",
    cells=CellPlan(layer="lsoa", period="quarter", by_category=True),
    public=True,
    agreement=Agreement(owner="Trust", retention_months=24, review=datetime.date(2027, 1, 1)),
)


def test_a_protection_is_read_as_it_was_saved(tmp_path):
    ProtectionStore(tmp_path / "protections").save(CALLOUTS)
    assert ProtectionStore(tmp_path / "protections").all() == {"callouts": CALLOUTS}


def test_a_change_is_seen_by_a_store_that_has_read_before(tmp_path):
    reader, writer = ProtectionStore(tmp_path), ProtectionStore(tmp_path)
    writer.save(CALLOUTS)
    assert reader.get("callouts") == CALLOUTS
    writer.save(Protection(dataset="callouts", policy="open"))
    assert reader.get("callouts").policy == "open"
    writer.remove("callouts")
    assert reader.get("callouts") is None


def test_a_file_that_cannot_be_read_closes_its_dataset(tmp_path):
    damage = Damage()
    store = ProtectionStore(tmp_path, damage=damage)
    store.save(CALLOUTS)
    (tmp_path / "callouts.json").write_text('{"dataset": "callouts", "policy": ')
    protection = store.all()["callouts"]
    assert protection.cells is None
    assert protection.agreement.expires < datetime.date(1970, 1, 1)
    assert [part.name for part in damage.parts()] == ["callouts"]
    store.save(CALLOUTS)
    assert store.get("callouts") == CALLOUTS
    assert damage.parts() == ()


def test_a_name_that_no_dataset_has_is_refused(tmp_path):
    with pytest.raises(DatasetSettingsError):
        ProtectionStore(tmp_path).save(Protection(dataset="../open", policy="open"))
