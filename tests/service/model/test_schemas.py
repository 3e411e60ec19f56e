"""Types become the JSON Schema of what they hold."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import jsonschema
import pytest

from service.model.rows import COUNT, NOTHING, Discloses, Row, column
from service.model.schemas import UNSTATED, Box, Length, reference, row_schema, schema_of


class Link(TypedDict):
    """Where to."""

    href: str
    title: NotRequired[str]


class Page(TypedDict):
    kind: Literal["page"]
    links: Annotated[list[Link], Length(1)]
    box: Box | None
    counts: dict[str, int | None]
    anything: dict[str, Any]
    inner: NotRequired[Annotated[bool, UNSTATED]]


class StepRow(Row):
    """A step."""

    month: str = column("First month.", NOTHING)
    count: int = column("Incidents.", COUNT, "incidents")
    share: float | None = column("Share.", Discloses.of("count"), only="with shares")
    hidden: bool = column("No promise.", NOTHING, is_stated=False)


LINK = {
    "type": "object",
    "properties": {"href": {"type": "string"}, "title": {"type": "string"}},
    "required": ["href"],
    "description": "Where to.",
}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (float | None, {"type": ["number", "null"]}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Literal["a"], {"const": "a"}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (dict[str, Any], {"type": "object"}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Link, LINK),
        (Link | None, LINK | {"type": ["object", "null"]}),
        (Box, {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
    ],
)
def test_a_type_has_a_schema(annotation, schema):
    assert schema_of(annotation, {}) == schema


def test_a_type_with_a_name_is_referred_to():
    assert schema_of(list[Link], {Link: "Link"})["items"] == reference("Link")
    assert schema_of(Link | None, {Link: "Link"}) == {
        "anyOf": [reference("Link"), {"type": "null"}]
    }


def test_what_is_not_stated_is_left_out_but_of_the_complete_schema():
    stated, complete = schema_of(Page, {}), schema_of(Page, {}, is_complete=True)
    assert list(stated["properties"]) == ["kind", "links", "box", "counts", "anything"]
    assert stated["required"] == list(stated["properties"])
    assert complete["properties"]["inner"] == {"type": "boolean"}
    assert complete["required"] == stated["required"]


def test_a_document_is_valid_by_the_schema_of_its_type():
    page: Page = {
        "kind": "page",
        "links": [{"href": "/"}],
        "box": [0.0, 1.0, 2.0, 3.0],
        "counts": {"a": 1, "b": None},
        "anything": {"more": []},
    }
    jsonschema.validate(page, schema_of(Page, {}))
    for wrong in ({"links": []}, {"kind": "leaf"}, {"box": [0.0]}, {"counts": {"a": "1"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**page, **wrong}, schema_of(Page, {}))


def test_a_row_states_its_columns_and_allows_others():
    schema = row_schema(StepRow)
    assert schema["title"] == "StepRow"
    assert schema["required"] == ["month", "count"]
    assert list(schema["properties"]) == ["month", "count", "share"]
    assert schema["properties"]["count"] == {
        "type": ["integer", "null"],  # suppressed, for who does not see records
        "description": "Incidents. Unit: incidents.",
    }
    assert schema["properties"]["share"]["description"] == "Share. Only with shares."
    assert list(row_schema(StepRow, is_complete=True)["properties"]) == list(StepRow.columns)
    jsonschema.validate({"month": "2024-01", "count": 3, "hidden": True}, schema)


@pytest.mark.parametrize("annotation", [bytes, str | int, tuple[int, int], object])
def test_a_type_that_json_does_not_have_is_refused(annotation):
    with pytest.raises(TypeError, match="there is no schema of"):
        schema_of(annotation, {})
