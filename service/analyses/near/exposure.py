"""How much of an area lies within a distance of places, and what is expected there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.denominators import Denominator
from service.analyses.inputs.study_area import StudyArea
from service.analyses.point_patterns.located import LocatedIncidents
from service.model.provenance import layer_source
from spatial.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Exposure:
    """The ground that incidents fall on, in areas that each have a rate of their own.

    Attributes
    ----------
    shapes : (k,) object array
        The areas; one, where there is one rate.
    ground_km2 : (k,) float64
        Of each.
    amount : (k,) float64
        What incidents are expected in proportion to: ground, or the measure; NaN where that is
        not known.
    rate : (k,) float64
        Incidents for each unit of it; NaN likewise.
    stratum : (n,) int64
        The area of each incident.
    is_counted : (n,) bool
        The incidents of an area whose rate is known; the others are left out.
    layer : Layer or None
    denominator : Denominator or None
        What the areas and the amounts are of.
    """

    shapes: NDArray[Any]
    ground_km2: FloatArray
    amount: FloatArray
    rate: FloatArray
    stratum: IntArray
    is_counted: BoolArray
    layer: Layer | None
    denominator: Denominator | None

    @property
    def total(self) -> float:
        """The amount of all areas together."""
        return float(np.nansum(self.amount))

    def per_ground(self, ground_km2: FloatArray) -> FloatArray:
        """The amount on some ground of each area, spread evenly over it.

        Parameters
        ----------
        ground_km2 : (k,) float64
            Of each area.

        Returns
        -------
        (k,) float64
            NaN where it is not known.
        """
        return self.amount * ground_km2 / self.ground_km2

    @property
    def left_out(self) -> int:
        """Incidents in the area whose rate is not known."""
        return int(np.count_nonzero(~self.is_counted))

    def method(self) -> dict[str, Any]:
        """What is expected, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        if self.layer is None:
            return {"expected": "at the rate of the whole area, per km^2"}
        layer_id = self.layer.layer_id
        if self.denominator is None:
            return {"expected": f"at the rate of each area of {layer_id}, per km^2"}
        measure = self.denominator.measure
        return {
            "expected": f"at the rate of the whole area, per {measure}",
            "denominator": measure,
            "spread": f"evenly over the ground of each area of {layer_id}",
        }

    def sources(self) -> Mapping[str, Any]:
        """The layer and the measure, for the provenance.

        Returns
        -------
        mapping of str to Any
            Empty where there is one rate of the ground.
        """
        named = {} if self.layer is None else {"layer": layer_source(self.layer)}
        if self.denominator is not None:
            named["denominator"] = self.denominator.source()
        return named


def one_rate(located: LocatedIncidents) -> Exposure:
    """The area as a whole: incidents are expected in proportion to its ground.

    Parameters
    ----------
    located : LocatedIncidents
        The incidents, and their area.

    Returns
    -------
    Exposure
        Of one area.
    """
    number = len(located.xy_m)
    ground = np.array([located.area.geometry.area / 1e6])
    shapes = np.empty(1, dtype=object)
    shapes[0] = located.area.geometry
    return Exposure(
        shapes,
        ground,
        ground,
        number / ground,
        np.zeros(number, dtype=np.int64),
        np.ones(number, dtype=np.bool_),
        None,
        None,
    )


def rates_of_areas(
    located: LocatedIncidents, layer: Layer, denominator: Denominator | None
) -> Exposure:
    """The areas of a layer, as far as they lie in the area of the incidents.

    Parameters
    ----------
    located : LocatedIncidents
        The incidents, and their area.
    layer : Layer
        Its areas have a rate of their own each; or, with a measure, one together.
    denominator : Denominator or None
        What incidents are expected in proportion to; None: to the ground.

    Returns
    -------
    Exposure
        Of the areas that have ground in the area.
    """
    shapes = layer.geometries
    whole = located.area.geometry
    clipped = shapes.copy()
    is_grid = layer.layer_id.startswith(GRID_PREFIXES)  # made of the study area
    is_study_area = isinstance(located.area, StudyArea)
    if not (is_study_area and (is_grid or located.area.label == layer.layer_id)):
        shapely.prepare(whole)
        is_cut = ~shapely.covers(whole, shapes)
        clipped[is_cut] = shapely.intersection(shapes[is_cut], whole)
    ground = shapely.area(clipped) / 1e6
    is_part = ground > 0.0
    position = np.full(len(layer) + 1, -1, dtype=np.int64)
    position[np.flatnonzero(is_part)] = np.arange(is_part.sum())
    stratum = position[assign_points(layer, located.xy_m)]
    ground = ground[is_part]
    amount = ground
    if denominator is not None:
        whole_km2 = shapely.area(shapes[is_part]) / 1e6
        amount = denominator.values[is_part] * np.minimum(ground / whole_km2, 1.0)
    is_counted = stratum >= 0
    is_counted[is_counted] = np.isfinite(amount)[stratum[is_counted]]
    count = np.bincount(stratum[is_counted], minlength=len(ground)).astype(np.float64)
    if denominator is None:
        rate = count / amount
    else:
        total = np.nansum(amount)
        rate = np.where(np.isfinite(amount), count.sum() / total if total > 0 else np.nan, np.nan)
    return Exposure(
        clipped[is_part], ground, amount, rate, stratum, is_counted, layer, denominator
    )
