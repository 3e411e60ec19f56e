"""The files made from the code are current, and say what it says."""

import pytest

from service.model.rows import COUNT, NOTHING, Discloses, Row, column
from service.model.schemas import row_schema
from tests.generated.columns import section
from tests.generated.settings import setting_names
from tests.generated.typescript import interface, typescript
from tests.generated.write import ROOT, generated
from tests.service.row_models import row_models

FILES = generated()


class PlotRow(Row):
    """A plot of ground."""

    plot: str = column("Name of the plot.", NOTHING)
    count: int = column("Incidents on it.", COUNT, "incidents")
    class_: str | None = column("Its class.", Discloses.of("count"), only="with classes")
    box: list[float] = column("Its ends.", NOTHING, "m", is_stated=False)


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_current(name):
    assert (ROOT / name).read_text("utf-8") == FILES[name], "make generate writes it anew"


def test_every_setting_stands_in_its_document():
    for name in setting_names():
        assert f"| `{name}` |" in FILES["docs/settings.md"]


def test_every_column_of_every_row_stands_in_both_files():
    document, types = FILES["docs/columns.md"], FILES["service/web/src/answers/schema.ts"]
    for name, row in row_models().items():
        assert f"export interface {name} {{" in types
        for column_name in row.columns:
            assert f"| `{column_name}` |" in document


def test_a_row_becomes_a_table_of_columns():
    assert section("/v1/plots", PlotRow).splitlines() == [
        "## `/v1/plots`",
        "",
        "A plot of ground.",
        "",
        "| column | type | meaning | unit | only | discloses |",
        "| -- | -- | -- | -- | -- | -- |",
        "| `plot` | string | Name of the plot. | | | nothing |",
        "| `count` | integer or null | Incidents on it. | incidents | | a count |",
        "| `class` | string or null | Its class. | | with classes | a value of `count` |",
        "| `box` | array | Its ends. | m | | nothing |",
    ]


def test_a_row_becomes_an_interface():
    assert interface("PlotRow", row_schema(PlotRow, is_complete=True)).splitlines() == [
        "/** A plot of ground. */",
        "export interface PlotRow {",
        "  /** Name of the plot. */",
        "  plot: string;",
        "  /** Incidents on it. Unit: incidents. */",
        "  count: number | null;",
        "  /** Its class. Only with classes. */",
        "  class?: string | null;",
        "  /** Its ends. Unit: m. */",
        "  box: number[];",
        "}",
    ]


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({}, "unknown"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"const": "a"}, '"a"'),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"$ref": "#/components/schemas/Dataset"}, "Dataset"),
        ({"anyOf": [{"$ref": "#/components/schemas/Layer"}, {"type": "null"}]}, "Layer | null"),
        ({"type": "array", "items": {"type": ["number", "null"]}}, "(number | null)[]"),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "[number, number]",
        ),
        (
            {"type": "object", "properties": {"a-b": {"type": "integer"}}, "required": []},
            '{ "a-b"?: number }',
        ),
    ],
)
def test_a_schema_becomes_a_type(schema, written):
    assert typescript(schema) == written
