"""Columns of the table of clusters."""

from typing import Final

from service.model.rows import COUNT, LOCATED, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_LOCATED: Final = Discloses.of(LOCATED)
_ORDERS: Final = "with method=nearest-neighbour"
_TIMES: Final = "with metres_per_day"


class ClusterRow(Row):
    """A cluster of incidents, that with most incidents or harm first."""

    cluster: int = column("Number of the cluster, 1 for the largest.", NOTHING)
    order: int = column(
        "1: a cluster of incidents; 2: one of such clusters.", _OF_LOCATED, only=_ORDERS
    )
    parent: int | None = column(
        "Number of the cluster of the second order that this one is in.", _OF_LOCATED, only=_ORDERS
    )
    name: str | None = column(
        "The nearest street or named place within 250 m of the centre, distinct in the list.",
        _OF_LOCATED,
    )
    place: str | None = column("Name of the area that the centre lies in.", _OF_LOCATED)
    count: int = column("Incidents in the cluster.", COUNT, "incidents")
    harm: float = column("Their days of harm.", _OF_COUNT, "days", only="with harm=true")
    share: float = column("Share of all incidents in the area asked for.", _OF_COUNT)
    expected: float = column(
        "Incidents that would be on its ground, the hull and half a distance around, by chance.",
        _OF_LOCATED,
        "incidents",
    )
    p_value: float | None = column(
        "P that chance gives any cluster as far beyond what is expected as this one; null where "
        "nothing was tested.",
        _OF_COUNT,
    )
    class_: str = column(
        "More than chance where that p is at most 0.05, not more than chance, or not tested.",
        _OF_COUNT,
    )
    places: int = column("Distinct places of its incidents.", _OF_COUNT)
    months: int = column("Months in which it has an incident.", _OF_COUNT)
    first_day: str = column("Day of its first incident.", _OF_COUNT, only=_TIMES)
    last_day: str = column("Day of its last incident.", _OF_COUNT, only=_TIMES)
    area_km2: float | None = column(
        "Ground inside the convex hull; null where its places have none between them.",
        _OF_LOCATED,
        "km²",
    )
    density_per_km2: float | None = column(
        "Incidents per km² of that ground.", _OF_COUNT, "incidents per km²"
    )
    easting_m: float = column("Easting of the mean centre.", _OF_LOCATED, "m")
    northing_m: float = column("Northing of the mean centre.", _OF_LOCATED, "m")
    ellipse_major_m: float | None = column(
        "Longer half axis of the standard deviational ellipse; null below three incidents.",
        _OF_LOCATED,
        "m",
    )
    ellipse_minor_m: float | None = column("Shorter half axis.", _OF_LOCATED, "m")
    ellipse_bearing_deg: float | None = column(
        "Bearing of the longer axis, clockwise from north.", _OF_LOCATED, "°"
    )
