"""Errors of the WMTS as OWS exception reports; everywhere else they are problem+json."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fastapi import Response
from fastapi.exceptions import RequestValidationError

from service.ogc.wmts.xml import exception_xml

ROOT: Final = "/wmts"
XML: Final = "application/xml"
INVALID, MISSING = "InvalidParameterValue", "MissingParameterValue"
OUT_OF_RANGE, NO_OPERATION = "TileOutOfRange", "OperationNotSupported"
NO_VERSION, OTHER = "VersionNegotiationFailed", "NoApplicableCode"
OF_ITS_OWN: Final = frozenset({OUT_OF_RANGE, NO_OPERATION, NO_VERSION})

# Which parameter an error of ours is about.
LOCATORS: Mapping[str, str] = MappingProxyType(
    {
        "unknown-dataset": "layer",
        "unknown-category": "category",
        "date-cuts-month": "time",
        "invalid-within": "within",
        "unknown-layer": "within",
        "unknown-area": "within",
        "invalid-bandwidth": "bandwidth_m",
        "too-few-points": "bandwidth_m",
        "unknown-kernel": "kernel",
    }
)


def refused(kind: str, name: str, message: str) -> RequestValidationError:
    """An error about a parameter, of an OWS code.

    Parameters
    ----------
    kind : str
        One of `OF_ITS_OWN`, `INVALID` or `MISSING`.
    name : str
        Name of the parameter.
    message : str
        What is wrong with it.
    """
    return RequestValidationError(
        [{"type": kind, "loc": ("query", name), "msg": message, "input": None}]
    )


class ExceptionReports:
    """Errors at the addresses of the WMTS, as exception reports."""

    def covers(self, path: str) -> bool:
        """Whether errors at a path are written so."""
        return path == ROOT or path.startswith(f"{ROOT}/")

    def report_of_problem(
        self, path: str, *, code: str, status: int, detail: str, headers: Mapping[str, str]
    ) -> Response:
        """The exception report of an error of ours or of HTTP's."""
        if status >= 500:
            ows_code = OTHER
        elif code in ("not-found", "method-not-allowed"):
            ows_code = NO_OPERATION
        else:
            ows_code = INVALID
        return _report(
            path, ows_code, LOCATORS.get(code), status=status, text=detail, headers=headers
        )

    def report_of_faults(
        self, path: str, errors: Sequence[Any], faults: Sequence[Mapping[str, Any]]
    ) -> Response:
        """The exception report of a request that is not valid, by its first fault."""
        kinds = {"missing": MISSING, MISSING: MISSING, **{kind: kind for kind in OF_ITS_OWN}}
        first = kinds.get(str(errors[0]["type"]), INVALID) if errors else INVALID
        locator = str(faults[0]["parameter"]) if faults else None
        text = "; ".join(str(fault["message"]) for fault in faults) or "The request is not valid."
        return _report(path, first, locator, status=400, text=text, headers={})


def _report(
    path: str,
    code: str,
    locator: str | None,
    *,
    status: int,
    text: str,
    headers: Mapping[str, str],
) -> Response:
    # By query every fault of the caller's is a 400 (OGC 07-057r7, table 25).
    told = 400 if 400 <= status < 500 and (path == ROOT or status == 422) else status
    return Response(
        exception_xml(code=code, locator=locator, text=text),
        status_code=told,
        media_type=XML,
        headers={"Cache-Control": "no-store", **headers},
    )
