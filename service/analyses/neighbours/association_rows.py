"""Columns of the table of local associations."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, AreaRow, Discloses, column

_OF_COUNT: Final = Discloses.of("count")
_OF_BOTH: Final = Discloses.of("count", "count_beside")


class AssociationRow(AreaRow):
    """An area and its local association, smallest q first.

    An area whose value is missing (a rate without a denominator) keeps its row and is not
    tested; nor is it anybody's neighbour.
    """

    count: int = column("Incidents in the area.", COUNT, "incidents")
    value: float | None = column(
        "What is tested, in the unit that the method states; null where it is missing.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    count_beside: int = column(
        "Incidents of the dataset beside in the area.",
        COUNT,
        "incidents",
        only="with beside_dataset",
    )
    value_beside: float | None = column(
        "The second value; null where it is missing.",
        _OF_BOTH,
        only="with beside_dataset or beside_measure",
    )
    statistic: float | None = column(
        "The local statistic; null where not tested, and without a neighbour.", _OF_BOTH
    )
    expected: float | None = column("Its expectation under the null.", _OF_BOTH)
    z_score: float | None = column(
        "Standard score by the moments of the null; null for Lee's L: its variance is not known.",
        _OF_BOTH,
    )
    p_permutation: float | None = column("p by draws from the null, two-sided.", _OF_BOTH)
    q_value: float | None = column(
        "p corrected for testing every area; decides the class.", _OF_BOTH
    )
    class_: str = column(
        "How the area goes together with its neighbours at 90, 95 or 99 %, not significant, or "
        "not tested.",
        _OF_BOTH,
    )
    neighbours: int = column("Neighbours that were tested.", NOTHING, "areas")
    island: bool = column("Whether the area has no neighbour.", NOTHING)
