"""From a question to an HTTP response: entity tag, conditional request, cache, release, bytes."""

import hashlib
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, get_origin

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError

from service.analyses.errors import StaleVersionError
from service.analyses.provenance import SOFTWARE
from service.answers import Answer
from service.conditional import is_any, names
from service.errors import query_models
from service.ranges import ACCEPT_RANGES
from service.recall import allow_recall
from service.release import Released, Role
from service.resources import Resources
from service.schemas.queries import Query

AnswerT = TypeVar("AnswerT", bound=Answer)

ATTEMPTS = 5  # at an answer while imports come in; who imports faster than that gets any
HEADER_LIMIT = 6_000  # bytes of provenance in a header; servers in between allow about 8 kB


@dataclass(frozen=True)
class Replies:
    """How the handlers of one request answer it."""

    request: Request
    resources: Resources
    if_none_match: str | None

    def send(
        self,
        *,
        version: Callable[[], str],
        query: Query,
        answer: Callable[[], AnswerT],
        render: Callable[[Released[AnswerT]], bytes],
        media_type: str,
        asked: str | None = None,
        max_age_s: int = 0,
        filename: str | None = None,
        describe: Callable[[Released[AnswerT]], str] | None = None,
    ) -> Response:
        """The response to a question, computed only if the client does not have it.

        Parameters
        ----------
        version : callable
            Everything the answer depends on besides route and query; cheap to ask again.
        answer : callable
            Computes the answer; called at most once per key, however many ask.
        render : callable
            Turns the released answer into bytes.
        asked : str or None
            The version that the address names, where it names one.
        max_age_s : int
            How long a client may keep the answer without asking again, seconds.
        filename : str or None
            Offered to a browser that saves the answer.
        describe : callable or None
            Gives the provenance for a header, for formats without room for it.

        Raises
        ------
        StaleVersionError
            If the version asked for is not, or by the end no longer, the current one.
        """
        resources = self.resources
        role = Role.PUBLIC
        # Not request.url.path: that leaves out line breaks, and two addresses would share a tag.
        path = self.request.scope["path"]

        def render_released() -> bytes:
            released = resources.release(answer(), resources.policy, role)
            description = describe(released) if describe is not None else ""
            return packed(description, render(released))

        for _ in range(ATTEMPTS):
            state = resources.state.now()
            given = version()
            if asked is not None and asked != given:
                raise StaleVersionError(asked, given)
            tag = entity_tag(path, query, given, resources.policy.label, role)
            headers = {
                "ETag": tag,
                "Cache-Control": f"public, max-age={max_age_s}" if max_age_s else "no-cache",
            }
            if names(self.if_none_match, tag):
                return Response(status_code=304, headers=headers)
            description, body = unpacked(resources.bodies.get(tag, render_released))
            if version() == given:
                break
            # An import came in between: the bytes may be of the next version, the tag is not.
        if is_any(self.if_none_match):
            # Only now is it known that there is an answer: a question without one is an error.
            return Response(status_code=304, headers=headers)
        if filename is not None:
            quoted = urllib.parse.quote(filename)
            headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quoted}"
        if description and len(description) <= HEADER_LIMIT:
            headers["Provenance"] = description

        allow_recall(self.request.scope, state)
        return Response(body, media_type=media_type, headers=headers | ACCEPT_RANGES)

    def send_fresh(
        self,
        *,
        answer: Callable[[], AnswerT],
        render: Callable[[Released[AnswerT]], bytes],
        media_type: str,
    ) -> Response:
        """A response that is made anew each time and never kept."""
        released = self.resources.release(answer(), self.resources.policy, Role.PUBLIC)
        headers = {"Cache-Control": "no-store"}
        return Response(render(released), media_type=media_type, headers=headers)


def entity_tag(path: str, query: Query, version: str, policy: str, role: Role) -> str:
    """A strong entity tag: a digest of everything that changes the bytes."""
    parts = "\x1f".join([path, query.canonical(), version, SOFTWARE, policy, role])
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


def packed(description: str, body: bytes) -> bytes:
    """A header line and a body as one value for the cache."""
    head = description.encode("ascii")
    return len(head).to_bytes(4, "big") + head + body


def unpacked(value: bytes) -> tuple[str, bytes]:
    """The header line and the body of a cached value."""
    end = 4 + int.from_bytes(value[:4], "big")
    return value[4:end].decode("ascii"), value[end:]


def _refuse_repeated(request: Request) -> None:
    """Raise where a parameter that takes one value has several: none of them is the one meant."""
    takes_many = {
        field.alias or name
        for model in query_models(request)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is tuple
    }
    given = [name for name, _ in request.query_params.multi_items()]
    repeated = sorted({name for name in given if given.count(name) > 1} - takes_many)
    if repeated:
        raise RequestValidationError(
            [
                {
                    "type": "repeated",
                    "loc": ("query", name),
                    "msg": f"takes one value, got {given.count(name)}",
                    "input": None,
                }
                for name in repeated
            ]
        )


def _replies(
    request: Request,
    if_none_match: Annotated[
        list[str] | None, Header(description="Entity tags that the client has, or *.")
    ] = None,
) -> Replies:
    # A header may come on several lines, which mean the same as one list.
    tags = None if if_none_match is None else ", ".join(if_none_match)
    _refuse_repeated(request)
    return Replies(request, request.app.state.resources, tags)


RepliesDep = Annotated[Replies, Depends(_replies)]
