"""Answers every error of the backend with a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from cloudfair.errors import AnsweredError, BusyError
from cloudfair.http.methods import allowed
from cloudfair.http.responses import header
from fairfacts.errors import EventError, FairError, MomentError, ScenarioError

MEDIA_TYPE = "application/problem+json"
SHOWN = 80
"""How many letters of a sent value a message repeats."""
_MEMBERS: dict[str, Any] = {name: {"type": "string"} for name in ("type", "title", "detail")}
PROBLEM_ANSWER: dict[str, Any] = {
    "description": "A problem document (RFC 9457); members such as `head`, `position` and `field` say more",
    "headers": {
        "Retry-After": header("Of a 503 that passes: seconds to wait before the same request is sent again", "integer"),
        "WWW-Authenticate": header("Of 401 and 403: the scheme of tokens"),
        "Allow": header("Of 405: the methods that the path takes"),
        "Accept-Encoding": header("Of 415: the encodings that a body may have"),
        "Content-Range": header("Of 416: how many bytes there are"),
    },
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": _MEMBERS | {"status": {"type": "integer"}},
            }
        }
    },
}
"""The OpenAPI description of every answer that is an error."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **extensions: object) -> Response:
    """Return a problem document; its type is `about:blank`, because the status and the members say what is wrong."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(msgspec.json.encode(document | extensions), status, headers, MEDIA_TYPE)


def _reason(fault: dict[str, Any]) -> str:
    """Return the fault of a part of a request: its name, its value, and what is allowed."""
    field, kind, reason = _field(fault), fault["type"], str(fault["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return f"{field} is missing; send it"
    if kind == "extra_forbidden":
        return f"{field} is unknown; leave it out"
    if kind == "json_invalid":
        return f"{field}: {reason}; send JSON"
    if "input" not in fault or not reason.startswith(("Input ", "String ", "Value ")):
        return f"{field}: {reason}"  # names the value itself
    value = repr(fault["input"])
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}..."
    return f"{field} is {shown}; it {reason.partition(' ')[2]}"


def _field(fault: dict[str, Any]) -> str:
    """Return the path of a fault in a request, without the names of alternative types that pydantic tried."""
    return ".".join(part for part in map(str, fault["loc"]) if "[" not in part and not part.startswith("constrained-"))


def _reasons(faults: Iterable[dict[str, Any]]) -> str:
    """Return the faults of all parts of a request; what is said of one part for each alternative type is one."""
    reasons: dict[str, str] = {}
    for fault in faults:
        field, reason = _field(fault), _reason(fault)
        if field not in reasons:
            reasons[field] = reason
        elif reason not in reasons[field]:
            reasons[field] += f", or {reason.partition('; it ')[2] or reason}"
    return ". ".join(reasons.values())


def answer_with_problems(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""
    handlers: dict[type[Exception], Any] = {
        FairError: _refused,
        RequestValidationError: _not_valid,
        WebSocketRequestValidationError: _not_valid,
        HTTPException: _no_route,
        ClientDisconnect: _left,
        Exception: _failed,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


async def _refused(_: Request, error: FairError) -> Response:
    match error:
        case BusyError():
            return problem(error.status, str(error), {"Retry-After": str(error.retry_s)})
        case AnsweredError():
            return problem(error.status, str(error), error.headers, **error.extensions)
        case EventError():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), position=error.position, field=error.field)
        case ScenarioError() | MomentError():  # the client can mend these, and no others
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


async def _not_valid(_: Request, error: RequestValidationError | WebSocketRequestValidationError) -> Response:
    faults = [{"field": _field(fault), "reason": fault["msg"]} for fault in error.errors()]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _reasons(error.errors()), errors=faults)


async def _no_route(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = ", ".join(allowed(request.app, request.url.path))
        if methods:
            headers["Allow"] = methods
        detail = f"{request.url.path} takes no {request.method}; allowed is {methods}"
    elif error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"{request.url.path} is no path of this backend; /docs lists them"
    else:
        detail = error.detail
    return problem(error.status_code, detail, headers)


async def _left(_: Request, __: ClientDisconnect) -> Response:
    """Answer a client that left before its body was complete: nobody reads it, and the log has one line."""
    return problem(HTTPStatus.BAD_REQUEST, "the client left before its body was complete; send it again")


async def _failed(_: Request, error: Exception) -> Response:
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__} in the backend; its log has the traceback"
    )
