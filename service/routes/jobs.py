"""Long answers: how far they are, their results, and how to end them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from service.http.openapi import type_schema
from service.http.problems import PROBLEM_JSON
from service.http.responder import Responder, ResponderDep, base_url
from service.http.table_routes import document_spec
from service.http.urls import JSON
from service.model.answers import Document
from service.model.errors import JobNotDoneError, UnknownJobError
from service.model.queries import NoQuery
from service.runtime.jobs import DONE, JOBS_PATH, Job, JobContent
from service.runtime.lanes import Cost

router = APIRouter(prefix=JOBS_PATH, tags=["jobs"])

_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such job, or it has expired", "content": {PROBLEM_JSON: {}}}
}


@router.get(
    "/{job}",
    responses={200: {"content": {JSON: {"schema": type_schema(JobContent)}}}, **_UNKNOWN},
    operation_id="readJob",
)
async def read_job(
    job: str, query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """How far a long answer is: waiting, running, done, failed or cancelled."""

    def compute() -> Document:
        content = respond.context.jobs.describe(_find(respond, job), base_url(respond))
        return Document(kind="job", content=content)

    return await respond(document_spec(query, None, compute, cost=Cost.QUICK, is_shared=False))


@router.get(
    "/{job}/result",
    response_class=Response,
    status_code=303,
    responses={
        200: {"description": "The answer, once the redirect is followed"},
        303: {"description": "The address of the answer, which is now there at once"},
        409: {"description": "There is no result yet", "content": {PROBLEM_JSON: {}}},
        **_UNKNOWN,
    },
    operation_id="readJobResult",
)
async def read_job_result(
    job: str, query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """Leads to the answer of a job that is done."""
    respond.admit(query)
    found = await run_in_threadpool(_find, respond, job)
    if found.status != DONE:
        raise JobNotDoneError(job, found.status)
    address = f"{base_url(respond)}{found.address}"
    return Response(status_code=303, headers={"Location": address, "Cache-Control": "no-store"})


@router.delete(
    "/{job}",
    response_class=Response,
    status_code=204,
    responses={204: {"description": "It ends within seconds, or is forgotten"}, **_UNKNOWN},
    operation_id="cancelJob",
)
async def cancel_job(
    job: str, query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """Ends a job, or forgets the result of one that has ended."""
    respond.admit(query)
    await run_in_threadpool(_find, respond, job)
    await run_in_threadpool(respond.context.jobs.cancel, job)
    return Response(status_code=204)


def _find(respond: Responder, job: str) -> Job:
    """A job of the audience that asks; those of others are unknown to it."""
    found = respond.context.jobs.find(job)
    if found.audience != respond.resources.audience.label:
        raise UnknownJobError(job)
    return found
