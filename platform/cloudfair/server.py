"""Serves the backend: one process, on a socket that it binds itself."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
import sys
import threading
from asyncio import BaseTransport, Transport
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import cast

import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from cloudfair.app import create_app
from cloudfair.settings import Settings
from cloudfair.starting import Launcher
from fairfacts.errors import BackendError

STOP_S = 3
"""How long open requests and watchers may take when the server is asked to stop."""
GOODBYE_S = 0.5
"""How long a watcher may take to read that the server stops."""
SWITCH_S = 0.0005
"""How long the loop may hold Python while the log's writer wants it; the usual 5 ms are as long as a whole commit."""
FULL_COLLECTION = 100
"""After how many collections of younger objects all are looked through. With 2,000 watchers that stops the loop for a
third of a second; where it is usual (10), every ten seconds. What is found are connections that ended, 8 KB each."""
SEND_BUFFER_BYTES = 64 * 1024
CLIENT_MESSAGE_BYTES = 64 * 1024
OTHER_FILES = 200
"""Open files that are no sockets of clients: of databases, archives and runs."""
SHARED_TEXT = 1024
"""Longer texts are those of frames, which many watchers are sent."""
SHARED_TEXTS = 16


def serve(settings: Settings, on_ready: Callable[[str], None] | None = None, launcher: Launcher | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then return; `on_ready` is called with the URL once requests are answered.

    Runs that are started over the API are played by the launcher.

    Raises:
        BackendError: the port is in use, or the database cannot be opened.
    """
    _allow_files(settings.max_watchers + settings.max_requests + OTHER_FILES)
    with bound(settings.host, settings.port) as listener:
        Server(settings, listener, on_ready or announce, launcher).run()


def announce(url: str) -> None:
    """Print where the backend is."""
    print(f"cloudfair is at {url}", flush=True)


class Server:
    """A backend on a bound socket; `run` returns once `stop` was called or a signal came."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        on_ready: Callable[[str], None],
        launcher: Launcher | None = None,
    ) -> None:
        config = uvicorn.Config(
            create_app(settings, launcher),
            http="httptools",
            loop="auto" if sys.platform == "win32" else "uvloop",
            ws=WatcherProtocol,
            ws_max_size=CLIENT_MESSAGE_BYTES,
            ws_per_message_deflate=False,  # costs a watcher more CPU than everything else together
            access_log=False,
            log_config=None,  # its warnings are logged as everything is
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._listener = listener
        self._uvicorn = _Uvicorn(config, lambda: on_ready(url_of(listener)))

    def run(self) -> None:
        """Serve."""
        switch_s, thresholds = sys.getswitchinterval(), gc.get_threshold()
        sys.setswitchinterval(SWITCH_S)
        gc.set_threshold(*thresholds[:2], FULL_COLLECTION)
        try:
            with _signals_handled():
                self._uvicorn.run(sockets=[self._listener])
        finally:
            sys.setswitchinterval(switch_s)
            gc.set_threshold(*thresholds)

    def stop(self) -> None:
        """Have `run` return; may be called from any thread."""
        self._uvicorn.should_exit = True


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a listening socket.

    Raises:
        BackendError: the port is in use or not ours to take, or the host is no address of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address, family=family, backlog=2048)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            remedy = f"port {port} on {host} is in use; stop what uses it or name another with --port"
        else:
            remedy = f"port {port} on {host} cannot be opened ({fault.strerror}); name others with --host and --port"
        raise BackendError(remedy) from fault
    with listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    """Return the URL of what is served on a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class WatcherProtocol(WebSocketsSansIOProtocol):
    """A WebSocket whose `send` returns only when the operating system has taken the message.

    With uvicorn's own, some 64 KiB more wait in the process for a client that does not read: frames that are old
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
    """Return a text as a WebSocket carries it; one that many watchers are sent is put in its frame once."""
    return _shared(text) if len(text) > SHARED_TEXT else _framed(text)


def _framed(text: str) -> bytes:
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


_shared = lru_cache(SHARED_TEXTS)(_framed)


class _Uvicorn(uvicorn.Server):
    """Uvicorn that tells when it answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _allow_files(count: int) -> None:
    """Have this process open so many files, as far as the system lets it; shells begin with 1,024."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def _signals_handled() -> Iterator[None]:
    """Take the signals that uvicorn raises once more after it has stopped for them: stopping was what they asked."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
