"""Who may use a route: bearers of tokens with scopes, programs, and pages of the backend's own origin."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from cloudfair.errors import OriginError, ScopeError, TokenError
from cloudfair.settings import Scope, Settings

SUBPROTOCOL = "cloudfair"
"""The WebSocket subprotocol of the feeds."""
POLICY_VIOLATION = 1008
"""The code that closes a WebSocket whose client breaks the protocol."""
BEARER = "bearer."
"""Begins the subprotocol in which a page sends its token, in base64url."""


async def settings_of(connection: HTTPConnection) -> Settings:
    """Return the settings of the backend that the connection came to."""
    settings: Settings = connection.app.state.settings
    return settings


TheSettings = Annotated[Settings, Depends(settings_of)]


async def same_origin(connection: HTTPConnection) -> None:
    """Allow programs and the backend's own pages.

    Raises:
        OriginError: the page of another host asked; only browsers send an Origin, and they send the true one.
    """
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise OriginError(f"a page of {origin} may not use this backend; open the page that the backend itself serves")


async def reader(connection: HTTPConnection, settings: TheSettings) -> None:
    """Allow a request that may read.

    Raises:
        TokenError: reading needs a token, and the request bears none that this backend knows.
        ScopeError: it bears one that is not for reading.
    """
    _check_scope(connection, settings, "read")


async def writer(connection: HTTPConnection, settings: TheSettings) -> None:
    """Allow a request that may send events.

    Raises:
        TokenError: a token is set, and the request bears none that this backend knows.
        ScopeError: it bears one that is not for writing.
        OriginError: the page of another host asked.
    """
    await same_origin(connection)
    _check_scope(connection, settings, "write")


async def steerer(connection: HTTPConnection, settings: TheSettings) -> None:
    """Allow a request that may start and steer runs; raises as `writer` does."""
    await same_origin(connection)
    _check_scope(connection, settings, "steer")


SCOPE_OF: Mapping[Callable[..., Any], Scope] = {reader: "read", writer: "write", steerer: "steer"}
"""What each of these dependencies of routes checks."""


def is_trusted(connection: HTTPConnection, settings: Settings) -> bool:
    """Return whether a request bears a token of this backend, or needs none: then only this machine reaches it."""
    return settings.token is None or bool(settings.scopes_of(_token(connection)))


def subprotocol(connection: HTTPConnection) -> str | None:
    """Return the subprotocol to accept a WebSocket with: a page must offer one to send its token."""
    return SUBPROTOCOL if SUBPROTOCOL in connection.scope["subprotocols"] else None


def _check_scope(connection: HTTPConnection, settings: Settings, scope: Scope) -> None:
    if settings.is_open(scope):
        return
    scopes = settings.scopes_of(_token(connection))
    names = f"CLOUDFAIR_TOKEN or CLOUDFAIR_{scope.upper()}_TOKEN"
    if not scopes and connection.scope["type"] == "websocket":
        raise TokenError(
            f"this needs a token to {scope}: send the header Authorization: Bearer, with the backend's {names}; a page"
            f" offers the subprotocol {BEARER}TOKEN beside that of the WebSocket, with the token in unpadded base64url"
        )
    if not scopes:
        raise TokenError(
            f"this needs a token to {scope}: send the header Authorization: Bearer, with the backend's {names}"
        )
    if scope not in scopes:
        raise ScopeError(
            f"this token may {' and '.join(sorted(scopes))}, not {scope}; that needs the backend's {names}"
        )


def _token(connection: HTTPConnection) -> str:
    """Return the token of a request: from its header or, as pages must send it, from a WebSocket's subprotocol."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    for offered in connection.scope.get("subprotocols", ()):
        if offered.startswith(BEARER):
            encoded = offered.removeprefix(BEARER)
            with suppress(ValueError):
                return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    return ""
