"""The one meeting of the project's errors with HTTP: a status each, as problem+json (RFC 9457)."""

import logging
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, NotRequired, Protocol, TypedDict

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from boundaries import errors as boundary
from service.audit import errors as usage
from service.http.request_state import REQUEST_ID_KEY
from service.model import errors as analysis
from service.model.faults import distinct_faults
from service.model.schemas import UNSTATED
from service.runtime import lanes as work
from service.runtime.jobs import JOBS_PATH
from service.store import errors as store
from spatial import errors as spatial

logger = logging.getLogger("hotspots")

PROBLEM_JSON = "application/problem+json"
OGC_PREFIX = "/ogc/"
MAX_FAULTS = 10  # of one request are reported
MAX_CHARACTERS = 1_000  # of one text in an answer, and of a path in the log

ROOTS: tuple[type[Exception], ...] = (
    spatial.SpatialError,
    boundary.BoundaryError,
    store.StoreError,
    analysis.AnalysisError,
    work.WorkError,
    usage.UsageError,
)

STATUS: dict[type[Exception], int] = {
    # the question
    spatial.InvalidBandwidthError: 422,
    spatial.InvalidTileError: 404,
    spatial.InvalidGridError: 422,
    spatial.UnknownKernelError: 422,
    spatial.InvalidValuesError: 422,
    spatial.ConstantValuesError: 422,
    spatial.TooFewAreasError: 422,
    spatial.TooFewPointsError: 422,
    spatial.InvalidNeighboursError: 422,
    spatial.InvalidParameterError: 422,
    boundary.UnknownLayerError: 404,
    boundary.UnknownAreaError: 422,
    store.UnknownDatasetError: 404,
    store.UnknownRulesError: 404,
    store.UnknownMeasureError: 422,
    store.UnknownAttributeError: 422,
    store.UnknownHarmIndexError: 422,
    store.UnknownAreaGroupError: 422,
    store.NoSitesError: 404,
    store.UnknownPlacesError: 404,
    store.UnknownNeighboursError: 422,
    store.NoRoadsError: 404,
    store.NoBackgroundError: 404,
    analysis.UnknownCategoryError: 422,
    analysis.UnknownValueError: 422,
    analysis.NotStatedError: 422,
    analysis.NoDaysError: 422,
    analysis.NoHarmMatchError: 422,
    analysis.NotCoveredError: 422,
    analysis.CutMonthError: 422,
    analysis.InvalidWithinError: 422,
    analysis.InvalidAreaError: 422,
    analysis.AreaTooSmallError: 422,
    analysis.NotAdmittedError: 403,
    analysis.StoppedDatasetError: 403,
    analysis.UnknownStatisticError: 422,
    analysis.TooMuchWorkError: 422,
    analysis.OverBudgetError: 422,
    analysis.StaleVersionError: 410,
    analysis.UnknownJobError: 404,
    analysis.JobNotDoneError: 409,
    analysis.UnknownCollectionError: 404,
    analysis.UnknownFeatureError: 404,
    analysis.UnknownTableError: 422,
    analysis.UnknownTemplateError: 404,
    analysis.UnknownPlaceError: 422,
    analysis.NothingToAssessError: 422,
    analysis.NoStudyAreaError: 404,
    analysis.UnknownGlyphsError: 404,
    work.BusyError: 503,
    usage.BudgetSpentError: 429,
    usage.NotWrittenError: 503,
    # a part of the data that has to be put back, while the rest is served
    boundary.DamagedLayerError: 503,
    store.DamagedTableError: 503,
    # our data or our doing, not the caller's
    analysis.InvalidRulesError: 500,
    analysis.InvalidTemplateError: 500,
    spatial.InvalidPointsError: 500,
    spatial.UnsuitableCrsError: 500,
    spatial.InvalidPointWeightsError: 500,
    boundary.InvalidLayerError: 500,
    boundary.LayerExistsError: 500,
    boundary.UnreadableFileError: 500,
    boundary.CoordinatesError: 500,
    boundary.LayerCrsError: 500,
    boundary.LookupMismatchError: 500,
    boundary.UnwritableLayersError: 500,
    store.AlreadyImportedError: 500,
    store.SameNameError: 500,
    store.MeasureExistsError: 500,
    store.LookupExistsError: 500,
    store.HarmIndexExistsError: 500,
    store.PostcodesExistError: 500,
    store.SiteExistsError: 500,
    store.EventExistsError: 500,
    store.RulesExistError: 500,
    store.AreaGroupExistsError: 500,
    store.PlacesExistError: 500,
    store.NeighboursExistError: 500,
    store.ConcurrentImportError: 500,
    store.WrongCrsError: 500,
    store.DatasetSettingsError: 500,
    store.ImportRefusedError: 500,
    store.NotPublishableError: 500,
    store.ReadOnlyDataError: 500,
}

