"""The backend, the "cloud fair": it keeps the events of runs, folds them into live measures and streams these.

A datum's way through it: intake (decode, check) -> log (append a segment) -> live (fold) -> feed (frames) -> watcher.

`from cloudfair import load_fair, play, ensemble, compare` is the interface for Python (`fairlab.interface`). It is
imported when it is asked for, and by its name: the backend itself knows no model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

INTERFACE = ("compare", "ensemble", "load_fair", "play")


def __getattr__(name: str) -> Any:
    if name not in INTERFACE:
        raise AttributeError(f"module 'cloudfair' has no attribute {name!r}")
    return getattr(import_module("fairlab.interface"), name)
