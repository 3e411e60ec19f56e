"""What answering takes besides the analyses; an application has one."""

from collections.abc import Callable
from dataclasses import dataclass

from service.access.gates import Gates
from service.runtime.data_state import DataState, VersionCache
from service.runtime.jobs import Jobs
from service.runtime.lanes import Lanes
from service.runtime.single_flight import AnswerCache


@dataclass(frozen=True)
class AnswerContext:
    """Gates, versions, caches and lanes, as the responder and the response cache use them.

    Attributes
    ----------
    gates : Gates
        What every question and every answer passes.
    state : DataState
        Whether the data have changed.
    versions : VersionCache
        The versions of the data.
    answers : AnswerCache
        Rendered answers, kept or on their way.
    lanes : Lanes
        The threads that compute.
    jobs : Jobs
        Answers that take longer than a client waits.
    on_computed : callable
        Called with the kind of an answer that was computed, and the seconds that took.
    """

    gates: Gates
    state: DataState
    versions: VersionCache
    answers: AnswerCache
    lanes: Lanes
    jobs: Jobs
    on_computed: Callable[[str, float], None]
