"""Queries of the profile of an area: one that has a name, or one that is drawn."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field, field_validator

from service.model.queries import MAX_WITHIN, HarmQuery, Text, one_or_many

MAX_AREA: Final = 1_048_576  # characters of a drawn area, as GeoJSON
_PLACE: Final = (
    "layer:code, circle:easting,northing,radius or polygon:easting,northing,... in metres of the "
    "working CRS, or with lonlat- in front in degrees, the radius in metres"
)
Measures = Annotated[tuple[Text, ...], BeforeValidator(one_or_many), Field(max_length=40)]


class ProfileOptions(HarmQuery):
    """What every profile is asked, whatever its area."""

    beside: Annotated[
        Annotated[str, Field(min_length=1, max_length=MAX_WITHIN)] | None,
        Field(
            description=f"A second area, whose numbers stand beside those of the first: {_PLACE}."
        ),
    ] = None
    layer: Annotated[
        Text | None,
        Field(
            description="The areas whose measures are apportioned and whose hot areas are named. "
            "By default the finest layer that has residents; without any, the finest."
        ),
    ] = None
    denominator: Annotated[
        Text | None,
        Field(
            description="What rates are over: a measure loaded for the layer, apportioned. By "
            "default population, else residents."
        ),
    ] = None
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many, and year."),
    ] = 1000.0
    amount: Annotated[
        Measures,
        Field(
            description="Further measures of the layer that add up, apportioned as residents are; "
            "repeat the parameter for several.",
        ),
    ] = ()
    mean: Annotated[
        Measures,
        Field(
            description="Measures of the layer that do not add up, such as a score: their mean "
            "over the residents; repeat the parameter for several.",
        ),
    ] = ()
    deciles: Annotated[
        int,
        Field(
            ge=1,
            le=9,
            description="How many of the deciles count as most deprived, from 1: the share of "
            "residents in such areas, by each measure of the layer whose name ends with decile.",
        ),
    ] = 3
    near_m: Annotated[
        float,
        Field(
            ge=0,
            le=20_000,
            allow_inf_nan=False,
            description="Development sites outside the area count as near up to this distance, m.",
        ),
    ] = 1000.0

    @property
    def sums_harm(self) -> bool:
        """Harm is summed in a section of its own, wherever an index has the offences."""
        return True

    @field_validator("amount", "mean")
    @classmethod
    def _measures_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(names)))


class ProfileQuery(ProfileOptions):
    """Query of the profile of an area, circle or polygon."""

    within: Annotated[
        str,
        Field(min_length=1, max_length=MAX_WITHIN, description=f"The area: {_PLACE}."),
    ]


def _refused(value: object) -> None:
    """Refuse a second area."""
    if value is not None:
        raise ValueError("must be left out: the area is in the body of the request")


class DrawnOptions(ProfileOptions):
    """Query of the profile of an area that is drawn, and sent in the body."""

    within: Annotated[
        None,
        BeforeValidator(_refused),
        Field(description="None: the area is in the body."),
    ] = None


class DrawnProfileQuery(DrawnOptions):
    """The profile of a drawn area, with the area."""

    area: Annotated[
        str,
        Field(
            max_length=MAX_AREA,
            description="GeoJSON of a polygon or multipolygon, or of one or two features: "
            "longitude and latitude, or the CRS that it names.",
        ),
    ]
