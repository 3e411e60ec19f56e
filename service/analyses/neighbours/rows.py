"""Columns of the table of neighbours."""

from service.model.rows import NOTHING, AreaRow, column


class NeighbourRow(AreaRow):
    """An area and one of its neighbours; an area without any has one row."""

    neighbour: str | None = column("Code of the neighbour; null where the area has none.", NOTHING)
    neighbour_name: str | None = column("Name of the neighbour.", NOTHING)
    weight: float | None = column(
        "Weight of the neighbour, 1 for contiguity; null where the area has none.", NOTHING
    )
