"""Queries of scan statistics."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter
from service.model.queries import (
    MAX_CATEGORIES,
    IncidentQuery,
    TableQuery,
    Text,
    VersionQuery,
    one_or_many,
)

TIMED = ("space-time", "permutation")
POINTED = ("bernoulli", "permutation")


class ScanAreasQuery(TableQuery):
    """Query of a scan over the areas of a layer."""

    model: Annotated[
        Literal["poisson", "bernoulli", "space-time", "permutation"],
        Field(
            description="poisson: incidents against residents, or another denominator, or the "
            "ground; bernoulli: against other records (the controls); space-time: poisson in "
            "stretches of steps; permutation: where and when together, against the incidents' own "
            "places and times, which needs no denominator."
        ),
    ] = "poisson"
    denominator: Annotated[
        Text | None,
        Field(
            description="For poisson and space-time: a measure loaded for the layer, such as "
            "residents; measure:period for a period other than the latest. By default the one "
            "that the dataset names, where the layer has it, else the ground of the areas."
        ),
    ] = None
    beside_dataset: Annotated[
        Text | None,
        Field(
            description="For bernoulli: the dataset of the controls. By default they are the "
            "records of the same period of this one that category, subcategory, attribute and "
            "marker leave out."
        ),
    ] = None
    beside_category: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(max_length=MAX_CATEGORIES, description="For bernoulli: categories of the controls."),
    ] = ()
    step: Annotated[
        Literal["week", "month", "quarter", "year"],
        Field(description="For space-time and permutation: length of a step."),
    ] = "month"
    prospective: Annotated[
        bool,
        Field(description="Only windows that last to the end of the period: what is new now."),
    ] = False
    shape: Annotated[
        Literal["circle", "ellipse"],
        Field(description="Shape of the windows; ellipses take about 40 times as long."),
    ] = "circle"
    penalty: Annotated[
        Literal["none", "medium", "strong"],
        Field(description="How much long ellipses are held back."),
    ] = "medium"
    rates: Annotated[
        Literal["high", "low", "both"],
        Field(description="Look for more incidents than expected, for fewer, or for both."),
    ] = "high"
    largest_share: Annotated[
        float,
        Field(gt=0, le=0.5, description="Share of the population in the largest window."),
    ] = 0.5
    largest_radius_m: Annotated[
        float | None,
        Field(ge=1, le=500_000, description="Longest half axis of a window, metres."),
    ] = None
    largest_period: Annotated[
        float,
        Field(gt=0, le=0.9, description="Share of the period in the longest window."),
    ] = 0.5
    clusters: Annotated[
        int, Field(ge=1, le=100, description="Most clusters that are reported.")
    ] = 10
    permutations: Annotated[
        int,
        Field(ge=0, le=99_999, description="Maps drawn from the null hypothesis; 0: no p."),
    ] = 999
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the draws.")] = 1

    @property
    def is_timed(self) -> bool:
        """Whether windows have steps."""
        return self.model in TIMED

    @property
    def controls_filter(self) -> IncidentFilter:
        """The filter of the controls: the same period, hours and place."""
        conditions = self.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
        for name in ("subcategory", "attribute", "marker"):
            conditions.pop(name)
        return IncidentQuery.model_validate(
            {**conditions, "category": self.beside_category}
        ).incident_filter()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        has_controls = bool(self.beside_dataset or self.beside_category)
        if self.model != "bernoulli" and has_controls:
            raise ValueError("beside_dataset and beside_category go with model=bernoulli")
        kinds = (self.category, self.subcategory, self.attribute, self.marker)
        if self.model == "bernoulli" and not has_controls and not any(kinds):
            raise ValueError(
                "model=bernoulli compares records with others: name a category, subcategory, "
                "attribute or marker of the cases, or the controls by beside_dataset"
            )
        if self.denominator is not None and self.model not in ("poisson", "space-time"):
            raise ValueError(
                f"model={self.model} needs no denominator: it goes with poisson and space-time"
            )
        if self.prospective and not self.is_timed:
            raise ValueError("prospective goes with model=space-time or permutation")
        return self


class ScanQuery(ScanAreasQuery):
    """Query of a scan over the areas of a layer or over single places."""

    locations: Annotated[
        Literal["areas", "points"],
        Field(
            description="What windows are made of: the areas of the layer by their centroids, or, "
            "for bernoulli and permutation, the places of the records in it."
        ),
    ] = "areas"

    @model_validator(mode="after")
    def _of_places(self) -> Self:
        if self.locations == "points" and self.model not in POINTED:
            raise ValueError(
                "locations=points goes with model=bernoulli or permutation: single places have "
                "no residents"
            )
        return self


class ScanTileJsonQuery(ScanAreasQuery):
    """Query of the TileJSON of a scan's vector tiles."""

    crs: Annotated[
        None, Field(description="Not used for tiles, which are always in Web Mercator.")
    ] = None


class ScanTileQuery(ScanTileJsonQuery, VersionQuery):
    """Query of a scan's vector tiles."""
