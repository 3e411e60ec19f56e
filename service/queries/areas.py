"""Queries of tables with one row per area: choropleths and hotspots."""

import dataclasses
import itertools
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter, Moment
from service.model.pooled_periods import PooledPeriods, periods_of
from service.model.queries import HarmQuery, TableQuery, Text, checked_end, checked_start
from service.queries.neighbour_rules import NEIGHBOURS, checked_neighbours

MAX_PERMUTATIONS = 999_999


RatePer = Annotated[
    Literal["period", "year"],
    Field(
        description="Rates and densities are of the whole period, or per year of 365.25 days "
        "that the data cover of it; the unit of the answer says which."
    ),
]

LegendDigits = Annotated[
    int,
    Field(
        ge=2,
        le=12,
        description="Significant digits of the limits between classes. The values are divided at "
        "the rounded limits; those of scheme=manual stay as they are.",
    ),
]


class ChoroplethQuery(HarmQuery, TableQuery):
    """Query of a choropleth: one value per area."""

    measure: Annotated[
        Literal[
            "count",
            "weighted",
            "harm",
            "harm-rate",
            "rate",
            "density",
            "share",
            "smoothed",
            "smoothed-local",
            "ratio",
        ],
        Field(
            description="count; weighted: the sum of incident weights; harm: the sum of days of "
            "harm by a harm index, and harm-rate its rate; rate per so many of the "
            "denominator; density per km^2; share of all in per cent; smoothed: empirical Bayes "
            "rate, global or local; ratio: observed to expected at the overall rate."
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
    rate_per: RatePer = "period"
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
            "maximum-breaks",
            "box-plot",
            "percentiles",
            "jenks-caspall",
            "manual",
        ],
        Field(description="How values are divided into classes; manual takes breaks."),
    ] = "quantiles"
    classes: Annotated[int, Field(ge=2, le=12, description="Number of classes.")] = 5
    digits: LegendDigits = 3
    breaks: Annotated[
        tuple[Annotated[float, Field(allow_inf_nan=False)], ...],
        Field(
            max_length=20,
            description="Upper limits of the classes for scheme=manual, ascending; repeat the "
            "parameter.",
        ),
    ] = ()
    pooled: PooledPeriods = ()
    ranks: Annotated[
        bool,
        Field(
            description="Rank the areas, each with the ranks that pairwise tests cannot exclude; "
            "not of smoothed rates."
        ),
    ] = False
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
        over = ("rate", "smoothed", "smoothed-local", "ratio", "harm-rate")
        if self.measure in over and self.denominator is None:
            raise ValueError(
                f"measure={self.measure} needs denominator=, the name of a measure loaded for "
                "the layer"
            )
        if self.ranks and self.measure in ("weighted", "harm", "harm-rate"):
            raise ValueError(f"ranks are of counts and rates, not of measure={self.measure}")
        if self.ranks and self.measure.startswith("smoothed"):
            raise ValueError(
                f"ranks are of counts and rates as they were observed, not of "
                f"measure={self.measure}: ask for measure=rate"
            )
        if (self.scheme == "manual") != bool(self.breaks):
            raise ValueError("breaks are given with scheme=manual, and only then")
        if self.pooled and self.scheme == "manual":
            raise ValueError(
                "pooled needs a scheme that makes classes: those of scheme=manual are shared as "
                "they are"
            )
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

    def pooled_filters(self) -> tuple[IncidentFilter, ...]:
        """The filters of the periods that share the classes, each once."""
        days = {
            (start.day, end.day): (start, end)
            for text in self.pooled
            for start, end in periods_of(text)
        }
        return tuple(
            dataclasses.replace(self.incident_filter(), start=start, end=end)
            for _, (start, end) in sorted(days.items())
        )

    def overlay_filter(self) -> IncidentFilter | None:
        """The filter of the overlay, None where there is none."""
        if self.overlay_from is None or self.overlay_to is None:
            return None
        return dataclasses.replace(
            self.incident_filter(),
            start=Moment.from_text(self.overlay_from, end=False),
            end=Moment.from_text(self.overlay_to, end=True),
        )


TestedMeasure = Literal["count", "rate", "density", "smoothed", "ratio", "weighted", "harm"]


