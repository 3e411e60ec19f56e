"""Query of a comparison of two periods along an axis."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from service.model.queries import Text
from service.queries.over_time import TwoPeriodsQuery
from service.queries.tables.crosstabs import AxisName, checked_axis

# Years and their parts are of one period, and cannot be compared with those of another.
OF_ONE_PERIOD: Final = ("year", "financial-year", "year-ending", "quarter", "month")
_ALLOWED: Final = (
    "category, subcategory, marker, age, month-of-year, weekday, hour, attribute:sex, "
    "age:0-17,18-64,65- or layer:lsoa21"
)


def checked_compared_axis(text: str) -> str:
    """An axis whose keys two periods share, in its canonical spelling; ValueError says which."""
    try:
        axis = checked_axis(text)
    except ValueError:
        raise ValueError(f"must be one of {_ALLOWED}, got {text!r}") from None
    if AxisName.from_text(axis).kind in OF_ONE_PERIOD:
        raise ValueError(f"{axis} is of one period only: compare by {_ALLOWED}")
    return axis


class ComparisonQuery(TwoPeriodsQuery):
    """Query of a comparison: incidents of a period and of a baseline period along an axis."""

    by: Annotated[
        Text,
        AfterValidator(checked_compared_axis),
        Field(description=f"What the rows are of: {_ALLOWED}.", examples=["category"]),
    ]
