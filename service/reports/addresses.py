"""Answers by their addresses: a table or a map that an address names, asked as a route would."""

import re
import typing
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from service.access.admission import Question
from service.analyses.printed_maps.composition import MapAnswer
from service.analyses.resources import Resources
from service.analyses.table_kinds import TableAnswer
from service.http.pictures.map_routes import MAPS
from service.http.table_routes import TABLES
from service.model.errors import UnknownTableError
from service.model.queries import Query
from service.render.tables.formats import FORMATS

AnswerT = TypeVar("AnswerT", TableAnswer, MapAnswer)
AnswerT_co = TypeVar("AnswerT_co", covariant=True)


class Kind(Protocol[AnswerT_co]):
    """What the routes of an answer are made from."""

    @property
    def query(self) -> type[Query]:
        """What may be asked about it."""

    @property
    def answer(self) -> Callable[..., AnswerT_co]:
        """Gives the answer from resources and query, and from the names in the path."""


@dataclass(frozen=True)
class Addressed(Generic[AnswerT]):
    """An answer by its address, of which nothing has been looked up.

    Attributes
    ----------
    kind : TableKind or MapKind
        What it is made from.
    question : Question
        What the address asks.
    """

    kind: Kind[AnswerT]
    question: Question

    def answer(self, resources: Resources) -> AnswerT:
        """The answer, computed when it is needed; its question has been admitted."""
        return self.kind.answer(resources, self.question.query, **self.question.names)


def table_of(address: str) -> Addressed[TableAnswer]:
    """The table that an address names.

    Parameters
    ----------
    address : str
        Path and query of a table, with or without a host before or a format behind the path.

    Raises
    ------
    UnknownTableError
        If no table has that address, or its parameters are not those of the table.
    """
    return _addressed(address, TABLES, "table")


def map_of(address: str) -> Addressed[MapAnswer]:
    """The map that an address names.

    Parameters
    ----------
    address : str
        Path and query of a map, without an ending behind the path.

    Raises
    ------
    UnknownTableError
        If no map has that address, or its parameters are not those of the map.
    """
    return _addressed(address, MAPS, "map")


def question_of(address: str) -> Question:
    """What an address of a table or a map asks.

    Parameters
    ----------
    address : str
        See `table_of`.

    Raises
    ------
    UnknownTableError
        If no table or map has that address.
    """
    is_map = urllib.parse.urlsplit(address).path.endswith("/map")
    return (map_of(address) if is_map else table_of(address)).question


def _addressed(address: str, kinds: Mapping[str, Kind[AnswerT]], noun: str) -> Addressed[AnswerT]:
    """The answer that an address names, of those with a template of theirs."""
    parts = urllib.parse.urlsplit(address)
    for template, kind in kinds.items():
        names = _names(template, parts.path)
        if names is None:
            continue
        parameters: dict[str, list[str]] = {}
        for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True):
            parameters.setdefault(name.lower(), []).append(value)
        try:
            query = kind.query.model_validate(
                {
                    name: tuple(v) if len(v) > 1 or name in _repeatable(kind.query) else v[0]
                    for name, v in parameters.items()
                }
            )
        except ValidationError as error:
            faults = [
                ".".join(map(str, fault["loc"]))
                + (": " if fault["loc"] else "")
                + fault["msg"].removeprefix("Value error, ")
                for fault in error.errors()
            ]
            raise UnknownTableError(address, "; ".join(faults), ()) from None
        return Addressed(kind, Question(template, names, query))
    raise UnknownTableError(address, f"no {noun} has this path", tuple(kinds))


def _repeatable(query: type[BaseModel]) -> set[str]:
    """The parameters of a query that hold several values, so that one is a tuple too."""
    return {
        field.alias or name
        for name, field in query.model_fields.items()
        if typing.get_origin(field.annotation) is tuple
    }


def _names(template: str, path: str) -> dict[str, str] | None:
    """The names in a path, None where it is not one of a template."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(template))
    formats = "|".join(map(re.escape, FORMATS))
    match = re.fullmatch(rf"{pattern}(\.({formats}))?", path)
    if match is None:
        return None
    return {name: urllib.parse.unquote(text) for name, text in match.groupdict().items()}