def checked_tested(measure: TestedMeasure) -> TestedMeasure:
    """A measure that can be tested; ValueError says what to ask for instead."""
    if measure == "smoothed":
        raise ValueError(
            "smoothed rates are not tested: each is made of the other areas too, so that sparse "
            "maps without a pattern would be hot; ask for measure=rate and null=poisson"
        )
    return measure


class HotspotQuery(HarmQuery, TableQuery):
    """Query of a local statistic."""

    statistic: Annotated[
        Literal["gi-star", "gi", "local-moran", "join-count"],
        Field(
            description="Gi* counts the area itself, Gi does not; local Moran finds outliers too; "
            "local join counts find flagged areas among flagged ones."
        ),
    ] = "gi-star"
    flags: Annotated[
        Text | None,
        Field(
            description="For statistic=join-count: a measure loaded for the layer, 0 where an "
            "area is not flagged; measure:period for a period other than the latest."
        ),
    ] = None
    neighbours: Annotated[
        str,
        AfterValidator(checked_neighbours),
        Field(max_length=80, description=f"{NEIGHBOURS}; auto: a distance chosen by the data."),
    ] = "queen"
    measure: Annotated[
        Annotated[TestedMeasure, AfterValidator(checked_tested)] | None,
        Field(
            description="What is tested: count; rate over a denominator; density per km^2; ratio "
            "of observed to expected; weighted, the sum of incident weights; harm, that of their "
            "days of harm. By default the rate over the denominator that the dataset names, where "
            "the layer has it, with "
            "null=poisson; else the density on a grid, else the count. Smoothed rates are not "
            "tested."
        ),
    ] = None
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
    rate_per: RatePer = "period"
    null: Annotated[
        Literal["permutation", "poisson"] | None,
        Field(
            description="Null model: permute values among areas, the default where a measure is "
            "named, or, for rates, redraw incidents given the denominators."
        ),
    ] = None
    permutations: Annotated[
        Annotated[int, Field(ge=0, le=MAX_PERMUTATIONS)] | None,
        Field(
            description="Number of maps drawn from the null for p_permutation; 0: the "
            "analytic p alone. By default 99,999 up to 5,000 areas and 9,999 above, and for areas "
            "far out as many as let one be called, up to 999,999; with null=poisson 9,999 or as "
            "many as let one area be called.",
        ),
    ] = None
    refine: Annotated[
        bool,
        Field(description="Refine small p by a generalised Pareto tail (Knijnenburg 2009)."),
    ] = False
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the draws.")] = 1
    correction: Annotated[
        Literal["bh", "by", "bonferroni", "none"],
        Field(description="How p is corrected for testing every area."),
    ] = "bh"
    sensitivity: Annotated[
        bool,
        Field(
            description="Report for each area the share of other reasonable choices "
            "(neighbours, measure, correction) under which it is hot."
        ),
    ] = False
    sentences: Annotated[
        bool,
        Field(
            description="Say of each area in a sentence how its count, its z and its class go "
            "together."
        ),
    ] = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.measure in ("rate", "ratio") and self.denominator is None:
            raise ValueError(
                f"measure={self.measure} needs denominator=, the name of a measure loaded for "
                "the layer"
            )
        if self.null == "poisson" and (
            self.measure != "rate"
            or self.statistic not in ("gi-star", "gi")
            or self.permutations == 0
        ):
            raise ValueError(
                "null=poisson goes with measure=rate, statistic=gi-star or gi, and permutations "
                "above 0"
            )
        if (self.statistic == "join-count") != (self.flags is not None):
            raise ValueError("flags is given with statistic=join-count, and only then")
        is_of_counts = self.measure in (None, "count") and self.denominator is None
        plain = is_of_counts and not self.sensitivity
        if self.statistic == "join-count" and not (plain and self.neighbours != "auto"):
            raise ValueError(
                "statistic=join-count goes with measure=count, no denominator, no sensitivity, "
                "and neighbours by a stated rule: what is tested are the flags"
            )
        if self.refine and (
            self.null == "poisson" or self.permutations == 0 or self.statistic == "join-count"
        ):
            raise ValueError("refine=true goes with null=permutation and permutations above 0")
        return self
