"""Queries about places for patrols."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.incident_filter import Hours
from service.model.queries import HarmQuery, TableQuery, checked_hours

WHOLE_DAY = 24  # hours
DEFAULT_WIDTH_M = 200.0


def checked_half(text: str) -> str:
    """Hours that leave a part of the day, in their canonical spelling; else a ValueError."""
    hours = Hours.from_text(text)
    if (hours.last - hours.first) % WHOLE_DAY == 0:
        raise ValueError(f"must leave a part of the day, such as 07-19, got {text!r}")
    return checked_hours(text)


def other_half(text: str) -> str:
    """The hours that a part of the day leaves, in their canonical spelling."""
    hours = Hours.from_text(text)
    return checked_hours(f"{hours.last % WHOLE_DAY:02}-{hours.first or WHOLE_DAY:02}")


Length = Annotated[
    int, Field(ge=1, le=1_000, description="Length of the list: so many places are patrolled.")
]


class PatrolPlacesQuery(HarmQuery):
    """Query about equal places of a study area, ranked."""

    HARM_FIELD: ClassVar[str] = "rank_by"

    by: Annotated[
        Literal["hexagons", "segments"],
        Field(
            description="What the places are: equal hexagons, or street segments from junction to "
            "junction where roads are imported, each with the incidents that are nearest to it."
        ),
    ] = "hexagons"
    size_m: Annotated[
        float | None,
        Field(
            ge=100,
            le=500,
            allow_inf_nan=False,
            description="Width of the hexagons across the flats, metres; 100 to 250 for patrols "
            "on foot; by default 200.",
        ),
    ] = None
    rank_by: Annotated[
        Literal["count", "harm"],
        Field(
            description="What ranks the places: incidents, or the days of harm of those whose "
            "harm is known by a harm index."
        ),
    ] = "count"

    @property
    def width_m(self) -> float:
        """Width of the hexagons, metres."""
        return DEFAULT_WIDTH_M if self.size_m is None else self.size_m

    @model_validator(mode="after")
    def _size_of_hexagons(self) -> Self:
        if self.size_m is not None and self.by == "segments":
            raise ValueError("size_m is of hexagons: leave it out with by=segments")
        return self


class PatrolQuery(PatrolPlacesQuery, TableQuery):
    """Query of a list of places for patrols."""

    top: Length = 20
    halves: Annotated[
        Annotated[str, Field(max_length=40), AfterValidator(checked_half)] | None,
        Field(
            description="Two lists side by side: one for these hours and one for the rest of the "
            "day, such as 07-19. Records without a time of day are in neither.",
            examples=["07-19"],
        ),
    ] = None
    quarters: Annotated[
        int,
        Field(
            ge=1,
            le=40,
            description="How many of the last whole quarters of the period are looked at for "
            "persistence; all of them where there are fewer.",
        ),
    ] = 8

    @model_validator(mode="after")
    def _one_choice_of_hours(self) -> Self:
        if self.halves is not None and self.hours is not None:
            raise ValueError("halves and hours both choose hours: name one of them")
        return self

    def parts(self) -> tuple[Self, ...]:
        """The query of each list: itself, or one for each half of the day."""
        if self.halves is None:
            return (self,)
        texts = (self.halves, other_half(self.halves))
        return tuple(self.model_copy(update={"hours": text, "halves": None}) for text in texts)


class CaptureQuery(PatrolPlacesQuery):
    """Query of a capture curve."""

    seed: Annotated[
        int,
        Field(ge=0, le=2**32 - 1, description="Seed of the parts that incidents are dealt into."),
    ] = 0


class PatrolForecastQuery(PatrolPlacesQuery):
    """Query of how well lists of places look ahead."""

    top: Length = 20
    test: Annotated[
        Literal["auto", "year", "quarter", "month"],
        Field(
            description="The lists are made of what is before a period and judged in it: the last "
            "year, or each of the quarters or months in turn. auto takes the longest of them that "
            "the data allow."
        ),
    ] = "auto"
