"""Both gates, as a service or a command holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from service.access.admission import Question, admit
from service.access.audience import Audience
from service.access.policy import OPEN, Policy
from service.access.release import Released, needs_bounds, release
from service.access.stand_ins import Variant, stand_ins
from service.model.answers import Answer
from service.model.errors import AnalysisError
from spatial.errors import SpatialError

AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class Gates:
    """The two gates; tests put others in their place.

    Attributes
    ----------
    policy : Policy
        The rule in force.
    admit : callable
        The gate in, `service.access.admission.admit`.
    release : callable
        The gate out, `service.access.release.release`.
    """

    policy: Policy = OPEN
    admit: Callable[[Question, Audience], None] = field(default=admit)
    release: Callable[..., Released[Any]] = field(default=release)

    def answer(
        self, question: Question, audience: Audience, compute: Callable[[], AnswerT]
    ) -> Released[AnswerT]:
        """The released answer to a question that is admitted before it is computed."""
        self.admit(question, audience)
        return self.released(question, audience, compute)

    def released(
        self, question: Question, audience: Audience, compute: Callable[[], AnswerT]
    ) -> Released[AnswerT]:
        """The released answer to a question that has been admitted."""
        answer = compute()
        released: Released[AnswerT]
        if not needs_bounds(answer, question, audience):
            released = self.release(answer, question, audience)
            return released
        lowest, highest = _variant(compute, "low"), _variant(compute, "high")
        bounds = None if lowest is None or highest is None else (lowest, highest)
        released = self.release(answer, question, audience, bounds=bounds)
        return released


def _variant(compute: Callable[[], AnswerT], variant: Variant) -> AnswerT | None:
    """The answer with other numbers of incidents in hidden cells; None where they give none."""
    with stand_ins(variant):
        try:
            return compute()
        except (AnalysisError, SpatialError):
            return None
