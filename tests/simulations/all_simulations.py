"""The simulations whose tables stand in the documents."""

from tests.simulations.clusters import clusters_of_chance
from tests.simulations.costliest import each_alone, twenty_at_once
from tests.simulations.faults import faults_of_the_store
from tests.simulations.flags import calibration_of_flags
from tests.simulations.intervals import coverage_of_intervals, size_and_power_of_change
from tests.simulations.matrix_of_policies import worlds_told_apart
from tests.simulations.near_repeats import calls_of_repeats
from tests.simulations.null_associations import levels_of_associations
from tests.simulations.null_maps import classes_of_null_maps, hotspots_of_noise
from tests.simulations.patrols import lists_for_patrols
from tests.simulations.point_patterns import calls_of_null_moves, calls_of_null_patterns
from tests.simulations.published_cells import sums_of_published_cells
from tests.simulations.scans import levels_of_scans
from tests.simulations.series import calls_of_series
from tests.simulations.tables import DOCS, Simulation
from tests.simulations.unchanged import calls_of_unchanged_patterns

SIMULATIONS: tuple[Simulation, ...] = (
    Simulation("classes of null maps", 5_000, classes_of_null_maps),
    Simulation("levels of associations", 5_000, levels_of_associations),
    Simulation("hotspots of noise", 2_000, hotspots_of_noise),
    Simulation("clusters of chance", 5_000, clusters_of_chance),
    Simulation("coverage of intervals", 5_000, coverage_of_intervals),
    Simulation("size and power of change", 1, size_and_power_of_change),
    Simulation("calls of series", 1_000, calls_of_series),
    Simulation("levels of scans", 5_000, levels_of_scans),
    Simulation("calls of repeats", 5_000, calls_of_repeats),
    Simulation("calls of unchanged patterns", 5_000, calls_of_unchanged_patterns),
    Simulation("calls of null patterns", 5_000, calls_of_null_patterns),
    Simulation("calls of null moves", 5_000, calls_of_null_moves),
    Simulation("calibration of flags", 5_000, calibration_of_flags),
    Simulation("lists for patrols", 5_000, lists_for_patrols),
    Simulation("sums of published cells", 50, sums_of_published_cells, DOCS / "disclosure.md"),
    Simulation("worlds told apart", 2, worlds_told_apart, DOCS / "disclosure.md"),
    Simulation("costliest requests", 1_000_000, each_alone, DOCS / "operations.md"),
    Simulation("twenty at once", 1_000_000, twenty_at_once, DOCS / "operations.md"),
    Simulation("faults of the store", 10_000, faults_of_the_store, DOCS / "operations.md"),
)
