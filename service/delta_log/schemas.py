"""Columns of a table, as the log of a Delta table spells them and as Arrow does."""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from service.delta_log.errors import DamagedFileError

_TYPES = {
    "string": pa.string(),
    "long": pa.int64(),
    "integer": pa.int32(),
    "short": pa.int16(),
    "byte": pa.int8(),
    "double": pa.float64(),
    "float": pa.float32(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"),
}
_NAMES = {kind: name for name, kind in _TYPES.items()}


def to_schema_string(schema: pa.Schema) -> str:
    """The columns as JSON, for the metadata of a table.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of text, bytes, numbers, truth values, days and times without a zone.

    Returns
    -------
    str
        As the Delta protocol has it.
    """
    fields = [
        {
            "name": field.name,
            "type": _NAMES[field.type],
            "nullable": field.nullable,
            "metadata": {},
        }
        for field in schema
    ]
    return json.dumps({"type": "struct", "fields": fields})


def from_schema_string(text: str) -> pa.Schema:
    """The columns that a table's metadata state.

    Parameters
    ----------
    text : str
        As of `to_schema_string`, or of another writer.

    Returns
    -------
    pyarrow.Schema
        In their order.

    Raises
    ------
    DamagedFileError
        If a column is of a type that no table of this program has.
    """
    fields = []
    for field in json.loads(text)["fields"]:
        kind = _TYPES.get(field["type"]) if isinstance(field["type"], str) else None
        if kind is None:
            reason = f"states column {field['name']!r} of type {field['type']}"
            raise DamagedFileError("its log", reason)
        fields.append(pa.field(field["name"], kind, nullable=bool(field["nullable"])))
    return pa.schema(fields)


def protocol_of(schema: pa.Schema) -> Mapping[str, Any]:
    """What a reader and a writer must know to use a table.

    Parameters
    ----------
    schema : pyarrow.Schema
        Its columns.

    Returns
    -------
    mapping
        An action of the log.
    """
    if not any(pa.types.is_timestamp(field.type) for field in schema):
        return {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}
    features = {"readerFeatures": ["timestampNtz"], "writerFeatures": ["timestampNtz"]}
    return {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, **features}}


def metadata_of(
    schema: pa.Schema, name: str, description: str, configuration: Mapping[str, str] | None
) -> Mapping[str, Any]:
    """What is known of a new table.

    Parameters
    ----------
    schema : pyarrow.Schema
        Its columns.
    name : str
        Of the table.
    description : str
        The facts about it.
    configuration : mapping of str to str
        Its Delta table properties.

    Returns
    -------
    mapping
        An action of the log.
    """
    return {
        "metaData": {
            "id": str(uuid.uuid4()),
            "name": name,
            "description": description,
            "format": {"provider": "parquet", "options": {}},
            "schemaString": to_schema_string(schema),
            "partitionColumns": [],
            "createdTime": time.time_ns() // 10**6,
            "configuration": dict(configuration or {}),
        }
    }


def restated_metadata(
    metadata: Mapping[str, Any], schema: pa.Schema, description: str
) -> Mapping[str, Any]:
    """What is known of a table from now on.

    Parameters
    ----------
    metadata : mapping
        Until now.
    schema : pyarrow.Schema
        Its columns.
    description : str
        The facts about it.

    Returns
    -------
    mapping
        An action of the log.
    """
    stated = {"description": description, "schemaString": to_schema_string(schema)}
    return {"metaData": {**metadata, **stated}}
