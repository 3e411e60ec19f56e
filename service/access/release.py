"""The gate out: every answer of every route and command passes here before it becomes bytes.

The only policy so far is `open`, which releases everything as it is; disclosure control grows in
this module and nowhere else.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from service.access.policy import Policy, Role
from service.model.answers import Answer

AnswerT = TypeVar("AnswerT", bound=Answer)
PartT = TypeVar("PartT", bound=Answer)

_KEY = object()


class Released(Generic[AnswerT]):
    """An answer that has passed `release`; the only thing that `service.render` accepts."""

    __slots__ = ("answer", "policy", "role")

    def __init__(self, answer: AnswerT, policy: Policy, role: Role, *, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only release() makes a Released answer")
        self.answer = answer
        self.policy = policy
        self.role = role


def part_of(released: Released[AnswerT], take: Callable[[AnswerT], PartT]) -> Released[PartT]:
    """A part of a released answer: what was released whole may leave in pieces.

    Parameters
    ----------
    released : Released
        The answer that contains the part.
    take : callable
        Takes the part; it is given nothing that was not released.
    """
    return Released(take(released.answer), released.policy, released.role, key=_KEY)


def release(answer: AnswerT, policy: Policy, role: Role) -> Released[AnswerT]:
    """The answer as it may leave under a policy, for a role.

    Parameters
    ----------
    answer : Answer
        As an analysis made it: nothing suppressed, nothing rounded.
    policy : Policy
        The rule in force for what the answer was computed from.
    role : Role
        Who asks.
    """
    return Released(answer, policy, role, key=_KEY)
