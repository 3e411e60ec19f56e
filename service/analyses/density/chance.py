"""Whether peaks are more than chance: the null of a surface, and its test, once per query."""

import contextlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.store import LayerStore
from service.analyses.density.surface import THREADS, Surface
from service.analyses.density.surfaces import points_inside_area
from service.analyses.inputs.denominators import POPULATION, refuse_for_damaged
from service.model.provenance import short_digest
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.runtime.single_flight import SingleFlightCache
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import inside_mask
from spatial.surfaces.significance import SurfaceTest, null_grid, seconds_of_test, surface_test

RESIDENTS: Final = "residents"
FEWEST_LOCATED: Final = 10
SEED: Final = 1
TESTS_BYTES: Final = 128 * 2**20  # for recent tests
TEST_BYTES: Final = 80  # at a time, for each cell


@dataclass(frozen=True, eq=False)
class PeakTest:
    """What the peaks of a surface were held against.

    Attributes
    ----------
    test : SurfaceTest or None
        None where nothing was tested.
    null : str
        ``residents`` or ``uniform``.
    layer_id, period : str or None
        Of the residents.
    reason : str or None
        Why nothing was tested.
    located : int
        Located incidents in the part shown.
    """

    test: SurfaceTest | None
    null: str
    layer_id: str | None
    period: str | None
    reason: str | None
    located: int

    @property
    def memory_bytes(self) -> int:
        """Approximate memory use."""
        return 1_024 + (0 if self.test is None else self.test.standardised.nbytes)

    def clause(self) -> str:
        """The null as the end of a sentence.

        Returns
        -------
        str
            What incidents would do by chance.
        """
        if self.null == RESIDENTS:
            return "if every resident had the same risk"
        return "if incidents fell evenly over the area"

    def method(self) -> dict[str, Any]:
        """The test, for the method of an answer.

        Returns
        -------
        dict
            JSON members.
        """
        described: dict[str, Any] = {
            "test": "Monte Carlo maximum of the standardised surface",
            "null": self.null,
            "null_layer": self.layer_id,
            "null_period": self.period,
            "level": 0.05,
            "incidents": self.located,
            "not_tested": self.reason,
        }
        if self.test is not None:
            described |= {
                "surfaces": len(self.test.maxima),
                "cell_m": self.test.grid.cell_m,
                "seed": SEED,
                "p_value_of_the_map": self.test.p_value,
            }
        return described


