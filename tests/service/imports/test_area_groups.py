"""``hotspots import area-groups``: from a file to the store."""

import pytest

from service.imports.area_groups import AreaGroupOptions, import_area_groups
from service.store.errors import ImportRefusedError
from service.store.reference.area_groups import AreaGroupStore

HEADER = "group,layer,code,name"
LENIENT = AreaGroupOptions(max_rejected_share=1.0)


@pytest.fixture
def groups(tmp_path):
    return AreaGroupStore(tmp_path / "data" / "area_groups")


@pytest.fixture
def write(tmp_path):
    def write_file(*rows, header=HEADER):
        path = tmp_path / "groups.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write_file


def test_a_file_of_two_groups_is_imported(groups, write):
    path = write("similar,district,E1,One", "similar,district,E2,", "family,district,E1,One")
    summary = import_area_groups(groups, path, AreaGroupOptions(source="Home Office"))
    assert (summary.read, summary.written, summary.rejected) == (3, 3, 0)
    assert summary.lines()[0] == "area groups imported: 2 groups of areas, version 0"
    assert dict(groups.get("district", "similar").areas) == {"E1": "One", "E2": ""}
    assert groups.get("district", "family").source == "Home Office"


def test_the_layer_may_be_named_by_an_option(groups, write):
    options = AreaGroupOptions(layer="district")
    import_area_groups(groups, write("similar,E1", header="Group,Area code"), options)
    assert list(groups.get("district", "similar").areas) == ["E1"]


def test_a_column_that_is_missing_is_named_with_those_there_are(groups, write):
    with pytest.raises(ImportRefusedError, match="no column called layer; its columns are: group"):
        import_area_groups(groups, write("similar,E1", header="group,code"))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",district,E1,One", "group", "is blank"),
        ("similar,,E1,One", "layer", "is blank"),
        ("similar,district,,One", "code", "is blank"),
        ("similar,district,E9,Nine", "code", "is in the group already"),
    ],
)
def test_a_row_that_is_wrong_is_rejected_with_its_reason(groups, write, row, column, reason):
    path = write("similar,district,E9,Nine", row)
    summary = import_area_groups(groups, path, LENIENT)
    assert (summary.written, summary.rejected) == (1, 1)
    assert reason in summary.rejects_path.read_text("utf-8-sig")
    assert {group.column for group in summary.rejected_for} == {column}
