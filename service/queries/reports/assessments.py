"""Query of an assessment: of which place, up to which month."""

from typing import Annotated

from pydantic import AfterValidator, Field

from service.model.queries import MAX_WITHIN, Query


def _checked_month(text: str) -> str:
    """An ISO month; ValueError says what is allowed."""
    year, _, month = text.partition("-")
    is_month = len(year) == 4 and len(month) == 2 and f"{year}{month}".isdecimal()
    if not (is_month and text.isascii() and 1 <= int(month) <= 12 and int(year)):
        raise ValueError(f"must be an ISO month such as 2024-12, got {text!r}")
    return text


class AssessmentQuery(Query):
    """Query of an assessment."""

    within: Annotated[
        Annotated[str, Field(min_length=1, max_length=MAX_WITHIN)] | None,
        Field(
            description="The place: an area written layer:code, or its name where no other area "
            "has it; a circle or polygon in metres of the working CRS. By default everything.",
            examples=["district:E07000008"],
        ),
    ] = None
    to: Annotated[
        Annotated[str, AfterValidator(_checked_month)] | None,
        Field(
            description="Last month, ISO; the year up to it is assessed. By default the last "
            "whole month of the dataset that the assessment is mainly about.",
            examples=["2024-12"],
        ),
    ] = None
