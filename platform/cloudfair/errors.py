"""The errors of the backend that a caller may get: each with the HTTP status by which a route answers it.

BackendError
└── AnsweredError              an error with a status of its own
    ├── DamageError       500  stored data is not what was written; names run, table and position
    └── RefusedError           a request that the client can mend
        ├── MalformedError     400  the body is not in the format that it claims
        ├── TokenError         401  a token is needed, and the request has none
        ├── ScopeError         403  the token does not allow this
        ├── OriginError        403  a page of another host
        ├── UnknownError       404  no such run, no such page
        ├── SlowClientError    408  the client does not send its body in time
        ├── ConflictError      409  the batch does not fit the log; carries its head
        ├── UnfinishedError    409  the run has not ended
        ├── TooLargeError      413  over a limit
        ├── EncodingError      415  an unsupported content encoding
        ├── CompressedError    415  a compressed body where none is read
        ├── MediaTypeError     415  an unsupported content type
        ├── ElsewhereError     421  a backend has it, and this process is none
        ├── QueryError         422  SQL that is refused; says why
        ├── UnableError        501  this backend or this release cannot do it
        └── BusyError          503  the largest number of queries, or runs, is under way
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from fairfacts.errors import BackendError


class AnsweredError(BackendError):
    """An error with a status of its own; `extensions` are members of its problem document.

    `what` is what is wrong, without where and without remedy, for who says these himself; else the whole message.
    """

    status: ClassVar[HTTPStatus]
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: str, *, what: str = "", **extensions: object) -> None:
        super().__init__(message)
        self.what, self.extensions = what or message, extensions


class DamageError(AnsweredError):
    """Stored data is not what was written. `run`, `table` and `position` (of the event, or the row) say where."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class RefusedError(AnsweredError):
    """A request that the client can mend."""


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


class SlowClientError(RefusedError):
    """The body of a request did not come in time."""

    status = HTTPStatus.REQUEST_TIMEOUT
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


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


class CompressedError(RefusedError):
    """A body is compressed, and this one is read as it is alone."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "identity"}


class MediaTypeError(RefusedError):
    """The content type is not taken here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class ElsewhereError(RefusedError):
    """What was asked for is another process's; `backend` is the URL of one that has it."""

    status = HTTPStatus.MISDIRECTED_REQUEST

    def __init__(self, message: str, *, backend: str) -> None:
        super().__init__(message, backend=backend)


class QueryError(RefusedError):
    """A query that is not answered: it is no single SELECT, is at fault, or over a limit."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnableError(RefusedError):
    """What was asked for is not of this backend."""

    status = HTTPStatus.NOT_IMPLEMENTED


class BusyError(RefusedError):
    """As many as may be are under way."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str, *, retry_s: int = 1) -> None:
        """Refuse; `retry_s` is after how many seconds the client may ask again."""
        super().__init__(message)
        self.retry_s = retry_s


def unfinished(run: str, what: str, player: int) -> UnfinishedError:
    """Return what to raise for a run that goes on, with how it comes to its end.

    Args:
        run: its id.
        what: what of it is to be, in a clause.
        player: how often the run was taken up to be played.
    """
    if player:
        return UnfinishedError(
            f"run {run} goes on: {what}; ask again once it has ended, or complete it with fair run --resume {run}"
        )
    return UnfinishedError(
        f"run {run} goes on: {what}; it ends with the event run.ended: whoever sends its events sends that as the last"
    )
