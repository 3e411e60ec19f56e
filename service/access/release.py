"""The gate out: every answer of every route and command passes here before it becomes bytes.

The only policy so far is `open`, which releases everything as it is; disclosure control grows in
this module and nowhere else.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from service.access.admission import Question
from service.access.audience import Audience
from service.model.answers import Answer

AnswerT = TypeVar("AnswerT", bound=Answer)
PartT = TypeVar("PartT", bound=Answer)

_KEY = object()


class Released(Generic[AnswerT]):
    """An answer that has passed `release`; the only thing that `service.render` accepts."""

    __slots__ = ("answer", "audience")

    def __init__(self, answer: AnswerT, audience: Audience, *, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only release() makes a Released answer")
        self.answer = answer
        self.audience = audience


def part_of(released: Released[AnswerT], take: Callable[[AnswerT], PartT]) -> Released[PartT]:
    """A part of a released answer: what was released whole may leave in pieces.

    Parameters
    ----------
    released : Released
        The answer that contains the part.
    take : callable
        Takes the part; it is given nothing that was not released.
    """
    return Released(take(released.answer), released.audience, key=_KEY)


def release(
    answer: AnswerT,
    question: Question,
    audience: Audience,
    *,
    bounds: tuple[AnswerT, AnswerT] | None = None,
) -> Released[AnswerT]:
    """The answer as it may leave for an audience.

    Parameters
    ----------
    answer : Answer
        As an analysis made it: nothing suppressed, nothing rounded.
    question : Question
        That it is an answer to.
    audience : Audience
        Who asks.
    bounds : tuple of two Answers or None
        The same answer with the fewest and with the most incidents that hidden cells may have.
    """
    return Released(answer, audience, key=_KEY)
