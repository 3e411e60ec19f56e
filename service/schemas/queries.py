"""What may be asked: one model per resource, for HTTP and for the command line alike."""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from service.analyses.filters import IncidentFilter, Moment

MIN_BANDWIDTH_M = 10.0
MAX_BANDWIDTH_M = 20_000.0
MAX_CATEGORIES = 200
MAX_PERMUTATIONS = 999_999
BandwidthRule = Literal[
    "auto",
    "normal-reference",
    "arcgis",
    "least-squares",
    "likelihood",
    "berman-diggle",
    "cronie-van-lieshout",
]
KernelName = Literal["quartic", "epanechnikov", "triweight", "uniform", "triangular", "gaussian"]
LARGEST_M = 1e8  # no projected coordinate on earth is larger


def _checked_start(text: str | None) -> str | None:
    if text is not None:
        Moment.from_text(text, end=False)
    return text


def _checked_end(text: str | None) -> str | None:
    if text is not None:
        Moment.from_text(text, end=True)
    return text


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=200)]


class Query(BaseModel):
    """A query; a parameter not named in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def canonical(self) -> str:
        """The query with its defaults, in one spelling: equal queries are equal texts."""
        return self.model_dump_json(by_alias=True, exclude={"v"})


class NoQuery(Query):
    """A resource that takes no query."""


class IncidentQuery(Query):
    """Which incidents; the same parameters everywhere."""

    from_: Annotated[
        str | None,
        AfterValidator(_checked_start),
        Field(
            alias="from",
            description="First month or day, inclusive: an ISO month (2024-01) or date.",
            examples=["2024-01"],
        ),
    ] = None
    to: Annotated[
        str | None,
        AfterValidator(_checked_end),
        Field(
            description="Last month or day, inclusive: an ISO month (2024-12) or date.",
            examples=["2024-12"],
        ),
    ] = None
    category: Annotated[
        tuple[Text, ...],
        BeforeValidator(_one_or_many),
        Field(
            max_length=MAX_CATEGORIES,
            description="Only these categories; repeat the parameter for several.",
        ),
    ] = ()

    within: Annotated[
        Text | None,
        Field(
            description="Stay within one area, written layer:code: other areas, and the null "
            "of a statistic, are restricted to it.",
            examples=["district:E07000008"],
        ),
    ] = None

    @field_validator("category")
    @classmethod
    def _sorted_once(cls, category: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(category)))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        wanted = self.incident_filter()
        if wanted.start and wanted.end and wanted.start.day > wanted.end.day:
            raise ValueError(
                f"from ({self.from_}) is after to ({self.to}); both are inclusive, earlier first"
            )
        return self

    def incident_filter(self) -> IncidentFilter:
        """The filter that these parameters mean."""
        return IncidentFilter(
            start=Moment.from_text(self.from_, end=False) if self.from_ else None,
            end=Moment.from_text(self.to, end=True) if self.to else None,
            categories=self.category,
            within=self.within,
        )


class HeatmapQuery(IncidentQuery):
    """Query of the heat map: one surface, whatever picture of it is asked for."""

    bandwidth_m: Annotated[
        Annotated[float, Field(ge=MIN_BANDWIDTH_M, le=MAX_BANDWIDTH_M, allow_inf_nan=False)]
        | BandwidthRule,
        Field(
            description="Radius beyond which an incident has no effect, metres on the ground; "
            "or auto, or the name of a rule that chooses it.",
        ),
    ] = 400.0
    kernel: Annotated[KernelName, Field(description="Shape of the kernel, of unit volume.")] = (
        "quartic"
    )
    per: Annotated[
        Literal["period", "year"],
        Field(description="Density over the whole period, or divided by its years."),
    ] = "period"
    adaptive: Annotated[
        bool,
        Field(description="Abramson's bandwidths: narrow where incidents are dense."),
    ] = False
    edge: Annotated[
        Literal["none", "uniform", "diggle"],
        Field(description="Correction for what lies beyond the study area unseen."),
    ] = "none"

    @model_validator(mode="after")
    def _adaptive_without_edge(self) -> Self:
        if self.adaptive and self.edge != "none":
            raise ValueError("adaptive=true goes with edge=none only")
        return self


class HeatmapTileQuery(HeatmapQuery):
    """Query of a heat map tile."""

    v: Annotated[
        str | None,
        Field(max_length=64, description="Version of the data, as written in the TileJSON."),
    ] = None


class ExtentQuery(HeatmapQuery):
    """Query of a part of the surface."""

    bbox: Annotated[
        Text | None,
        Field(
            description="left,bottom,right,top in the working CRS, metres; "
            "by default the study area and a bandwidth around it.",
            examples=["544000,257000,547000,260000"],
        ),
    ] = None

    @field_validator("bbox")
    @classmethod
    def _four_numbers(cls, bbox: str | None) -> str | None:
        if bbox is not None:
            _bounds_from_text(bbox)
        return bbox

    def bounds_m(self) -> tuple[float, float, float, float] | None:
        """The extent asked for, metres in the working CRS."""
        return None if self.bbox is None else _bounds_from_text(self.bbox)


class RasterQuery(ExtentQuery):
    """Query of the heat map as a raster in the working CRS."""

    cell_m: Annotated[
        Annotated[float, Field(ge=1, le=MAX_BANDWIDTH_M, allow_inf_nan=False)] | None,
        Field(
            description="Side of a cell, metres; by default an eighth of the bandwidth.",
        ),
    ] = None


def _bounds_from_text(text: str) -> tuple[float, float, float, float]:
    """Left, bottom, right, top from their text; ValueError says what is wrong."""
    parts = text.split(",")
    try:
        left, bottom, right, top = (float(part) for part in parts)
    except ValueError:
        raise ValueError(
            f"bbox must be four numbers left,bottom,right,top in metres, got {text!r}"
        ) from None
    bounds = (left, bottom, right, top)
    if not all(math.isfinite(v) and abs(v) < LARGEST_M for v in bounds):
        raise ValueError(f"bbox must be finite metres of the working CRS, got {text!r}")
    if left >= right or bottom >= top:
        raise ValueError(f"bbox must have left < right and bottom < top, got {text!r}")
    return bounds


class MapQuery(ExtentQuery):
    """Query of the heat map as a picture with a legend."""

    width: Annotated[int, Field(ge=300, le=4000, description="Width, pixels.")] = 1000
    inset: Annotated[
        bool, Field(description="Zoom in on the leading peak in a corner of the map.")
    ] = False


class ContourQuery(HeatmapQuery):
    """Query of percent-volume contours."""

    percent: Annotated[
        tuple[Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)], ...],
        Field(
            min_length=1,
            max_length=10,
            description="Shares of the incidents, per cent; repeat the parameter for several.",
        ),
    ] = (25.0, 50.0, 75.0)

    def shares(self) -> tuple[float, ...]:
        """The shares as fractions."""
        return tuple(percent / 100.0 for percent in self.percent)


class PeakQuery(HeatmapQuery):
    """Query of the peaks of a surface."""

    peaks: Annotated[int, Field(ge=1, le=100, description="At most so many peaks.")] = 20
    layer: Annotated[
        Text | None,
        Field(description="Layer that names the places; by default the finest with place names."),
    ] = None


class ChoroplethQuery(IncidentQuery):
    """Query of a choropleth: one value per area."""

    measure: Annotated[Literal["count", "rate"], Field(description="What is mapped.")] = "count"
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
    scheme: Annotated[
        Literal["quantiles", "equal-intervals", "natural-breaks"],
        Field(description="How values are divided into classes."),
    ] = "quantiles"
    classes: Annotated[int, Field(ge=2, le=9, description="Number of classes.")] = 5

    @model_validator(mode="after")
    def _rates_need_a_denominator(self) -> Self:
        if self.measure == "rate" and self.denominator is None:
            raise ValueError(
                "measure=rate needs denominator=, the name of a measure loaded for the layer"
            )
        return self


class HotspotQuery(IncidentQuery):
    """Query of the local Getis-Ord statistic."""

    statistic: Annotated[
        Literal["gi-star", "gi"], Field(description="Gi* counts the area itself, Gi does not.")
    ] = "gi-star"
    neighbours: Annotated[
        Literal["queen", "rook"],
        Field(description="Queen: areas that share a border or a corner; rook: a border."),
    ] = "queen"
    measure: Annotated[Literal["count", "rate"], Field(description="What is tested.")] = "count"
    denominator: Text | None = None
    per: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] = 1000.0
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


class OverlayQuery(IncidentQuery):
    """Query of the growth overlay."""

    distance_m: Annotated[
        float,
        Field(
            gt=0,
            le=50_000,
            allow_inf_nan=False,
            description="Incidents within this distance of a site are counted, metres.",
        ),
    ] = 1_000.0
    layer: Annotated[
        Text | None,
        Field(description="Layer whose areas the sites are looked up in."),
    ] = None
