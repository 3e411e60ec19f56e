"""Columns of the tables about what is loaded."""

from service.model.rows import NOTHING, Row, column


class PlaceRow(Row):
    """A place that fits what was typed, best first."""

    kind: str = column("area, site, postcode-district or postcode.", NOTHING)
    name: str = column("What the place is called.", NOTHING)
    code: str | None = column("Code of the area, id of the site, or the postcode.", NOTHING)
    layer: str | None = column("Layer of an area.", NOTHING)
    layer_title: str | None = column("Title of that layer.", NOTHING)
    inside: str | None = column("Name of the area of the largest level that it lies in.", NOTHING)
    bbox: list[float] = column("West, south, east and north ends.", NOTHING, "degrees")
    point: list[float] = column("Longitude and latitude of a point inside.", NOTHING, "degrees")