CODES = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
}
# Where there is more to do than to read: jobs are ended, and profiles asked with an area.
OTHER_METHODS = (
    ("DELETE", re.compile(rf"{JOBS_PATH}/[^/]+")),
    ("POST", re.compile(r"/v1/tables/[^/]+/profile(\.\w+)?")),
    ("POST", re.compile(r"/v1/session")),
    ("DELETE", re.compile(r"/v1/session")),
)

SUFFIX_IN_PATH = ("path", "suffix")
DAMAGED = boundary.DamagedLayerError | store.DamagedTableError


class ErrorForm(Protocol):
    """How a standard wants the errors of its own addresses to be written."""

    def covers(self, path: str) -> bool:
        """Whether errors at a path are written so."""

    def report_of_problem(
        self, path: str, *, code: str, status: int, detail: str, headers: Mapping[str, str]
    ) -> Response:
        """The report of an error of ours or of HTTP's."""

    def report_of_faults(
        self, path: str, errors: Sequence[Any], faults: Sequence[Mapping[str, Any]]
    ) -> Response:
        """The report of a request that is not valid."""


def add_problem_handlers(app: FastAPI, *, forms: Sequence[ErrorForm] = ()) -> None:
    """Answer every error as problem+json, and never show the inside of a 5xx.

    Parameters
    ----------
    app : FastAPI
        The application.
    forms : sequence of ErrorForm
        Other forms, for the addresses whose standards ask for them.
    """
    app.state.error_forms = tuple(forms)
    for root in ROOTS:
        app.exception_handler(root)(answer_project_error)
    app.exception_handler(RequestValidationError)(_answer_invalid_request)
    app.exception_handler(HTTPException)(_answer_http_error)
    app.exception_handler(Exception)(answer_unexpected)


def _own_form(request: Request) -> ErrorForm | None:
    """The form of errors that the standard of an address asks for, None where there is none."""
    forms: Sequence[ErrorForm] = request.app.state.error_forms
    return next((form for form in forms if form.covers(request.scope["path"])), None)


def _path_of(request: Request) -> str:
    """The path as it was sent: a line break in it makes no line of its own in the log."""
    return _shortened(urllib.parse.quote(request.scope["path"], safe="/%:@!$&'()*+,;=~"))


def _shortened(text: str, characters: int = MAX_CHARACTERS) -> str:
    """A text whose end is left out where it is long."""
    return text if len(text) <= characters else f"{text[:characters]}..."


