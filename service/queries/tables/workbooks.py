"""Query of a workbook: several tables in one spreadsheet."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from service.model.queries import Query, one_or_many

MAX_TABLES: Final = 40
MAX_ADDRESS: Final = 20_000  # characters: a table may stay within a polygon


class WorkbookQuery(Query):
    """Query of a workbook."""

    table: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS)], ...],
        BeforeValidator(one_or_many),
        Field(
            min_length=1,
            max_length=MAX_TABLES,
            description="Address of a table with its parameters, such as "
            "/v1/tables/{dataset}/trend?step=year; one sheet for each, in their order.",
        ),
    ]
    title: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            description="On the cover, and in the name of the file.",
        ),
    ] = "Tables"
