"""Columns of the tables of scans."""

from typing import Final

from service.model.rows import COUNT, NOTHING, AreaRow, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_TIMED: Final = "with model=space-time or model=permutation"
_CONTROLS: Final = "with model=bernoulli"
_PROSPECTIVE: Final = "with prospective=true"


class ScanRow(Row):
    """A cluster: the window that chance explains worst, and further ones beside it.

    Its shape is that of its areas together, or of the window with locations=points.
    """

    rank: int = column("1 for the strongest.", NOTHING)
    code: str = column("Code of the area in its middle.", _OF_COUNT)
    name: str | None = column("Name of that area.", _OF_COUNT)
    rates: str = column("high: more incidents than expected; low: fewer.", _OF_COUNT)
    locations: int = column("Areas or places in it.", _OF_COUNT)
    easting_m: float = column("Easting of its middle.", _OF_COUNT, "m")
    northing_m: float = column("Northing of its middle.", _OF_COUNT, "m")
    radius_m: float = column(
        "Shortest half axis, from the middle to the outermost place; 0 of a single one.",
        _OF_COUNT,
        "m",
    )
    axis_ratio: float = column("Longest over shortest axis; 1 of a circle.", _OF_COUNT)
    angle_deg: float = column(
        "Angle of the longest axis from east, anticlockwise.", _OF_COUNT, "degrees"
    )
    from_: str = column("First day of its steps.", _OF_COUNT, only=_TIMED)
    to: str = column("Last day of its steps, inclusive.", _OF_COUNT, only=_TIMED)
    count: int = column("Incidents in it.", COUNT, "incidents")
    count_controls: int = column("Controls in it.", COUNT, "records", only=_CONTROLS)
    expected: float = column("Incidents expected.", _OF_COUNT, "incidents")
    ratio: float = column("Observed over expected.", _OF_COUNT)
    relative_risk: float | None = column(
        "The rate in it over that elsewhere; null where all incidents are in it.", _OF_COUNT
    )
    log_ratio: float = column("Log likelihood ratio.", _OF_COUNT)
    statistic: float = column("The same, less the penalty of its shape.", _OF_COUNT)
    p_value: float | None = column(
        "Share of null maps whose strongest window is as strong: it allows for all windows tried. "
        "Null with permutations=0.",
        _OF_COUNT,
    )
    recurrence_days: float | None = column(
        "Time in which chance alone gives one so strong once, at one look each step; null without "
        "p.",
        _OF_COUNT,
        "days",
        only=_PROSPECTIVE,
    )


class ScanAreaRow(AreaRow):
    """An area and the cluster that it is in, in the order of the clusters."""

    count: int = column("Incidents in the area.", COUNT, "incidents")
    count_controls: int = column("Controls in the area.", COUNT, "records", only=_CONTROLS)
    expected: float | None = column(
        "Incidents expected; null where the area is not scanned.", _OF_COUNT, "incidents"
    )
    cluster: int | None = column("Rank of its cluster; null where it is in none.", _OF_COUNT)
    p_value: float | None = column("p of that cluster.", _OF_COUNT)
    class_: str = column(
        "Whether it is in a cluster of high or low rates, significant at 95 or 99 %; not "
        "significant, not tested (permutations=0) or not scanned.",
        _OF_COUNT,
    )
