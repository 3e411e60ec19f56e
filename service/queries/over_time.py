"""Queries of hotspots over time."""

import dataclasses
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter, Moment
from service.model.queries import HarmQuery, IncidentQuery, TableQuery, checked_end, checked_start
from service.queries.neighbour_rules import checked_neighbours

Contiguity = Annotated[
    str,
    AfterValidator(checked_neighbours),
    Field(max_length=80, description="As for hotspots: queen, rook, knn:8, distance:1500 ..."),
]
Permutations = Annotated[
    Annotated[int, Field(ge=0, le=99_999)] | None,
    Field(
        description="Random permutations behind each map; 0: analytic p. By default 99,999 up to "
        "5,000 areas and 9,999 above, and for areas far out as many as let one be called, up to "
        "999,999."
    ),
]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the permutations.")]
Correction = Annotated[
    Literal["bh", "by", "bonferroni", "none"],
    Field(description="How p is corrected for testing every area."),
]


class StepsQuery(IncidentQuery):
    """Query of the hotspots of the steps of a period."""

    step: Annotated[
        Literal["month", "quarter", "year"], Field(description="Length of a step.")
    ] = "month"
    neighbours: Contiguity = "queen"
    permutations: Permutations = None
    earlier_steps: Annotated[
        int, Field(ge=0, le=12, description="Earlier steps that count as neighbours.")
    ] = 0
    window: Annotated[
        Literal["step", "neighbourhood", "cube"] | None,
        Field(
            description="What the steps are compared with: step, each by itself; neighbourhood, "
            "with its earlier steps; cube, all steps. By default step, and cube with "
            "earlier_steps.",
        ),
    ] = None
    seed: Seed = 1
    correction: Correction = "bh"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.neighbours == "auto":
            raise ValueError("neighbours=auto looks at one map; name a rule for many")
        if self.window == "step" and self.earlier_steps:
            raise ValueError(
                "window=step compares a step with itself alone: with earlier_steps take "
                "neighbourhood or cube"
            )
        return self


class EmergingQuery(StepsQuery, TableQuery):
    """Query of emerging hot spots."""


class TransitionsQuery(StepsQuery):
    """Query of how areas move between classes from step to step."""

    states: Annotated[
        Literal["hotspot", "emerging", "plain", "quantile"],
        Field(
            description="The classes: hot, cold or neither in each step; the emerging categories "
            "or the plain classes of all steps up to each; quantiles of the areas' own counts."
        ),
    ] = "hotspot"
    quantiles: Annotated[
        Annotated[int, Field(ge=2, le=7)] | None,
        Field(description="Number of quantile classes, by default 5; with states=quantile only."),
    ] = None
    replicates: Annotated[
        Annotated[int, Field(ge=0, le=9_999)] | None,
        Field(
            description="Times that the areas' series are dealt out again for the test of spatial "
            "dependence, by default 999, 0: no p; with states=quantile only."
        ),
    ] = None

    @model_validator(mode="after")
    def _of_quantiles(self) -> Self:
        for name in ("quantiles", "replicates"):
            if self.states != "quantile" and getattr(self, name) is not None:
                raise ValueError(
                    f"{name} goes with states=quantile alone; states is {self.states}"
                )
        for name in ("permutations", "earlier_steps", "window", "correction"):
            by_default = type(self).model_fields[name].default
            if self.states == "quantile" and getattr(self, name) != by_default:
                raise ValueError(
                    f"{name} goes with states made from hotspots: hotspot, emerging or plain; "
                    "states=quantile takes the areas' own counts"
                )
        return self

    @property
    def number_of_quantiles(self) -> int:
        """Classes of quantiles, the default included."""
        return 5 if self.quantiles is None else self.quantiles

    @property
    def number_of_replicates(self) -> int:
        """Arrangements of the series, the default included."""
        return 999 if self.replicates is None else self.replicates


