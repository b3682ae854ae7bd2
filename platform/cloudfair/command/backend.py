"""The backend that a run goes to: the one named, the one running, or one of the run's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

import httpx

from cloudfair.command.options import DEFAULT_HOST, DEFAULT_PORT
from cloudfair.database import name_of, url_of
from fairfacts.errors import BackendError


class Reached(Protocol):
    """A backend at `url`."""

    is_own: bool

    @property
    def url(self) -> str:
        """Where it is."""

    def revive(self) -> None:
        """Do what can be done about a backend that does not answer."""


class Elsewhere:
    """A backend that somebody else runs: one process, or several on the same database."""

    is_own = False

    def __init__(self, *urls: str) -> None:
        self._urls = deque(urls)

    @property
    def url(self) -> str:
        """The URL of the process to turn to."""
        return self._urls[0]

    def revive(self) -> None:
        """Turn to the next process; leave it to whoever runs this one to start it again."""
        self._urls.rotate(-1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it running."""


class Own:
    """A backend in a process of its own, for as long as the block lasts; started again when it dies in it."""

    is_own = True

    def __init__(self, database: str, token: str | None) -> None:
        self._database, self._token = database, token
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        if _is_free(DEFAULT_PORT):
            try:
                self._start(DEFAULT_PORT)
            except BackendError:
                pass  # somebody took the port meanwhile; if it was something else, the next start says so
            else:
                return self
        self._start(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None, "the block was entered"
        self._process.terminate()
        self._process.communicate()

    def revive(self) -> None:
        """Start the backend again, where it was, if its process is gone."""
        if self._process is not None and self._process.poll() is not None:
            self._process.communicate()
            self._start(int(self.url.rpartition(":")[2]))

    def _start(self, port: int) -> None:
        # what may hold a secret goes by the environment: everybody can read a command line
        settings = {"CLOUDFAIR_DATABASE_URL": self._database} | (
            {"CLOUDFAIR_TOKEN": self._token} if self._token else {}
        )
        with tempfile.TemporaryFile("w+") as complaints:  # a pipe that nobody reads would fill and stop the backend
            self._process = subprocess.Popen(  # noqa: S603  # our own command, no shell
                [sys.executable, "-m", "cloudfair.command", "serve", "--port", str(port)],
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                start_new_session=True,  # a Ctrl-C is for the run, which then stops its backend in order
                env=os.environ | settings,
            )
            assert self._process.stdout is not None, "it is a pipe"
            line = self._process.stdout.readline()
            if not line:
                self._process.communicate()
                complaints.seek(0)
                complaint = complaints.read().strip().removeprefix("Error: ")
                raise BackendError(complaint or "the backend ended before it was ready")
        self.url = line.split()[-1]


def reach(to: Sequence[str], database: str, token: str | None) -> Elsewhere | Own:
    """Return the backend at URLs; without one, that of this machine that keeps runs in `database`, or one of our own.

    Raises:
        BackendError: there is none at the URLs.
    """
    if to:
        return _answering(*(url.rstrip("/") for url in to))
    running = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
    try:
        if _health(running)["database"] == name_of(url_of(database)):
            return Elsewhere(running)
    except BackendError:
        pass  # nothing, or something else, listens there
    return Own(database, token)


def _answering(*urls: str) -> Elsewhere:
    """Return a backend at URLs, turned to the first that answers."""
    backend = Elsewhere(*urls)
    for left in reversed(range(len(urls))):
        try:
            _health(backend.url)
            break
        except BackendError:
            if not left:
                raise
            backend.revive()
    return backend


def _health(url: str) -> dict[str, str]:
    try:
        health: dict[str, str] = httpx.get(f"{url}/health", timeout=5).raise_for_status().json()
        if health["service"] == "cloudfair":
            return health
        trouble = "something else answers there"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as fault:
        trouble = str(fault) or type(fault).__name__
    raise BackendError(f"no backend at {url} ({trouble}); start one with fair serve, or leave --to out")


def _is_free(port: int) -> bool:
    """Return whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((DEFAULT_HOST, port)) != 0
