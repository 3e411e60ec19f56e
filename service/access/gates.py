"""Both gates, as a service or a command holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from service.access.admission import Question, admit
from service.access.audience import Audience
from service.access.policy import OPEN, Policy
from service.access.release import Released, release
from service.model.answers import Answer

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
        released: Released[AnswerT] = self.release(compute(), question, audience)
        return released
