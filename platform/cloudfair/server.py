"""Serves the backend."""

from __future__ import annotations

from collections.abc import Callable

from cloudfair.api.launcher import Launcher
from cloudfair.app import create_app
from cloudfair.http import serving
from cloudfair.settings import Settings


def serve(settings: Settings, on_ready: Callable[[str], None] | None = None, launcher: Launcher | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then return; `on_ready` is called with the URL once requests are answered.

    The launcher plays the runs that are started over the API.

    Raises:
        BackendError: the port is in use, or the database cannot be opened.
    """
    serving.serve(lambda: create_app(settings, launcher), settings, on_ready or announce)


def announce(url: str) -> None:
    """Print the URL of the backend."""
    print(f"cloudfair is at {url}", flush=True)
