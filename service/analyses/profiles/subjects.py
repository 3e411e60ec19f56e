"""What a profile is of: an area that has a name or is drawn, or all areas of a layer together."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from boundaries.changes.apportion import apportioned, shares_inside
from boundaries.layers.layer import Layer
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.placement import (
    BY_CODE,
    BY_LOOKUP,
    BY_LOOKUP_AND_LOCATION,
    BY_LOOKUP_AND_SHARE,
)
from service.analyses.inputs.within import Within, areas_inside, is_drawn
from service.analyses.profiles.lines import Line
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray

Amounts = dict[str, FloatArray]
CODED: Final = (BY_CODE, BY_LOOKUP, BY_LOOKUP_AND_LOCATION, BY_LOOKUP_AND_SHARE)
SLIVER: Final = 1e-3  # of an area: borders of two layers seldom agree to the metre
DRAWN: Final = "geojson:"


@dataclass(frozen=True, eq=False)
class Subject:
    """An area, the incidents that count in it, and its part of each area of the layer.

    Attributes
    ----------
    name : str
        For readers.
    within : Within or None
        Its shape; None of all areas of the layer together.
    is_by_point : bool
        Whether what is located in it counts, whatever its area code.
    inside : (incidents,) bool
        The incidents that count in it, selected or not.
    share : (areas,) float64
        The share of each area that lies in it.
    has_inner_point : (areas,) bool
        The areas whose inner point lies in it.
    """

    name: str
    layer: Layer
    within: Within | None
    is_by_point: bool
    inside: BoolArray
    share: FloatArray
    has_inner_point: BoolArray

    @classmethod
    def of_all(cls, area_counts: AreaCounts) -> "Subject":
        """All areas of the layer together.

        Parameters
        ----------
        area_counts : AreaCounts
            The incidents and their areas.

        Returns
        -------
        Subject
            Without a shape.
        """
        layer = area_counts.layer
        every = np.ones(len(layer), np.bool_)
        inside = np.asarray(area_counts.placement.area >= 0, np.bool_)
        name = f"all areas of {layer.layer_id}"
        return cls(name, layer, None, False, inside, every.astype(np.float64), every)

    @classmethod
    def of_place(cls, areas: Areas, area_counts: AreaCounts, within: Within) -> "Subject":
        """One area.

        Parameters
        ----------
        areas : Areas
            Places incidents in areas.
        area_counts : AreaCounts
            The incidents and their areas.
        within : Within
            The area.

        Returns
        -------
        Subject
            With its shape.
        """
        layer, incidents = area_counts.layer, area_counts.selection.incidents
        is_by_point = is_drawn(within.label) or within.label.startswith(DRAWN)
        if is_by_point:
            inside = located_inside(incidents, within.geometry)
        else:
            inside = areas.inside(incidents, within.label)
        share = shares_inside(layer, within.geometry)
        inner = areas_inside(layer, within)
        return cls(within.name, layer, within, is_by_point, inside, share, inner)

    @property
    def area_km2(self) -> float:
        """Its ground."""
        if self.within is None:
            return float(self.layer.areas_km2.sum())
        return float(self.within.geometry.area) / 1e6

    def sums(self, amounts: Amounts) -> dict[str, float]:
        """As much of some amounts as falls into it.

        Parameters
        ----------
        amounts : dict of str to (areas,) float64
            Of each area of the layer; finite.

        Returns
        -------
        dict of str to float
            Of each name.
        """
        if self.within is None:
            return {name: float(values.sum()) for name, values in amounts.items()}
        return apportioned(self.layer, self.within.geometry, amounts)

    def placement_lines(self, area_counts: AreaCounts) -> list[Line]:
        """How far places and supplied codes agree about what is inside.

        Parameters
        ----------
        area_counts : AreaCounts
            The selected incidents and their areas.

        Returns
        -------
        list of Line
            Counts; an area cut by the border is on neither side.
        """
        if self.within is None:
            return []
        selection, placement = area_counts.selection, area_counts.placement
        located = selection.incidents.located
        by_point = self.inside
        if not self.is_by_point:
            by_point = located_inside(selection.incidents, self.within.geometry)
        is_coded = np.isin(placement.method, CODED) & (placement.area >= 0)
        share = np.append(self.share, np.nan)[placement.area]
        code_is_inside = is_coded & (share >= 1.0 - SLIVER)
        code_is_outside = is_coded & (share <= SLIVER)
        return [
            _count_line(item, selection.mask & mask)
            for item, mask in (
                ("located inside", by_point),
                ("located inside, supplied code of an area outside", by_point & code_is_outside),
                (
                    "located outside, supplied code of an area inside",
                    located & ~by_point & code_is_inside,
                ),
                ("not located, supplied code of an area inside", ~located & code_is_inside),
            )
        ]


def located_inside(incidents: Incidents, shape: Any) -> BoolArray:
    """Which incidents are located in a shape, its border included.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    shape : shapely geometry
        Polygon or multipolygon in the working CRS.

    Returns
    -------
    (n,) bool
        False where an incident has no place.
    """
    left, bottom, right, top = shape.bounds
    x_m, y_m = incidents.xy_m.T
    inside = (x_m >= left) & (x_m <= right) & (y_m >= bottom) & (y_m <= top)
    candidates = np.flatnonzero(inside)
    shapely.prepare(shape)
    inside[candidates] = shapely.intersects_xy(shape, x_m[candidates], y_m[candidates])
    return np.asarray(inside, np.bool_)


def _count_line(item: str, mask: BoolArray) -> Line:
    count = int(np.count_nonzero(mask))
    return Line("placement", item, "incidents", float(count), count)
