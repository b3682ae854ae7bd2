"""Limits on requests: how many at the same time, and how much each may bring. They hold for every route."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudfair.errors import BusyError
from cloudfair.http.problems import problem
from cloudfair.http.uploads import Uploads
from cloudfair.settings import Settings

ALWAYS = ("/health", "/ready")
"""Paths that are answered however many requests there are: who watches the backend asks for them."""


RETRY = {"Retry-After": "1"}


class Limits:
    """An ASGI middleware that refuses requests over a limit before the app works on them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._uploads = Uploads(settings.max_bodies_bytes)
        self._answering, self._sockets = 0, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the app, or refuse it."""
        match scope["type"]:
            case "websocket":
                await self._serve_socket(scope, receive, send)
            case "http" if scope["path"] in ALWAYS:
                await self._app(scope, receive, send)
            case "http" if _has_body(scope):
                await self._take_body(scope, receive, send)
            case "http":
                await self._answer(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._settings.max_watchers
        if self._sockets >= most:
            full = problem(503, f"{most} WebSockets are open, and no more may be; try again later", RETRY)
            return await full(scope, receive, send)
        self._sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets -= 1
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._settings.max_requests
        if self._answering >= most:
            full = problem(503, f"{most} requests are being answered, and no more may be; try again later", RETRY)
            return await full(scope, receive, send)
        self._answering += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._answering -= 1
        return None

    async def _take_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body is on its way; it counts among those that are answered once it is complete."""
        limit = self._settings.max_body_bytes
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            large = problem(413, f"the body is over {limit} bytes; send less at a time", limit=limit)
            return await large(scope, receive, send)
        client = (scope.get("client") or ("", 0))[0]
        upload, counts = self._uploads.begin(receive, limit, client), False

        async def received() -> Message:
            nonlocal counts
            message = await upload.receive()
            if upload.is_complete and not counts:
                if self._answering >= (most := self._settings.max_requests):
                    raise BusyError(f"{most} requests are being answered, and no more may be; try again later")
                self._answering, counts = self._answering + 1, True
            return message

        try:
            await self._app(scope, received, send)
        finally:
            self._uploads.end(upload)
            self._answering -= counts
        return None


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
