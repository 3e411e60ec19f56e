"""The gate in: every question passes here before a version or any cache is looked up.

What identifies people is often in the question already: a small area, a rare category, a circle
of ten metres. Whoever does not see the records of a dataset asks about its published cells:
whole periods, categories that have cells, areas of some layers. Questions are refused in this
module and nowhere else.
"""

import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from service.access.audience import Audience, Publication
from service.access.decisions import DECISIONS, Decision, Reads
from service.access.parameters import CHECKS, FREE, Check, left_out
from service.access.policy import Role
from service.disclosure.density import pixel_m
from service.model.errors import NotAdmittedError, StoppedDatasetError
from service.model.protection import MONTHS
from service.model.queries import NoQuery, Query

_WORKBOOK: Final = "/v1/workbook.xlsx"
_SURFACE: Final = "heatmaps:"  # before the dataset, in the identifiers of WMTS
MOST_SHOWN: Final = 100  # characters of a value that is refused


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
    admitted_to : list of Audience
        Those that have passed `admit` with it: neither they nor it can become others.
    """

    route: str
    names: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=NoQuery)
    admitted_to: list[Audience] = field(
        default_factory=list, init=False, compare=False, repr=False
    )

    def restricted(self) -> Iterator[tuple[str, Any, Check]]:
        """Names and parameters that are not free, as they are written in addresses."""
        for name, value in self.names.items():
            if name not in FREE:
                yield name, value, CHECKS.get(name, left_out)
        for name, attribute, check in _restricted(type(self.query)):
            yield name, getattr(self.query, attribute), check


def admit(question: Question, audience: Audience) -> None:
    """Return if an audience may ask a question; raise if it may not.

    Parameters
    ----------
    question : Question
        As it was asked, before anything is known about its answer.
    audience : Audience
        Who asks.

    Raises
    ------
    NotAdmittedError
        If nobody may ask it who does not see the records.
    StoppedDatasetError
        If it names a dataset that only its owner still sees.
    """
    if any(admitted is audience for admitted in question.admitted_to):
        return  # an answer that is repeated
    for dataset, reason in audience.stopped:
        if dataset in datasets_of(question):
            raise StoppedDatasetError(dataset, reason)
    if audience.role is Role.OWNER or (audience.role.sees_records and not audience.published):
        question.admitted_to.append(audience)
        return
    decision = DECISIONS.get(question.route)
    if decision is None:
        raise NotAdmittedError("this answer is open to those who see records only")
    for publication in publications_of(question, audience):
        _check(question, decision, publication)
    question.admitted_to.append(audience)


def publications_of(question: Question, audience: Audience) -> tuple[Publication, ...]:
    """What is published of the datasets that a question is about, for who sees no more of them.

    Parameters
    ----------
    question : Question
        What is asked.
    audience : Audience
        Who asks.

    Returns
    -------
    tuple of Publication
        Of a question that names no dataset and reads some: of all.
    """
    decision = DECISIONS.get(question.route)
    if not audience.published or decision is None or decision.reads is Reads.NOTHING:
        return ()
    names = set(datasets_of(question))
    return tuple(
        part for part in audience.publication_of.values() if not names or part.dataset in names
    )


@lru_cache(maxsize=256)
def _restricted(model: type[Query]) -> tuple[tuple[str, str, Check], ...]:
    """The parameters of a query that are not free: name, attribute and check."""
    members = ((field.alias or name, name) for name, field in model.model_fields.items())
    return tuple(
        (name, attribute, CHECKS.get(name, left_out))
        for name, attribute in members
        if name not in FREE
    )


def datasets_of(question: Question) -> Iterator[str]:
    """The datasets that a question names, whether there are such or not.

    Parameters
    ----------
    question : Question
        What is asked.

    Yields
    ------
    str
        Nothing for a question that names none.
    """
    query = question.query
    if "dataset" in question.names:
        yield question.names["dataset"]
    for text in (question.names.get("identifier"), getattr(query, "layer", None)):
        if isinstance(text, str) and text.startswith(_SURFACE):
            yield text.removeprefix(_SURFACE)
    several = getattr(query, "dataset", ())
    yield from (several,) if isinstance(several, str) else several
    beside_dataset = getattr(query, "beside_dataset", None)
    if beside_dataset is not None:
        yield beside_dataset
    if question.route == _WORKBOOK:
        parts = [set(_datasets_of_address(address)) for address in getattr(query, "table", ())]
        if all(parts):  # of a table that names none it is not known which it reads
            yield from sorted(set().union(*parts))


def _datasets_of_address(address: str) -> Iterator[str]:
    """The datasets that the address of a table names."""
    parts = urllib.parse.urlsplit(address)
    path = parts.path.split("/")
    for template in DECISIONS:
        names = template.split("/")
        fits = len(names) == len(path) and all(
            name == part or name.startswith("{") for name, part in zip(names, path, strict=True)
        )
        if fits and "{dataset}" in names:
            yield urllib.parse.unquote(path[names.index("{dataset}")])
            break
    for name, value in urllib.parse.parse_qsl(parts.query):
        if name.lower() in ("dataset", "beside_dataset"):
            yield value


def _check(question: Question, decision: Decision, publication: Publication) -> None:
    """Raise if a question asks for more than is published of a dataset."""
    if decision.reads in (Reads.CATALOGUE, Reads.PARTS):
        return
    if decision.reads in (Reads.RECORDS, Reads.ALL_RECORDS):
        raise _refusal("this answer is computed from records", publication)
    if MONTHS[publication.cells.period] > MONTHS[decision.longest]:
        raise _refusal(f"this answer counts by {decision.longest}", publication)
    is_density = decision.reads is Reads.DENSITY
    if is_density:
        _check_picture(question, publication)
    for name, value, check in question.restricted():
        if value in (None, (), False) or (name == "layer" and is_density):
            continue
        allowed = check(value, publication)
        if allowed:
            raise _refusal(f"{name} must be {allowed}{_got(value)}", publication)
    if decision.names_layer and getattr(question.query, "layer", None) is None:
        layers = ", ".join(publication.layers)
        raise _refusal(f"layer must be given, one of {layers}", publication)


def _check_picture(question: Question, publication: Publication) -> None:
    """Raise if a picture of a density is closer than the policy allows, or of free classes."""
    zoom = publication.policy.maximum_zoom
    names, query = question.names, question.query
    for name in ("z", "tilematrix"):
        text = str(names.get(name) or getattr(query, name, None) or 0)
        if not text.isdecimal() or int(text) > zoom:
            raise _refusal(f"{name} must be at most {zoom}{_got(text)}", publication)
    if getattr(query, "breaks", ()):
        raise _refusal("breaks must be left out: the density has its own", publication)
    box, width = getattr(query, "bbox", None), getattr(query, "width", None)
    if box is not None and width is not None:
        left, _, right, _ = (float(part) for part in box.split(","))
        least_m = pixel_m(zoom)
        if (right - left) / width < least_m:
            allowed = f"{least_m:,.1f} m wide or more for each pixel of width"
            raise _refusal(f"bbox must be {allowed}{_got(box)}", publication)


def _refusal(reason: str, publication: Publication) -> NotAdmittedError:
    cells = f"area of {publication.cells}"
    return NotAdmittedError(reason, dataset=publication.dataset, cells=cells)


def _got(value: object) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return f", got {', '.join(map(str, values))[:MOST_SHOWN]}"
