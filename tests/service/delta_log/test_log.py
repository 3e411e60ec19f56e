"""The log of a Delta table: checked commits, and what they add up to."""

import io
import json

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from boundaries.storage.data_folder import DataFolder
from service.delta_log.errors import DamagedFileError
from service.delta_log.log import LOG, commit_name, commit_text, read_commit, read_snapshot
from service.delta_log.schemas import from_schema_string, to_schema_string

ROWS = pa.table({"a": [1, 2], "b": ["x", None]})


def logged(tmp_path, *texts):
    """A folder whose log has these commits."""
    folder = DataFolder(tmp_path)
    for version, text in enumerate(texts):
        folder.subfolder(LOG).write(commit_name(version), lambda file, text=text: file.write(text))
    return folder


def test_a_commit_reads_back_what_was_written(tmp_path):
    action = {"remove": {"path": "0" * 32}}
    commit = read_commit(logged(tmp_path, commit_text({"hotspots.rows": "f" * 32}, [action])), 0)
    assert commit.actions[1:] == (action,)
    assert commit.information["hotspots.rows"] == "f" * 32


def test_any_flipped_bit_and_any_cut_of_a_commit_is_seen():
    text = commit_text({}, [{"add": {"path": "p", "size": 1}}])
    flips = (bytearray(text) for _ in range(8 * len(text)))
    damaged = [bytes(text[:end]) for end in range(len(text))]
    for bit, flipped in enumerate(flips):
        flipped[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(flipped))
    for content in damaged:

        class Memory(DataFolder):
            def open(self, name, content=content):
                return io.BytesIO(content)

        with pytest.raises(DamagedFileError):
            read_commit(Memory(""), 0)


def test_a_commit_that_is_missing_in_between_is_named(tmp_path):
    text = commit_text({}, [])
    folder = logged(tmp_path, text, text, text)
    folder.subfolder(LOG).remove(commit_name(1))
    with pytest.raises(DamagedFileError, match=r"0001\.json is missing"):
        read_snapshot(folder, 2)


@pytest.mark.parametrize("action", [{"add": {"path": "p"}}, {"add": 3}, {"remove": {}}, {}])
def test_what_is_no_action_of_a_table_is_an_error(tmp_path, action):
    with pytest.raises(DamagedFileError):
        read_snapshot(logged(tmp_path, commit_text({}, [action])), 0)


def test_tables_of_another_program_are_read_as_that_program_reads_them(tmp_path):
    for _ in range(3):
        write_deltalake(tmp_path, ROWS, mode="append", description="facts")
    write_deltalake(tmp_path, ROWS.slice(1), mode="overwrite", predicate="a = 2")
    table = DeltaTable(tmp_path)
    for way in ("all commits", "a checkpoint"):
        snapshot = read_snapshot(DataFolder(tmp_path), table.version())
        names = {uri.rpartition("/")[2] for uri in table.file_uris()}
        assert {file.name for file in snapshot.files} == names, way
        assert snapshot.metadata["description"] == "facts"
        assert from_schema_string(snapshot.metadata["schemaString"]) == ROWS.schema
        table.create_checkpoint()
        for path in (tmp_path / LOG).glob("0*.json"):
            path.unlink()


def test_rows_that_are_deleted_by_a_vector_are_not_read_as_if_they_were_there(tmp_path):
    action = {"add": {"path": "p", "size": 1, "deletionVector": {"storageType": "u"}}}
    with pytest.raises(DamagedFileError, match="deletion vector"):
        read_snapshot(logged(tmp_path, commit_text({}, [action])), 0)


def test_columns_read_back_and_unknown_ones_are_an_error():
    schema = pa.schema(
        [
            pa.field("text", pa.string(), nullable=False),
            pa.field("time", pa.timestamp("us")),
            *(pa.field(str(kind), kind) for kind in (pa.int8(), pa.int32(), pa.float64())),
        ]
    )
    text = to_schema_string(schema)
    assert from_schema_string(text) == schema
    fields = json.loads(text)["fields"]
    for kind in ("decimal(3,1)", {"type": "array"}):
        changed = {"fields": [fields[0] | {"type": kind}]}
        with pytest.raises(DamagedFileError, match="'text'"):
            from_schema_string(json.dumps(changed))
