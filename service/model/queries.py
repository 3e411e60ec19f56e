"""What every query shares, for HTTP and for the command line alike."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from service.model.incident_filter import IncidentFilter, Moment

MAX_CATEGORIES = 200

QueryT = TypeVar("QueryT", bound="Query")


def checked_start(text: str | None) -> str | None:
    """An ISO month or date, as the beginning of a period; ValueError says what is wrong."""
    if text is not None:
        Moment.from_text(text, end=False)
    return text


def checked_end(text: str | None) -> str | None:
    """An ISO month or date, as the end of a period; ValueError says what is wrong."""
    if text is not None:
        Moment.from_text(text, end=True)
    return text


def one_or_many(value: Any) -> Any:
    """A tuple of the one value that was given, or what was given."""
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=200)]


class Query(BaseModel):
    """A query; a parameter not named in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def canonical(self) -> str:
        """The query with its defaults, in one spelling: equal queries are equal texts."""
        return self.model_dump_json(by_alias=True, exclude={"v"})

    def part(self, model: type[QueryT]) -> QueryT:
        """The parameters of this query that another one takes."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        names = {field.alias or name for name, field in model.model_fields.items()}
        return model.model_validate({k: v for k, v in given.items() if k in names})


class VersionQuery(Query):
    """Query of something whose address carries the version of the data."""

    v: Annotated[
        str | None,
        Field(max_length=64, description="Version of the data, as written in the TileJSON."),
    ] = None


class NoQuery(Query):
    """A resource that takes no query."""


class LayerQuery(Query):
    """Query of shapes without incidents."""

    crs: Annotated[
        Text | None,
        Field(description="Coordinate system of the shapes: 4326 or the working CRS's code."),
    ] = None


class IncidentQuery(Query):
    """Which incidents; the same parameters everywhere."""

    from_: Annotated[
        str | None,
        AfterValidator(checked_start),
        Field(
            alias="from",
            description="First month or day, inclusive: an ISO month (2024-01) or date.",
            examples=["2024-01"],
        ),
    ] = None
    to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(
            description="Last month or day, inclusive: an ISO month (2024-12) or date.",
            examples=["2024-12"],
        ),
    ] = None
    category: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_CATEGORIES,
            description="Only these categories; repeat the parameter for several.",
        ),
    ] = ()

    within: Annotated[
        Text | None,
        Field(
            description="Restrict the answer to one area, written layer:code: for statistics "
            "both the areas and the null hypothesis.",
            examples=["district:E07000008"],
        ),
    ] = None

    @field_validator("category")
    @classmethod
    def _sorted_once(cls, category: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(category)))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        wanted = self.incident_filter()
        if wanted.start and wanted.end and wanted.start.day > wanted.end.day:
            raise ValueError(
                f"from ({self.from_}) is after to ({self.to}); both are inclusive, and from must "
                "be the earlier"
            )
        return self

    def incident_filter(self) -> IncidentFilter:
        """The filter that these parameters mean."""
        return IncidentFilter(
            start=Moment.from_text(self.from_, end=False) if self.from_ else None,
            end=Moment.from_text(self.to, end=True) if self.to else None,
            categories=self.category,
            within=self.within,
        )


class TableQuery(IncidentQuery):
    """Query of a table with shapes."""

    crs: Annotated[
        Text | None,
        Field(
            description="Coordinate system of the shapes: 4326, or the code of the working CRS "
            "such as 27700. By default the one that the format expects.",
        ),
    ] = None
