"""Routes made from declarations: the parameters of a handler come from its path and query."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from fastapi import Query as QueryParameters
from starlette.convertors import StringConvertor, register_url_convertor

from service.http.answer_spec import AnswerSpec
from service.http.responder import ResponderDep
from service.model.queries import Query

_PLACEHOLDER = re.compile(r"{(\w+)(?::suffix)?}")
_COORDINATES = dict.fromkeys("zxy", int)
SUFFIX: Final = "{suffix:suffix}"  # in the path of a route whose suffixes may be of two words


class _SuffixConvertor(StringConvertor):
    """A suffix as a whole: what is before it takes nothing of ``.vl.json`` or ``.narrow.svg``."""

    regex = r"(?<!\.vl\.)(?<!\.narrow\.)[^/]+"


register_url_convertor("suffix", _SuffixConvertor())


@dataclass(frozen=True)
class Operation:
    """An operation as the OpenAPI document has it.

    Attributes
    ----------
    operation_id : str
        Names it for programs, ``readHotspotTile``.
    name : str
        Names it for readers, ``read_hotspot_tile``; the document makes the summary from it.
    description : str
        What it answers.
    responses : mapping
        Its answers by status.
    """

    operation_id: str
    name: str
    description: str
    responses: Mapping[int | str, dict[str, Any]]


def add_get(
    router: APIRouter,
    path: str,
    operation: Operation,
    answer: Callable[..., AnswerSpec[Any]],
    *,
    query: type[Query],
    suffix: Any = str,
) -> None:
    """Add a GET route to a router.

    Parameters
    ----------
    router : APIRouter
        The router that gets the route.
    path : str
        After the router's prefix. What stands in braces in either becomes a parameter: whole
        numbers ``z``, ``x`` and ``y``, otherwise text.
    operation : Operation
        Id, name, description and responses.
    answer : callable
        Says what the answer is: called with the request's `Responder`, the query, and the
        parameters in the path by name. It must read nothing.
    query : type of Query
        What the route takes after the question mark.
    suffix : type
        The endings that a ``{suffix}`` in the path may be.
    """
    types = {**_COORDINATES, "suffix": suffix}
    annotations = {
        **{name: types.get(name, str) for name in placeholders(f"{router.prefix}{path}")},
        "query": Annotated[query, QueryParameters()],
        "respond": ResponderDep,
    }

    async def handler(*, respond: ResponderDep, query: Query, **names: Any) -> Response:
        return await respond(answer(respond, query, **names))

    endpoint: Any = handler
    endpoint.__signature__ = inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
            for name, annotation in annotations.items()
        ]
    )
    endpoint.__annotations__ = annotations
    endpoint.__name__ = operation.name
    router.add_api_route(
        path,
        endpoint,
        response_class=Response,
        operation_id=operation.operation_id,
        description=operation.description,
        responses=dict(operation.responses),
    )


def placeholders(template: str) -> list[str]:
    """The names that stand in braces in a path."""
    return _PLACEHOLDER.findall(template)


def camel_case(name: str) -> str:
    """``growth_overlay`` as ``GrowthOverlay``."""
    return "".join(part.capitalize() for part in name.split("_"))
