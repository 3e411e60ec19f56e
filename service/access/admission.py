"""The gate in: every question passes here before a version or any cache is looked up.

What identifies people is often in the question already: a small area, a rare category, a circle
of ten metres. The only policy so far is `open`, which admits everything; access control refuses
questions in this module and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.access.audience import Audience
from service.model.queries import NoQuery, Query


@dataclass(frozen=True)
class Question:
    """What is asked, over HTTP or on the command line.

    Attributes
    ----------
    route : str
        The template of the address, such as ``/v1/hotspots/{dataset}/{layer}``, or the name of
        the command.
    names : mapping
        The values of the names in the template, or the arguments of the command.
    query : Query
        The checked parameters or options.
    """

    route: str
    names: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=NoQuery)


def admit(question: Question, audience: Audience) -> None:
    """Return if an audience may ask a question; raise if it may not.

    Parameters
    ----------
    question : Question
        As it was asked, before anything is known about its answer.
    audience : Audience
        Who asks.
    """
