"""Asks what a plan names: each address through both gates, as whoever has it made may ask it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from boundaries.errors import BoundaryError
from service.access.admission import Question
from service.access.release import Released
from service.analyses.resources import Resources
from service.model.answers import PrintMap, Table
from service.model.errors import AnalysisError
from service.reports.addresses import map_of, table_of
from service.store.errors import StoreError
from spatial.errors import SpatialError

AnswerT = TypeVar("AnswerT", Table, PrintMap)

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
        table = table_of(address)
        return self._released(table.question, lambda: table.answer(self.resources).compute())

    def map(self, address: str) -> Released[PrintMap]:
        """The released map of an address."""
        printed = map_of(address)
        return self._released(printed.question, lambda: printed.answer(self.resources).compute())

    def _released(self, question: Question, compute: Callable[[], AnswerT]) -> Released[AnswerT]:
        return self.resources.gates.answer(question, self.resources.audience, compute)
