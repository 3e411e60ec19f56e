"""Work is estimated before it is begun, and refused or moved where it is too much.

An analysis says with `spend` what its next step is about to cost. A lane allows so many seconds
to one answer: `LongWorkError` moves the answer to a lane for longer work, and from the longest
that a client waits for to a job. What no job may take is an `OverBudgetError`, which says what
to ask instead. Outside of a lane (on the command line, in a notebook) nothing is bounded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from service.config.settings import LimitSettings
from service.model.errors import OverBudgetError

MB = 2**20


@dataclass(frozen=True)
class Work:
    """What a step is about to cost; measured rates times numbers that are at hand.

    Attributes
    ----------
    seconds : float
        Of one processor.
    memory_bytes : float
        Most memory at a time, besides what is there already.
    what : str
        The step, as the object of a sentence.
    advice : str
        What to ask instead, as an imperative.
    """

    seconds: float
    memory_bytes: float
    what: str
    advice: str


class LongWorkError(Exception):
    """The answer takes longer than its lane allows; whoever runs the lane moves it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"the answer takes about {self.seconds:.0f} s, more than its lane allows"


@dataclass
class Budget:
    """The seconds that one computation may take.

    Attributes
    ----------
    seconds : float
        In its lane.
    limits : LimitSettings
        What none may exceed.
    spent_s : float
        Estimated for its steps so far.
    """

    seconds: float
    limits: LimitSettings
    spent_s: float = 0.0

    def spend(self, work: Work) -> None:
        """As the function `spend`, of this computation."""
        self.foresee(work)
        self.spent_s += work.seconds

    def foresee(self, work: Work) -> None:
        """As the function `foresee`, of this computation."""
        limits, spent_s = self.limits, self.spent_s + work.seconds
        if spent_s > limits.work_s:
            raise OverBudgetError(
                f"seconds of work ({work.what})", round(spent_s), limits.work_s, work.advice
            )
        if work.memory_bytes > limits.work_bytes:
            raise OverBudgetError(
                f"MB of memory ({work.what})",
                round(work.memory_bytes / MB),
                limits.work_bytes // MB,
                work.advice,
            )
        if spent_s > self.seconds:
            raise LongWorkError(spent_s)


_BUDGET: ContextVar[Budget | None] = ContextVar("hotspots_budget", default=None)


@contextmanager
def within(budget: Budget) -> Iterator[None]:
    """Make a budget the one that `spend` takes from in this block."""
    previous = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(previous)


def spend(work: Work) -> None:
    """Say what the next step of the current computation costs, before it is begun.

    Raises
    ------
    OverBudgetError
        If no answer may take so long, or so much memory.
    LongWorkError
        If it is too long for the lane that it is computed in.
    """
    budget = _BUDGET.get()
    if budget is not None:
        budget.spend(work)


def foresee(work: Work) -> None:
    """Say what the next steps cost together, before any of them is begun and says so itself.

    Raises
    ------
    OverBudgetError, LongWorkError
        As `spend`.
    """
    budget = _BUDGET.get()
    if budget is not None:
        budget.foresee(work)
