"""Connections with bounds: deadlines and sizes of what clients send and take, for HTTP and for WebSockets.

Both classes override internals of uvicorn, which has no setting for these bounds. Hence pyproject.toml allows only the
releases of uvicorn with which the tests have run.
"""

from __future__ import annotations

import logging
import socket
import sys
from asyncio import BaseTransport, TimerHandle, Transport
from collections import OrderedDict
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from httptools import HttpParserInvalidMethodError
from starlette.responses import Response
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from cloudfair.http.problems import MEDIA_TYPE, problem

HEAD_BYTES = 32 * 1024
"""The largest head of a request: its line and all headers."""
PATH_BYTES = 8 * 1024
"""The longest path with its query."""
HEAD_S = 10.0
"""How long a client may take to send a head."""
REST_S = 5.0
"""How long a client may go on sending the body of a request that was answered without it."""
TAKE_S = 60.0
"""How long a client may take nothing of an answer that waits for it."""
IDLE_CONNECTIONS = 1_000
"""Connections without a complete request, of all clients together. One more closes the one that has waited longest."""
GOODBYE_S = 0.5
"""How long a watcher may take to read that the server stops."""
SEND_BUFFER_BYTES = 64 * 1024
SHARED_TEXT = 1024
"""Longer texts are those of frames, which many watchers are sent."""
SHARED_TEXTS = 16

_logger = logging.getLogger(__name__)


class IdleConnections:
    """Connections that wait for a request of their client, the longest first."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[HttpConnection, None] = OrderedDict()

    def add(self, connection: HttpConnection) -> None:
        """Add a connection that begins to wait; if that is one too many, close the one that has waited longest."""
        self._waiting[connection] = None
        if len(self._waiting) > IDLE_CONNECTIONS:
            oldest, _ = self._waiting.popitem(last=False)
            oldest.abort()

    def remove(self, connection: HttpConnection) -> None:
        """Remove a connection whose request has come, or that has ended."""
        self._waiting.pop(connection, None)


class HttpConnection(HttpToolsProtocol):
    """An HTTP connection whose client must send a head, and take its answer, within bounds."""

    idle = IdleConnections()
    """Shared by all connections of a server, which sets its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_head = False
        """Whether a head has begun and is not complete."""
        self._in_message = False
        """Whether a request has begun and its body is not complete."""
        self._head_bytes = 0
        """Bytes of the head since the chunk of data in which it began: a chunk may hold other requests too."""
        self._refusal: HTTPStatus | None = None
        self._head_timer: TimerHandle | None = None
        self._rest_timer: TimerHandle | None = None
        self._take_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Wait for the first head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all deadlines."""
        super().connection_lost(exc)
        self.idle.remove(self)
        for timer in (self._head_timer, self._rest_timer, self._take_timer):
            if timer is not None:
                timer.cancel()

    def abort(self) -> None:
        """Close the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take in some bytes, unless the request was refused."""
        if self._refusal is not None:
            return
        was_in_head = self._in_head
        super().data_received(data)
        if self._refusal is not None or self.parser is None:
            return
        if self._in_head and was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if self._head_timer is None and self._waits_for_head():
            self._await_head()

    def _waits_for_head(self) -> bool:
        is_answered = self.cycle is None or self.cycle.response_complete
        return self._in_head or (is_answered and not self._in_message)

    def handle_websocket_upgrade(self) -> None:
        """Pass the connection on to its WebSocket."""
        self._refusal = HTTPStatus.SWITCHING_PROTOCOLS  # nothing that comes later is for this class
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """Expect a head."""
        super().on_message_begin()
        self._in_head, self._in_message, self._head_bytes = True, True, 0

    def on_headers_complete(self) -> None:
        """Start the request.

        Raises:
            ValueError: its head is too large.
        """
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.url) > PATH_BYTES:
            self._refusal = HTTPStatus.REQUEST_URI_TOO_LONG
        elif size > HEAD_BYTES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        if self._refusal is not None:
            raise ValueError("the head is too large")  # stops the parser; uvicorn then calls `send_400_response`
        self._in_head = False
        self._head_came()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect another head."""
        super().on_message_complete()
        self._in_message = False
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None

    def on_response_complete(self) -> None:
        """Wait for another request, or for the rest of a body that nobody reads."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._in_message and not self._in_head:
            self._rest_timer = self.loop.call_later(REST_S, self.abort)
        elif self.timeout_keep_alive_task is not None:
            self.idle.add(self)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or has too large a head, with a problem document; uvicorn handles the error."""
        if isinstance(sys.exception(), HttpParserInvalidMethodError):  # TLS and other protocols begin like one as well
            msg = "the request has a method that HTTP does not have, or"
        else:
            msg = "the request cannot be read:"
        self._refuse(self._refusal or HTTPStatus.BAD_REQUEST, msg)

    def pause_writing(self) -> None:
        """Begin to watch whether the client takes its answer."""
        super().pause_writing()
        self._watch_writing(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Stop watching: the client has taken most of its answer."""
        super().resume_writing()
        if self._take_timer is not None:
            self._take_timer.cancel()
            self._take_timer = None

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; if its client still takes an answer, wait for that."""
        if self.transport.get_write_buffer_size():
            self._watch_writing(self.transport.get_write_buffer_size())
        super().timeout_keep_alive_handler()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)
        self.idle.add(self)

    def _head_came(self) -> None:
        self.idle.remove(self)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        self.abort_when_written()

    def _watch_writing(self, left: int) -> None:
        if self._take_timer is not None:
            self._take_timer.cancel()
        self._take_timer = self.loop.call_later(TAKE_S, self._check_writing, left)

    def _check_writing(self, before: int) -> None:
        """Close the connection of a client that has taken nothing meanwhile."""
        left = self.transport.get_write_buffer_size()
        if left >= before:
            _logger.info("a client took nothing of its answer for %d s; the connection is closed", TAKE_S)
            self.abort()
        elif left:
            self._watch_writing(left)

    def abort_when_written(self) -> None:
        """Close the connection; a client that does not take what was written loses it after a moment."""
        self.transport.close()
        self.loop.call_later(GOODBYE_S, self.abort)

    def _refuse(self, status: HTTPStatus, reason: str = "") -> None:
        self._refusal = status
        self._head_came()
        body = bytes(_refusal_of(status, reason).body)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)
        self.abort_when_written()


