"""Limits on what is asked at the same time, and on what a request may bring: they hold for every route."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudfair.problems import TooLargeError, problem
from cloudfair.settings import Settings


class Limits:
    """An ASGI middleware that refuses what is over a limit, before anything is done for it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._open = {"http": 0, "websocket": 0}
        self._limits = {"http": settings.max_requests, "websocket": settings.max_watchers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer, or refuse."""
        kind = scope["type"]
        if kind not in self._open:
            return await self._app(scope, receive, send)
        if self._open[kind] >= self._limits[kind]:
            what = "requests are being answered" if kind == "http" else "WebSockets are open"
            full = problem(
                503, f"{self._limits[kind]} {what}, and no more may be; try again later", {"Retry-After": "1"}
            )
            return await full(scope, receive, send)
        limit = self._settings.max_body_bytes
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            large = problem(413, f"the body is over {limit} bytes; send less at a time", limit=limit)
            return await large(scope, receive, send)
        self._open[kind] += 1
        try:
            await self._app(scope, _bounded(receive, limit) if kind == "http" else receive, send)
        finally:
            self._open[kind] -= 1
        return None


def _bounded(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that fails once a body is over the limit: one that does not tell its length beforehand."""
    left = limit

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError(f"the body is over {limit} bytes; send less at a time", limit=limit)
        return message

    return bounded
