"""What holds for every HTTP answer: the name by which the backend is asked, headers of security, and HEAD."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudfair.http.problems import problem
from cloudfair.settings import Settings, is_loopback

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Set where an answer does not set its own: nothing in an answer may load, frame, or be guessed."""


class Guard:
    """An ASGI middleware over all routes."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the app, or refuse its Host."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        sending = _with_headers(send) if scope["type"] == "http" else send
        headers = Headers(scope=scope)
        for name in ("host", "origin"):
            if (value := headers.get(name)) is not None and _host_of(name, value) is None:
                wrong = problem(400, f"{name.title()} is {value}, which is no host; send a name or an address")
                return await wrong(scope, receive, sending)
        # A page that a browser found under another name of this machine could read with the browser's rights (DNS
        # rebinding). With a token it could not.
        host = _host_of("host", headers.get("host", "")) or ""
        if self._settings.token is None and not is_loopback(host):
            other = problem(
                403, f"{host or 'no host'} is no name of this backend; ask for 127.0.0.1, or set CLOUDFAIR_TOKEN"
            )
            return await other(scope, receive, sending)
        if scope.get("method") == "HEAD":
            whole = [(name, value) for name, value in scope["headers"] if name != b"range"]  # is of GET alone
            inner: Scope = {**scope, "method": "GET", "headers": whole}
            await self._app(inner, receive, _without_body(sending))
            scope["route"] = inner.get("route")  # for whoever counts requests by route
            return None
        return await self._app(scope, receive, sending)


def _host_of(header: str, value: str) -> str | None:
    """Return the host that a header names, empty if it names none; None if the header cannot be read."""
    try:
        parts = urlsplit(value if header == "origin" else f"//{value}")
        _ = parts.port  # raises for what is no number
    except ValueError:
        return None
    return parts.hostname or ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _without_body(send: Send) -> Send:
    """Return a `send` for HEAD: the answer to GET without its body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            if not message.get("more_body", False):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await send(message)

    return sending
