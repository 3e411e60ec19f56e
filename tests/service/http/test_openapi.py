"""The OpenAPI document says what answers are, and answers are what it says."""

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.render.tables.formats import FORMATS
from tests.service.addresses import addresses, all_addresses, asking, operations, path_templates


def validator(document, schema):
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def of_answer(document, template, answer):
    """The schema of an answer's media type as the document states it."""
    content = document["paths"][template]["get"]["responses"][str(answer.status_code)]["content"]
    given = answer.headers["Content-Type"]
    assert given in content or given.partition(";")[0] in content, (template, given)
    return content.get(given, content.get(given.partition(";")[0])).get("schema", {})


def test_every_answer_is_of_a_media_type_and_a_form_that_its_route_states(client):
    document = client.app.openapi()
    checked = 0
    for template in sorted(path_templates(client.app)):
        if template not in document["paths"]:
            continue
        for address in addresses(client.app, template):
            answer = client.get(address)
            schema = of_answer(document, template, answer)
            if "json" in answer.headers["Content-Type"]:
                errors = [
                    e.message for e in validator(document, schema).iter_errors(answer.json())
                ]
                assert errors == [], (address, errors[:3])
                checked += bool(schema.get("properties") or "$ref" in schema)
    assert checked > 30


def test_every_json_answer_says_more_than_that_it_is_an_object(client):
    """Add what is missing to the `responses` of its route."""
    vague = [
        operation["operationId"]
        for operation in operations(client.app).values()
        if operation["responses"]["200"]["content"].get("application/json", {}).get("schema")
        == {"type": "object"}
    ]
    assert vague == []


def test_every_refusal_is_a_stated_problem(client):
    document = client.app.openapi()
    problem = validator(document, {"$ref": "#/components/schemas/Problem"})
    for template in sorted(path_templates(client.app)):
        if template not in document["paths"]:
            continue
        answer = client.get(asking(addresses(client.app, template)[0], colour="red"))
        of_answer(document, template, answer)
        if answer.headers["Content-Type"] == "application/problem+json":
            problem.validate(answer.json())
    for operation in operations(client.app).values():
        for status in ("404", "410", "422", "503"):
            assert "application/problem+json" in operation["responses"][status]["content"]


def test_every_format_that_an_address_offers_is_stated(client):
    for operation in operations(client.app).values():
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "suffix":
                offered = set(parameter["schema"]["enum"]) & set(FORMATS)
                stated = set(operation["responses"]["200"]["content"])
                assert {FORMATS[suffix].media_type for suffix in offered} <= stated


def test_a_wrong_row_would_be_found(client):
    document = client.app.openapi()
    address = next(a for a in all_addresses(client.app) if a.endswith("/v1/datasets"))
    good = client.get(address).json()
    good["datasets"][0]["records"] = "many"
    check = validator(document, document["paths"]["/v1/datasets"]["get"]["responses"]["200"]["content"]["application/json"]["schema"])  # fmt: skip
    with pytest.raises(jsonschema.ValidationError):
        check.validate(good)


def test_the_document_is_valid_openapi(client):
    OpenAPIV31SpecValidator(client.app.openapi()).validate()


def test_what_code_generators_need_is_stated(client):
    """A header that is text, what arrays hold, and a form of every part."""
    document = client.app.openapi()
    for operation in operations(client.app).values():
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "if-none-match":
                assert parameter["schema"]["type"] == "string"
        # A part of JSON is no JSON; one of a file is bytes, and of a text a text.
        for name, media_type in operation["responses"]["206"].get("content", {}).items():
            assert "json" not in name
            assert media_type["schema"]["type"] == "string"
    arrays = [part for part in parts(document) if "array" in types_of(part)]
    assert len(arrays) > 50
    assert [array for array in arrays if "items" not in array] == []


def test_every_table_and_its_rows_have_a_name(client):
    """So that a client has a type to write down: not ReadHotspotsResponse200RowsItem."""
    document = client.app.openapi()
    for operation in operations(client.app).values():
        schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema")
        assert "rows" not in (schema or {}).get("properties", {}), operation["operationId"]
    tables = {name for name in document["components"]["schemas"] if name.endswith("Table")}
    assert {"HotspotTable", "ChoroplethTable", "TrendTable"} <= tables
    for name in tables:
        row = document["components"]["schemas"][name]["properties"]["rows"]["items"]["$ref"]
        assert row == f"#/components/schemas/{name.removesuffix('Table')}Row"


def test_the_document_is_in_the_order_of_questions_and_says_what_each_answers(client):
    document = client.app.openapi()
    chapters = [tag["name"] for tag in document["tags"]]
    places = [
        chapters.index(operation["tags"][0])
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert places == sorted(places)
    assert chapters[-1] == "health"
    for operation in operations(client.app).values():
        assert 10 < len(operation["summary"]) <= 120, operation["operationId"]
        assert operation["description"].startswith(operation["summary"].split(",")[0][:20])


def parts(value):
    """Every mapping in a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from parts(inner)


def types_of(schema):
    """The types that a schema allows; none where it is no schema."""
    stated = schema.get("type", [])
    return stated if isinstance(stated, list) else [stated] if isinstance(stated, str) else []
