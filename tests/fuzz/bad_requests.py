"""Bad requests against every route of the backend, in process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from tests.cloudfair.example import NEW_RUN, example, packed
from tests.fuzz.odd import Odd

from cloudfair.app import create_app
from cloudfair.settings import Settings
from faircli.launcher import Processes
from fairfacts.events import encode

ANEW = 4_000
"""Requests until the backend gets an empty database: runs that were made by chance are not to slow it down."""
PATIENCE_S = 10.0
SLOW = ("/query", "/parquet", "/report", "/counts", "/forecast")
"""Ends of paths that start a process or read a whole log: asked seldom."""
# no content-length: a server refuses a bad one before the app sees it
HEADERS = (
    *("accept", "content-encoding", "content-type", "if-none-match", "range", "last-event-id", "origin", "host"),
    *("authorization", "expect", "ce-specversion", "ce-id", "ce-type", "ce-time", "ce-source"),
    *("fair-emitted-at", "fair-pace", "cookie"),
)
MEDIA = (
    *("application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "text/plain", ""),
    *("application/x-ndjson", "application/json; charset=x", "multipart/form-data"),
)
SOCKETS = ("/runs/{run}/watch", "/runs/{run}/against/{run}/watch", "/x", "/runs/{run}/events/stream")


class Finding(NamedTuple):
    """A request that was not answered as it should be."""

    what: str
    came: str


class Request(NamedTuple):
    """A request as an ASGI server hands it to an app."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    is_socket: bool = False


class Planner(Processes):
    """A launcher that checks what it is to play, and plays and writes nothing."""

    def launch(self, *_: Any) -> None:
        """Play nothing."""

    def report(self, run: str) -> str:
        """Return a page without a report."""
        return f"<title>{run}</title>"


class Routes:
    """The operations of a backend's OpenAPI document, and requests to them that are wrong in some way."""

    def __init__(self, document: dict[str, Any], odd: Odd) -> None:
        self._odd, self._random = odd, odd.random
        self._operations = [
            (method.upper(), path, operation.get("parameters", []), "requestBody" in operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        self.runs: list[str] = []

    def request(self) -> Request:
        """Return a request."""
        if self._random.random() < 0.03:
            return self._socket()
        method, path, parameters, has_body = self._random.choice(self._operations)
        if path.endswith(SLOW) and self._random.random() < 0.9:
            return self.request()
        if self._random.random() < 0.05:
            method = self._random.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "X"])
        queries = [one["name"] for one in parameters if one["in"] == "query"]
        pairs = [(name, self._parameter(name)) for name in queries if self._random.random() < 0.3]
        pairs += [(self._odd.text(), self._odd.text())] * (self._random.random() < 0.1)
        query = urlencode(pairs, errors="surrogatepass").encode()
        media = self._random.choice(MEDIA) if self._random.random() < 0.3 else "application/json"
        headers = [(b"content-type", media.encode())] if has_body else []
        for name in self._random.sample(HEADERS, self._random.choice([0, 0, 0, 1, 2])):
            headers.append((name.encode(), self._odd.text().encode("utf-8", "surrogatepass")))
        body = self._body(path, headers) if has_body or self._random.random() < 0.02 else b""
        return Request(method, self._filled(path), query, headers, body)

    def _socket(self) -> Request:
        query = urlencode([("rate", self._odd.text()), ("at", self._odd.text())], errors="surrogatepass").encode()
        messages = json.dumps([self._odd.text() for _ in range(self._random.randrange(3))]).encode()
        return Request("GET", self._filled(self._random.choice(SOCKETS)), query, [], messages, is_socket=True)

    def _filled(self, path: str) -> str:
        parts = []
        for part in path.split("/"):
            if not part.startswith("{"):
                parts.append(part)
            elif part in ("{run}", "{a}", "{b}") and self._random.random() < 0.85:
                parts.append(self._random.choice(self.runs))
            else:
                odd = str(self._random.randrange(60)) if self._random.random() < 0.4 else self._odd.text()
                parts.append(quote(odd, safe="", errors="surrogatepass"))
        return "/".join(parts)

    def _parameter(self, name: str) -> str:
        if name in ("limit", "first", "every_min", "days", "late_s") and self._random.random() < 0.5:
            return str(self._random.choice([0, 1, 5, -1, 10**9, 2**63]))
        return self._odd.text()

    def _body(self, path: str, headers: list[tuple[bytes, bytes]]) -> bytes:
        if path.endswith("/cloudevents") and self._random.random() < 0.8:
            head, _, body = self._odd.kept("cloudevents").partition(b"\n")
            media, *pairs = head.split(b"|")
            headers[:] = [(b"content-type", media), *(pair.partition(b"=")[::2] for pair in pairs)]
            return body
        if path.endswith("/events"):
            content = self._odd.mutated(encode(example(5)))
            zstd = self._random.random() < 0.7
            headers += [(b"content-encoding", b"zstd")] * zstd
            return packed(content) if zstd and self._random.random() < 0.8 else content
        sample = {
            "/runs": NEW_RUN,
            "/runs/start": {"scenario": "ciftis2020", "seed": 7, "changes": {"fair": {"days": 2}}},
            "/runs/{run}/commands": {"command": "pause"},
            "/runs/{run}/query": {"sql": "select 1"},
        }
        return self._odd.json(sample.get(path, {"at_ms": 0}))


