"""What the documents about what is loaded are made of."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from service.model.schemas import UNSTATED, Box
from service.store.incident_rows import Precision

# "from" is a word of Python's own.
CoveredSpan = TypedDict("CoveredSpan", {"from": str, "to": str})
DatasetEntry = TypedDict(
    "DatasetEntry",
    {
        "id": str,
        "title": str,
        "records": int,
        "located": int,
        "unlocated": int,
        "outside": int | None,
        "from": str | None,
        "to": str | None,
        "covered": list[CoveredSpan],
        "covered_by": Annotated[Literal["stated", "files", "records"], UNSTATED],
        "covered_sources": Annotated[dict[str, list[CoveredSpan]], UNSTATED],
        "categories": list[str],
        "records_by_category": Annotated[dict[str, int], UNSTATED],
        "attributes": Annotated[list[str], UNSTATED],
        "known_to": Annotated[Precision | None, UNSTATED],
        "version": int,
        "synthetic": bool,
        "source": str,
        "licence": str,
        "denominator": NotRequired[str],
    },
)


class DamagedPart(TypedDict):
    """A part of the data that cannot be read; `served` if what was read before still answers."""

    part: str
    name: str
    reason: str
    served: bool


class LayerMeasure(TypedDict):
    """A measure of a layer's areas and the periods that it is known for."""

    measure: str
    periods: list[str]


class LayerEntry(TypedDict):
    """A boundary layer."""

    id: str
    title: str
    areas: int
    area_km2: float
    bounds_m: list[float]
    crs: str
    vintage: str
    source: str
    licence: str
    version: str
    synthetic: bool
    measures: list[LayerMeasure]


class DatasetList(TypedDict):
    """Every dataset."""

    datasets: list[DatasetEntry]
    damaged: list[DamagedPart]


class LayerList(TypedDict):
    """Every boundary layer."""

    study_area: str | None
    crs: str
    boundaries: list[LayerEntry]
    damaged: list[DamagedPart]


class Liveness(TypedDict):
    """That the process answers."""

    status: str


class Readiness(TypedDict):
    """That the service answers, with what it serves, and what of the data cannot be read."""

    status: str
    note: str
    has_data: bool
    datasets: dict[str, Any]
    boundaries: list[str]
    damaged: list[DamagedPart]


class PageLayer(LayerEntry):
    """A boundary layer with its west, south, east and north ends, in degrees."""

    bounds: Annotated[Box, UNSTATED]


class Background(TypedDict):
    """The map behind the layers; `dark` is the address of its style for the dark theme."""

    kind: Literal["tiles", "style"]
    address: str
    attribution: str
    dark: NotRequired[str]


class StudyArea(TypedDict):
    """The study area with its west, south, east and north ends, in degrees."""

    label: str
    name: str
    bounds: Box


class Zooms(TypedDict):
    """The zooms of tiles."""

    min: int
    max: int


FirstView = TypedDict("FirstView", {"dataset": str, "from": str, "to": str, "layer": str | None})


class Published(TypedDict):
    """The finest numbers of a dataset that whoever asks may be shown, and what they may ask."""

    layers: list[str]
    period: Literal["month", "quarter", "year"]
    by_category: bool
    minimum_bandwidth_m: float
    maximum_zoom: int


class DatasetAccess(TypedDict):
    """In which form whoever asks sees a protected dataset, and under which agreement.

    Without published cells they see answers from its records.
    """

    policy: str
    policy_title: str
    published: Published | None
    purpose: str
    marking: str
    review: str | None


class PageContent(TypedDict):
    """What the page begins with."""

    title: str
    software: str
    crs: str
    postcodes: bool
    datasets: list[DatasetEntry]
    layers: list[PageLayer]
    damaged: list[DamagedPart]
    background: Annotated[Background | None, UNSTATED]
    study_area: Annotated[StudyArea | None, UNSTATED]
    zooms: Annotated[Zooms, UNSTATED]
    sites: Annotated[int | None, UNSTATED]
    choices: Annotated[dict[str, Any], UNSTATED]
    default: Annotated[FirstView | None, UNSTATED]
    access: dict[str, DatasetAccess]
