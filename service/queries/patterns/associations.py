"""Query of local associations: one value of the areas, or two."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter
from service.model.queries import MAX_CATEGORIES, IncidentQuery, TableQuery, Text, one_or_many
from service.queries.areas import MAX_PERMUTATIONS, RatePer
from service.queries.neighbour_rules import NEIGHBOURS, checked_rule


class AssociationQuery(TableQuery):
    """Query of a local association."""

    statistic: Annotated[
        Literal["local-geary", "lee", "bivariate-moran", "losh"],
        Field(
            description="local-geary: how much an area differs from its neighbours; losh: how "
            "much its neighbours vary. Of two values: lee, whether both are high, or low, around "
            "an area; bivariate-moran, the value in it with the other around it."
        ),
    ] = "local-geary"
    measure: Annotated[
        Literal["count", "rate", "density"],
        Field(description="count; rate over a denominator; density per km^2."),
    ] = "count"
    denominator: Annotated[
        Text | None,
        Field(
            description="A measure loaded for the layer, such as residents; needed by rates. "
            "Write measure:period for a period other than the latest."
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many."),
    ] = 1000.0
    rate_per: RatePer = "period"
    beside_dataset: Annotated[
        Text | None,
        Field(
            description="The dataset of the second value: the same measure, period, hours and "
            "ages, and the same categories unless those of its own are named."
        ),
    ] = None
    beside_category: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(max_length=MAX_CATEGORIES, description="Categories of the dataset beside."),
    ] = ()
    beside_measure: Annotated[
        Text | None,
        Field(
            description="A measure loaded for the layer as the second value, such as a score of "
            "deprivation; measure:period for a period other than the latest."
        ),
    ] = None
    neighbours: Annotated[
        str, AfterValidator(checked_rule), Field(max_length=80, description=f"{NEIGHBOURS}.")
    ] = "queen"
    permutations: Annotated[
        Annotated[int, Field(ge=0, le=MAX_PERMUTATIONS)] | None,
        Field(
            description="Random arrangements behind each p; 0: the statistic alone. By default "
            "99,999 up to 5,000 areas and 9,999 above, and for areas far out as many as let one "
            "be called; for losh, whose whole map is dealt out each time, 9,999 or as many as let "
            "one be called, fewer above 1,000,000,000 values."
        ),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the draws.")] = 1
    correction: Annotated[
        Literal["bh", "by", "bonferroni", "none"],
        Field(description="How p is corrected for testing every area."),
    ] = "bh"

    @property
    def beside_filter(self) -> IncidentFilter:
        """The filter of the dataset beside."""
        if not self.beside_category:
            return self.incident_filter()
        conditions = self.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
        own = {"category": self.beside_category, "subcategory": ()}
        return IncidentQuery.model_validate({**conditions, **own}).incident_filter()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.measure == "rate" and self.denominator is None:
            raise ValueError(
                "measure=rate needs denominator=, the name of a measure loaded for the layer"
            )
        if self.beside_category and self.beside_dataset is None:
            raise ValueError("beside_category needs beside_dataset")
        second = [name for name in (self.beside_dataset, self.beside_measure) if name is not None]
        needed = 1 if self.statistic in ("lee", "bivariate-moran") else 0
        if len(second) != needed:
            raise ValueError(
                "statistic=lee and bivariate-moran need a second value, either beside_dataset or "
                "beside_measure; local-geary and losh take none"
            )
        return self
