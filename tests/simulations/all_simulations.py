"""The simulations whose tables stand in the documents."""

from tests.simulations.null_maps import classes_of_null_maps, hotspots_of_noise
from tests.simulations.tables import Simulation

SIMULATIONS: tuple[Simulation, ...] = (
    Simulation("classes of null maps", 5_000, classes_of_null_maps),
    Simulation("hotspots of noise", 2_000, hotspots_of_noise),
)
