"""From a question to an HTTP response: entity tag, conditional request, cache, release, bytes."""

import hashlib
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar, get_origin

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic.json_schema import SkipJsonSchema

from service.access.admission import Question
from service.access.policy import Role
from service.access.release import Released
from service.analyses.resources import Resources
from service.http.computed import AnswerSpec, Computed, packed
from service.http.metrics import Metrics
from service.http.problems import query_models
from service.http.request_state import role_of
from service.model.answers import Answer
from service.model.provenance import SOFTWARE
from service.model.queries import Query
from service.runtime.cancellation import check_cancelled
from service.runtime.lanes import Lanes, Work

AnswerT = TypeVar("AnswerT", bound=Answer)


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
        work: Work = Work.ORDINARY,
        is_shared: bool = True,
        besides: str = "",
        more_headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response to a question, computed only if neither the client nor a cache has it.

        Parameters
        ----------
        version : callable
            Everything the answer depends on besides route and query; cheap to ask again.
        query : Query
            The query, in canonical form part of every key.
        answer : callable
            Computes the answer; called at most once per key, however many ask.
        render : callable
            Turns the released answer into bytes.
        media_type : str
            Media type of the bytes.
        asked : str or None
            The version that the address names, where it names one.
        max_age_s : int
            How long a client may keep the answer without asking again, seconds.
        filename : str or None
            Offered to a browser that saves the answer.
        describe : callable or None
            Gives the provenance for a header, for formats without room for it.
        work : Work
            What computing costs: which lane it waits in.
        is_shared : bool
            Whether other processes may be asked for it, and given it.
        besides : str
            What changes the bytes and is neither of the data nor of the query: the address of
            the service, the representation that was negotiated.
        more_headers : mapping or None
            Sent with the answer. One that has Vary is never recalled by its address alone.

        Returns
        -------
        Response
            Complete where the answer is kept somewhere; otherwise one that has it computed when
            it is sent, in a lane, without holding a thread while it waits.

        Raises
        ------
        StaleVersionError
            If the version asked for is not, or by the end no longer, the current one.
        """
        resources, gates = self.resources, self.resources.gates
        role = role_of(self.request.scope)
        question = self.question(query)
        gates.admit(question, gates.policy, role)

        def render_released() -> bytes:
            began = time.perf_counter()
            released = gates.release(answer(), gates.policy, role)
            check_cancelled()
            description = describe(released) if describe is not None else ""
            value = packed(description, render(released))
            metrics: Metrics = self.request.app.state.metrics
            metrics.computed(released.answer.kind, time.perf_counter() - began)
            return value

        headers = {"Cache-Control": f"public, max-age={max_age_s}" if max_age_s else "no-cache"}
        if filename is not None:
            quoted = urllib.parse.quote(filename)
            headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quoted}"
        headers |= more_headers or {}
        depends = [besides] if besides else []
        spec = AnswerSpec(
            # Not request.url.path: that leaves out line breaks, and two addresses would share
            # a tag.
            key=lambda given: entity_tag(
                self.request.scope["path"],
                query,
                " ".join([given, *depends]),
                gates.policy.label,
                role,
            ),
            question=question,
            version=version,
            compute=render_released,
            asked=asked,
            if_none_match=self.if_none_match,
            media_type=media_type,
            headers=headers,
            work=work,
            is_shared=is_shared,
        )
        lanes: Lanes = self.request.app.state.lanes
        found = spec.look(resources, self.request.scope)
        return found if isinstance(found, Response) else Computed(spec, found, resources, lanes)

    def send_fresh(
        self,
        *,
        query: Query,
        answer: Callable[[], AnswerT],
        render: Callable[[Released[AnswerT]], bytes],
        media_type: str,
    ) -> Response:
        """A response that is made anew each time and never kept."""
        released = self.released(query, answer)
        headers = {"Cache-Control": "no-store"}
        return Response(render(released), media_type=media_type, headers=headers)

    def released(self, query: Query, answer: Callable[[], AnswerT]) -> Released[AnswerT]:
        """An answer that is computed at once, through both gates."""
        role = role_of(self.request.scope)
        return self.resources.gates.answer(self.question(query), role, answer)

    def question(self, query: Query) -> Question:
        """What the request asks, for the gate in."""
        route = str(getattr(self.request.scope.get("route"), "path", ""))
        return Question(route, self.request.path_params, query)


def entity_tag(path: str, query: Query, version: str, policy: str, role: Role) -> str:
    """A strong entity tag: a digest of everything that changes the bytes."""
    parts = "\x1f".join([path, query.canonical(), version, SOFTWARE, policy, role])
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


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


async def _replies(
    request: Request,
    # For the OpenAPI document, which says that it is text: clients are generated from that.
    if_none_match: Annotated[
        str | SkipJsonSchema[None], Header(description="Entity tags that the client has, or *.")
    ] = None,
) -> Replies:
    # A header may come on several lines, which mean the same as one list.
    lines = request.headers.getlist("if-none-match")
    _refuse_repeated(request)
    return Replies(request, request.app.state.resources, ", ".join(lines) if lines else None)


RepliesDep = Annotated[Replies, Depends(_replies)]
