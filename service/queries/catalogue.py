"""Queries of what is loaded, and of the search for places."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from service.model.queries import Query, Text, one_or_many

MAX_PLACES = 50
MAX_DATASETS = 100


class PlacesQuery(Query):
    """Query of places by what they are called."""

    q: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            description="The beginning of a name, of a word in it, of an area code or of a "
            "postcode; case, accents and punctuation do not matter.",
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=MAX_PLACES, description="Maximum number of results.")] = (
        10
    )


class BackgroundStyleQuery(Query):
    """Query of the style of the background map."""

    theme: Annotated[
        Literal["light", "dark"], Field(description="For a light or a dark ground.")
    ] = "light"


class MonthQualityQuery(Query):
    """Query of data quality by dataset and month."""

    dataset: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_DATASETS,
            description="Only these datasets; repeat the parameter for several. By default all.",
        ),
    ] = ()

    @field_validator("dataset")
    @classmethod
    def _sorted_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(names)))
