"""Queries of point patterns: their centres, and the functions of their distances."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from service.model.queries import IncidentQuery, TableQuery, Text
from service.queries.heatmaps import MAX_BANDWIDTH_M, MIN_BANDWIDTH_M
from service.queries.tables.trends import Step

FEWEST_DRAWS: Final = 19
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of what is drawn by chance.")]


class CentreQuery(TableQuery):
    """Query of the centre of incidents, of the whole period or step by step."""

    step: Annotated[
        Literal["period"] | Step,
        Field(
            description="One centre of the whole period, or one of each step of the calendar, as "
            "of a trend; steps that from or to cut are left out."
        ),
    ] = "period"
    seed: Seed = 1


class PatternQuery(IncidentQuery):
    """Query of a function of the distances of incidents, held against chance."""

    function: Annotated[
        Literal["k", "l", "f", "g", "pcf"],
        Field(
            description="k or l: how many others lie within each distance (Ripley, Besag); pcf: "
            "how many at each (pair correlation); g: how near the nearest other lies; f: how "
            "near any place is to an incident."
        ),
    ] = "k"
    max_m: Annotated[
        Annotated[float, Field(ge=10, le=50_000, allow_inf_nan=False)] | None,
        Field(
            description="Largest distance, metres; by default 2,000, or a quarter of the shorter "
            "side of the area where that is less."
        ),
    ] = None
    steps: Annotated[int, Field(ge=5, le=100, description="Number of distances.")] = 20
    edge: Annotated[
        Literal["corrected", "none"],
        Field(
            description="Correction at the edge of the area: translation for k, l and pcf, border "
            "for f and g; or none."
        ),
    ] = "corrected"
    points: Annotated[
        Literal["records", "places"],
        Field(
            description="Each incident is a point, so that two at one place are 0 m apart; or "
            "each place with incidents is one."
        ),
    ] = "records"
    null: Annotated[
        Literal["uniform", "residents", "density", "records"],
        Field(
            description="Where incidents fall by chance: evenly over the area; by the residents "
            "of the finest layer that has them; by a smoothed density of the dataset or of "
            "another; or at the places of any of its records of the period (random labels)."
        ),
    ] = "uniform"
    beside_dataset: Annotated[
        Text | None,
        Field(description="With null=density the dataset whose density it is; by default this."),
    ] = None
    null_bandwidth_m: Annotated[
        float,
        Field(
            ge=MIN_BANDWIDTH_M,
            le=MAX_BANDWIDTH_M,
            allow_inf_nan=False,
            description="With null=density the radius of its quartic kernel, metres: clusters "
            "wider than it are part of what is expected.",
        ),
    ] = 2_000.0
    envelope: Annotated[
        Literal["rank", "mad"],
        Field(
            description="Global envelope by extreme rank lengths, or by the maximum absolute "
            "deviation."
        ),
    ] = "rank"
    draws: Annotated[
        int,
        Field(ge=0, le=9_999, description="Patterns of chance, 19 or more; 0: nothing is tested."),
    ] = 499
    seed: Seed = 1

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if 0 < self.draws < FEWEST_DRAWS:
            raise ValueError(f"draws must be 0, or {FEWEST_DRAWS} or more, got {self.draws}")
        if self.beside_dataset is not None and self.null != "density":
            raise ValueError(
                f"beside_dataset ({self.beside_dataset}) goes with null=density, got {self.null}"
            )
        selected = self.incident_filter()
        if self.null == "records" and selected == selected.of_any_record():
            raise ValueError(
                "null=records holds some of the records against all: name a category, "
                "subcategory, attribute, marker, hours, weekdays or ages"
            )
        return self
