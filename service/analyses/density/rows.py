"""Columns of the tables of a density surface."""

from typing import Final

from service.model.rows import COUNT, LOCATED, NOTHING, Discloses, Row, column

_OF_INCIDENTS: Final = Discloses.of("incidents")
_OF_LOCATED: Final = Discloses.of(LOCATED)


class PeakRow(Row):
    """A peak of the surface, highest first."""

    rank: int = column("1 for the highest.", NOTHING)
    class_: str = column(
        "Primary, secondary or minor by the prominence of a peak that is more than chance; else "
        "a mere peak.",
        _OF_INCIDENTS,
    )
    place: str | None = column("Name of the area that the peak lies in.", _OF_INCIDENTS)
    density: float = column("Density at the peak, in `unit`.", _OF_INCIDENTS)
    prominence: float = column(
        "Prominence: the descent needed to reach higher ground, as a share of the highest peak.",
        _OF_INCIDENTS,
    )
    incidents: float = column(
        "Incidents within reach of the peak that are nearer to it than to another.",
        COUNT,
        "incidents",
    )
    share: float = column("The same as a share of all incidents, 0 to 1.", _OF_INCIDENTS)
    weight: float = column(
        "Sum of the weights of the same incidents.",
        _OF_INCIDENTS,
        only="with weight=true or harm=true",
    )
    p_value: float | None = column(
        "P that chance gives any place of the map as surprising as this one; null where nothing "
        "was tested.",
        _OF_INCIDENTS,
    )
    is_significant: bool = column(
        "Whether that p is at most 0.05; false where nothing was tested.", _OF_INCIDENTS
    )
    nearest_m: float | None = column("Distance to the nearest other peak.", _OF_INCIDENTS, "m")
    nearest_higher_m: float | None = column(
        "Distance to the nearest peak of a better rank.", _OF_INCIDENTS, "m"
    )
    easting_m: float = column("Easting of the peak.", _OF_INCIDENTS, "m")
    northing_m: float = column("Northing of the peak.", _OF_INCIDENTS, "m")
    unit: str = column("Unit of the density.", NOTHING)


class ContourRow(Row):
    """The smallest area that holds a share of the surface's mass."""

    percent: float = column("The share asked for.", NOTHING, "%")
    density: float = column("Density along the line, in `unit`.", _OF_LOCATED)
    area_km2: float = column("Ground inside the line.", _OF_LOCATED, "km²")
    mass_percent: float | None = column(
        "The share that is inside; null of a surface without mass.", _OF_LOCATED, "%"
    )
    unit: str = column("Unit of the density.", NOTHING)
