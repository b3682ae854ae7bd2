"""Reads stored runs for the commands that only look at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudfair.store import tables
from cloudfair.store.log import Log
from cloudfair.store.segments import pieces
from faircli.progress import events_progress
from fairfacts.errors import BackendError
from fairfacts.event import Event


def find_run(log: Log, run: str | None) -> tables.Run:
    """Return the run that is named, or the latest.

    Raises:
        UnknownError: there is no such run.
        BackendError: the log holds no run at all.
    """
    if run is not None:
        return log.runs.get(run)
    if not (runs := log.runs.all()):
        raise BackendError(f"{log.name} holds no run yet; fair run ciftis2020 plays one")
    return runs[0]


def check_begun(run: tables.Run, then: str) -> None:
    """Refuse a run without events; `then` says what can be done with it once it has some.

    Raises:
        BackendError: it has none.
    """
    if run.head == 0:
        raise BackendError(f"run {run.id} has no events yet; {then} it once it has begun")


def read_events(log: Log, run: str, what: str) -> Iterator[tuple[list[Event], bytes]]:
    """Yield the events of a run in pieces, each with its NDJSON, and show the progress under a name."""
    position = 0
    with events_progress(what, log.runs.get(run).head) as reached:
        for segment in log.segments.read(run):
            for piece, events in zip(pieces(segment.ndjson), segment.events(), strict=True):
                yield events, piece
                position += len(events)
                reached(position)


def run_columns(run: tables.Run) -> dict[str, Any]:
    """Return what JSON shows of a run."""
    shown = run.model_dump(exclude={"ended", "request", "heard_at", "player", "sha256", "state_sha256"})
    return shown | {"state": run.state, "silent_since": run.silent_since}
