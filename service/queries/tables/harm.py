"""Query of a harm table: incidents, and the harm of their offences, along one axis or two."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter
from service.model.queries import HarmQuery, IncidentQuery, Text
from service.queries.tables.crosstabs import AxisText, checked_axis

OFFENCE: Final = "offence"
OFFENCE_GROUP: Final = "offence-group"


def checked_rows(text: str) -> str:
    """What the rows are of, in its canonical spelling; ValueError says what is allowed."""
    if text in (OFFENCE, OFFENCE_GROUP):
        return text
    try:
        return checked_axis(text)
    except ValueError as error:
        raise ValueError(f"{OFFENCE}, {OFFENCE_GROUP}, or an axis: {error}") from None


class HarmTableQuery(HarmQuery):
    """Query of a harm table."""

    rows: Annotated[
        Annotated[Text, AfterValidator(checked_rows)],
        Field(
            description="What the rows are of: offence or offence-group, those of the harm index; "
            "or an axis of a cross-table, such as layer:ltla24, category or year."
        ),
    ] = OFFENCE
    columns: Annotated[
        AxisText | None,
        Field(
            description="A second axis, such as financial-year: each row is told apart by it, and "
            "steps of the calendar are compared with the first one.",
            examples=["financial-year"],
        ),
    ] = None
    denominator: Annotated[
        Text | None,
        Field(
            description="What rates are over, such as residents: of each area where rows or "
            "columns are areas, otherwise of all areas of `layer` that `within` allows."
        ),
    ] = None
    layer: Annotated[
        Text | None,
        Field(
            description="The layer whose denominators are summed where no axis is of areas; by "
            "default the finest one that has them."
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many, and year."),
    ] = 1000.0

    @property
    def sums_harm(self) -> bool:
        """Whether the harm of incidents is summed: always."""
        return True

    def incident_filter(self) -> IncidentFilter:
        """The filter that these parameters mean; incidents of unknown harm are counted too."""
        return IncidentQuery.incident_filter(self)

    def axes(self) -> tuple[str, ...]:
        """What rows and columns are of, those that a cross-table has too."""
        offence_axes = (OFFENCE, OFFENCE_GROUP)
        return tuple(
            text for text in (self.rows, self.columns) if text and text not in offence_axes
        )

    def layers(self) -> tuple[str, ...]:
        """The layers of the axes that are of areas."""
        parts = (text.partition(":") for text in self.axes())
        return tuple(layer for kind, _, layer in parts if kind == "layer")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.rows == self.columns:
            raise ValueError(f"rows and columns are both {self.rows}; name two axes")
        return self
