"""Queries of the WMTS: its own parameters, and those that its addresses carry on."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from service.model.queries import Text
from service.queries.heatmaps import HeatmapQuery

Number = Annotated[str | None, Field(max_length=12)]
PERIOD = re.compile(r"(\d{4}(?:-\d{2}){0,2})(?:/(\d{4}(?:-\d{2}){0,2}))?", re.ASCII)
ALL_TIME = "all"


class WmtsQuery(HeatmapQuery):
    """What every address of the WMTS may carry, and hands on to those it names."""

    from_: Annotated[
        None, Field(alias="from", description="Not used: the dimension time gives the period.")
    ] = None
    to: Annotated[None, Field(description="Not used: the dimension time gives the period.")] = None
    key: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9._~-]{1,200}$",
            description="Repeated in every address of the capabilities, for a proxy that "
            "requires it; the service itself ignores it.",
        ),
    ] = None

    def surface(self, time: str = ALL_TIME) -> HeatmapQuery:
        """The heat map of a period; ValueError says what is wrong with it."""
        names = set(HeatmapQuery.model_fields) - {"from_", "to"}
        given = self.model_dump(by_alias=True, include=names)
        return HeatmapQuery.model_validate({**given, **_period(time)})

    def without_key(self) -> "WmtsQuery":
        """The query as far as it changes a picture."""
        return self.model_copy(update={"key": None})

    def carried(self) -> list[tuple[str, str]]:
        """Name and value of everything that differs from its default, to be repeated."""
        names = set(WmtsQuery.model_fields)
        given = self.model_dump(by_alias=True, exclude_defaults=True, include=names, mode="json")
        return [
            (name, str(part).lower() if isinstance(part, bool) else str(part))
            for name, value in sorted(given.items())
            for part in (value if isinstance(value, list) else [value])
        ]


class WmtsCapabilitiesQuery(WmtsQuery):
    """Query of the capabilities at their own address, to which some clients add what it says."""

    service: Annotated[Literal["WMTS"], Field(description="As in the query form.")] = "WMTS"
    request: Annotated[Literal["GetCapabilities"], Field(description="As in the query form.")] = (
        "GetCapabilities"
    )
    version: Annotated[Literal["1.0.0"], Field(description="As in the query form.")] = "1.0.0"


class WmtsKvpQuery(WmtsQuery):
    """Query by key and value; names in capital letters mean the same."""

    service: Annotated[
        Text | None,
        Field(
            description="WMTS, always; may be left out where capabilities are requested.",
            examples=["WMTS"],
        ),
    ] = None
    request: Annotated[
        Text | None,
        Field(
            description="GetCapabilities, GetTile or GetFeatureInfo; without it and without a "
            "layer, the capabilities.",
            examples=["GetCapabilities"],
        ),
    ] = None
    version: Annotated[str | None, Field(max_length=20, description="1.0.0.")] = None
    acceptversions: Annotated[str | None, Field(max_length=200, description="1.0.0.")] = None
    acceptformats: Annotated[
        str | None, Field(max_length=200, description="Accepted and ignored.")
    ] = None
    sections: Annotated[
        str | None, Field(max_length=200, description="Accepted and ignored: all are supported.")
    ] = None
    updatesequence: Annotated[
        str | None, Field(max_length=64, description="Accepted and ignored.")
    ] = None
    layer: Annotated[Text | None, Field(description="Identifier of a layer.")] = None
    style: Annotated[str | None, Field(max_length=40, description="default.")] = None
    format: Annotated[str | None, Field(max_length=40, description="image/png.")] = None
    tilematrixset: Annotated[str | None, Field(max_length=60)] = None
    tilematrix: Number = None
    tilerow: Number = None
    tilecol: Number = None
    time: Annotated[
        str | None,
        Field(
            max_length=30,
            description="all, a year (2024), a month (2024-03), or first/last of these.",
        ),
    ] = None
    i: Number = None
    j: Number = None
    infoformat: Annotated[
        str | None, Field(max_length=40, description="application/json or text/plain.")
    ] = None


def _period(time: str) -> dict[str, Any]:
    """First and last month or day of a value of the dimension."""
    if time.lower() in (ALL_TIME, "default", "current", ""):
        return {}
    match = PERIOD.fullmatch(time)
    if match is None:
        raise ValueError(
            f"must be all, a year such as 2024, a month such as 2024-03, or two of them "
            f"with / between, got {time!r}"
        )
    first, last = match[1], match[2] or match[1]
    return {
        "from": f"{first}-01" if len(first) == 4 else first,
        "to": f"{last}-12" if len(last) == 4 else last,
    }
