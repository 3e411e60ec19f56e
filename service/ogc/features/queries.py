"""Queries of the OGC API: what every representation takes, pages of features, and filters."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from service.model.queries import Query, Text, VersionQuery
from service.ogc.features.filters import box_from_text, interval_from_text
from service.queries.areas import ChoroplethQuery, HotspotQuery

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
MAX_OFFSET = 2**31 - 1

Representation = Literal["json", "html"]


def _checked_box(text: str | None) -> str | None:
    if text is not None:
        box_from_text(text)
    return text


def _checked_interval(text: str | None) -> str | None:
    if text is not None:
        interval_from_text(text)
    return text


Property = Annotated[
    Text | None, Field(description="Only features whose property has this value.")
]
Whole = Annotated[
    int | None,
    Field(ge=0, le=2**53, description="Only features whose property has this value."),
]


class RepresentationQuery(Query):
    """Query of anything that comes as JSON and as HTML."""

    f: Annotated[
        Representation | None,
        Field(description="json or html; by default what the header Accept asks for."),
    ] = None


class FeatureQuery(RepresentationQuery):
    """Query of one feature."""

    crs: Annotated[
        Text | None,
        Field(
            description="Coordinate system of the shapes, by its address; by default longitude "
            "and latitude. The collection lists those there are.",
            examples=["http://www.opengis.net/def/crs/EPSG/0/27700"],
        ),
    ] = None


class ItemsQuery(FeatureQuery, VersionQuery):
    """Query of a page of features."""

    limit: Annotated[
        int,
        Field(
            ge=1,
            description=f"Maximum number of features on a page; more than {MAX_LIMIT} mean "
            f"{MAX_LIMIT}.",
        ),
    ] = DEFAULT_LIMIT
    offset: Annotated[
        int, Field(ge=0, le=MAX_OFFSET, description="Number of features to skip.")
    ] = 0
    bbox: Annotated[
        Text | None,
        AfterValidator(_checked_box),
        Field(
            description="Only features that intersect a box: two corners, four numbers or six "
            "with "
            "heights, which are ignored.",
            examples=["0.05,52.15,0.25,52.25"],
        ),
    ] = None
    bbox_crs: Annotated[
        Text | None,
        Field(
            alias="bbox-crs",
            description="Coordinate system of bbox, by its address; by default longitude and "
            "latitude.",
        ),
    ] = None
    datetime: Annotated[
        Text | None,
        AfterValidator(_checked_interval),
        Field(
            description="Only features of a time: a date and time with its offset, or an interval "
            "a/b whose ends may be open, written .. or left out. The features of an analysis have "
            "the time of the period that is counted; others have none, and stay.",
            examples=["2024-01-01T00:00:00Z/2024-06-30T23:59:59Z"],
        ),
    ] = None

    # The columns whose values are asked for, by the name of the parameter; the query of one.
    queryables: ClassVar[Mapping[str, str]] = {}
    one: ClassVar[type[FeatureQuery]] = FeatureQuery

    def equal(self) -> dict[str, str | int]:
        """The columns and the values they must have."""
        given = {column: getattr(self, name) for name, column in self.queryables.items()}
        return {column: value for column, value in given.items() if value is not None}

    def of_feature(self) -> FeatureQuery:
        """The query of one of these features."""
        return self.part(self.one)


class BoundaryItemsQuery(ItemsQuery):
    """Query of a page of the areas of a layer."""

    queryables: ClassVar[Mapping[str, str]] = {"code": "code", "name": "name"}

    code: Property = None
    name: Property = None


class SiteItemsQuery(ItemsQuery):
    """Query of a page of development sites."""

    queryables: ClassVar[Mapping[str, str]] = {
        "site_id": "site_id",
        "name": "name",
        "district": "district",
        "position": "position",
    }

    site_id: Property = None
    name: Property = None
    district: Property = None
    position: Property = None


class ChoroplethFeatureQuery(FeatureQuery, ChoroplethQuery):
    """Query of one area of a choropleth."""

    def question(self) -> ChoroplethQuery:
        """What is asked of the analysis."""
        return self.model_copy(update={"crs": None}).part(ChoroplethQuery)


class ChoroplethItemsQuery(ItemsQuery, ChoroplethFeatureQuery):
    """Query of a page of the areas of a choropleth."""

    queryables: ClassVar[Mapping[str, str]] = {
        "code": "code",
        "name": "name",
        "count": "count",
        "class_": "class",
        "funnel": "funnel",
    }
    one: ClassVar[type[FeatureQuery]] = ChoroplethFeatureQuery

    code: Property = None
    name: Property = None
    count: Whole = None
    class_: Annotated[Property, Field(alias="class")] = None
    funnel: Property = None


class HotspotFeatureQuery(FeatureQuery, HotspotQuery):
    """Query of one area of a hotspot map."""

    def question(self) -> HotspotQuery:
        """What is asked of the analysis."""
        return self.model_copy(update={"crs": None}).part(HotspotQuery)


class HotspotItemsQuery(ItemsQuery, HotspotFeatureQuery):
    """Query of a page of the areas of a hotspot map."""

    queryables: ClassVar[Mapping[str, str]] = {
        "code": "code",
        "name": "name",
        "count": "count",
        "class_": "class",
        "quadrant": "quadrant",
    }
    one: ClassVar[type[FeatureQuery]] = HotspotFeatureQuery

    code: Property = None
    name: Property = None
    count: Whole = None
    class_: Annotated[Property, Field(alias="class")] = None
    quadrant: Property = None
