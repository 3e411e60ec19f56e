"""Queries of heat maps."""

import itertools
import math
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, PlainValidator, WithJsonSchema, field_validator, model_validator

from service.model.answers import Theme
from service.model.queries import HarmQuery, TableQuery, Text, VersionQuery
from service.queries.printed_maps import PaperQuery

MIN_BANDWIDTH_M = 10.0
MAX_BANDWIDTH_M = 20_000.0
BandwidthRule = Literal[
    "auto",
    "normal-reference",
    "arcgis",
    "least-squares",
    "likelihood",
    "berman-diggle",
    "cronie-van-lieshout",
]
BANDWIDTH_RULES: tuple[str, ...] = get_args(BandwidthRule)
_BANDWIDTH_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": MIN_BANDWIDTH_M, "maximum": MAX_BANDWIDTH_M},
        {"type": "string", "enum": list(BANDWIDTH_RULES)},
    ],
}
KernelName = Literal["quartic", "epanechnikov", "triweight", "uniform", "triangular", "gaussian"]
LARGEST_M = 1e8  # no projected coordinate on earth is larger


def _checked_bandwidth(value: Any) -> float | str:
    """Metres within the limits, or the name of a rule."""
    if value in BANDWIDTH_RULES:
        return str(value)
    try:
        metres = float(value)
    except (TypeError, ValueError):
        metres = math.nan
    if not MIN_BANDWIDTH_M <= metres <= MAX_BANDWIDTH_M:
        raise ValueError(
            f"must be from {MIN_BANDWIDTH_M:g} to {MAX_BANDWIDTH_M:g} metres, "
            f"or one of {', '.join(BANDWIDTH_RULES)}, got {str(value)[:40]!r}"
        )
    return metres


class HeatmapQuery(HarmQuery):
    """Query of the heat map: one surface, whatever picture of it is asked for."""

    HARM_FIELD: ClassVar[str] = "harm"

    bandwidth_m: Annotated[
        float | BandwidthRule,
        PlainValidator(_checked_bandwidth),
        WithJsonSchema(_BANDWIDTH_SCHEMA),
        Field(
            description="Radius beyond which an incident has no effect, metres on the ground; "
            "or auto, or the name of a rule that chooses it.",
        ),
    ] = 400.0
    kernel: Annotated[KernelName, Field(description="Kernel, of unit volume.")] = "quartic"
    per: Annotated[
        Literal["period", "year"],
        Field(description="Density over the whole period, or divided by its years."),
    ] = "period"
    weight: Annotated[
        bool, Field(description="Sum the weights of the incidents instead of counting them.")
    ] = False
    harm: Annotated[
        bool,
        Field(description="Sum the days of harm of the incidents, by a harm index, instead."),
    ] = False
    adaptive: Annotated[
        bool,
        Field(description="Adaptive bandwidths (Abramson): narrower where incidents are dense."),
    ] = False
    edge: Annotated[
        Literal["none", "uniform", "diggle"],
        Field(
            description="Correction at the edge of the study area, beyond which incidents are "
            "not recorded."
        ),
    ] = "none"
    breaks: Annotated[
        tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...],
        Field(
            max_length=12,
            description="Lower bounds of the colour classes in the unit of the density, "
            "ascending; repeat the parameter. By default shares of the maximum: give those of "
            "another period to compare two periods by colour.",
        ),
    ] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.adaptive and self.edge != "none":
            raise ValueError("adaptive=true goes with edge=none only")
        if self.weight and self.harm:
            raise ValueError("weight=true and harm=true are two sums: ask for one")
        if any(low >= high for low, high in itertools.pairwise(self.breaks)):
            raise ValueError("breaks must ascend")
        return self

    @property
    def is_weighted(self) -> bool:
        """Whether incidents are summed by weight or harm, and not counted."""
        return self.weight or self.harm


class ColouredHeatmapQuery(HeatmapQuery):
    """Query of the heat map in colours: its tiles, legend and style."""

    theme: Annotated[
        Theme,
        Field(
            description="Colours for a light ground, or for a dark one: there the highest class "
            "is the lightest."
        ),
    ] = "light"


class HeatmapTileQuery(ColouredHeatmapQuery, VersionQuery):
    """Query of a heat map tile."""


class HeatmapTileJsonQuery(ColouredHeatmapQuery):
    """Query of the TileJSON of a heat map's tiles."""

    scale: Annotated[
        int,
        Field(ge=1, le=2, description="2: addresses of the tiles of 512 pixels (@2x)."),
    ] = 1


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


class MapQuery(ExtentQuery, PaperQuery):
    """Query of the heat map for paper."""

    inset: Annotated[
        bool | None,
        Field(
            description="Enlarge the leading peak in a corner of the map; by default where a "
            "peak is higher than chance would make it."
        ),
    ] = None


class ContourQuery(HeatmapQuery, TableQuery):
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


class PeakQuery(HeatmapQuery, TableQuery):
    """Query of the peaks of a surface."""

    peaks: Annotated[int, Field(ge=1, le=100, description="Maximum number of peaks.")] = 20
    layer: Annotated[
        Text | None,
        Field(description="Layer that names the places; by default the finest with place names."),
    ] = None


class HeatmapCommandQuery(RasterQuery, MapQuery):
    """Every parameter of the pictures and rasters of a surface, for the command line."""
