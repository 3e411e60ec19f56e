"""Queries of measures of areas alone: no incidents are asked for."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from service.model.queries import (
    IncidentQuery,
    LayerQuery,
    Query,
    Text,
    checked_end,
    checked_start,
    one_or_many,
)

MAX_NAMES = 200
Names = Annotated[tuple[Text, ...], BeforeValidator(one_or_many), Field(max_length=MAX_NAMES)]
Within = Annotated[str, Field(min_length=1, max_length=4_000)] | None
WITHIN = (
    "Only the areas whose inner point is within this one, written layer:code, "
    "circle:easting,northing,radius or polygon:easting,northing,... (lonlat- in front: degrees)"
)


class DeprivationQuery(LayerQuery):
    """Query of the deprivation of areas, from their ranks and deciles by domain."""

    by: Annotated[
        Text,
        Field(
            description="area: a row for each area and domain, most deprived first; decile: how "
            "many areas are in each; move: how many moved by how many deciles since the baseline; "
            "layer:ward: how many of each larger area's are in the most deprived share.",
            examples=["layer:ward"],
        ),
    ] = "area"
    domain: Annotated[
        Names,
        Field(
            description="Domains: what the names of measures such as income-rank or "
            "income-decile begin with. Repeat the parameter; by default all that are loaded."
        ),
    ] = ()
    edition: Annotated[
        Text | None,
        Field(description="The period of the measures; by default the latest."),
    ] = None
    baseline_edition: Annotated[
        Text | None, Field(description="An earlier edition to compare with.")
    ] = None
    baseline_layer: Annotated[
        Text | None,
        Field(
            description="Layer whose areas the earlier edition is of. By default this one, or one "
            "of another vintage from which a lookup leads here."
        ),
    ] = None
    percent: Annotated[
        float,
        Field(
            gt=0,
            lt=100,
            allow_inf_nan=False,
            description="The most deprived share, in per cent of the areas that were ranked.",
        ),
    ] = 30.0
    out_of: Annotated[
        int | None,
        Field(
            ge=10,
            le=10_000_000,
            description="How many areas were ranked, such as 32844: needed where deciles are not "
            "loaded, or percent is no multiple of 10.",
        ),
    ] = None
    baseline_out_of: Annotated[
        int | None,
        Field(ge=10, le=10_000_000, description="The same of the earlier edition."),
    ] = None
    larger_layer: Annotated[
        Text | None,
        Field(description="With by=area: the layer of larger areas that each area is named with."),
    ] = None
    ends: Annotated[
        int | None,
        Field(
            ge=1,
            le=100_000,
            description="With by=area: only so many of the most and of the least deprived areas "
            "of each domain.",
        ),
    ] = None
    layout: Annotated[
        Literal["long", "wide"],
        Field(
            description="With by=decile or by=layer: wide has a column for each decile, or for "
            "each domain, with totals."
        ),
    ] = "long"
    cells: Annotated[
        Literal["areas", "share"],
        Field(
            description="What stands in the cells of the wide layout; share, per cent of the "
            "domain's areas, with by=decile."
        ),
    ] = "areas"
    within: Annotated[Within, Field(description=WITHIN)] = None

    @property
    def counted_layer(self) -> str | None:
        """The layer by whose areas the others are counted; None if they are not."""
        kind, _, layer = self.by.partition(":")
        return layer if kind == "layer" else None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.by not in ("area", "decile", "move") and not self.counted_layer:
            raise ValueError(
                f"by must be area, decile, move or layer: and the id of a layer, got {self.by!r}"
            )
        if self.by == "move" and self.baseline_edition is None:
            raise ValueError("by=move needs baseline_edition, the edition to compare with")
        if self.baseline_layer is not None and self.baseline_edition is None:
            raise ValueError("baseline_layer needs baseline_edition")
        if self.by != "area" and (self.larger_layer is not None or self.ends is not None):
            raise ValueError("larger_layer and ends are of by=area")
        if self.layout == "wide" and self.by in ("area", "move"):
            raise ValueError("layout=wide needs by=decile or by=layer:...")
        if self.cells == "share" and (self.layout != "wide" or self.by != "decile"):
            raise ValueError("cells=share needs layout=wide and by=decile")
        return self


class MeasureTrendQuery(Query):
    """Query of a measure over time."""

    measure: Annotated[
        Text,
        Field(
            description="The measure, of all periods that are loaded: years, months, weeks.",
            examples=["residents"],
        ),
    ]
    from_: Annotated[
        str | None,
        AfterValidator(checked_start),
        Field(alias="from", description="Only periods that begin in this month or day or later."),
    ] = None
    to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(description="Only periods that end in this month or day or earlier."),
    ] = None
    series: Annotated[
        Names,
        Field(
            description="Only these areas, by their codes; comparisons are still of all. Repeat "
            "the parameter."
        ),
    ] = ()
    compare: Annotated[
        tuple[Literal["total", "mean"], ...],
        BeforeValidator(one_or_many),
        Field(description="Also the total of the areas, or their mean."),
    ] = ()
    within: Annotated[Within, Field(description=WITHIN)] = None


class MeasuresQuery(LayerQuery):
    """Query of measures of areas side by side."""

    measure: Annotated[
        Names,
        Field(
            min_length=1,
            description="Measures: a name for its latest period, name:period, name:* for all "
            "periods, or clients-* for all whose names begin so. Repeat the parameter.",
            examples=["clients-*"],
        ),
    ]
    share: Annotated[
        Names,
        Field(
            description="One measure as per cent of another, such as completions/clients, of each "
            "period that both have among those asked for. Repeat the parameter."
        ),
    ] = ()
    layout: Annotated[
        Literal["long", "wide", "turned"],
        Field(
            description="long: a row for each area, measure and period; wide: a row for each area "
            "and a column for each measure and period; turned: the other way round."
        ),
    ] = "long"
    order: Annotated[
        Literal["code", "value"],
        Field(description="Of the areas: by code, or by the first measure, highest first."),
    ] = "code"
    total: Annotated[
        bool,
        Field(
            description="Add the sum over the areas, not of ranks, rates or shares; not known "
            "where an area has no value."
        ),
    ] = False
    small: Annotated[
        int | None,
        Field(
            ge=2,
            le=100,
            description="Show counts above 0 and below this as <5 (for 5), and no share of them. "
            "A rule of display alone: sums and differences may give them away.",
        ),
    ] = None
    within: Annotated[Within, Field(description=WITHIN)] = None

    @field_validator("share")
    @classmethod
    def _of_two(cls, shares: tuple[str, ...]) -> tuple[str, ...]:
        for text in shares:
            part, _, whole = text.partition("/")
            if not (part and whole) or "*" in text or ":" in text or "/" in whole:
                raise ValueError(f"must be two measures such as completions/clients, got {text!r}")
        return shares


class IndexQuery(LayerQuery):
    """Query of the make-up of an area as an index against a reference: 100 is equal."""

    group: Annotated[
        Names,
        Field(
            min_length=1,
            description="What the names of the measures of its classes begin with: household for "
            "household-one-person and the like, which add up. Repeat the parameter.",
            examples=["household"],
        ),
    ]
    edition: Annotated[
        Text | None,
        Field(description="The period of the measures; by default the latest of each group."),
    ] = None
    reference: Annotated[
        Within,
        Field(
            description="What to compare with, written as within; by default all areas of the "
            "layer."
        ),
    ] = None
    within: Annotated[Within, Field(description=WITHIN)] = None


class DeprivedIncidentsQuery(IncidentQuery):
    """Query of incidents by the deprivation of the area in which they are."""

    layer: Annotated[Text, Field(description="Layer of the areas.", examples=["lsoa21"])]
    domain: Annotated[
        Names,
        Field(
            description="Domains: what the names of measures such as income-rank or "
            "income-decile begin with. Repeat the parameter; by default all that are loaded."
        ),
    ] = ()
    edition: Annotated[
        Text | None, Field(description="The period of the measures; by default the latest.")
    ] = None
    out_of: Annotated[
        int | None,
        Field(
            ge=10,
            le=10_000_000,
            description="How many areas were ranked, such as 33755: needed where deciles are not "
            "loaded.",
        ),
    ] = None
    denominator: Annotated[
        Text | None,
        Field(description="What rates are over: a measure loaded for the layer."),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many, and year."),
    ] = 1000.0
