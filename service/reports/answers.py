"""Asks what a plan names: each address through both gates, as whoever has it made may ask it."""

from dataclasses import dataclass

from boundaries.errors import BoundaryError
from service.access.release import Released
from service.analyses.resources import Resources
from service.model.answers import PrintMap, Table
from service.model.errors import AnalysisError
from service.reports.addresses import map_answer, map_of, table_answer, table_of
from service.store.errors import StoreError
from spatial.errors import SpatialError

# What keeps one answer out of an assessment, and not the assessment from being made.
REASONS = (AnalysisError, StoreError, BoundaryError, SpatialError)


@dataclass(frozen=True)
class Asker:
    """Gives released answers by their addresses.

    Attributes
    ----------
    resources : Resources
        The stores, analyses and gates of an audience.
    """

    resources: Resources

    def table(self, address: str) -> Released[Table]:
        """The released table of an address."""
        addressed = table_of(address)
        gates, audience = self.resources.gates, self.resources.audience
        gates.admit(addressed.question, audience)
        compute = table_answer(self.resources, addressed).compute
        return gates.released(addressed.question, audience, compute)

    def map(self, address: str) -> Released[PrintMap]:
        """The released map of an address."""
        addressed = map_of(address)
        gates, audience = self.resources.gates, self.resources.audience
        gates.admit(addressed.question, audience)
        compute = map_answer(self.resources, addressed).compute
        return gates.released(addressed.question, audience, compute)
