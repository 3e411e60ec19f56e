"""Checkpoints: they stand for the log before them, here and for other programs."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from boundaries.storage.data_folder import DataFolder
from service.delta_log.checkpoints import write_checkpoint
from service.delta_log.log import LOG, checkpoint_name, commit_name
from service.store.commits import Plan, commit
from service.store.delta import newest_version
from service.store.errors import DamagedTableError
from service.store.row_conditions import RowCondition

FIRST, SECOND = (
    pa.table({"a": pa.array([at], pa.timestamp("us")), "source_file": [str(at)]}) for at in (1, 2)
)


@pytest.fixture
def table(tmp_path):
    """A table of which one of two files is left, with nothing but a checkpoint of its log."""
    folder = DataFolder(tmp_path / "t")
    replaced = Plan(replaced=RowCondition(({"source_file": ["1"]},)))
    for rows, plan in ((FIRST, Plan()), (SECOND, Plan()), (FIRST.slice(1), replaced)):
        commit(folder, rows, name="t", facts={"title": "T"}, plan=lambda _, p=plan: p)
    write_checkpoint(folder, 2)
    for version in range(3):
        folder.remove(f"{LOG}/{commit_name(version)}")
    return folder


def test_it_is_read_as_the_commits_it_stands_for(table):
    version = newest_version(table)
    assert version.version == 2
    assert version.facts == {"title": "T"}
    assert version.read().to_pylist() == SECOND.to_pylist()


def test_other_programs_read_it_too(table):
    theirs = DeltaTable(table.uri)
    assert theirs.version() == 2
    assert theirs.to_pyarrow_table().to_pylist() == SECOND.to_pylist()


def test_commits_go_on_above_it(table):
    commit(table, FIRST, name="t", facts={}, plan=lambda _: Plan())
    assert newest_version(table).read().num_rows == 2
    assert DeltaTable(table.uri).version() == 3


def test_it_names_no_file_that_is_no_longer_the_tables(table):
    text = table.resolve(f"{LOG}/{checkpoint_name(2)}").read_bytes()
    gone = [name for name in table.names() if name.endswith(".parquet")]
    (kept,) = [file.name for file in newest_version(table).snapshot.files]
    assert [name for name in gone if name.encode() in text] == [kept]


def test_every_flipped_bit_is_noticed(table):
    path = table.resolve(f"{LOG}/{checkpoint_name(2)}")
    content = path.read_bytes()
    for position in range(0, len(content), 97):
        path.write_bytes(
            content[:position] + bytes([content[position] ^ 4]) + content[position + 1 :]
        )
        with pytest.raises(DamagedTableError):
            newest_version(table)
