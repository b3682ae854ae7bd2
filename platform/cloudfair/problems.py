"""What the backend refuses, told as problem documents (RFC 9457).

BackendError
└── RefusedError           a request that the client can mend
    ├── MalformedError     400  not what it is said to be
    ├── TokenError         401  without a token where one is needed
    ├── ScopeError         403  a token that is not for this
    ├── OriginError        403  a page of another host
    ├── UnknownError       404  no such run, no such page
    ├── ConflictError      409  the batch does not fit the log; carries its head
    ├── UnfinishedError    409  the run has not ended
    ├── TooLargeError      413  over a limit
    ├── EncodingError      415  a content encoding that is not read here
    ├── MediaTypeError     415  a content type that is not taken here
    ├── QueryError         422  SQL that is not answered; says why
    ├── UnableError        501  not of this backend
    └── BusyError          503  as many queries, or runs, as may be are under way
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fairfacts.errors import BackendError, EventError, FairError, ScenarioError

MEDIA_TYPE = "application/problem+json"
SHOWN = 80
"""Letters of a value that was sent, as far as a message repeats it."""
_MEMBERS: dict[str, Any] = {name: {"type": "string"} for name in ("type", "title", "detail")}
PROBLEM_ANSWER: dict[str, Any] = {
    "description": "A problem document (RFC 9457); members such as `head`, `position` and `field` say more",
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
"""How OpenAPI describes every answer that is an error."""


class RefusedError(BackendError):
    """A request that the client can mend; `extensions` are members of its problem document."""

    status: ClassVar[HTTPStatus]
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: str, **extensions: object) -> None:
        super().__init__(message)
        self.extensions = extensions


class MalformedError(RefusedError):
    """What was sent is not what it is said to be."""

    status = HTTPStatus.BAD_REQUEST


class TokenError(RefusedError):
    """A request without a token where one is needed."""

    status = HTTPStatus.UNAUTHORIZED
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class ScopeError(RefusedError):
    """A request with a token that is not for it."""

    status = HTTPStatus.FORBIDDEN
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}


class OriginError(RefusedError):
    """A page of another host asked."""

    status = HTTPStatus.FORBIDDEN


class UnknownError(RefusedError):
    """What was asked for does not exist."""

    status = HTTPStatus.NOT_FOUND


class ConflictError(RefusedError):
    """A batch does not fit the log; `head` is the position of the event that the log waits for."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str, *, head: int) -> None:
        super().__init__(message, head=head)
        self.head = head


class UnfinishedError(RefusedError):
    """What was asked for exists only once the run has ended."""

    status = HTTPStatus.CONFLICT


class TooLargeError(RefusedError):
    """What was sent is over a limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class EncodingError(RefusedError):
    """The content encoding is not read here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "zstd, identity"}


class MediaTypeError(RefusedError):
    """The content type is not taken here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class QueryError(RefusedError):
    """A query that is not answered: it is no single SELECT, is at fault, or over a limit."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnableError(RefusedError):
    """What was asked for is not of this backend."""

    status = HTTPStatus.NOT_IMPLEMENTED


class BusyError(RefusedError):
    """As many as may be are under way."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **extensions: object) -> Response:
    """Return a problem document; its type is `about:blank`, as the status and the members say what is wrong."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(msgspec.json.encode(document | extensions), status, headers, MEDIA_TYPE)


def _told(fault: dict[str, Any]) -> str:
    """Return what is wrong with a part of a request: its name, its value, and what is allowed."""
    field, kind, reason = _field(fault), fault["type"], str(fault["msg"])
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
    """Return the place of a fault in a request, without which of several types it was held against."""
    return ".".join(part for part in map(str, fault["loc"]) if "[" not in part)


def tell_problems(app: FastAPI) -> None:
    """Have every error of the app answered with a problem document."""
    handlers: dict[type[Exception], Any] = {
        FairError: _refused,
        RequestValidationError: _not_valid,
        WebSocketRequestValidationError: _not_valid,
        HTTPException: _no_route,
        Exception: _failed,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


async def _refused(_: Request, error: FairError) -> Response:
    match error:
        case RefusedError():
            return problem(error.status, str(error), error.headers, **error.extensions)
        case EventError():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), position=error.position, field=error.field)
        case ScenarioError():  # can be mended by who asked, all others cannot
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


async def _not_valid(_: Request, error: RequestValidationError | WebSocketRequestValidationError) -> Response:
    faults = [{"field": _field(fault), "reason": fault["msg"]} for fault in error.errors()]
    detail = ". ".join(map(_told, error.errors()))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)


async def _no_route(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.url.path} takes no {request.method}; allowed is {headers.get('Allow', 'GET')}"
    elif error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"{request.url.path} is no path of this backend; /docs lists them"
    else:
        detail = error.detail
    return problem(error.status_code, detail, headers)


async def _failed(_: Request, error: Exception) -> Response:
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__} in the backend; its log has the traceback"
    )
