"""From a question to bytes: admit, version, 304, memory, Redis, compute, release."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Final, TypeVar, get_origin

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from service.access.admission import Question
from service.access.release import Released
from service.analyses.resources import Resources
from service.audit.log import Asked
from service.audit.usage import Usage
from service.http.answer_spec import AnswerSpec, AnswerT
from service.http.caching import UNCHANGED, allow_repetition, names_any, names_tag
from service.http.problems import query_models
from service.http.ranges import ACCEPT_RANGES
from service.http.request_state import (
    ASKED_KEY,
    CACHE_LEVEL_KEY,
    CLIENT_GONE_KEY,
    PARTS_KEY,
    RESOURCES_KEY,
    identity_of,
    link_prefix,
    template_of,
)
from service.model.answer_key import AnswerKey
from service.model.answers import Answer, Table
from service.model.errors import OverBudgetError, StaleVersionError
from service.model.queries import Query
from service.runtime.budget import LongWorkError
from service.runtime.cancellation import check_cancelled
from service.runtime.context import AnswerContext
from service.runtime.data_state import DataVersion, State
from service.runtime.jobs import DONE, JOBS_PATH, Job
from service.runtime.single_flight import Result

Value = TypeVar("Value")

ATTEMPTS = 5  # to compute an answer while imports come in
HEADER_LIMIT = 6_000  # bytes of provenance in a header; servers in between allow about 8 kB
POLL_S = 2  # a client asks for a job again after so many seconds
NO_STORE = {"Cache-Control": "no-store"}
DATA_VERSION: Final = "Data-Version"  # names it in an address, as `v`


@dataclass(frozen=True)
class Responder:
    """Answers one request: its handler says what the answer is, and awaits the response."""

    request: Request
    context: AnswerContext
    resources: Resources
    usage: Usage
    if_none_match: str | None

    async def __call__(self, spec: AnswerSpec[AnswerT]) -> Response:
        """The response to a question, computed only if neither the client nor a cache has it.

        Raises
        ------
        StaleVersionError
            If the version that the address names is not, or no longer, the current one.
        BusyError
            If as many wait for such answers as may.
        """
        self.admit(spec.query)
        await self._charge()
        if spec.version is None:
            return await self._fresh(spec)
        for _ in range(ATTEMPTS):
            state = self.context.state.recent()
            key = await self._key(spec, spec.version)
            self.request.scope[ASKED_KEY].version = key.data_version
            if names_tag(self.if_none_match, key.entity_tag):
                return self._unchanged(spec, key, level="client")
            try:
                answers = self.context.answers
                result = answers.peek(key.entity_tag) or await self._made(spec, spec.version, key)
            except _ClientGoneError:
                return self._nothing()
            except LongWorkError as error:
                job = await self._job(spec, spec.version, key, error.seconds)
                if job.status != DONE:
                    return self._accepted(job)
                result = await run_in_threadpool(self.context.jobs.result, job.job_id)
                self.context.answers.keep(key.entity_tag, replace(result, level="memory"))
            if result.is_current:
                return self._whole(spec, key, result, state)
        # The data change faster than the answer is computed: its bytes are of no one version.
        if spec.requested_version is not None:
            raise StaleVersionError(spec.requested_version, key.data_version)
        return Response(result.content, media_type=spec.media_type, headers=NO_STORE)

    def released(self, query: Query, compute: Callable[[], AnswerT]) -> Released[AnswerT]:
        """An answer that is at hand, through both gates."""
        return self.context.gates.answer(self._question(query), self.resources.audience, compute)

    def _question(self, query: Query) -> Question:
        return Question(template_of(self.request.scope), self.request.path_params, query)

    def admit(self, query: Query) -> Question:
        """The question that the request asks, admitted."""
        question = self._question(query)
        self.admit_question(question)
        return question

    def admit_question(self, question: Question) -> None:
        """Return if whoever asks may ask a question, the request's or a part of it."""
        asked: list[Asked] = self.request.scope.setdefault(PARTS_KEY, [])
        asked.append(Asked(question))
        self.request.scope[ASKED_KEY] = asked[-1]
        self.context.gates.admit(question, self.resources.audience)

    async def _charge(self) -> None:
        """Count the question, or its parts where it was admitted in parts."""
        *parts, whole = self.request.scope[PARTS_KEY]
        identity, audience = identity_of(self.request.scope), self.resources.audience
        asked = parts or [whole]
        if not all(self.usage.is_free(part, identity, audience) for part in asked):
            await run_in_threadpool(self.usage.charge, asked, identity, audience)

    async def _key(self, spec: AnswerSpec[Any], version: DataVersion | str) -> AnswerKey:
        """The key of the answer as the data are now.

        Raises
        ------
        StaleVersionError
            If the address names another version.
        """
        text = version if isinstance(version, str) else await self._text_of(version)
        if spec.requested_version not in (None, text):
            raise StaleVersionError(str(spec.requested_version), text)
        return AnswerKey(
            path=self.request.scope["path"],  # request.url.path leaves line breaks out
            query=spec.query.canonical(),
            data_version=text,
            policy=self.context.gates.policy.label,
            role=self.resources.audience.label,
            representation=spec.representation,
        )

    async def _text_of(self, version: DataVersion) -> str:
        """The data version; the stores are asked for it in a thread, once per change."""
        versions = self.context.versions
        text = versions.peek(version)
        return text if text is not None else await run_in_threadpool(versions.get, version)

    async def _made(
        self, spec: AnswerSpec[AnswerT], version: DataVersion | str, key: AnswerKey
    ) -> Result:
        """The answer from Redis or computed, together with whoever else waits for it."""
        context, compute = self.context, self._computer(spec, version, key)
        lane = context.lanes[spec.cost_at(key.data_version)]
        making = context.answers.get_or_compute(key, compute, lane, is_shared=spec.is_shared)
        return await self._while_connected(making)

    async def _job(
        self,
        spec: AnswerSpec[AnswerT],
        version: DataVersion | str,
        key: AnswerKey,
        estimate_s: float,
    ) -> Job:
        """The job of an answer that takes too long to wait for."""
        url, compute = self.request.url, self._computer(spec, version, key)
        address = f"{url.path}?{url.query}" if url.query else url.path
        start = partial(self.context.jobs.start, audience=key.role)
        try:
            return await run_in_threadpool(start, key.entity_tag, address, estimate_s, compute)
        except OSError:
            raise OverBudgetError(
                "seconds of work (no job can be kept: the data folder cannot be written)",
                round(estimate_s),
                self.resources.settings.limits.wait_s,
                "ask for less at a time",
            ) from None

    def _accepted(self, job: Job) -> Response:
        """That a question has become a job, and where that is."""
        base = base_url(self)
        return JSONResponse(
            self.context.jobs.describe(job, base),
            status_code=202,
            headers={
                "Location": f"{base}{JOBS_PATH}/{job.job_id}",
                "Retry-After": str(POLL_S),
                **NO_STORE,
            },
        )

    def _computer(
        self, spec: AnswerSpec[AnswerT], version: DataVersion | str, key: AnswerKey
    ) -> Callable[[], Result]:
        """What computes an answer in a worker thread."""
        versions = self.context.versions

        def compute() -> Result:
            result = self._render(spec)
            is_current = isinstance(version, str) or versions.get(version) == key.data_version
            return replace(result, is_current=is_current)

        return compute

    def _render(self, spec: AnswerSpec[AnswerT]) -> Result:
        """The bytes of the released answer and its provenance for a header, in a worker thread."""
        began = time.perf_counter()
        question, audience = self._question(spec.query), self.resources.audience
        share: float | None = None

        def compute() -> AnswerT:
            nonlocal share
            answer = spec.compute()
            share = _sensitive_share(answer)  # for the audit: it may not leave with the answer
            return answer

        released = self.context.gates.released(question, audience, compute)
        check_cancelled()
        provenance = spec.describe(released) if spec.describe is not None else ""
        content = spec.render(released)
        self.context.on_computed(released.answer.kind, time.perf_counter() - began)
        rows = len(released.answer) if isinstance(released.answer, Table) else None
        return Result(content, provenance, rows=rows, sensitive_share=share)

    async def _while_connected(self, waiting: Coroutine[Any, Any, Value]) -> Value:
        """What is awaited; gives up as soon as the client has closed its connection."""
        task = asyncio.ensure_future(waiting)
        leaving = asyncio.ensure_future(_disconnected(self.request.receive))
        try:
            await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise _ClientGoneError
            return task.result()
        finally:
            task.cancel()
            leaving.cancel()

    async def _fresh(self, spec: AnswerSpec[Any]) -> Response:
        """An answer that is made anew each time and never kept."""
        result = await run_in_threadpool(self._render, spec)
        self._note(result)
        return Response(result.content, media_type=spec.media_type, headers=NO_STORE)

    def _note(self, result: Result) -> None:
        """Keep for the audit what is in the answer."""
        asked: Asked = self.request.scope[ASKED_KEY]
        asked.rows, asked.sensitive_share = result.rows, result.sensitive_share

    def _whole(
        self,
        spec: AnswerSpec[Any],
        key: AnswerKey,
        result: Result,
        state: State | None,
    ) -> Response:
        """The response with the bytes, or a 304 for a client that takes any as unchanged."""
        if names_any(self.if_none_match):
            # Only now is it known that there is an answer: a question without one is an error.
            return self._unchanged(spec, key, level=result.level)
        self._note(result)
        scope = self.request.scope
        scope[CACHE_LEVEL_KEY] = result.level
        headers = {
            "ETag": key.entity_tag,
            DATA_VERSION: key.data_version,
            **spec.all_headers(result.provenance),
        }
        if 0 < len(result.provenance) <= HEADER_LIMIT:
            headers["Provenance"] = result.provenance
        if "Vary" not in headers:  # the response cache knows an answer by its address alone
            allow_repetition(scope, state, self.resources.audience)
        return Response(
            result.content, media_type=spec.media_type, headers=headers | ACCEPT_RANGES
        )

    def _unchanged(self, spec: AnswerSpec[Any], key: AnswerKey, *, level: str) -> Response:
        """That the client has the answer already."""
        self.request.scope[CACHE_LEVEL_KEY] = level
        headers = {"ETag": key.entity_tag, **spec.all_headers()}
        repeated = {name: value for name, value in headers.items() if name.lower() in UNCHANGED}
        return Response(status_code=304, headers=repeated)

    def _nothing(self) -> Response:
        self.request.scope[CLIENT_GONE_KEY] = True
        return _NoResponse()


