"""Queries of ranked lists, and of areas among those of their group."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from service.model.queries import HarmQuery, IncidentQuery, Query, Text
from service.queries.areas import RatePer


class RankedQuery(HarmQuery):
    """Query of a ranked list of areas."""

    HARM_FIELD: ClassVar[str] = "by"

    by: Annotated[
        Literal["count", "share", "rate", "harm", "harm-rate"],
        Field(
            description="What ranks the areas: incidents, their share, or their rate; the days of "
            "harm of the incidents by a harm index, or their rate."
        ),
    ] = "count"
    share_of: Annotated[
        Literal["areas", "records"],
        Field(
            description="What shares are of: the incidents in the areas of the list, or all "
            "records selected, those outside or without a place too."
        ),
    ] = "areas"
    denominator: Annotated[
        Text | None,
        Field(
            description="What rates are over: a measure loaded for the layer, such as residents; "
            "needed by by=rate. Write measure:period for a period other than the latest."
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many."),
    ] = 1000.0
    rate_per: RatePer = "year"
    threshold: Annotated[
        float | None,
        Field(
            ge=0,
            le=1e12,
            allow_inf_nan=False,
            description="Flag the areas with this value of `by` or more.",
        ),
    ] = None
    top: Annotated[
        int | None,
        Field(
            ge=1,
            le=1_000_000,
            description="Only areas with this rank or a better one; those that share the last "
            "rank too.",
        ),
    ] = None
    larger_layer: Annotated[
        Text | None,
        Field(
            description="Also name the area of this layer that each area is in, which tells areas "
            "of one name apart."
        ),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.by.endswith("rate") and self.denominator is None:
            raise ValueError(
                f"by={self.by} needs denominator=, the name of a measure loaded for the layer"
            )
        return self


AreaGroupName = Annotated[
    Text,
    Field(description="Group of areas of the layer, as `hotspots import area-groups` has it."),
]
Code = Annotated[
    Text | None,
    Field(description="Code of the area that is looked at; all are compared in any case."),
]
Per = Annotated[
    float, Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many.")
]


class SimilarAreasQuery(IncidentQuery):
    """Query of the rates of incidents in the areas of a group."""

    area_group: AreaGroupName
    code: Code = None
    denominator: Annotated[
        Text,
        Field(
            description="What rates are over: a measure loaded for the layer, such as residents. "
            "Write measure:period for a period other than the latest."
        ),
    ]
    per: Per = 1000.0
    rate_per: RatePer = "year"


class SimilarMeasuresQuery(Query):
    """Query of a measure of the areas of a group."""

    area_group: AreaGroupName
    code: Code = None
    measure: Annotated[
        Text,
        Field(
            description="A measure loaded for the layer: counts where a denominator is named, "
            "else rates as they were published. Write measure:period for a period other than the "
            "latest."
        ),
    ]
    denominator: Annotated[
        Text | None, Field(description="What the rates of counts are over, likewise.")
    ] = None
    per: Per = 1000.0
