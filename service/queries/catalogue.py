"""Query of the search for places."""

from typing import Annotated

from pydantic import Field

from service.model.queries import Query

MAX_PLACES = 50


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
