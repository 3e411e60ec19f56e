"""Queries of repeats: pairs of incidents, their chains and zones, and crowded days."""

import datetime
import itertools
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.queries import IncidentQuery, TableQuery, Text

MAX_DISTANCE_M = 5_000.0
MAX_DAYS = 365

Metres = Annotated[float, Field(gt=0, le=MAX_DISTANCE_M, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]


def _checked_date(text: str) -> str:
    """An ISO date; ValueError says what is wrong."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(f"must be an ISO date, such as 2024-12-31, got {text!r}")
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"must be an ISO date that there is, got {text!r}") from None
    return text


class _Drawn(IncidentQuery):
    """Query of what is held against random orders of the times."""

    orders: Annotated[
        int, Field(ge=99, le=99_999, description="Random orders of the times behind each p.")
    ] = 999
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of these orders.")] = 1


class KnoxQuery(_Drawn):
    """Query of pairs of incidents by bands of distance and of days."""

    band_m: Annotated[
        tuple[Metres, ...],
        Field(
            min_length=1,
            max_length=20,
            description="Upper bounds of the bands of distance, metres, ascending; repeat the "
            "parameter. A pair belongs to the first bound that is above its distance.",
        ),
    ] = (100.0, 200.0, 300.0, 400.0)
    band_days: Annotated[
        tuple[Days, ...],
        Field(
            min_length=1,
            max_length=20,
            description="Upper bounds of the bands of days between two dates, ascending; repeat "
            "the parameter. 7 is 0 to 6 days apart.",
        ),
    ] = (7, 14, 21, 28)
    same_place: Annotated[
        bool,
        Field(description="Pairs with the same coordinates have a band of their own, 0 m."),
    ] = True

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        for name in ("band_m", "band_days"):
            if any(low >= high for low, high in itertools.pairwise(getattr(self, name))):
                raise ValueError(f"{name} must ascend")
        return self


class NearRepeatsQuery(_Drawn):
    """Query of incidents by whether another came before or after them nearby."""

    distance_m: Annotated[
        Metres, Field(description="Incidents are linked if they are nearer than this, metres.")
    ] = 200.0
    days: Annotated[
        Days,
        Field(description="And if their dates are fewer days apart; 1 is the same date."),
    ] = 14


class RepeatChainsQuery(NearRepeatsQuery, TableQuery):
    """Query of the chains of near repeats."""

    top: Annotated[int, Field(ge=1, le=10_000, description="Maximum number of chains.")] = 100


class RepeatZonesQuery(_Drawn, TableQuery):
    """Query of the circles around recent incidents in which more are to be expected."""

    distance_m: Annotated[Metres, Field(description="Radius of a circle, metres.")] = 200.0
    band_days: Annotated[
        tuple[Days, ...],
        Field(
            min_length=1,
            max_length=20,
            description="Upper bounds of the bands of days since an incident, ascending; repeat "
            "the parameter. After the last a zone expires.",
        ),
    ] = (7, 14)
    as_of: Annotated[
        Annotated[str, Field(max_length=40), AfterValidator(_checked_date)] | None,
        Field(
            description="Day for which the zones are, an ISO date: by default the last day of the "
            "period that the data cover. Later incidents are not looked at.",
            examples=["2024-12-31"],
        ),
    ] = None
    level: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="A zone is listed where the p of its multiplication is at most this.",
        ),
    ] = 0.05
    top: Annotated[int, Field(ge=1, le=10_000, description="Maximum number of zones.")] = 500

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if any(low >= high for low, high in itertools.pairwise(self.band_days)):
            raise ValueError("band_days must ascend")
        return self


class BurstsQuery(IncidentQuery):
    """Query of the largest number of incidents within some days."""

    window_days: Annotated[
        Days, Field(description="Length of the window that is moved over the period, days.")
    ] = 7
    layer: Annotated[
        Text | None,
        Field(description="Each area of this layer by itself; by default all incidents together."),
    ] = None
    level: Annotated[
        float,
        Field(gt=0, le=0.5, description="A number is a lot where its p is at most this."),
    ] = 0.05
    orders: Annotated[
        int, Field(ge=99, le=99_999, description="Random sets of days behind each p.")
    ] = 9_999
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of these sets.")] = 1
