"""The parts of a running backend, joined in one place and handed to the routes."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from cloudfair.feed import Feeds
from cloudfair.live import LiveRuns
from cloudfair.log import Log
from cloudfair.metrics import Metrics
from cloudfair.moments import Moments
from cloudfair.pair import Pairs
from cloudfair.parquet import Archive
from cloudfair.problems import OriginError, ScopeError, TokenError
from cloudfair.reading.directory import Directories
from cloudfair.settings import Scope, Settings, is_loopback
from fairfacts.figures import Figure

if TYPE_CHECKING:
    from cloudfair.starting import Launcher


SUBPROTOCOL = "cloudfair"
"""Of the feeds' WebSockets."""
POLICY_VIOLATION = 1008
"""Closes a WebSocket whose client says what it may not."""
BEARER = "bearer."
"""Begins the subprotocol in which a page sends its token, in base64url."""


@dataclass(frozen=True)
class Backend:
    """What the routes work on."""

    settings: Settings
    log: Log
    runs: LiveRuns
    moments: Moments
    feeds: Feeds
    figures: Mapping[str, Figure]
    archive: Archive
    queries: asyncio.Semaphore
    """How many more may be answered now."""
    directories: Directories
    pairs: Pairs
    metrics: Metrics
    launcher: Launcher | None
    """Plays the runs that are started here; None where nobody does."""


async def backend(connection: HTTPConnection) -> Backend:
    """Return the backend that the connection came to."""
    found: Backend = connection.app.state.backend
    return found


Here = Annotated[Backend, Depends(backend)]


async def same_origin(connection: HTTPConnection) -> None:
    """Let through programs and the backend's own pages.

    Raises:
        OriginError: the page of another host asked; browsers alone send an Origin, and send it truly.
    """
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise OriginError(f"a page of {origin} may not use this backend; open the page that the backend itself serves")


async def reader(connection: HTTPConnection, here: Here) -> None:
    """Let through who may read.

    Raises:
        TokenError: reading needs a token, and the request bears none of ours.
        ScopeError: it bears one that is not for reading.
        OriginError: no token is set, and a browser was led here by another name: a page could read with its rights.
    """
    _let_through(connection, here.settings, "read")
    name = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    if here.settings.token is None and not is_loopback(name):
        raise OriginError(f"{name or 'no host'} is no name of this backend; ask for 127.0.0.1, or set CLOUDFAIR_TOKEN")


async def writer(connection: HTTPConnection, here: Here) -> None:
    """Let through who may send events.

    Raises:
        TokenError: a token is set, and the request bears none of ours.
        ScopeError: it bears one that is not for writing.
        OriginError: the page of another host asked.
    """
    await same_origin(connection)
    _let_through(connection, here.settings, "write")


async def steerer(connection: HTTPConnection, here: Here) -> None:
    """Let through who may start and steer runs; as `writer`."""
    await same_origin(connection)
    _let_through(connection, here.settings, "steer")


def subprotocol(connection: HTTPConnection) -> str | None:
    """Return the subprotocol with which a WebSocket of ours is accepted: a page must offer one to send its token."""
    return SUBPROTOCOL if SUBPROTOCOL in connection.scope["subprotocols"] else None


def _let_through(connection: HTTPConnection, settings: Settings, scope: Scope) -> None:
    if settings.is_open(scope):
        return
    scopes = settings.scopes_of(_token(connection))
    names = f"CLOUDFAIR_TOKEN or CLOUDFAIR_{scope.upper()}_TOKEN"
    if not scopes:
        raise TokenError(
            f"this needs a token to {scope}: send the header Authorization: Bearer, with the backend's {names}"
        )
    if scope not in scopes:
        raise ScopeError(
            f"this token may {' and '.join(sorted(scopes))}, not {scope}; that needs the backend's {names}"
        )


def _token(connection: HTTPConnection) -> str:
    """Return the token that a request bears, in its header or, as pages must, in a WebSocket's subprotocol."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    for offered in connection.scope.get("subprotocols", ()):
        if offered.startswith(BEARER):
            encoded = offered.removeprefix(BEARER)
            with suppress(ValueError):
                return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    return ""
