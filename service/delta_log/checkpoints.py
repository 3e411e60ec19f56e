"""Checkpoints: one file that stands for the whole log before it, so that it can be deleted."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DataFolder
from service.delta_log.log import LAST_CHECKPOINT, LOG, Action, checkpoint_name, log_actions

_TEXTS = pa.map_(pa.string(), pa.string())
_SCHEMA = pa.schema(
    {
        "protocol": pa.struct(
            {
                "minReaderVersion": pa.int32(),
                "minWriterVersion": pa.int32(),
                "readerFeatures": pa.list_(pa.string()),
                "writerFeatures": pa.list_(pa.string()),
            }
        ),
        "metaData": pa.struct(
            {
                "id": pa.string(),
                "name": pa.string(),
                "description": pa.string(),
                "format": pa.struct({"provider": pa.string(), "options": _TEXTS}),
                "schemaString": pa.string(),
                "partitionColumns": pa.list_(pa.string()),
                "createdTime": pa.int64(),
                "configuration": _TEXTS,
            }
        ),
        "add": pa.struct(
            {
                "path": pa.string(),
                "partitionValues": _TEXTS,
                "size": pa.int64(),
                "modificationTime": pa.int64(),
                "dataChange": pa.bool_(),
                "stats": pa.string(),
                "tags": _TEXTS,
            }
        ),
        "remove": pa.struct({"path": pa.string(), "deletionTimestamp": pa.int64()}),
    }
)


def write_checkpoint(folder: DataFolder, version: int) -> None:
    """Write what all commits up to a version come to, on disk; the version stays the same.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        Its newest.

    Raises
    ------
    DamagedFileError
        If a commit is missing or damaged.
    OSError
        If the disk cannot be written.

    Notes
    -----
    Nothing in it tells of files that are no longer the table's. Its digest stands in
    ``_last_checkpoint``, and is compared when it is read.
    """
    files: dict[str, Action] = {}
    stated: dict[str, Action] = {}
    for action in log_actions(folder, version):
        if added := action.get("add"):
            files[str(added["path"])] = added
        elif removed := action.get("remove"):
            files.pop(str(removed["path"]), None)
        for kind in ("protocol", "metaData"):
            if action.get(kind):
                stated[kind] = action[kind]
    actions = [*stated.items(), *(("add", file) for file in files.values())]
    rows = [{name: _of_schema(name, action)} for name, action in actions]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), sink)
    content = sink.getvalue().to_pybytes()
    last = {
        "version": version,
        "size": len(rows),
        "blake2b": blake2b(content, digest_size=16).hexdigest(),
    }
    log = folder.subfolder(LOG)
    log.write(checkpoint_name(version), lambda file: file.write(content), durable=True)
    log.write(LAST_CHECKPOINT, lambda file: file.write(json.dumps(last).encode()), durable=True)


def _of_schema(kind: str, action: Action) -> Mapping[str, Any]:
    """An action with the fields that a checkpoint has."""
    names = [field.name for field in _SCHEMA.field(kind).type]
    return {name: action[name] for name in names if action.get(name) is not None}
