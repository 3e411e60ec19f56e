"""JSON Schema of the types that answers are made of."""

import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from service.model.rows import Row

Schema = dict[str, Any]

_NAMES: Final[Mapping[Any, str]] = {
    str: "string",
    float: "number",
    int: "integer",
    bool: "boolean",
    list: "array",
    type(None): "null",
}
SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}


def schema_of(annotation: Any) -> Schema:
    """The schema of a type.

    Parameters
    ----------
    annotation : type
        A plain type or a list, and None beside it where a value may be null.

    Raises
    ------
    TypeError
        If it is any other type.
    """
    is_union = isinstance(annotation, types.UnionType)
    members = typing.get_args(annotation) if is_union else (annotation,)
    plain = [typing.get_origin(each) or each for each in members]
    if not set(plain) <= set(_NAMES):
        raise TypeError(f"there is no schema of {annotation}")
    names = [_NAMES[each] for each in plain]
    schema: Schema = {"type": names if is_union else names[0]}
    for each in members:
        if typing.get_origin(each) is list:
            schema["items"] = schema_of(typing.get_args(each)[0])
    return schema


def row_schema(row: type[Row]) -> Schema:
    """The schema of the rows of a table, as far as the OpenAPI document states them."""
    stated = {name: each for name, each in row.columns.items() if each.column.is_stated}
    schema: Schema = {
        "type": "object",
        "properties": {name: schema_of(each.annotation) for name, each in stated.items()},
        "required": [name for name, each in stated.items() if not each.column.only],
    }
    if not any(each.value_type is list for each in stated.values()):
        schema["additionalProperties"] = SCALAR
    return schema
