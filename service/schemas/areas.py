"""Queries of tables with one row per area: choropleths and hotspots."""

import dataclasses
import itertools
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.analyses.filters import IncidentFilter, Moment
from service.schemas.queries import TableQuery, Text, checked_end, checked_start

MAX_PERMUTATIONS = 999_999


class ChoroplethQuery(TableQuery):
    """Query of a choropleth: one value per area."""

    measure: Annotated[
        Literal["count", "rate", "density", "share", "smoothed", "smoothed-local", "ratio"],
        Field(
            description="count; rate per so many of the denominator; density per km^2; share of "
            "all in per cent; smoothed: empirical Bayes rate, global or local; ratio: observed "
            "to expected at the overall rate."
        ),
    ] = "count"
    denominator: Annotated[
        Text | None,
        Field(
            description="A measure loaded for the layer, such as residents; needed by rates. "
            "Write measure:period for a period other than the latest.",
        ),
    ] = None
    interpolate: Annotated[
        bool,
        Field(
            description="Interpolate the denominator between its periods, which must be years, "
            "to the middle of the incidents' period."
        ),
    ] = False
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many."),
    ] = 1000.0
    interval: Annotated[
        Literal["exact", "byar"], Field(description="Poisson interval of counts and rates.")
    ] = "exact"
    scheme: Annotated[
        Literal[
            "quantiles",
            "equal-intervals",
            "natural-breaks",
            "head-tail",
            "standard-deviation",
            "pretty",
            "manual",
        ],
        Field(description="How values are divided into classes; manual takes breaks."),
    ] = "quantiles"
    classes: Annotated[int, Field(ge=2, le=12, description="Number of classes.")] = 5
    breaks: Annotated[
        tuple[Annotated[float, Field(allow_inf_nan=False)], ...],
        Field(
            max_length=20,
            description="Upper limits of the classes for scheme=manual, ascending; repeat the "
            "parameter.",
        ),
    ] = ()
    overlay_from: Annotated[
        str | None,
        AfterValidator(checked_start),
        Field(description="First month of a later period whose counts go on the centroids."),
    ] = None
    overlay_to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(description="Last month of that period, inclusive."),
    ] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        over = ("rate", "smoothed", "smoothed-local", "ratio")
        if self.measure in over and self.denominator is None:
            raise ValueError(
                f"measure={self.measure} needs denominator=, the name of a measure loaded for "
                "the layer"
            )
        if (self.scheme == "manual") != bool(self.breaks):
            raise ValueError("breaks are given with scheme=manual, and only then")
        if any(a >= b for a, b in itertools.pairwise(self.breaks)):
            raise ValueError("breaks must ascend")
        if (self.overlay_from is None) != (self.overlay_to is None):
            raise ValueError("overlay_from and overlay_to are given together")
        overlay = self.overlay_filter()
        ends = (overlay.start, overlay.end) if overlay is not None else (None, None)
        if ends[0] and ends[1] and ends[0].day > ends[1].day:
            raise ValueError(
                f"overlay_from ({self.overlay_from}) is after overlay_to ({self.overlay_to})"
            )
        return self

    def overlay_filter(self) -> IncidentFilter | None:
        """The filter of the overlay, None where there is none."""
        if self.overlay_from is None or self.overlay_to is None:
            return None
        return dataclasses.replace(
            self.incident_filter(),
            start=Moment.from_text(self.overlay_from, end=False),
            end=Moment.from_text(self.overlay_to, end=True),
        )


class HotspotQuery(TableQuery):
    """Query of the local Getis-Ord statistic."""

    statistic: Annotated[
        Literal["gi-star", "gi"], Field(description="Gi* counts the area itself, Gi does not.")
    ] = "gi-star"
    neighbours: Annotated[
        Literal["queen", "rook"],
        Field(description="Queen: areas that share a border or a corner; rook: a border."),
    ] = "queen"
    measure: Annotated[Literal["count", "rate"], Field(description="What is tested.")] = "count"
    denominator: Annotated[
        Text | None,
        Field(
            description="A measure loaded for the layer, such as residents; needed by rates. "
            "Write measure:period for a period other than the latest.",
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many."),
    ] = 1000.0
    permutations: Annotated[
        Annotated[int, Field(ge=0, le=MAX_PERMUTATIONS)] | None,
        Field(
            description="Random permutations behind p_permutation; 0 for the analytic p alone. "
            "By default 99,999 up to 5,000 areas and 9,999 above.",
        ),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the permutations.")] = 1
    correction: Annotated[
        Literal["bh", "by", "bonferroni", "none"],
        Field(description="How p is corrected for testing every area."),
    ] = "bh"

    @model_validator(mode="after")
    def _rates_need_a_denominator(self) -> Self:
        if self.measure == "rate" and self.denominator is None:
            raise ValueError(
                "measure=rate needs denominator=, the name of a measure loaded for the layer"
            )
        return self