class Problem(TypedDict):
    """RFC 9457. `allowed` or `errors` name what would have been allowed."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: NotRequired[str]
    allowed: NotRequired[Annotated[list[str], UNSTATED]]
    errors: NotRequired[Annotated[list[dict[str, Any]], UNSTATED]]


def problem(
    request: Request,
    *,
    code: str,
    status: int,
    detail: str,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem document, or an exception report where OGC's standards ask for one.

    That of a server's fault names the request, to find it in the log.
    """
    request_id = request.scope.get(REQUEST_ID_KEY)
    named = {"request_id": request_id} if status >= 500 and request_id else {}
    path = request.scope["path"]
    own_form = _own_form(request)
    if own_form is not None:
        return own_form.report_of_problem(
            path, code=code, status=status, detail=detail, headers=headers or {}
        )
    if status == 422 and f"{request.scope['path']}/".startswith(OGC_PREFIX):
        status = 400  # OGC API - Features, /req/core/query-param-unknown and -invalid
    return JSONResponse(
        {
            "type": f"/problems/{code}",
            "title": code.replace("-", " "),
            "status": status,
            "detail": detail,
            "instance": _path_of(request),
            **named,
            **(extra or {}),
        },
        status_code=status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def answer_project_error(request: Request, exc: Exception) -> Response:
    """The problem of an error of ours; any other is one that nobody expected."""
    status = STATUS.get(type(exc), 500)
    is_told = status < 500 or isinstance(exc, work.WorkError | usage.UsageError | DAMAGED)
    if not is_told:
        logger.error("request failed: %s", _path_of(request), exc_info=exc)
    detail = _shortened(str(exc)) if is_told else "The server could not answer."
    code = str(getattr(exc, "code", "error")) if is_told else "internal-error"
    if isinstance(exc, DAMAGED):  # its own text names files; it was logged when it was noted
        code = "damaged-data"
        detail = f"{exc.part} is damaged and cannot be read; the rest of the data is served"
    allowed = getattr(exc, "allowed", None)
    extra = {"allowed": list(allowed)} if isinstance(allowed, tuple) and is_told else {}
    after = getattr(exc, "retry_after_s", None)
    headers = {} if after is None else {"Retry-After": str(after)}
    return problem(request, code=code, status=status, detail=detail, extra=extra, headers=headers)


async def _answer_invalid_request(request: Request, exc: Exception) -> Response:
    everything = distinct_faults(exc.errors()) if isinstance(exc, RequestValidationError) else []
    errors = everything[:MAX_FAULTS]
    faults = [_fault(request, error) for error in errors]
    own_form = _own_form(request)
    if own_form is not None:
        return own_form.report_of_faults(request.scope["path"], errors, faults)
    number = len(everything) - len(errors)
    further = [f"and {number} more"] if number else []
    # A format that an address has not is an address that is not there: GDAL and QGIS look for
    # `lsoa21.gpkg.aux.xml` beside every file, and take a 404 for "there is none".
    is_absent = bool(errors) and all(tuple(error["loc"]) == SUFFIX_IN_PATH for error in errors)
    return problem(
        request,
        code="unknown-format" if is_absent else "invalid-request",
        status=404 if is_absent else 422,
        detail="; ".join([*(f["message"] for f in faults), *further]) or "It is not valid.",
        extra={"errors": faults},
    )


def _fault(request: Request, error: Mapping[str, Any]) -> dict[str, Any]:
    """One fault of a request in words: the parameter, what it was, what is allowed."""
    where = [str(part) for part in error["loc"]]
    name = _shortened(".".join(where[1:]) or where[0], 100)
    value = error.get("input")
    message = _shortened(str(error["msg"]).removeprefix("Value error, "))
    if error["type"] == "extra_forbidden":
        allowed = _parameters(request)
        message = f"unknown parameter {name!r}; allowed: {', '.join(allowed) or 'none'}"
        return {"parameter": name, "message": message, "allowed": allowed}
    shown = str(value)[:100] if isinstance(value, str | int | float) else None
    if len(where) > 1:
        message = f"{name}: {message[:1].lower()}{message[1:]}"
        if shown is not None and shown not in message:
            message += f", got {shown!r}"
        allowed_range = _allowed_range(request, name)
        if allowed_range and allowed_range not in message:
            message += f" (allowed: {allowed_range})"
    return {"parameter": name, "message": message, "value": shown}


def _parameters(request: Request) -> list[str]:
    """The query parameters that the route of a request takes."""
    return [
        field.alias or name
        for model in query_models(request)
        for name, field in model.model_fields.items()
    ]


def _allowed_range(request: Request, name: str) -> str:
    """The limits of a numeric query parameter in words, empty where it has none."""
    for model in query_models(request):
        schema = _parameter_schemas(model).get(name, {})
        for form in (schema, *schema.get("anyOf", ())):
            limits = [
                f"{words} {form[key]:g}"
                for key, words in (
                    ("minimum", "from"),
                    ("exclusiveMinimum", "above"),
                    ("maximum", "to"),
                    ("exclusiveMaximum", "below"),
                )
                if key in form
            ]
            if limits:
                return " ".join(limits)
    return ""


@cache
def _parameter_schemas(model: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON schema of each parameter of a query model, made once: it takes milliseconds."""
    properties: Mapping[str, Any] = model.model_json_schema(by_alias=True)["properties"]
    return properties


def query_models(request: Request) -> list[type[BaseModel]]:
    """The query models of the route of a request."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    annotations = [p.field_info.annotation for p in getattr(dependant, "query_params", [])]
    return [a for a in annotations if isinstance(a, type) and issubclass(a, BaseModel)]


async def _answer_http_error(request: Request, exc: Exception) -> Response:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    detail = str(exc.detail) if isinstance(exc, HTTPException) else ""
    headers = exc.headers if isinstance(exc, HTTPException) else None
    if status == 404 and detail == "Not Found":
        detail = f"There is nothing at {_path_of(request)}; see /docs for what there is."
    if status == 405:  # a HEAD has become a GET by now
        more = [method for method, form in OTHER_METHODS if form.fullmatch(request.scope["path"])]
        headers = {**(headers or {}), "Allow": ", ".join(["GET", "HEAD", *more])}
    code = CODES.get(status, "http-error")
    return problem(request, code=code, status=status, detail=detail, headers=headers)


async def answer_unexpected(request: Request, exc: Exception) -> Response:
    """What nobody expected: logged with its cause, answered without it."""
    logger.error("unexpected error: %s", _path_of(request), exc_info=exc)
    return problem(
        request, code="internal-error", status=500, detail="The server could not answer."
    )
