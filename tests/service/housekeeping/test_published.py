"""What is published is kept, restored and purged like every other table."""

import pytest

from service.access.audience import Access
from service.assembly.audiences import Audiences
from tests.service import protected, world
from tests.service.housekeeping.folders import succeed


@pytest.fixture
def county(own_county):
    protected.published(own_county, protected.protection("ons-cell-key"))
    return own_county


def seen(folder):
    return Audiences(protected.opened(folder)).audience(protected.PARTNER).access_of


def test_a_restored_folder_serves_what_it_published_where_its_secret_is(county, tmp_path):
    succeed(county, "backup", tmp_path / "backup.tar")
    succeed(county, "restore", tmp_path / "backup.tar", "--replace", "--yes")
    assert seen(county) == {world.DATASET: Access.PUBLISHED}
    elsewhere = tmp_path / "elsewhere"
    succeed(elsewhere, "restore", tmp_path / "backup.tar")
    assert seen(elsewhere) == {}
    assert protected.opened(elsewhere).protections.get(world.DATASET).policy == "ons-cell-key"


def test_a_purge_leaves_one_version_of_what_is_published(county):
    protected.add_assaults(county, "C00", 30)
    before = protected.published(county, protected.protection("ons-cell-key"))
    folder = county / "published" / world.DATASET
    assert len(list(folder.glob("*.parquet"))) == 2
    succeed(county, "purge", "--yes", "--now")
    assert len(list(folder.glob("*.parquet"))) == 1
    after = protected.opened(county).published.cells(world.DATASET)
    assert after.revision == before.published.cells(world.DATASET).revision
