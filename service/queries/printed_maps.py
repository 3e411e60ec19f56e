"""Queries of maps for paper."""

from typing import Annotated, Literal

from pydantic import Field

from service.model.queries import Query, TableQuery, Text
from service.queries.areas import ChoroplethQuery

PaperSize = Literal["a4", "a4-landscape", "a3-landscape", "slide", "square"]


class PaperQuery(Query):
    """On what a map is printed, and what is drawn over it."""

    size: Annotated[
        PaperSize,
        Field(
            description="What the map is composed for: a sheet of A4 or A3, a slide of 16 by 9, "
            "or a square."
        ),
    ] = "a4-landscape"
    width: Annotated[
        Annotated[int, Field(ge=300, le=4000)] | None,
        Field(
            description="Width of the picture, pixels; by default 200 to the inch. Not used "
            "for .svg and .pdf, which are as sharp as the printer."
        ),
    ] = None
    outlines: Annotated[
        Text | None,
        Field(
            description="Layer whose borders are drawn over the map; by default the finest of "
            "which few areas are on it."
        ),
    ] = None
    labels: Annotated[
        int, Field(ge=0, le=50, description="Leading places that are named, at most.")
    ] = 8


class AreaMapQuery(PaperQuery, TableQuery):
    """Query of a table that is drawn as areas."""

    crs: Annotated[
        None, Field(description="Not used for pictures, which are always in the working CRS.")
    ] = None


class ChoroplethMapQuery(AreaMapQuery, ChoroplethQuery):
    """Query of a choropleth for paper."""
