"""What every query shares, for HTTP and for the command line alike."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    field_validator,
    model_validator,
)

from service.model.incident_filter import (
    WEEKDAYS,
    Ages,
    HarmChoice,
    Hours,
    IncidentFilter,
    Moment,
    weekdays_from_text,
)
from service.store.reference.harm_index import checked_column

MAX_CATEGORIES = 200
MAX_WITHIN = 10_000  # characters: a polygon of some hundred corners

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


def checked_hours(text: str) -> str:
    """Hours in their canonical spelling; ValueError says what is wrong."""
    return str(Hours.from_text(text))


def checked_ages(text: str) -> str:
    """Ages in their canonical spelling; ValueError says what is wrong."""
    return str(Ages.from_text(text))


def checked_weekdays(text: str) -> str:
    """Days of the week in their canonical spelling; ValueError says what is wrong."""
    return ",".join(WEEKDAYS[day] for day in weekdays_from_text(text))


def checked_attribute(text: str) -> str:
    """Name and value with a colon between; ValueError says what is wrong."""
    name, colon, value = text.partition(":")
    if not (name and colon and value):
        raise ValueError(f"must be written name:value, such as sex:Female, got {text!r}")
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
        Field(
            max_length=64,
            description="Version of the data, as written in the TileJSON or in the header "
            "Data-Version of an answer; any other than the present one is a 410.",
        ),
    ] = None


def with_version(model: type[Query]) -> type[Query]:
    """A query that also takes the version of the data that it is to be answered from."""
    return create_model(model.__name__, __base__=(model, VersionQuery), __doc__=model.__doc__)


def without_version(query: Query, model: type[QueryT]) -> tuple[QueryT, str | None]:
    """A query of a model as it is without a version, so that it equals all others, and that."""
    fields = {name: getattr(query, name) for name in model.model_fields}
    plain = model.model_construct(query.model_fields_set - {"v"}, **fields)
    return plain, getattr(query, "v", None)


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

    subcategory: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_CATEGORIES,
            description="Only these subcategories; repeat the parameter for several.",
        ),
    ] = ()
    attribute: Annotated[
        tuple[Annotated[Text, AfterValidator(checked_attribute)], ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_CATEGORIES,
            description="Only incidents with this value of an attribute, written name:value. "
            "Repeat the parameter: values of one attribute are alternatives, several attributes "
            "must all fit.",
            examples=["sex:Female"],
        ),
    ] = ()
    marker: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_CATEGORIES,
            description="Only incidents with any of these markers: the attribute named marker, "
            "which may hold several with semicolons between.",
            examples=["hate"],
        ),
    ] = ()
    hours: Annotated[
        Annotated[str, Field(max_length=40), AfterValidator(checked_hours)] | None,
        Field(
            description="Only these hours: 22-03 is from 22:00 up to 03:00, not included.",
            examples=["22-03"],
        ),
    ] = None
    weekdays: Annotated[
        Annotated[str, Field(max_length=40), AfterValidator(checked_weekdays)] | None,
        Field(
            description="Only these days of the week, such as fri,sat. With hours past midnight "
            "a night belongs to the day on which it begins.",
            examples=["fri,sat"],
        ),
    ] = None
    ages: Annotated[
        Annotated[str, Field(max_length=40), AfterValidator(checked_ages)] | None,
        Field(
            description="Only these ages, both included (18-30, or 65- for 65 and over), of the "
            "attribute named age.",
            examples=["18-30"],
        ),
    ] = None
    within: Annotated[
        Annotated[str, Field(min_length=1, max_length=MAX_WITHIN)] | None,
        Field(
            description="Restrict the answer to one area, written layer:code, "
            "circle:easting,northing,radius or polygon:easting,northing,easting,northing,... in "
            "metres of the working CRS, or lonlat-circle:longitude,latitude,radius or "
            "lonlat-polygon:longitude,latitude,...: for statistics both the areas and the null "
            "hypothesis.",
            examples=["district:E07000008"],
        ),
    ] = None

    @field_validator("category", "subcategory", "attribute", "marker")
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
            subcategories=self.subcategory,
            attributes=tuple(
                (name, value)
                for name, _, value in (text.partition(":") for text in self.attribute)
            ),
            markers=self.marker,
            hours=None if self.hours is None else Hours.from_text(self.hours),
            weekdays=() if self.weekdays is None else weekdays_from_text(self.weekdays),
            ages=None if self.ages is None else Ages.from_text(self.ages),
        )


class HarmQuery(IncidentQuery):
    """Query that may sum the harm of incidents, where the value of a field of it says so."""

    HARM_FIELD: ClassVar[str] = "measure"

    harm_index: Annotated[
        Text | None,
        Field(description="Harm index, where several are imported."),
    ] = None
    harm_column: Annotated[
        Annotated[Text, AfterValidator(checked_column)] | None,
        Field(
            description="Column of the dataset with the offences of the harm index: category, "
            "subcategory or attribute:NAME. By default the one that the index names.",
            examples=["subcategory"],
        ),
    ] = None

    @model_validator(mode="after")
    def _harm_is_summed(self) -> Self:
        if (self.harm_index or self.harm_column) and not self.sums_harm:
            raise ValueError("harm_index and harm_column are given where harm is summed")
        return self

    @property
    def sums_harm(self) -> bool:
        """Whether the harm of incidents is summed, and not their number."""
        return getattr(self, self.HARM_FIELD) in ("harm", "harm-rate", True)

    @property
    def harm_choice(self) -> HarmChoice:
        """By what the harm of incidents is known."""
        return HarmChoice(self.harm_index, self.harm_column)

    def incident_filter(self) -> IncidentFilter:
        """The filter that these parameters mean; of known harm, where that is summed."""
        selected = super().incident_filter()
        return replace(selected, harm=self.harm_choice) if self.sums_harm else selected


class TableQuery(IncidentQuery):
    """Query of a table with shapes."""

    crs: Annotated[
        Text | None,
        Field(
            description="Coordinate system of the shapes: 4326, or the code of the working CRS "
            "such as 27700. By default the one that the format expects.",
        ),
    ] = None
