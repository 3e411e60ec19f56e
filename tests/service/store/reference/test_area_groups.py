"""Groups of areas at rest."""

import pyarrow as pa
import pytest

from service.store.errors import (
    AlreadyImportedError,
    AreaGroupExistsError,
    DatasetSettingsError,
    UnknownAreaGroupError,
)
from service.store.reference.area_groups import AreaGroupStore
from tests.service.store.rows import a_file


@pytest.fixture
def store(tmp_path):
    return AreaGroupStore(tmp_path / "area_groups")


def rows(*areas):
    """Rows of group, layer, code and name."""
    columns = zip(("area_group", "layer", "code", "name"), zip(*areas, strict=True), strict=True)
    return pa.table({**dict(columns), "source_row": list(range(2, len(areas) + 2))})


SIMILAR = rows(("similar", "district", "E2", "Two"), ("similar", "district", "E1", None))
FAMILY = rows(("family", "district", "E1", "One"), ("similar", "ward", "W1", None))


def test_a_group_comes_back_in_the_order_of_its_file_with_source_and_licence(store):
    store.append(SIMILAR, file=a_file("f"), source="Home Office", licence="Open")
    group = store.get("district", "similar")
    assert list(group.areas.items()) == [("E2", "Two"), ("E1", "")]
    assert (group.source, group.licence, group.version) == ("Home Office", "Open", 0)
    assert group.source_members()["areas"] == 2


def test_a_group_is_of_one_layer_and_an_unknown_one_lists_those_there_are(store):
    with pytest.raises(UnknownAreaGroupError, match="none is imported for it yet"):
        store.get("district", "similar")
    store.append(SIMILAR, file=a_file("f"))
    store.append(FAMILY, file=a_file("g"))
    assert list(store.get("ward", "similar").areas) == ["W1"]
    with pytest.raises(UnknownAreaGroupError, match="it has: family, similar"):
        store.get("district", "friends")


def test_a_group_is_loaded_once_unless_it_is_replaced(store):
    store.append(SIMILAR, file=a_file("f"))
    with pytest.raises(AlreadyImportedError):
        store.append(SIMILAR, file=a_file("f"))
    other = rows(("similar", "district", "E9", "Nine"))
    with pytest.raises(AreaGroupExistsError, match="similar"):
        store.append(other, file=a_file("g"))
    assert store.append(other, file=a_file("g"), replace=True).rows_replaced == 2
    assert list(store.get("district", "similar").areas) == ["E9"]


def test_a_name_that_no_layer_can_have_is_refused(store):
    with pytest.raises(DatasetSettingsError):
        store.append(rows(("similar", "No Layer", "E1", None)), file=a_file("f"))
