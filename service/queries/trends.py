"""Query of a trend."""

from typing import Annotated, Literal

from pydantic import Field

from service.model.queries import IncidentQuery


class TrendQuery(IncidentQuery):
    """Query of a trend: the incidents of one area, step by step."""

    step: Annotated[
        Literal["month", "quarter", "year"],
        Field(description="Length of a step; those that from or to cut are left out."),
    ] = "month"
    measure: Annotated[
        Literal["count", "weighted"],
        Field(description="What rates are of: incidents, or the sum of their weights."),
    ] = "count"
    per: Annotated[
        Literal["day", "year"], Field(description="Rates are per day or per year of 365.25 days.")
    ] = "day"
    interval: Annotated[
        Literal["exact", "byar"], Field(description="Poisson interval of the rates.")
    ] = "exact"
