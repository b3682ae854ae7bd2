"""Serves an app in one process, on a socket that it binds itself.

It overrides methods of uvicorn's server, so pyproject.toml allows only the releases with which the tests have run.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cloudfair.background import Readiness
from cloudfair.http.connections import IDLE_CONNECTIONS, HttpConnection, IdleConnections, SocketConnection
from cloudfair.settings import Settings
from fairfacts.errors import BackendError

STOP_S = 3
"""How long open requests and watchers may take when the server is asked to stop."""
SWITCH_S = 0.0005
"""How long the event loop may hold Python's lock while the log's writer waits; the default of 5 ms is as long as a
commit."""
FULL_COLLECTION = 100
"""After how many collections of younger objects Python's garbage collector looks through all objects. With 2,000
watchers that stops the loop for a third of a second; with the default of 10 it would every ten seconds. What it finds
are connections that ended, 8 KB each."""
CLIENT_MESSAGE_BYTES = 64 * 1024
OTHER_FILES = 200 + IDLE_CONNECTIONS
"""Open files beside the clients' sockets: databases, archives, runs, and connections without a request."""


def serve(make: Callable[[], FastAPI], settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve the app that `make` returns until SIGTERM or SIGINT, then return.

    It is made once the port is taken; `on_ready` is called with the URL once requests are answered.

    Raises:
        BackendError: the port is in use or cannot be opened, or what `make` raises.
    """
    _allow_files(settings.max_watchers + settings.max_requests + OTHER_FILES)
    with bound(settings.host, settings.port) as listener:
        Server(make(), settings, listener, on_ready).run()


class Server:
    """An app on a bound socket; `run` returns once `stop` was called or a signal came."""

    def __init__(
        self, app: FastAPI, settings: Settings, listener: socket.socket, on_ready: Callable[[str], None]
    ) -> None:
        """Serve an app, whose `state.readiness` is told when it drains."""

        class _Connection(HttpConnection):
            idle = IdleConnections()

        config = uvicorn.Config(
            app,
            http=_Connection,
            loop="auto" if sys.platform == "win32" else "uvloop",
            ws=SocketConnection,
            ws_max_size=CLIENT_MESSAGE_BYTES,
            ws_per_message_deflate=False,  # costs a watcher more CPU than everything else together
            access_log=False,
            log_config=None,  # its warnings go the way of all others
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._listener = listener
        self._uvicorn = _Uvicorn(config, lambda: on_ready(url_of(listener)), settings.drain_s, app.state.readiness)

    def run(self) -> None:
        """Serve.

        Raises:
            OSError: what `on_ready` prints cannot be written.
        """
        switch_s, thresholds = sys.getswitchinterval(), gc.get_threshold()
        sys.setswitchinterval(SWITCH_S)
        gc.set_threshold(*thresholds[:2], FULL_COLLECTION)
        try:
            with _signals_handled():
                self._uvicorn.run(sockets=[self._listener])
        finally:
            sys.setswitchinterval(switch_s)
            gc.set_threshold(*thresholds)
        if self._uvicorn.fault:
            raise self._uvicorn.fault

    def stop(self) -> None:
        """Make `run` return; may be called from any thread."""
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
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Uvicorn(uvicorn.Server):
    """A uvicorn server that calls `on_ready` once it answers, and drains before it stops for SIGTERM."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], drain_s: float, readiness: Readiness
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._drain_s, self._readiness = drain_s, readiness
        self._stop_at: float | None = None
        self.fault: OSError | None = None
        """Why `on_ready` failed: uvicorn would log what is raised below it, with its traceback."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; at the first SIGTERM only once load balancers had time to turn elsewhere."""
        if sig == signal.SIGTERM and self._drain_s and self._stop_at is None:
            self._readiness.is_draining = True
            self._stop_at = time.monotonic() + self._drain_s
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop; uvicorn asks ten times a second."""
        is_drained = self._stop_at is not None and time.monotonic() >= self._stop_at
        return await super().on_tick(counter) or is_drained

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            try:
                self._on_ready()
            except OSError as fault:
                self.fault, self._stop_at = fault, time.monotonic()


def _allow_files(count: int) -> None:
    """Raise this process's limit of open files as far as the system allows; shells begin with 1,024."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def _signals_handled() -> Iterator[None]:
    """Ignore the signals that uvicorn raises a second time after it has stopped for them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
