"""The one door out: every answer of every route and command passes here before it is bytes.

The only policy so far is `open`, which lets everything through. Access control and
disclosure control grow in this module and nowhere else.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.model.answers import Answer

AnswerT = TypeVar("AnswerT", bound=Answer)
PartT = TypeVar("PartT", bound=Answer)

_KEY = object()


class Role(enum.StrEnum):
    """Who asks."""

    PUBLIC = "public"


@dataclass(frozen=True)
class Policy:
    """What may leave, for whom; a named and versioned rule."""

    name: str
    version: int = 1

    @property
    def label(self) -> str:
        """Name and version as they enter entity tags and cache keys."""
        return f"{self.name}-{self.version}"


OPEN = Policy("open")


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
    """A part of an answer that has passed: what was let out whole may leave in pieces.

    Parameters
    ----------
    take : callable
        Takes the part; it is given nothing that did not pass.
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