def check_periods(query: IncidentQuery, baseline_from: str, baseline_to: str) -> IncidentFilter:
    """The filter of a baseline period: that of a query but for the period.

    Parameters
    ----------
    query : IncidentQuery
        With the later period.
    baseline_from, baseline_to : str
        First and last month or day of the earlier one.

    Returns
    -------
    IncidentFilter
        Of the baseline period.

    Raises
    ------
    ValueError
        If one of the four ends is missing, a period is reversed, or they overlap.
    """
    if query.from_ is None or query.to is None:
        raise ValueError("two periods need from and to, and baseline_from and baseline_to")
    period = query.incident_filter()
    baseline = dataclasses.replace(
        period,
        start=Moment.from_text(baseline_from, end=False),
        end=Moment.from_text(baseline_to, end=True),
    )
    ends = (baseline.start, baseline.end, period.start, period.end)
    baseline_start, baseline_end, start, end = (
        moment.day for moment in ends if moment is not None
    )
    if baseline_start > baseline_end:
        raise ValueError(f"baseline_from ({baseline_from}) is after baseline_to ({baseline_to})")
    if start <= baseline_end and baseline_start <= end:
        raise ValueError(
            f"the periods overlap: baseline {baseline_from} to {baseline_to}, and "
            f"{query.from_} to {query.to}; incidents in both are not two samples"
        )
    return baseline


class TwoPeriodsQuery(IncidentQuery):
    """Query of a period against a baseline period."""

    baseline_from: Annotated[
        str,
        AfterValidator(checked_start),
        Field(description="First month or day of the baseline period."),
    ]
    baseline_to: Annotated[
        str,
        AfterValidator(checked_end),
        Field(description="Last month or day of the baseline period, inclusive."),
    ]

    @model_validator(mode="after")
    def _two_periods(self) -> Self:
        self.baseline_filter()
        return self

    def baseline_filter(self) -> IncidentFilter:
        """The filter of the baseline period: the same but for the period."""
        return check_periods(self, self.baseline_from, self.baseline_to)


class ChangeQuery(HarmQuery, TwoPeriodsQuery, TableQuery):
    """Query of the change between a baseline period and another."""

    measure: Annotated[
        Literal["count", "weighted", "harm"],
        Field(
            description="What is compared: incidents, the sum of their weights, or that of their "
            "days of harm by a harm index."
        ),
    ] = "count"
    neighbours: Contiguity = "queen"
    permutations: Permutations = None
    replicates: Annotated[
        int,
        Field(
            ge=0,
            le=999,
            description="Redrawn pairs of an unchanged map to compare the similarity with, 19 or "
            "more; 0: no similarity.",
        ),
    ] = 39
    seed: Seed = 1
    correction: Correction = "bh"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if 0 < self.replicates < 19:
            raise ValueError("replicates must be 0, or from 19 to 999")
        if self.neighbours == "auto":
            raise ValueError("neighbours=auto looks at one map; name a rule for two")
        return self


class SimilarityQuery(TwoPeriodsQuery, TableQuery):
    """Query of the similarity of where incidents lie in two periods."""

    resampling: Annotated[
        Literal["bootstrap", "subsample"],
        Field(
            description="How the later period is drawn again for the interval of a share: as many "
            "incidents with replacement, or 85 % of them without, as Andresen did."
        ),
    ] = "bootstrap"
    replicates: Annotated[
        int,
        Field(
            ge=0,
            le=9_999,
            description="Pairs of one pattern to compare the index with, 19 or more; 0: none, and "
            "no p.",
        ),
    ] = 999
    seed: Seed = 1
    correction: Correction = "bh"

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if 0 < self.replicates < 19:
            raise ValueError("replicates must be 0, or from 19 to 9,999")
        return self


Codes = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=1_000)
]


class DisplacementQuery(HarmQuery, TwoPeriodsQuery):
    """Query of the weighted displacement difference of an intervention."""

    measure: Annotated[
        Literal["count", "weighted", "harm"],
        Field(
            description="What is compared: incidents, the sum of their weights, or that of their "
            "days of harm by a harm index."
        ),
    ] = "count"
    control_size: Annotated[
        Literal["equal", "area"],
        Field(
            description="How the change of a control is subtracted: equal, as it is, of areas of "
            "similar size; area, per km^2, times the area of what it is the control of."
        ),
    ] = "equal"

    target: Annotated[
        Codes, Field(min_length=1, description="Codes of the areas of the intervention.")
    ]
    control: Annotated[
        Codes, Field(min_length=1, description="Codes of areas like them without it.")
    ]
    displacement: Annotated[
        Codes, Field(description="Codes of the areas it may have displaced incidents to.")
    ] = ()
    displacement_control: Annotated[
        Codes, Field(description="Codes of areas like those, as their control.")
    ] = ()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        groups = (self.target, self.control, self.displacement, self.displacement_control)
        codes = [code for group in groups for code in group]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        if repeated:
            raise ValueError(f"areas must be in one group only, once: {', '.join(repeated[:5])}")
        if bool(self.displacement) != bool(self.displacement_control):
            raise ValueError("displacement and displacement_control are given together")
        return self