@contextlib.asynccontextmanager
async def backend(routes_seed: Odd) -> AsyncIterator[tuple[FastAPI, Routes]]:
    """Yield a backend with two runs, one of them ended, and its routes."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{Path(folder) / 'fair.db'}"
        app = create_app(Settings(database=database), Planner(None, database))
        async with app.router.lifespan_context(app):
            routes = Routes(app.openapi(), routes_seed)
            for ends in (True, False):
                made = await answer(app, Request("POST", "/runs", b"", [], json.dumps(NEW_RUN).encode()))
                run = json.loads(made[1])["run"]
                events = encode(example(40, ends=ends))
                zstd = [(b"content-encoding", b"zstd")]
                sent = await answer(app, Request("POST", f"/runs/{run}/events", b"first=0", zstd, packed(events)))
                assert sent[0] == 200, sent
                routes.runs.append(run)
            yield app, routes


async def answer(app: FastAPI, request: Request) -> tuple[int, bytes]:
    """Return the status and body of an app's answer; 0 for a WebSocket."""
    messages = iter(_messages(request))
    gone, status, body = asyncio.Event(), 0, b""

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        if (message := next(messages, None)) is None:
            await gone.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    scope = {
        "type": "websocket" if request.is_socket else "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws" if request.is_socket else "http",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "query_string": request.query,
        "headers": [(b"host", b"127.0.0.1:8000"), *request.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "subprotocols": [],
        "state": {},
    }
    await asyncio.wait_for(app(scope, receive, send), PATIENCE_S)
    return status, body


def _messages(request: Request) -> list[dict[str, Any]]:
    """Return what a server hands to an app for a request."""
    if not request.is_socket:
        return [{"type": "http.request", "body": request.body}]
    texts = [{"type": "websocket.receive", "text": text} for text in json.loads(request.body)]
    return [{"type": "websocket.connect"}, *texts, {"type": "websocket.disconnect", "code": 1001}]


async def play(tries: int, odd: Odd) -> list[Finding]:
    """Send so many requests, and return those that raised, hung, or were answered with a 5xx."""
    findings: list[Finding] = []
    for start in range(0, tries, ANEW):
        async with backend(odd) as (app, routes):
            for _ in range(min(ANEW, tries - start)):
                request = routes.request()
                try:
                    status, body = await answer(app, request)
                except TimeoutError:
                    findings.append(Finding(f"{request}", "no answer in time"))
                except Exception as fault:  # every exception is a finding
                    findings.append(Finding(f"{request}", f"{type(fault).__name__}: {fault}"))
                else:
                    if status >= 500:
                        findings.append(Finding(f"{request}", f"{status} {body[:300]!r}"))
    return findings