class PeakTests:
    """The tests of recent surfaces, each made once.

    Parameters
    ----------
    layers : LayerStore
        Whose residents may be loaded.
    measures : MeasureStore
        Residents.
    """

    def __init__(self, *, layers: LayerStore, measures: MeasureStore) -> None:
        self._layers = layers
        self._measures = measures
        self._tests: SingleFlightCache[PeakTest] = SingleFlightCache(
            TESTS_BYTES, weigh=lambda peak_test: peak_test.memory_bytes
        )

    def version(self) -> str:
        """A short digest of what a test depends on, apart from the surface.

        Returns
        -------
        str
            It changes when measures are imported.
        """
        return short_digest(self._measures.revision())

    def of(self, surface: Surface, key: tuple[Any, ...]) -> PeakTest:
        """The test of a surface.

        Parameters
        ----------
        surface : Surface
            Prepared.
        key : tuple
            What tells the surface from others.

        Returns
        -------
        PeakTest
            Cached.
        """
        # A test is of places, whatever unit the density is in and however its edge is treated.
        return self._tests.get(
            (*key, self._measures.revision(), surface.bandwidth_m), lambda: self._test(surface)
        )

    def _test(self, surface: Surface) -> PeakTest:
        """Hold the surface against chance, or say why not."""
        area = surface.shown_area
        xy_m = surface.selected_points.xy_m
        xy_m = xy_m[points_inside_area(area, xy_m)]
        layer, values, period = finest_residents(self._layers, self._measures)
        null = "uniform" if layer is None else RESIDENTS
        layer_id = None if layer is None else layer.layer_id
        located = len(xy_m)
        grid = null_grid(surface.extent_m, bandwidth_m=surface.bandwidth_m)
        reason = None
        if located < FEWEST_LOCATED:
            reason = f"fewer than {FEWEST_LOCATED} incidents are located"
        elif surface.selected_points.is_weighted:
            reason = "chance is known of incidents, and the surface is one of their weights"
        elif grid is None:
            reason = (
                f"the bandwidth of {surface.bandwidth_m:g} m is too small for an area of this size"
            )
        if reason is not None or grid is None:
            return PeakTest(None, null, layer_id, period, reason, located)
        mass = _coverage(area, grid)
        if layer is not None:
            by_residents = mass * resident_density(layer, values, grid)
            if by_residents.sum() > 0.0:
                mass = by_residents
            else:
                null, layer_id, period = "uniform", None, None
        if not mass.sum() > 0.0:
            reason = "the area is smaller than a bandwidth"
            return PeakTest(None, null, layer_id, period, reason, located)
        spend(
            Work(
                seconds_of_test(located, grid),
                grid.rows * grid.cols * TEST_BYTES + located * 16,
                f"a test of {located:,} places against chance",
                "take a larger bandwidth_m",
            )
        )
        test = surface_test(
            xy_m,
            mass,
            grid,
            bandwidth_m=surface.bandwidth_m,
            kernel=surface.kernel,
            seed=SEED,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        return PeakTest(test, null, layer_id, period, None, located)


def finest_residents(
    layers: LayerStore, measures: MeasureStore
) -> tuple[Layer | None, FloatArray, str | None]:
    """The finest layer that has residents, by whom incidents would fall by chance.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    measures : MeasureStore
        Residents.

    Returns
    -------
    layer : Layer or None
        None where no residents are loaded.
    values : (n,) float64
        Residents of their newest period, in the order of the layer; NaN where not known.
    period : str or None
        That period.
    """
    best: tuple[Layer | None, FloatArray, str | None] = (None, np.empty(0), None)
    for layer in layers.all():
        if best[0] is not None and len(layer) <= len(best[0]):
            continue
        for name in POPULATION:
            with contextlib.suppress(UnknownMeasureError):
                column = measures.column(layer.layer_id, name)
                values = column.values_for(layer.codes)
                if np.nansum(values) > 0.0:
                    best = (layer, values, column.period)
                    break
    refuse_for_damaged(layers, measures, best[0], POPULATION)
    return best


def _coverage(area: Any, grid: Grid) -> FloatArray:
    """(rows, cols) share of each cell that lies in the area, to a ninth."""
    finer = Grid(grid.left_m, grid.top_m, grid.cell_m / 3.0, 3 * grid.rows, 3 * grid.cols)
    inside = inside_mask(area, finer).astype(np.float64)
    return np.asarray(inside.reshape(grid.rows, 3, grid.cols, 3).mean(axis=(1, 3)), np.float64)


def resident_density(layer: Layer, values: FloatArray, grid: Grid) -> FloatArray:
    """Residents per km^2 of the area at each cell's centre.

    Parameters
    ----------
    layer : Layer
        The areas.
    values : (areas,) float64
        Their residents, NaN where not known: such an area has the density of the others together.
    grid : Grid
        The cells.

    Returns
    -------
    (rows, cols) float64
        0 outside all areas.
    """
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    position = assign_points(layer, np.column_stack([x.ravel(), y.ravel()]))
    is_known = np.isfinite(values)
    overall = values[is_known].sum() / layer.areas_km2[is_known].sum()
    density = np.where(is_known, values / layer.areas_km2, overall)
    cells = np.where(position >= 0, density[np.maximum(position, 0)], 0.0)
    return np.asarray(cells.reshape(grid.rows, grid.cols), np.float64)
