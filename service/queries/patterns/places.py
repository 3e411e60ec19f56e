"""Queries of what is near places."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from service.model.queries import TableQuery, Text, one_or_many

MAX_DISTANCES = 10

Distance = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]


def _in_order(distances: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sorted(set(distances)))


class NearQuery(TableQuery):
    """Query of the incidents near places."""

    by: Annotated[
        Literal["set", "place"],
        Field(
            description="One row for all places together, where their circles overlap counted "
            "once; or one for each place."
        ),
    ] = "set"
    distance_m: Annotated[
        tuple[Distance, ...],
        BeforeValidator(one_or_many),
        Field(
            min_length=1,
            max_length=MAX_DISTANCES,
            description="Incidents within this distance are counted, metres; repeat it for "
            "several.",
        ),
        AfterValidator(_in_order),
    ] = (250.0,)
    layer: Annotated[
        Text | None,
        Field(
            description="Layer or grid whose areas' own rates say what is expected; by default "
            "one rate of the whole area, or with a denominator that of most areas that have it."
        ),
    ] = None
    denominator: Annotated[
        Text | None,
        Field(
            description="Measure of the layer, such as residents: what is expected is in "
            "proportion to it over the whole area, and not to the ground. Write measure:period "
            "for a period other than the latest."
        ),
    ] = None