def _sensitive_share(answer: Answer) -> float | None:
    """What the provenance of a density of published cells says of its disclosure."""
    provenance = getattr(answer, "provenance", None)
    blank_areas = {} if provenance is None else provenance.method.get("blank_areas", {})
    share: float | None = blank_areas.get("sensitive_share")
    return share


class _ClientGoneError(Exception):
    """The client has closed its connection."""


class _NoResponse(Response):
    """What is sent to a client that has left."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


async def _disconnected(receive: Receive) -> None:
    """Return when the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _refuse_repeated(request: Request) -> None:
    """Raise where a parameter that takes one value has several: none of them is the one meant."""
    takes_many = {
        field.alias or name
        for model in query_models(request)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is tuple
    }
    given = Counter(name for name, _ in request.query_params.multi_items())
    repeated = sorted({name for name, number in given.items() if number > 1} - takes_many)
    if repeated:
        raise RequestValidationError(
            [
                {
                    "type": "repeated",
                    "loc": ("query", name),
                    "msg": f"takes one value, got {given[name]}",
                    "input": None,
                }
                for name in repeated
            ]
        )


async def _responder(
    request: Request,
    # For the OpenAPI document, which says that it is text: clients are generated from that.
    if_none_match: Annotated[
        str | SkipJsonSchema[None], Header(description="Entity tags of the client's copies, or *.")
    ] = None,
) -> Responder:
    # A header may come on several lines, which mean the same as one list.
    lines = request.headers.getlist("if-none-match")
    _refuse_repeated(request)
    resources = request.scope[RESOURCES_KEY]
    if_none_match = ", ".join(lines) if lines else None
    state = request.app.state
    return Responder(request, state.context, resources, state.usage, if_none_match)


def base_url(respond: Responder) -> str:
    """Scheme, host and path that addresses in an answer begin with, without a slash at the end.

    The setting where there is one; otherwise what the request was addressed to, which a proxy in
    front may not tell, and a client may make up. For who has the key in the address, it has a
    place for it.
    """
    own = respond.resources.settings.public_url or str(respond.request.base_url).rstrip("/")
    return f"{own}{link_prefix(respond.request.scope)}"


ResponderDep = Annotated[Responder, Depends(_responder)]
