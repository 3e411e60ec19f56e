"""JSON Schema of the types that answers are made of: plain types, lists, typed dicts, rows."""

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from service.model.rows import METHOD_UNIT, Row, TypedColumn

Schema = dict[str, Any]
Names = Mapping[Any, str]  # of the types that have a schema of their own, to be referred to

SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
# Marks a member that the OpenAPI document does not state: it may be there, and is no promise.
UNSTATED: Final = object()

_WORDS: Final[Mapping[Any, str]] = {
    str: "string",
    float: "number",
    int: "integer",
    bool: "boolean",
    type(None): "null",
}


@dataclass(frozen=True)
class Length:
    """How many things a list holds: at least so many, and at most."""

    at_least: int
    at_most: int | None = None


Box = Annotated[list[float], Length(4, 4)]


def schema_of(annotation: Any, names: Names, *, is_complete: bool = False) -> Schema:
    """The schema of a type.

    Parameters
    ----------
    annotation : type
        Text, a number, true or false, None, a literal, a list, a mapping from text, a typed
        dict, any of these or None, or one of these with `UNSTATED` or a `Length` beside it.
    names : mapping
        Types that are referred to by a name, in the place of their schema.
    is_complete : bool
        Include members that the OpenAPI document does not state.

    Raises
    ------
    TypeError
        If it is any other type.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in names:
        return reference(names[annotation])
    if annotation in _WORDS:
        return {"type": _WORDS[annotation]}
    if annotation is Any:
        return {}
    if origin is Annotated:
        schema = schema_of(arguments[0], names, is_complete=is_complete)
        return schema | _limits(arguments[1:])
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (types.UnionType, typing.Union):
        return _nullable(arguments, names, is_complete=is_complete)
    if origin is list:
        items = schema_of(arguments[0], names, is_complete=is_complete)
        return {"type": "array", "items": items}
    if origin is dict:
        values = schema_of(arguments[1], names, is_complete=is_complete)
        return {"type": "object"} | ({"additionalProperties": values} if values else {})
    if typing.is_typeddict(annotation):
        return members_schema(annotation, names, is_complete=is_complete)
    raise TypeError(f"there is no schema of {annotation}")


def members_schema(typed_dict: Any, names: Names, *, is_complete: bool = False) -> Schema:
    """The schema of a typed dict by its members, even if it has a name to refer to."""
    hints = typing.get_type_hints(typed_dict, include_extras=True)
    members = {
        name: _without_required(hint)
        for name, hint in hints.items()
        if is_complete or UNSTATED not in getattr(_without_required(hint), "__metadata__", ())
    }
    schema: Schema = {
        "type": "object",
        "properties": {
            name: schema_of(hint, names, is_complete=is_complete) for name, hint in members.items()
        },
        "required": [name for name in members if name in typed_dict.__required_keys__],
    }
    return schema | _described(typed_dict)


def row_schema(row: type[Row], *, is_complete: bool = False) -> Schema:
    """The schema of the rows of a table; its title is the name of the model."""
    columns = {
        name: column
        for name, column in row.columns.items()
        if is_complete or column.meaning.is_stated
    }
    schema: Schema = {
        "title": row.__name__,
        **_described(row),
        "type": "object",
        "properties": {
            name: schema_of(column.released_annotation, {}) | {"description": in_words(column)}
            for name, column in columns.items()
        },
        "required": [name for name, column in columns.items() if not column.meaning.only],
    }
    if not any(column.value_type is list for column in columns.values()):
        schema["additionalProperties"] = SCALAR
    return schema


def in_words(column: TypedColumn) -> str:
    """What a column means, its unit, and where it is found."""
    meaning = column.meaning
    unit = "as the method states" if meaning.unit == METHOD_UNIT else meaning.unit
    unit = f" Unit: {unit}." if unit else ""
    return f"{meaning.description}{unit}" + (f" Only {meaning.only}." if meaning.only else "")


def reference(name: str) -> Schema:
    """A reference to a schema among the components of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _nullable(members: tuple[Any, ...], names: Names, *, is_complete: bool) -> Schema:
    """The schema of a type or None."""
    schemas = [schema_of(member, names, is_complete=is_complete) for member in members]
    if len(schemas) != 2 or schemas[1] != {"type": "null"}:
        raise TypeError(f"there is no schema of {' or '.join(map(str, members))}")
    schema, null = schemas
    if "type" in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, null]}


def _limits(marks: tuple[Any, ...]) -> Schema:
    """What marks beside a type add to its schema."""
    length = next((mark for mark in marks if isinstance(mark, Length)), None)
    if length is None:
        return {}
    return {"minItems": length.at_least} | (
        {} if length.at_most is None else {"maxItems": length.at_most}
    )


def _described(model: type) -> Schema:
    """The docstring of a model as its description."""
    text = " ".join((model.__doc__ or "").split())
    return {"description": text} if text else {}


def _without_required(hint: Any) -> Any:
    """A type without the mark that its member may be missing."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.NotRequired else hint
