"""Sessions of browsers: signing in with a key or a token, out, and who is signed in."""

import datetime
import json
import math
import time
from typing import Annotated, Any, Final, TypedDict

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from service.http.guards.sizes import body_of
from service.http.identity.cookies import SessionCookie
from service.http.identity.middleware import refusal_of
from service.http.openapi import type_schema
from service.http.problems import PROBLEM_JSON, problem
from service.http.request_state import LOGIN_KEY, SESSION_KEY, identity_of
from service.http.responder import NO_STORE, Responder, ResponderDep
from service.http.table_routes import document_spec
from service.http.urls import JSON
from service.identity.authentication import Authentication, Credential, Login
from service.identity.errors import CredentialError, DamagedKeysError
from service.model.answers import Document
from service.model.queries import NoQuery
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1/session", tags=["session"])


class SessionContent(TypedDict):
    """Who asks, as the service knows them."""

    role: str
    key_id: str | None
    expires: str | None
    needs_key: bool


MOST_BYTES: Final = 32_768  # of a body with a key or a token
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["key"],
                    "properties": {
                        "key": {"type": "string", "description": "A key of the API, or a token."}
                    },
                }
            }
        },
    }
}
_SESSION: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON: {"schema": type_schema(SessionContent)}}}
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"description": "It opens nothing", "content": {PROBLEM_JSON: {}}}
}


@router.get("", responses=_SESSION, operation_id="readSession")
async def read_session(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """Who asks: their role, the id of their key, and whether a key would show more."""
    scope = respond.request.scope
    login = scope.get(LOGIN_KEY) or Login(identity_of(scope))
    content = _content(login, is_keyed=_authentication(respond).is_keyed)
    return await respond(
        document_spec(
            query,
            None,
            lambda: Document(kind="session", content=content),
            cost=Cost.QUICK,
            is_shared=False,
        )
    )


@router.post(
    "", responses={**_SESSION, **_REFUSED}, openapi_extra=BODY, operation_id="startSession"
)
async def start_session(
    query: Annotated[NoQuery, Query()], request: Request, respond: ResponderDep
) -> Response:
    """Signs a browser in: its cookie stands for the key, which no script can read."""
    respond.admit(query)
    authentication = _authentication(respond)
    key = await _key(request)
    try:
        login = authentication.login(Credential(key, "header"))
        if not isinstance(login, Login):
            login = await run_in_threadpool(login)
        if login.wait_s:
            return problem(request, **refusal_of(login))
        secret, expires = await run_in_threadpool(authentication.start_session, login)
    except (CredentialError, DamagedKeysError) as error:
        return problem(request, **refusal_of(error))
    cookie = SessionCookie.of(respond.resources.settings)
    max_age_s = max(0, round(expires - time.time()))
    return JSONResponse(
        _content(Login(login.identity, expires), is_keyed=True),
        headers={"Set-Cookie": cookie.header(request, secret, max_age_s=max_age_s), **NO_STORE},
    )


@router.delete(
    "",
    response_class=Response,
    status_code=204,
    responses={204: {"description": "Nobody is signed in any more"}},
    operation_id="endSession",
)
async def end_session(
    query: Annotated[NoQuery, Query()], request: Request, respond: ResponderDep
) -> Response:
    """Signs a browser out: the session ends, whoever may have copied its cookie."""
    respond.admit(query)
    secret = request.scope.get(SESSION_KEY)
    if secret is not None:
        await run_in_threadpool(_authentication(respond).sessions.end, secret)
    cookie = SessionCookie.of(respond.resources.settings)
    headers = {"Set-Cookie": cookie.header(request, "", max_age_s=0), **NO_STORE}
    return Response(status_code=204, headers=headers)


async def _key(request: Request) -> str:
    """The key in the body; the media type is one that no form of another page can send."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise HTTPException(415, f"The key is sent as {JSON}: " + '{"key": "..."}.')
    try:
        body = json.loads(await body_of(request, "A body with a key", MOST_BYTES))
    except ValueError:
        body = None
    key = body.get("key") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(key, str) or not key.strip():
        raise HTTPException(422, 'The body is {"key": "..."}, with a key or a token.')
    return key.strip()


def _authentication(respond: Responder) -> Authentication:
    authentication: Authentication = respond.request.app.state.authentication
    return authentication


def _content(login: Login, *, is_keyed: bool) -> SessionContent:
    expires = None
    if math.isfinite(login.expires):
        moment = datetime.datetime.fromtimestamp(login.expires, datetime.UTC)
        expires = moment.isoformat(timespec="seconds")
    identity = login.identity
    return {
        "role": identity.role.value,
        "key_id": identity.key_id or None,
        "expires": expires,
        "needs_key": is_keyed and not identity.key_id,
    }
