"""The simulations whose tables stand in the documents."""

from tests.simulations.tables import Simulation

SIMULATIONS: tuple[Simulation, ...] = ()
