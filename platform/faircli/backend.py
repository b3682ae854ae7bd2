"""The backend that a run is sent to: the one that is named, the one that runs here, or one of the run's own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import httpx

from faircli.addresses import listening
from faircli.connection import TRY_AGAIN_S, authorization, detail_of, is_secure
from faircli.defaults import BACKEND, HOST, PORT
from fairfacts.errors import BackendError


class Elsewhere:
    """A backend that runs already: one process, or several on the same database."""

    is_own = False

    def __init__(self, *urls: str) -> None:
        self._urls = deque(urls)

    @property
    def url(self) -> str:
        """The URL of the process that is in use."""
        return self._urls[0]

    def revive(self) -> None:
        """Turn to the next process; its operator starts this one again."""
        self._urls.rotate(-1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it running."""


class Own:
    """A backend that is started for a run: it lasts as long as the block, and is started again if it dies inside."""

    is_own = True

    def __init__(self, database: str, token: str | None) -> None:
        self._database, self._token = database, token
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._start_near(PORT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None, "the block was entered"
        self._process.terminate()
        self._process.communicate()

    def revive(self) -> None:
        """Start the backend again, at its address if that is free, where its process is gone."""
        if self._process is not None and self._process.poll() is not None:
            self._process.communicate()
            self._start_near(int(self.url.rpartition(":")[2]))

    def _start_near(self, port: int) -> None:
        """Start the backend at a port, or at a free one where another program has that port."""
        if _is_free(port):
            try:
                return self._start(port)
            except BackendError:
                pass  # another program took the port meanwhile; after any other fault the next start fails as well
        return self._start(0)

    def _start(self, port: int) -> None:
        # secrets go by the environment: every user of the machine can read a command line
        settings = {"CLOUDFAIR_DATABASE_URL": self._database} | (
            {"CLOUDFAIR_TOKEN": self._token} if self._token else {}
        )
        with tempfile.TemporaryFile("w+") as complaints:  # an unread pipe would fill, and the backend would stop
            self._process = subprocess.Popen(  # noqa: S603  # our own command, no shell
                [sys.executable, "-m", "faircli", "serve", "--port", str(port), "--until-stdin-closes"],
                stdin=subprocess.PIPE,  # the system closes it when this process ends, even if it is killed
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,  # Ctrl-C goes to the run alone, which then stops its backend
                env=os.environ | settings,
            )
            assert self._process.stdout is not None, "stdout is a pipe"
            line = self._process.stdout.readline()
            if not line:
                self._process.communicate()
                complaints.seek(0)
                complaint = complaints.read().strip().removeprefix("Error: ")
                raise BackendError(complaint or "the backend ended before it was ready")
        self.url = line.split()[-1]


Backend = Elsewhere | Own


class SilentError(BackendError):
    """Nothing answers where a backend should be: it may come back."""


def reach(
    to: Sequence[str],
    database: str,
    token: str | None,
    *,
    patience_s: float = 0.0,
    on_away: Callable[[str], None] = lambda _: None,
) -> Backend:
    """Return the backend at the URLs; without one, this user's that serves `database` here, or one of our own.

    Args:
        patience_s: how long to wait for one at the URLs. A run that is resumed had a backend there, which may be about
            to start again; where a new run begins, a URL without one is more likely a slip.
        on_away: called before each new try, with what went wrong.

    Raises:
        BackendError: none answers at the URLs.
    """
    if to:
        urls, end = [url.rstrip("/") for url in to], time.monotonic() + patience_s
        while True:
            try:
                return _answering(token, *urls)
            except SilentError as fault:
                if time.monotonic() >= end:
                    raise
                on_away(str(fault))
                time.sleep(TRY_AGAIN_S)
    running = ([] if _is_free(PORT) else [f"http://{HOST}:{PORT}"]) + listening()
    if running:
        from cloudfair.store.urls import name_of, url_of  # needs SQLAlchemy, which takes a tenth of a second

        wanted = name_of(url_of(database))
        for url in dict.fromkeys(running):
            with contextlib.suppress(BackendError):  # something else listens there, or it takes another token
                if _health(url, token)["database"] == wanted:
                    return Elsewhere(url)
    return Own(database, token)


def _answering(token: str | None, *urls: str) -> Elsewhere:
    """Return the backend at some URLs, turned to the first one that answers."""
    backend = Elsewhere(*urls)
    for left in reversed(range(len(urls))):
        try:
            _health(backend.url, token)
            break
        except BackendError:
            if not left:
                raise
            backend.revive()
    return backend


def _health(url: str, token: str | None) -> dict[str, str]:
    headers = authorization(token)
    try:
        answer = httpx.get(f"{url}/health", headers=headers, timeout=5, verify=is_secure(url))
        health: dict[str, str] = answer.json()
        if answer.is_success and health["service"] == "cloudfair":
            return health
        trouble = "something else answers there" if answer.is_success else detail_of(answer)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as fault:
        raise BackendError(f"{url} is no URL of a backend; write one such as {BACKEND}") from fault
    except httpx.TransportError as fault:
        raise SilentError(_no_backend(url, str(fault) or type(fault).__name__)) from fault
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
        trouble = str(fault) or type(fault).__name__
    raise BackendError(_no_backend(url, trouble))


def _no_backend(url: str, trouble: str) -> str:
    return f"no backend at {url} ({trouble}); start one with fair serve, or leave --to out"


def _is_free(port: int) -> bool:
    """Return whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
