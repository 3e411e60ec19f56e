"""The types of the page: what the service answers, as TypeScript."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from service.analyses.catalogue.documents import (
    Background,
    DatasetAccess,
    DatasetEntry,
    FirstView,
    LayerEntry,
    LayerMeasure,
    PageContent,
    PageLayer,
    Published,
    StudyArea,
)
from service.analyses.density.documents import HeatmapSummary
from service.analyses.maps.tilejson import TileJson, VectorLayer
from service.http.problems import Problem
from service.model.rows import Row
from service.model.schemas import Schema, members_schema, row_schema
from service.render.documents import ProvenanceContent, ProvenanceMethod
from service.render.maps.legend import LegendContent, LegendLine, LegendSize
from service.runtime.jobs import JobContent
from tests.service.row_models import row_models

HEADING = """\
// What the service answers, made of its row models and documents by `make generate`: not edited.
"""
NAMES: Mapping[Any, str] = {
    DatasetEntry: "Dataset",
    LayerMeasure: "LayerMeasure",
    LayerEntry: "Layer",
    PageLayer: "PageLayer",
    Background: "Background",
    StudyArea: "StudyArea",
    FirstView: "FirstView",
    Published: "Published",
    DatasetAccess: "DatasetAccess",
    PageContent: "PageContent",
    ProvenanceMethod: "ProvenanceMethod",
    ProvenanceContent: "Provenance",
    VectorLayer: "VectorLayer",
    TileJson: "TileJson",
    LegendLine: "LegendLine",
    LegendSize: "LegendSize",
    LegendContent: "Legend",
    HeatmapSummary: "HeatmapSummary",
    Problem: "Problem",
    JobContent: "Job",
}
WORDS = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}
INDENT = "  "
WIDTH = 100


def types_of_answers() -> str:
    """The module: an interface for every document and every row."""
    parts = [HEADING]
    for model, name in NAMES.items():
        parts.append(interface(name, members_schema(model, NAMES, is_complete=True)))
    rows = row_models()
    for name, row in rows.items():
        parts.append(interface(name, row_schema(row, is_complete=True)))
    parts.append(column_names(rows))
    return "\n".join(parts)


def interface(name: str, schema: Schema) -> str:
    """One interface, with the description of each member."""
    lines = comment(schema.get("description", ""), "")
    lines.append(f"export interface {name} {{")
    for member, inner in schema["properties"].items():
        optional = "" if member in schema["required"] else "?"
        lines += comment(inner.get("description", "") if "$ref" not in inner else "", INDENT)
        lines.append(f"{INDENT}{key(member)}{optional}: {typescript(inner)};")
    return "\n".join([*lines, "}", ""])


def column_names(rows: Mapping[str, type[Row]]) -> str:
    """The names of all columns that hold one value."""
    names = sorted(
        {
            name
            for row in rows.values()
            for name, column in row.columns.items()
            if column.value_type is not list
        }
    )
    lines = "\n".join(f'{INDENT}| "{name}"' for name in names)
    return f"/** The columns of all rows that hold one value. */\nexport type ColumnName =\n{lines};\n"


def typescript(schema: Schema) -> str:
    """The type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(typescript(part) for part in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    schema_type = schema.get("type")
    if isinstance(schema_type, list):
        parts = [typescript({**schema, "type": part}) for part in schema_type]
        return " | ".join(parts)
    if schema_type == "null":
        return "null"
    if schema_type == "array":
        return array(schema)
    if schema_type == "object":
        return mapping(schema)
    return WORDS.get(schema_type, "unknown")


def array(schema: Schema) -> str:
    """A list, or a tuple where the number of its parts is stated."""
    item = typescript(schema["items"])
    length = schema.get("minItems")
    if length is not None and length == schema.get("maxItems"):
        return f"[{', '.join([item] * length)}]"
    return f"({item})[]" if " | " in item else f"{item}[]"


def mapping(schema: Schema) -> str:
    """A mapping, or an object with the members that it has."""
    if "properties" not in schema:
        values = schema.get("additionalProperties", {})
        return f"Record<string, {typescript(values)}>"
    members = (
        f"{key(name)}{'' if name in schema['required'] else '?'}: {typescript(inner)}"
        for name, inner in schema["properties"].items()
    )
    return f"{{ {'; '.join(members)} }}"


def key(name: str) -> str:
    """A member's name, in quotation marks where it is no name of the language."""
    return name if name.isidentifier() else json.dumps(name)


def comment(text: str, indent: str) -> list[str]:
    """A description above what it describes."""
    if not text or len(text) + len(indent) + 7 <= WIDTH:
        return [f"{indent}/** {text} */"] if text else []
    lines = textwrap.wrap(text, WIDTH - len(indent) - 3)
    return [f"{indent}/**", *(f"{indent} * {part}" for part in lines), f"{indent} */"]
