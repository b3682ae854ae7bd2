"""Clients that never finish, send too much, or ask by another name: they change nothing for others."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, example, send
from tests.faircli.fair import wait_until
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from cloudfair.http import connections, uploads
from cloudfair.settings import Settings

EVENTS = example(100)


@pytest.fixture
def alone(sqlite: str) -> Iterator[httpx.Client]:
    with served(Settings(database=sqlite, max_requests=4)) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def opened(client: httpx.Client, sent: bytes, stack: ExitStack) -> socket.socket:
    """A connection on which some bytes were sent."""
    url = urlsplit(str(client.base_url))
    connection = stack.enter_context(socket.create_connection((url.hostname, url.port), timeout=10))
    connection.sendall(sent)
    return connection


def answer_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and problem document, once the server has closed the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def unfinished(path: str, length: int = 50) -> bytes:
    """The head of a request, and the first byte of its body."""
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n{{".encode()


def noted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
    """A list that grows by one with each call of a method of the uploads."""
    calls, method = [], getattr(uploads.Uploads, name)

    def noting(*arguments: object) -> object:
        calls.append(name)
        return method(*arguments)

    monkeypatch.setattr(uploads.Uploads, name, noting)
    return calls


def test_requests_that_are_never_finished_take_no_place_of_others(
    alone: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, begun = begin(alone), noted(monkeypatch, "begin")
    with ExitStack() as stack:
        for _ in range(40):  # ten times as many as may be answered at the same time
            opened(alone, unfinished(f"/runs/{run}/query"), stack)
        wait_until(lambda: len(begun) == 40)
        assert alone.get("/runs").status_code == 200
        assert send(alone, run, EVENTS, 0, 50).status_code == 200
        assert alone.get("/health").status_code == 200


def test_body_that_does_not_come_is_refused_after_a_while(alone: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_S", 0.3)
    run = begin(alone)
    with ExitStack() as stack:
        status, told = answer_of(opened(alone, unfinished(f"/runs/{run}/query"), stack))
    assert status == 408
    assert re.match(r"[01] bytes of the body came in \d+ s", str(told["detail"])), told


def test_too_many_unfinished_bodies_cost_the_one_without_progress(alone: httpx.Client) -> None:
    run = begin(alone)
    with ExitStack() as stack:
        first = [opened(alone, unfinished(f"/runs/{run}/query"), stack) for _ in range(uploads.MOST_UPLOADS + 1)]
        status, told = answer_of(first[0])
    assert (status, str(told["detail"]).startswith("other requests needed the place")) == (408, True)


def test_bytes_of_unfinished_bodies_are_bounded(sqlite: str) -> None:
    with served(Settings(database=sqlite, max_bodies_bytes=300_000)) as url, httpx.Client(base_url=url) as client:
        run = begin(client)
        with ExitStack() as stack:
            stalled = [opened(client, unfinished(f"/runs/{run}/events?first=0", 200_000), stack) for _ in range(4)]
            for connection in stalled:
                connection.sendall(b"x" * 100_000)
                time.sleep(0.05)
            assert answer_of(stalled[0])[0] == 408
            assert send(client, run, EVENTS, 0, 50).status_code == 200


def test_head_that_does_not_come_is_refused_after_a_while(alone: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.2)
    with ExitStack() as stack:
        begun = opened(alone, b"GET /health HTTP/1.1\r\nHost: 127", stack)
        silent = opened(alone, b"", stack)
        time.sleep(0.05)
        begun.sendall(b".0.0.1\r\nX: ")
        status, told = answer_of(begun)
        assert (status, told["title"]) == (408, "Request Timeout")
        assert silent.recv(1) == b""


@pytest.mark.parametrize("in_one", [True, False])
def test_head_is_bounded(alone: httpx.Client, in_one: bool) -> None:
    with ExitStack() as stack:
        connection = opened(alone, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n", stack)
        sent = 0
        try:
            for number in range(700):
                connection.sendall(f"x-{number}: {'a' * 1000}\r\n".encode())
                sent += 1000
                if not in_one:
                    time.sleep(0.0005)
            connection.sendall(b"\r\n")
        except OSError:
            assert sent > connections.HEAD_BYTES
    assert alone.get("/health").status_code == 200


def test_head_over_the_bound_is_told(alone: httpx.Client) -> None:
    with ExitStack() as stack:
        connection = opened(
            alone, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", stack
        )
        assert answer_of(connection)[0] == 431
        long = opened(alone, b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", stack)
        assert answer_of(long)[0] == 414


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (
            b"FROBNICATE /health HTTP/1.1\r\n\r\n",
            "the request has a method that HTTP does not have, or it is not HTTP/1.1; send that",
        ),
        (b"GET /health FTP/7\r\n\r\n", "the request cannot be read: it is not HTTP/1.1; send that"),
    ],
)
def test_what_cannot_be_read_is_told_why(alone: httpx.Client, sent: bytes, detail: str) -> None:
    with ExitStack() as stack:
        status, told = answer_of(opened(alone, sent, stack))
    assert (status, told["detail"]) == (400, detail)


def test_requests_on_one_connection_are_answered_one_after_the_other(alone: httpx.Client) -> None:
    run = begin(alone)
    alone.post(f"/runs/{run}/player").raise_for_status()
    body = json.dumps({"kind": "pause"}).encode() + b" " * 60_000
    head = f"POST /runs/{run}/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with ExitStack() as stack:
        connection = opened(alone, (head + body) * 3, stack)
        received = b""
        while received.count(b"HTTP/1.1 201") < 3:
            received += connection.recv(65536)
    assert len(alone.get(f"/runs/{run}/commands").json()) == 3


def test_idle_connections_are_bounded(alone: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        oldest = opened(alone, b"", stack)
        for _ in range(connections.IDLE_CONNECTIONS):
            opened(alone, b"", stack)
        assert oldest.recv(1) == b""
        assert alone.get("/health").status_code == 200


def test_client_that_leaves_in_its_body_is_no_error(
    alone: httpx.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, begun, ended = begin(alone), noted(monkeypatch, "begin"), noted(monkeypatch, "end")
    with ExitStack() as stack:
        leaving = opened(alone, unfinished(f"/runs/{run}/query"), stack)
        wait_until(lambda: len(begun) == 1)
        leaving.close()
        wait_until(lambda: len(ended) == 1)
        assert alone.get("/health").status_code == 200  # answered after what the backend has to say of the other
    assert [record for record in caplog.records if record.levelname == "ERROR" or record.exc_info] == []
    assert 'status="500"' not in alone.get("/metrics").text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "["}, 400),
        ({"Host": "127.0.0.1:x"}, 400),
        ({"Origin": "http://["}, 400),
        ({"Host": "evil.example"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/health", "/", "/docs", "/openapi.json", "/runs", "/runs/x/live", "/nothing"])
def test_name_of_the_backend_is_checked_on_every_path(
    alone: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    answer = alone.get(path, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.parametrize("headers", [{"Host": "["}, {"Origin": "http://["}])
def test_name_of_the_backend_is_checked_on_websockets(alone: httpx.Client, headers: dict[str, str]) -> None:
    run = begin(alone)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert alone.get(f"/runs/{run}/live", headers=upgrade | key | headers).status_code == 400


@pytest.mark.parametrize("path", ["/health", "/runs", "/runs/{run}", "/runs/{run}/snapshot", "/openapi.json", "/"])
def test_head_is_get_without_a_body(alone: httpx.Client, path: str) -> None:
    path = path.format(run=begin(alone))
    head, got = alone.head(path), alone.get(path)
    assert (head.status_code, head.content, head.headers["content-type"]) == (
        got.status_code,
        b"",
        got.headers["content-type"],
    )
    assert head.headers.get("content-length") == got.headers.get("content-length")


@pytest.mark.parametrize("path", ["/health", "/runs", "/nothing", "/"])
def test_answers_bear_headers_of_security(alone: httpx.Client, path: str) -> None:
    headers = alone.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


def test_message_that_is_no_utf8_closes_the_socket_in_one_line(
    alone: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    run = begin(alone)
    with connect(f"{str(alone.base_url).replace('http', 'ws', 1)}/runs/{run}/live") as watcher:
        watcher.recv(timeout=10)
        frame = Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True)
        watcher.socket.sendall(frame)
        with suppress(ConnectionClosed):
            list(watcher)
        assert watcher.close_code == 1007
    assert [record for record in caplog.records if record.exc_info] == []