def _refusal_of(status: HTTPStatus, reason: str) -> Response:
    match status:
        case HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return problem(431, f"the head of the request is over {HEAD_BYTES} bytes; send fewer or shorter headers")
        case HTTPStatus.REQUEST_URI_TOO_LONG:
            return problem(414, f"path and query are over {PATH_BYTES} bytes; ask for less at a time")
        case HTTPStatus.REQUEST_TIMEOUT:
            return problem(408, f"the head of the request did not come within {HEAD_S} s; send it whole")
    return problem(400, f"{reason} it is not HTTP/1.1; send that")


class SocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose `send` returns only when the operating system has taken the message.

    With uvicorn's own class some 64 KiB more wait in the process for a client that does not read: frames that are old
    by the time they leave.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep the buffers of the connection small."""
        super().connection_made(transport)
        cast("Transport", transport).set_write_buffer_limits(high=0)
        if connection := transport.get_extra_info("socket"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def shutdown(self) -> None:
        """Say goodbye to a client that reads, and do not wait for one that does not."""
        super().shutdown()
        self.loop.call_later(GOODBYE_S, self._abandon)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; close the connection of a client whose text is no UTF-8."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                _logger.info("a client's message is no UTF-8; its WebSocket is closed")
                self.frames = []
                self.conn.send_close(1007, "the message is no UTF-8")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def _abandon(self) -> None:
        if not self.disconnected:
            self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        """Send, then wait until nothing is left in the process."""
        if message["type"] == "websocket.send" and (text := message.get("text")):
            await self.writable.wait()
            if self.conn.state is not State.OPEN or self.transport.is_closing():
                raise ClientDisconnected
            self.transport.write(framed(text))
        else:
            await super().send(message)
        await self.writable.wait()
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # with a refusal; uvicorn 0.54 takes it for none and logs an error


def framed(text: str) -> bytes:
    """Return a text as a WebSocket carries it; a text that many watchers are sent is framed once."""
    return _shared(text) if len(text) > SHARED_TEXT else _framed(text)


def _framed(text: str) -> bytes:
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


_shared = lru_cache(SHARED_TEXTS)(_framed)
