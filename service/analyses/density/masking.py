"""Which part of a surface is shown where areas with few incidents are left blank."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.density.spread import counts_by_area, spread_evenly
from service.analyses.density.surface import SelectedPoints, Surface
from service.disclosure.density import BlankAreas, sensitive_share
from spatial.arrays import FloatArray
from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_at


@dataclass(frozen=True, eq=False)
class Blanks:
    """The areas with enough incidents, and what is said of the others.

    Attributes
    ----------
    rule : BlankAreas
        Which areas are blank.
    shown : shapely geometry
        The union of the others; may be empty.
    layer : Layer
        Of all areas.
    blank : int
        How many of them are blank.
    """

    rule: BlankAreas
    shown: Any
    layer: Layer
    blank: int

    def within(self, area: Any) -> Any:
        """The part of an area that is not blank: polygons alone.

        Parameters
        ----------
        area : shapely geometry or None
            None: everywhere.

        Returns
        -------
        shapely geometry
            May be empty.
        """
        if area is None:
            return self.shown
        parts = shapely.get_parts(shapely.intersection(area, self.shown))
        return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])

    def method(self, surface: Surface, grid: Grid, values: FloatArray) -> dict[str, Any]:
        """What the provenance of a surface says of them.

        Parameters
        ----------
        surface : Surface
            With one bandwidth and counts; of others there is no measure of disclosure.
        grid : Grid
            Over the part shown.
        values : (rows, cols) float64
            Its densities on the grid; 0 or NaN where it is blank.

        Returns
        -------
        dict of str to any
            JSON types.
        """
        has_measure = surface.adaptive is None and not surface.selected_points.is_weighted
        return {
            "policy": self.rule.policy,
            "layer": self.rule.layer,
            "fewer_than": self.rule.fewer_than,
            "areas": len(self.layer.codes),
            "blank": self.blank,
            "sensitive_share": round(self._sensitive_share(surface, grid, values), 4)
            if has_measure
            else None,
        }

    def _sensitive_share(self, surface: Surface, grid: Grid, values: FloatArray) -> float:
        """Of the incidents that count, so that hidden cells have no part in it."""
        selection = surface.selection
        is_placed = selection.mask & selection.incidents.located
        if not self.rule.is_counted[is_placed].all():
            is_certain = is_placed & self.rule.is_counted
            xy_m, counts = spread_evenly(selection.incidents, is_certain, self.layer)
            certain = PointIndex(xy_m, weights=counts, crs=surface.crs)
            values = dataclasses.replace(surface, points=certain).on_grid_shown(grid)
        half_m = surface.bandwidth_m / 2.0
        one = density_at(
            PointIndex(np.zeros((1, 2)), crs=surface.crs),
            np.full((1, 2), half_m),
            bandwidth_m=surface.bandwidth_m,
            kernel=surface.kernel,
        )
        one_record = float(one[0]) / surface.divisor
        return sensitive_share(values, one_record, fewer_than=self.rule.fewer_than)


def blanks_of(points: SelectedPoints, layers: LayerStore) -> Blanks | None:
    """The areas that a surface leaves blank; None where its incidents state no such rule.

    Parameters
    ----------
    points : SelectedPoints
        The incidents selected; those that lie in an area are counted by its code.
    layers : LayerStore
        With the layer of the areas.

    Returns
    -------
    Blanks or None
        By the incidents selected, wherever a part of the map is shown.
    """
    incidents = points.selection.incidents
    rule = incidents.blank_areas
    if rule is None:
        return None
    layer: Layer = layers.get(rule.layer)
    is_counted = points.selection.mask & rule.is_counted & incidents.located
    is_shown = counts_by_area(incidents, is_counted, layer) >= rule.fewer_than
    areas = np.array(layer.geometries[is_shown])
    is_coverage = bool(shapely.coverage_is_valid(areas))
    shown = shapely.coverage_union_all(areas) if is_coverage else shapely.union_all(areas)
    return Blanks(rule, shown, layer, int((~is_shown).sum()))
